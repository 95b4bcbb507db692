# SPDX-License-Identifier: MIT
# The first of two times that a component's CMakeLists.txt is read: as a script.

macro(idf_component_register)
    cmake_parse_arguments(_ "WHOLE_ARCHIVE" "KCONFIG;KCONFIG_PROJBUILD"
                          "SRCS;INCLUDE_DIRS;PRIV_INCLUDE_DIRS;REQUIRES;PRIV_REQUIRES" "${ARGN}")
    if(__UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "idf_component_register knows no ${__UNPARSED_ARGUMENTS}")
    endif()
    set(registered 1)
    return()
endmacro()

function(read_component)
    include(${COMPONENT_DIR}/CMakeLists.txt)
    if(NOT registered)
        message(FATAL_ERROR "${COMPONENT_DIR}: nothing was registered")
    endif()
endfunction()

read_component()
