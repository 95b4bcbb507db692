/* SPDX-License-Identifier: MIT */
/* The lower half of the first ESP-IDF's heap: regions by tag. It owns the heap. */
#include "esp_idf_v1_internal.h"
#include "freertos/heap_regions.h"

static capheap_slot_t slots[CAPHEAP_ESP_IDF_V1_REGIONS];
capheap_heap_t capheap_esp_idf_v1_heap = CAPHEAP_HEAP_INITIAL(slots, CAPHEAP_ESP_IDF_V1_REGIONS);
static bool defined;

static void require(bool condition) {
    if (!condition) {
        __builtin_trap();
    }
}

void capheap_esp_idf_v1_begin(void) {
    require(!defined);
    defined = true;
}

void capheap_esp_idf_v1_add(const capheap_memory_t *memory) {
    const capheap_type_t *type = &capheap_chip_esp32_v1.types[memory->type];
    capheap_status_t status =
        capheap_add_region(&capheap_esp_idf_v1_heap, type, memory->type, memory);
    require(status == CAPHEAP_OK || status == CAPHEAP_ERROR_TOO_SMALL);
}

void vPortDefineHeapRegionsTagged(const HeapRegionTagged_t *const pxHeapRegions) {
    require(pxHeapRegions != NULL);
    capheap_esp_idf_v1_begin();
    for (const HeapRegionTagged_t *at = pxHeapRegions; at->xSizeInBytes != 0; at++) {
        if (at->xTag == -1) {
            continue;
        }
        require(at->xTag >= 0 && at->xTag < HEAPREGIONS_MAX_TAGCOUNT);
        capheap_memory_t memory = {
            .start = (uintptr_t)at->pucStartAddress,
            .size = at->xSizeInBytes,
            .type = (uint8_t)at->xTag,
            .alias_kind = at->xExecAddr != 0 ? CAPHEAP_ALIAS_INVERTED : CAPHEAP_ALIAS_NONE,
            .alias = at->xExecAddr,
        };
        capheap_esp_idf_v1_add(&memory);
    }
}

void *pvPortMallocTagged(size_t xWantedSize, BaseType_t tag) {
    return capheap_malloc_tagged(&capheap_esp_idf_v1_heap, xWantedSize, (uint32_t)tag);
}

void vPortFreeTagged(void *pv) {
    capheap_free(&capheap_esp_idf_v1_heap, pv);
}

static capheap_figures_t figures_of(BaseType_t tag) {
    capheap_figures_t figures;
    capheap_get_figures_tagged(&capheap_esp_idf_v1_heap, (uint32_t)tag, &figures);
    return figures;
}

size_t xPortGetMinimumEverFreeHeapSizeTagged(BaseType_t tag) {
    return figures_of(tag).minimum_free;
}

size_t xPortGetFreeHeapSizeTagged(BaseType_t tag) {
    return figures_of(tag).free;
}
