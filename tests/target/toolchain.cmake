# SPDX-License-Identifier: MIT
# The compiler of the boards: TOOLS is its prefix, as boards/NAME.cmake says.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES TOOLS)
set(CMAKE_C_COMPILER ${TOOLS}-gcc)
