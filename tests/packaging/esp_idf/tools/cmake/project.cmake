# SPDX-License-Identifier: MIT
#
# In place of ESP-IDF, for a test: its project() as far as a component and a program on this PC need
# it. As there, each component is first run as a script for its requirements, with a macro
# idf_component_register that returns; then it is configured by Kconfig and built. The declarations
# are those of tests/target/vendor/esp_idf.

get_filename_component(esp_idf ${CMAKE_CURRENT_LIST_DIR}/../.. ABSOLUTE)
get_filename_component(tests ${esp_idf}/../.. ABSOLUTE)

function(idf_component_register)
    cmake_parse_arguments(arg "" "" "SRCS;INCLUDE_DIRS;REQUIRES;PRIV_REQUIRES" ${ARGN})
    get_filename_component(name ${CMAKE_CURRENT_SOURCE_DIR} NAME)
    set(lib __idf_${name})
    add_library(${lib} STATIC ${arg_SRCS})
    target_include_directories(${lib} PUBLIC ${arg_INCLUDE_DIRS} ${CMAKE_BINARY_DIR}/config
                                             ${tests}/target/vendor/esp_idf)
    target_compile_definitions(${lib} PUBLIC ESP_PLATFORM)
    target_compile_options(${lib} PRIVATE -Wall -Wextra -Werror)
    foreach(required IN LISTS arg_REQUIRES arg_PRIV_REQUIRES)
        target_link_libraries(${lib} PUBLIC __idf_${required})
    endforeach()
    set(COMPONENT_LIB ${lib} PARENT_SCOPE)
endfunction()

macro(project name)
    _project(${name} LANGUAGES C)
    set(ESP_PLATFORM 1)
    foreach(component IN ITEMS ${EXTRA_COMPONENT_DIRS} ${CMAKE_CURRENT_SOURCE_DIR}/main)
        execute_process(
            COMMAND ${CMAKE_COMMAND} -D ESP_PLATFORM=1 -D COMPONENT_DIR=${component} -P
                    ${esp_idf}/tools/cmake/requirements.cmake
            RESULT_VARIABLE result ERROR_VARIABLE error)
        if(result)
            message(FATAL_ERROR "${component}: ${error}")
        endif()
        if(EXISTS ${component}/Kconfig)
            file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/config)
            execute_process(
                COMMAND ${tests}/packaging/kconfig.py ${component}/Kconfig ${SDKCONFIG}
                        ${CMAKE_BINARY_DIR}/config/sdkconfig.h ${CMAKE_BINARY_DIR}/config.cmake
                RESULT_VARIABLE result ERROR_VARIABLE error)
            if(result)
                message(FATAL_ERROR "Kconfig: ${error}")
            endif()
        endif()
        get_filename_component(component_name ${component} NAME)
        add_subdirectory(${component} ${CMAKE_BINARY_DIR}/esp-idf/${component_name})
    endforeach()
    add_executable(${name} ${esp_idf}/start.c)
    target_include_directories(${name} PRIVATE ${tests}/target/vendor/esp_idf)
    target_link_libraries(${name} __idf_main)
endmacro()
