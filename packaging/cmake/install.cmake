# SPDX-License-Identifier: MIT
#
# The install target: library and headers; ports/ and compat/ as sources, which programs compile with
# their own flags; the CMake package, pkg-config's files; and the command with the libraries that it
# preloads. All paths in it are relative to where it ends up, so the tree may be moved.

if(NOT CAPHEAP_INSTALL)
    return()
endif()
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/capheap)
set(share_dir ${CMAKE_INSTALL_DATADIR}/capheap)

install(TARGETS capheap EXPORT capheapTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT capheapTargets NAMESPACE capheap:: DESTINATION ${cmake_dir})
install(DIRECTORY include/capheap DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING
        PATTERN "*.h")
install(DIRECTORY ports compat DESTINATION ${share_dir} PATTERN rust EXCLUDE)
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

configure_package_config_file(
    packaging/cmake/capheapConfig.cmake.in ${PROJECT_BINARY_DIR}/capheapConfig.cmake
    INSTALL_DESTINATION ${cmake_dir} PATH_VARS share_dir)
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/capheapConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/capheapConfig.cmake
              ${PROJECT_BINARY_DIR}/capheapConfigVersion.cmake DESTINATION ${cmake_dir})

# ---- pkg-config: capheap, for a program with a port of its own; capheap-none, capheap-posix.

file(RELATIVE_PATH up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" up "${up}")
set(pc_options "")
if(CAPHEAP_CONFIG_FILE)
    set(pc_options " -DCAPHEAP_CONFIG_FILE='\"${CAPHEAP_CONFIG_FILE}\"'")
endif()

# capheap_install_pc(NAME DESCRIPTION FLAGS...)
function(capheap_install_pc name description)
    set(pc_name ${name})
    set(pc_description ${description})
    string(JOIN " " pc_libs ${ARGN})
    configure_file(packaging/capheap.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/${name}.pc
            DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

capheap_install_pc(capheap "${PROJECT_DESCRIPTION}; the program brings the port" -lcapheap)
set(archived none)
if(UNIX) # a chip's C library has no threads
    list(APPEND archived posix)
    capheap_install_pc(capheap-posix "${PROJECT_DESCRIPTION}; for POSIX threads" -lcapheap
                       -lcapheap_port_posix -pthread)
endif()
foreach(port IN LISTS archived)
    add_library(capheap_port_${port}_archive STATIC $<TARGET_OBJECTS:capheap_port_${port}>)
    set_target_properties(capheap_port_${port}_archive PROPERTIES OUTPUT_NAME
                                                                  capheap_port_${port})
    install(TARGETS capheap_port_${port}_archive ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
endforeach()
capheap_install_pc(capheap-none "${PROJECT_DESCRIPTION}; without a lock, for one thread" -lcapheap
                   -lcapheap_port_none)

# ---- The command, and the libraries that it and LD_PRELOAD put into other programs.

if(TARGET capheap_command)
    install(TARGETS capheap_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
    foreach(preload IN LISTS preloads)
        get_filename_component(name ${preload} NAME_WE)
        string(REGEX REPLACE "_preload$" "" name ${name})
        # Where the command looks: tools/record_program.c.
        install(TARGETS capheap_${name} LIBRARY DESTINATION lib/capheap)
        if(TARGET capheap_${name}_32)
            install(TARGETS capheap_${name}_32 LIBRARY DESTINATION lib/capheap/lib32)
        endif()
    endforeach()
    if(TARGET capheap_malloc)
        set_target_properties(capheap_malloc PROPERTIES EXCLUDE_FROM_ALL OFF)
        install(TARGETS capheap_malloc LIBRARY DESTINATION lib/capheap)
    endif()
endif()
