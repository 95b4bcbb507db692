# SPDX-License-Identifier: MIT
#
# capheap for programs of the Pico SDK. Copy this file beside pico_sdk_import.cmake, or include it
# where it is, after pico_sdk_init():
#
#     include(capheap_import.cmake)
#     target_link_libraries(program pico_stdlib capheap_pico)
#
# capheap_pico is an INTERFACE library as the SDK's are: the program compiles it with its own
# settings. It brings the port for both cores of an RP2040, which spins on hardware spinlock 31:
# claim that at start-up (spin_lock_claim(31)). capheap_pico_core is the same without a port.
# CAPHEAP_PATH, a variable or from the environment, is the folder of capheap's sources.

if(NOT CAPHEAP_PATH AND DEFINED ENV{CAPHEAP_PATH})
    set(CAPHEAP_PATH $ENV{CAPHEAP_PATH})
endif()
if(NOT CAPHEAP_PATH AND EXISTS ${CMAKE_CURRENT_LIST_DIR}/../../include/capheap/heap.h)
    get_filename_component(CAPHEAP_PATH ${CMAKE_CURRENT_LIST_DIR}/../.. ABSOLUTE)
endif()
set(CAPHEAP_PATH "${CAPHEAP_PATH}" CACHE PATH "Folder of capheap's sources")
if(NOT EXISTS ${CAPHEAP_PATH}/include/capheap/heap.h)
    message(FATAL_ERROR "CAPHEAP_PATH (${CAPHEAP_PATH}) is not the folder of capheap's sources: "
                        "give it by -DCAPHEAP_PATH=... or in the environment")
endif()

file(GLOB capheap_sources CONFIGURE_DEPENDS ${CAPHEAP_PATH}/src/*.c)
add_library(capheap_pico_core INTERFACE)
target_sources(capheap_pico_core INTERFACE ${capheap_sources} ${CAPHEAP_PATH}/chips/rp2040.c
                                           ${CAPHEAP_PATH}/chips/rp2350.c)
target_include_directories(capheap_pico_core INTERFACE ${CAPHEAP_PATH}/include)

if(NOT PICO_RP2350)
    add_library(capheap_pico INTERFACE)
    target_sources(capheap_pico INTERFACE ${CAPHEAP_PATH}/ports/rp2040.c)
    target_link_libraries(capheap_pico INTERFACE capheap_pico_core)
endif()
