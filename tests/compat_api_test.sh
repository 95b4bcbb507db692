#!/bin/bash
# SPDX-License-Identifier: MIT
# not with: -m32 -fsanitize
#
# The API reference of the first ESP-IDF's heap: Doxygen makes a page of each half without a
# warning, and every public name is on it.

set -euo pipefail

if ! command -v doxygen >/dev/null; then
    echo "doxygen is missing: scripts/setup test installs it"
    exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
{
    cat docs/Doxyfile.esp_idf_v1
    echo "OUTPUT_DIRECTORY = $work"
} | doxygen -

failed=0
check_page() {
    local page=$work/esp_idf_v1/$1 name
    shift
    for name in "$@"; do
        if ! grep -q "class=\"memname\".*$name" "$page"; then
            echo "$page: says nothing of $name"
            failed=1
        fi
    done
}

check_page esp__heap__alloc__caps_8h.html heap_alloc_caps_init pvPortMallocCaps \
    xPortGetFreeHeapSizeCaps xPortGetMinimumEverFreeHeapSizeCaps \
    heap_alloc_enable_nonos_stack_tag MALLOC_CAP_{EXEC,32BIT,8BIT,DMA,SPISRAM,INVALID} \
    MALLOC_CAP_PID{2,3,4,5,6,7}
check_page structHeapRegionTagged__t.html pucStartAddress xSizeInBytes xTag xExecAddr
check_page heap__regions_8h.html vPortDefineHeapRegionsTagged \
    pvPortMallocTagged vPortFreeTagged xPortGetFreeHeapSizeTagged \
    xPortGetMinimumEverFreeHeapSizeTagged
exit $failed
