#!/bin/bash
# SPDX-License-Identifier: MIT
# not with: -m32 -fsanitize
#
# The library installs, and is found from where it is moved to afterwards: by CMake's find_package
# and by pkg-config; it serves as a subproject, by FetchContent and in a program of the Pico SDK. Each
# way builds the consumer of packaging/consumers and runs it. All targets that this tree has for ports
# and ways in are there. It installs for a chip too, where a firmware gets newlib's malloc from it.

set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$PWD
version=$(cat VERSION)
expected="capheap $version: text in PSRAM, packet in SRAM"
consumers=$root/packaging/consumers
failed=0

quietly() {
    "$@" >"$work/log" 2>&1 || {
        cat "$work/log"
        echo "failed: $*"
        exit 1
    }
}

# says_so WAY PROGRAM
says_so() {
    local output
    output=$("$2") || {
        echo "$1: the consumer failed"
        failed=1
    }
    if [ "$output" != "$expected" ]; then
        echo "$1: the consumer says: $output; expected: $expected"
        failed=1
    fi
}

# build_with_cmake WAY OPTIONS...
build_with_cmake() {
    local way=$1
    shift
    quietly cmake -S "$consumers/$way" -B "$work/$way" -G Ninja -DCMAKE_C_COMPILER="${CC:-cc}" "$@"
    quietly cmake --build "$work/$way" --target consumer
    says_so "$way" "$work/$way/consumer"
}

# As a package's build does it: into a folder of its own, for a prefix that it will have later.
DESTDIR=$work/stage quietly cmake --install "$BUILD" --prefix /opt/capheap
mv "$work/stage/opt/capheap" "$work/moved"
installed=$work/moved
quietly "$installed/bin/capheap" --version
for file in include/capheap/heap.h lib/capheap/libcapheap_record.so \
    lib/capheap/libcapheap_malloc.so share/doc/capheap/LICENSE; do
    [ -e "$installed/$file" ] || {
        echo "not installed: $file"
        failed=1
    }
done
if grep -rIl -e "$root" -e "$work" -e "$BUILD" "$installed"; then
    echo "these name a folder of the build"
    failed=1
fi

build_with_cmake find_package -DCMAKE_PREFIX_PATH="$installed"
build_with_cmake subdirectory -DCAPHEAP_DIR="$root"
tar -C "$root" --exclude=./build --exclude=./.git --exclude=./traces --exclude=./bench \
    --transform "s,^\.,capheap-$version," -cf "$work/capheap.tar" .
build_with_cmake fetch_content -DCAPHEAP_URL="$work/capheap.tar"

# Another minor version would not do.
mkdir "$work/wrong"
sed 's/find_package(capheap [0-9.]*/find_package(capheap 0.999/' \
    "$consumers/find_package/CMakeLists.txt" >"$work/wrong/CMakeLists.txt"
if cmake -S "$work/wrong" -B "$work/wrong/build" -DCMAKE_PREFIX_PATH="$installed" \
    >"$work/log" 2>&1 || ! grep -q "not compatible\|compatible with requested version" "$work/log"; then
    echo "find_package takes another minor version, or fails in another way:"
    tail -n 20 "$work/log"
    failed=1
fi

# Every target that ports/ and compat/ declare, installed too; and the ways in compile there.
mkdir "$work/all"
targets=$(sed -n '/^if(NOT CAPHEAP_BUILD_TESTS)/q;s/.*ALIAS \(capheap_[a-z0-9_]*\)).*/\1/p' \
    compat/CMakeLists.txt)
ports=$(cd ports && ls ./*.c | sed 's,./\(.*\)\.c,capheap::port_\1,' | grep -v template)
cat >"$work/all/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.20)
project(all LANGUAGES C)
find_package(capheap REQUIRED)
find_package(capheap REQUIRED) # a second time does no harm
foreach(target IN ITEMS capheap::capheap capheap::freertos_heap_4 capheap::freertos_heap_5
        $(echo $ports $targets))
    if(NOT TARGET \${target})
        message(SEND_ERROR "no target \${target}")
    endif()
endforeach()
END
quietly cmake -S "$work/all" -B "$work/all/build" -G Ninja -DCMAKE_PREFIX_PATH="$installed"
quietly cmake --build "$work/all/build" --target capheap_malloc_names capheap_compat_esp_idf_v1 \
    capheap_port_posix

# The Pico SDK's way: the file that a program includes, here in one for this PC; without the folder
# of the sources it says what to do. Where there is an SDK (PICO_SDK_PATH), its consumer too.
mkdir "$work/pico" "$work/alone"
cat >"$work/pico/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.20)
project(pico LANGUAGES C)
include(capheap_import.cmake)
add_executable(consumer $consumers/main.c $root/ports/none.c)
target_link_libraries(consumer PRIVATE capheap_pico_core)
get_target_property(sources capheap_pico INTERFACE_SOURCES)
if(NOT sources STREQUAL "$root/ports/rp2040.c" OR NOT EXISTS \${sources})
    message(FATAL_ERROR "capheap_pico has the port \${sources}")
endif()
END
cp packaging/pico_sdk/capheap_import.cmake "$work/pico/"
quietly cmake -S "$work/pico" -B "$work/pico/build" -G Ninja -DCAPHEAP_PATH="$root"
quietly cmake --build "$work/pico/build"
says_so "Pico SDK, without it" "$work/pico/build/consumer"
if env -u CAPHEAP_PATH cmake -S "$work/pico" -B "$work/alone" >"$work/log" 2>&1 ||
    ! tr -s " \n" " " <"$work/log" | grep -q "give it by -DCAPHEAP_PATH"; then
    echo "capheap_import.cmake without CAPHEAP_PATH:"
    tail -n 20 "$work/log"
    failed=1
fi
if [ -n "${PICO_SDK_PATH:-}" ]; then
    quietly cmake -S "$consumers/pico_sdk" -B "$work/pico_sdk" -G Ninja \
        -DPICO_SDK_PATH="$PICO_SDK_PATH"
    quietly cmake --build "$work/pico_sdk"
fi

# For a chip: as docs/packaging.md says, then a firmware whose stdio is to allocate from the heap.
if command -v arm-none-eabi-gcc >/dev/null; then
    cat >"$work/chip.cmake" <<END
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_C_COMPILER arm-none-eabi-gcc)
set(CMAKE_C_FLAGS_INIT "-mcpu=cortex-m3 -mthumb")
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
END
    mkdir "$work/firmware"
    cat >"$work/firmware/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.20)
project(firmware LANGUAGES C)
find_package(capheap REQUIRED)
add_executable(firmware main.c)
target_link_libraries(firmware PRIVATE capheap::capheap capheap::malloc capheap::port_cortex_m)
target_link_options(firmware PRIVATE --specs=rdimon.specs)
END
    {
        cat "$consumers/main.c"
        echo '#include "capheap/malloc.h"'
        echo 'CAPHEAP_MALLOC_FROM(&heap, CAPHEAP_8BIT, 8);'
    } >"$work/firmware/main.c"
    chip="-G Ninja -DCMAKE_TOOLCHAIN_FILE=$work/chip.cmake"
    # shellcheck disable=SC2086
    quietly cmake -S . -B "$work/chip" $chip -DCAPHEAP_BUILD_TOOLS=OFF -DCAPHEAP_BUILD_TESTS=OFF
    quietly cmake --build "$work/chip"
    quietly cmake --install "$work/chip" --prefix "$work/chip_installed"
    # shellcheck disable=SC2086
    quietly cmake -S "$work/firmware" -B "$work/firmware/build" $chip \
        -DCMAKE_PREFIX_PATH="$work/chip_installed"
    quietly cmake --build "$work/firmware/build"
    if arm-none-eabi-nm "$work/firmware/build/firmware" | grep -w _sbrk_r; then
        echo "firmware with capheap::malloc has the C library's malloc too"
        failed=1
    fi
fi

if command -v pkg-config >/dev/null; then
    export PKG_CONFIG_PATH=$installed/lib/pkgconfig
    for port in none posix; do
        (cd "$work" && mkdir "pc_$port" && cp "$consumers/main.c" . && cd "pc_$port" &&
            quietly make -f "$consumers/pkg_config/Makefile" PORT="$port" CC="${CC:-cc}")
        says_so "pkg-config, $port" "$work/pc_$port/consumer"
    done
    [ "$(pkg-config --modversion capheap)" = "$version" ] || {
        echo "pkg-config knows version $(pkg-config --modversion capheap), not $version"
        failed=1
    }
else
    echo "pkg-config is missing: scripts/setup test installs it"
    failed=1
fi
exit $failed
