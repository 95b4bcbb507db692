#!/bin/bash
# SPDX-License-Identifier: MIT
# not with: -m32 -fsanitize
#
# Ports that can't be run here compile without a warning, each in all its configurations, against the
# vendor's interface as tests/target/vendor/ declares it, for the chips that they are for; and they
# give the three functions of port.h and ask for nothing but the vendor's. Those that run on emulated
# boards, where GCC compiles them, compile with Clang too; so does the template, with both.

set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
warnings="-std=c11 -Wall -Wextra -Wconversion -Wundef -Werror"
arm="arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb"
riscv="riscv64-unknown-elf-gcc -march=rv32imac -mabi=ilp32"
failed=0 ran=0

# compile PORT VENDOR-FOLDER ALLOWED FLAGS COMPILER...
compile() {
    local port=$1 vendor=$2 allowed=$3 flags=$4 names nm
    shift 4
    command -v "$1" >/dev/null || return 0
    ran=1
    # shellcheck disable=SC2086
    if ! "$@" $warnings $flags -ffreestanding -Iinclude -Itests/target/vendor/"$vendor" \
        -c ports/"$port".c -o "$work/port.o"; then
        failed=1
        return 0
    fi
    nm=${1%gcc}nm
    case $1 in clang) nm=nm ;; esac
    names=$("$nm" -g "$work/port.o" | awk '$(NF - 1) == "T" {print $NF}' | sort | paste -sd' ')
    if [ "$names" != "capheap_port_lock capheap_port_lock_init capheap_port_unlock" ]; then
        echo "$port ($flags): gives $names"
        failed=1
    fi
    names=$("$nm" -u "$work/port.o" | awk '{print $NF}' | grep -vxE "$allowed" || true)
    if [ -n "$names" ]; then
        echo "$port ($flags): asks for $names"
        failed=1
    fi
}

task='task(ENTER|EXIT)_CRITICAL(_FROM_ISR)?|xPortIsInsideInterrupt|xSemaphore(CreateMutexStatic|Take|Give)'
for compiler in "$arm" "$riscv"; do
    for way in CRITICAL INTERRUPTS; do
        # shellcheck disable=SC2086
        compile freertos freertos "$task" \
            "-DCAPHEAP_PORT_FREERTOS=CAPHEAP_PORT_FREERTOS_$way" $compiler
    done
    # shellcheck disable=SC2086
    compile freertos freertos "$task" \
        "-DCAPHEAP_PORT_FREERTOS=CAPHEAP_PORT_FREERTOS_MUTEX -DCAPHEAP_PORT_LOCK_WORDS=20" $compiler
    # shellcheck disable=SC2086
    compile zephyr zephyr 'k_spin_(un)?lock' "" $compiler
done
idf='portMUX_INITIALIZE|port(ENTER|EXIT)_CRITICAL_SAFE'
compile esp_idf esp_idf "$idf" "" xtensa-lx106-elf-gcc
# shellcheck disable=SC2086
compile esp_idf esp_idf "$idf" "" $riscv

for target in thumbv6m thumbv7m thumbv7em thumbv8m.main riscv32 riscv64 x86_64; do
    clang="clang --target=$target-none-elf"
    case $target in
    thumb*) clang="clang --target=$target-none-eabi" own=cortex_m ;;
    riscv*) clang="$clang -march=${target/iscv/v}imac" own=riscv ;;
    *) own=template ;;
    esac
    for port in $own none template; do
        # shellcheck disable=SC2086
        compile $port none '' "" $clang
    done
    case $target in
    thumbv6m)
        # shellcheck disable=SC2086
        compile rp2040 none '' "" $clang
        ;;
    thumb*)
        # shellcheck disable=SC2086
        compile cortex_m none '' -DCAPHEAP_PORT_BASEPRI=0x40 $clang
        ;;
    esac
done
for compiler in "$arm" "$riscv" xtensa-lx106-elf-gcc; do
    # shellcheck disable=SC2086
    compile template none '' "" $compiler
done

# A lock that the vendor's mutex does not fit into must not compile.
# shellcheck disable=SC2086
if command -v arm-none-eabi-gcc >/dev/null && $arm $warnings -Iinclude \
    -Itests/target/vendor/freertos -DCAPHEAP_PORT_FREERTOS=CAPHEAP_PORT_FREERTOS_MUTEX \
    -c ports/freertos.c -o "$work/port.o" 2>"$work/log"; then
    echo "freertos: a mutex in too small a lock compiles"
    failed=1
fi
[ $ran -eq 1 ] || exit 77
exit $failed
