# SPDX-License-Identifier: MIT
# The compiler of the board: boards/${BOARD}.cmake names it.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES BOARD)
include(${CMAKE_CURRENT_LIST_DIR}/boards/${BOARD}.cmake)
set(CMAKE_C_COMPILER ${BOARD_TOOLS}-gcc)
