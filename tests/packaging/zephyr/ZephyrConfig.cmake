# SPDX-License-Identifier: MIT
#
# In place of Zephyr, for a test: find_package(Zephyr) as far as a module and an application on this
# PC need it. Modules are found by their zephyr/module.yml, configured by Kconfig, and built with the
# functions that Zephyr's build has (cmake/modules/extensions.cmake there). The kernel is that of
# tests/compat_zephyr; files that capheap replaces define the same names, so that the link fails if
# one is left in.

project(Zephyr-Kernel LANGUAGES C)
set(ZEPHYR_BASE ${CMAKE_CURRENT_LIST_DIR})
get_filename_component(tests ${CMAKE_CURRENT_LIST_DIR}/../.. ABSOLUTE)

function(zephyr_include_directories)
    target_include_directories(zephyr_interface INTERFACE ${ARGN})
endfunction()

function(zephyr_compile_definitions)
    target_compile_definitions(zephyr_interface INTERFACE ${ARGN})
endfunction()

macro(zephyr_library_named name)
    set(ZEPHYR_CURRENT_LIBRARY ${name})
    add_library(${name} STATIC "")
    target_link_libraries(${name} PUBLIC zephyr_interface)
    set_property(GLOBAL APPEND PROPERTY ZEPHYR_LIBS ${name})
endmacro()

function(zephyr_library_sources)
    target_sources(${ZEPHYR_CURRENT_LIBRARY} PRIVATE ${ARGN})
endfunction()

function(zephyr_library_sources_ifdef option)
    if(${option})
        zephyr_library_sources(${ARGN})
    endif()
endfunction()

function(zephyr_library_include_directories)
    target_include_directories(${ZEPHYR_CURRENT_LIBRARY} PRIVATE ${ARGN})
endfunction()

# The module's place and Kconfig file, by its module.yml.
file(STRINGS ${EXTRA_ZEPHYR_MODULES}/zephyr/module.yml settings REGEX "^  (cmake|kconfig): ")
foreach(setting IN LISTS settings)
    if(setting MATCHES "^  ([a-z]+): (.*)$")
        set(module_${CMAKE_MATCH_1} ${EXTRA_ZEPHYR_MODULES}/${CMAKE_MATCH_2})
    endif()
endforeach()

if(NOT CONF_FILE)
    set(CONF_FILE ${CMAKE_CURRENT_SOURCE_DIR}/prj.conf)
endif()
execute_process(
    COMMAND ${CMAKE_COMMAND} -E env CAPHEAP_KCONFIG=${module_kconfig}
            ${tests}/packaging/kconfig.py ${ZEPHYR_BASE}/Kconfig ${CONF_FILE}
            ${CMAKE_BINARY_DIR}/autoconf.h ${CMAKE_BINARY_DIR}/config.cmake
    RESULT_VARIABLE result ERROR_VARIABLE error)
if(result)
    message(FATAL_ERROR "Kconfig: ${error}")
endif()
include(${CMAKE_BINARY_DIR}/config.cmake)

add_library(zephyr_interface INTERFACE)
target_compile_options(zephyr_interface INTERFACE -imacros ${CMAKE_BINARY_DIR}/autoconf.h -Wall
                                                  -Wextra -Werror)
zephyr_include_directories(${tests}/compat_zephyr)

zephyr_library_named(zephyr)
target_sources(zephyr PRIVATE ${ZEPHYR_BASE}/lib/heap/heap.c ${ZEPHYR_BASE}/lib/heap/heap_stats.c
                              ${ZEPHYR_BASE}/lib/heap/heap_array.c ${tests}/compat_zephyr/kernel.c)
zephyr_library_named(app)
add_subdirectory(${module_cmake} ${CMAKE_BINARY_DIR}/modules/capheap)
add_library(kernel STATIC kernel/kheap.c kernel/version.c)
set_target_properties(kernel PROPERTIES SOURCES
                      "${ZEPHYR_BASE}/kernel/kheap.c;${ZEPHYR_BASE}/kernel/version.c")
target_link_libraries(kernel zephyr_interface)

# As Zephyr links: the libraries whole, the kernel as needed.
get_property(libraries GLOBAL PROPERTY ZEPHYR_LIBS)
file(WRITE ${CMAKE_BINARY_DIR}/empty.c "")
add_executable(zephyr_final ${CMAKE_BINARY_DIR}/empty.c)
target_link_libraries(zephyr_final -Wl,--whole-archive ${libraries} -Wl,--no-whole-archive kernel
                      pthread)
