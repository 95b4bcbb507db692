#!/bin/bash
# SPDX-License-Identifier: MIT
# not with: -m32 -fsanitize
#
# The FreeRTOS kernel itself on capheap, on an emulated Cortex-M3: each way of ports/freertos.c with
# heap_4's functions, and heap_5's. Debian has no FreeRTOS: FREERTOS_KERNEL_PATH names a copy of the
# repository FreeRTOS-Kernel (V11 or later), and without it nothing is run.

set -euo pipefail
kernel=${FREERTOS_KERNEL_PATH:-}
if [ -z "$kernel" ]; then
    echo "not run: FREERTOS_KERNEL_PATH names no FreeRTOS-Kernel"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
here=tests/compat_freertos/kernel
machine="-M mps2-an385 -display none -monitor none -serial none -chardev stdio,id=sh
    -semihosting-config enable=on,target=native,chardev=sh"
failed=0

# run HEAP WAY FLAGS...
run() {
    local heap=$1 way=$2 output
    shift 2
    arm-none-eabi-gcc -mcpu=cortex-m3 -mthumb -Os -ffunction-sections -fdata-sections "$@" \
        -DCAPHEAP_PORT_FREERTOS=CAPHEAP_PORT_FREERTOS_"$way" -DCAPHEAP_PORT_LOCK_WORDS=24 \
        -I$here -I"$kernel/include" -I"$kernel/portable/GCC/ARM_CM3" -Iinclude -Icompat/include \
        src/*.c compat/freertos.c compat/freertos_heap_"$heap".c ports/freertos.c $here/program.c \
        "$kernel"/{tasks,queue,list,event_groups,stream_buffer,portable/GCC/ARM_CM3/port}.c \
        --specs=rdimon.specs -nostartfiles -Wl,--gc-sections -Wl,--undefined=vectors \
        -Wl,--section-start=.vectors=0 -Wl,--entry=reset -o "$work/program"
    # shellcheck disable=SC2086
    output=$(timeout 60 qemu-system-arm $machine -kernel "$work/program") || failed=1
    echo "heap_$heap, $way: $output"
    case $output in passed:*) ;; *) failed=1 ;; esac
}

run 4 CRITICAL
run 4 INTERRUPTS -DFROM_INTERRUPT
run 4 MUTEX
run 5 CRITICAL -DREGIONS
run 5 MUTEX -DREGIONS
exit $failed
