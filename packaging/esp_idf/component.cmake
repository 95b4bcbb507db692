# SPDX-License-Identifier: MIT
#
# capheap as a component of ESP-IDF, with the port for its spinlocks. ESP-IDF reads this twice: first
# as a script, for the requirements, and then to build.

set(root ${CMAKE_CURRENT_LIST_DIR}/../..)
file(GLOB sources ${root}/src/*.c ${root}/chips/*.c)
idf_component_register(SRCS ${sources} ${root}/ports/esp_idf.c
                       INCLUDE_DIRS ${root}/include ${root}/packaging/kconfig)
target_compile_definitions(${COMPONENT_LIB}
                           PUBLIC CAPHEAP_CONFIG_FILE="capheap_kconfig.h")
