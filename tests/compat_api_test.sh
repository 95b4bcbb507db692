#!/bin/bash
# SPDX-License-Identifier: MIT
# not with: -m32 -fsanitize
#
# The API references of the first and of today's ESP-IDF's heap: Doxygen makes a page of each header
# without a warning, and every public name is on it.

set -euo pipefail

if ! command -v doxygen >/dev/null; then
    echo "doxygen is missing: scripts/setup test installs it"
    exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for reference in esp_idf_v1 esp_idf; do
    {
        cat "docs/Doxyfile.$reference"
        echo "OUTPUT_DIRECTORY = $work"
    } | doxygen -
done

failed=0
reference=esp_idf_v1
check_page() {
    local page=$work/$reference/$1 name
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

reference=esp_idf
check_page esp__heap__caps_8h.html MALLOC_CAP_{EXEC,32BIT,8BIT,DMA,SPIRAM,INTERNAL,DEFAULT} \
    MALLOC_CAP_PID{2,3,4,5,6,7} MALLOC_CAP_{IRAM_8BIT,RETENTION,RTCRAM,SPM,TCM,DMA_DESC_AHB} \
    MALLOC_CAP_{DMA_DESC_AXI,CACHE_ALIGNED,SIMD,SPIRAM_NO_ENC,INVALID} esp_alloc_failed_hook_t \
    esp_heap_trace_{alloc,free}_hook heap_caps_{register_failed_alloc_callback,malloc,free} \
    heap_caps_{realloc,aligned_alloc,aligned_free,aligned_calloc,calloc,get_total_size} \
    heap_caps_{get_free_size,get_minimum_free_size,get_largest_free_block,get_info} \
    heap_caps_monitor_local_minimum_free_size_{start,stop} heap_caps_{print_heap_info,walk} \
    heap_caps_check_integrity{,_all,_addr} heap_caps_malloc_extmem_enable \
    heap_caps_{malloc,realloc,calloc}_prefer heap_caps_dump{,_all} heap_caps_walk{,_all,er_cb_t} \
    heap_caps_get_{allocated,containing_block}_size walker_heap_into_t
check_page esp__heap__caps__init_8h.html heap_caps_init heap_caps_enable_nonos_stack_heaps \
    heap_caps_add_region{,_with_caps}
check_page multi__heap_8h.html multi_heap_{handle_t,register,set_lock,malloc,aligned_alloc} \
    multi_heap_{aligned_alloc_offs,aligned_free,free,realloc,get_allocated_size} \
    multi_heap_{get_full_block_size,find_containing_block,free_size,minimum_free_size,get_info} \
    multi_heap_{reset,restore}_minimum_free_bytes multi_heap_{check,dump,walk,walker_cb_t}
check_page heap__memory__layout_8h.html SOC_RESERVE_MEMORY_REGION SOC_MEMORY_TYPE_NO_PRIOS \
    soc_memory_{types,type_count,regions,region_count} soc_get_available_memory_regions \
    soc_get_available_memory_region_max_count
exit $failed
