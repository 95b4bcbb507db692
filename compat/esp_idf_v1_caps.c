/* SPDX-License-Identifier: MIT */
/* The upper half of the first ESP-IDF's heap: from the chip's memories to regions, from
 * capabilities to blocks. */
#include "esp_heap_alloc_caps.h"
#include "esp_idf_v1_internal.h"

void heap_alloc_caps_init(void) {
    capheap_memory_t pieces[CAPHEAP_ESP_IDF_V1_REGIONS];
    capheap_program_t program = capheap_esp_idf_v1_program();
    int count =
        capheap_chip_layout(&capheap_chip_esp32_v1, program.reserved, program.reserved_count,
                            program.fitted, pieces, CAPHEAP_ESP_IDF_V1_REGIONS);
    if (count < 0) {
        __builtin_trap();
    }
    capheap_esp_idf_v1_begin();
    for (int i = 0; i < count; i++) {
        capheap_esp_idf_v1_add(&pieces[i]);
    }
}

void heap_alloc_enable_nonos_stack_tag(void) {
    capheap_end_startup(&capheap_esp_idf_v1_heap);
}

void *pvPortMallocCaps(size_t xWantedSize, uint32_t caps) {
    return capheap_malloc(&capheap_esp_idf_v1_heap, xWantedSize, caps);
}

/* No capabilities are no memory's here, where capheap_get_figures counts all. */
static capheap_figures_t figures_of(uint32_t caps) {
    capheap_figures_t figures = {0};
    if (caps != 0) {
        capheap_get_figures(&capheap_esp_idf_v1_heap, caps, &figures);
    }
    return figures;
}

size_t xPortGetFreeHeapSizeCaps(uint32_t caps) {
    return figures_of(caps).free;
}

size_t xPortGetMinimumEverFreeHeapSizeCaps(uint32_t caps) {
    return figures_of(caps).minimum_free;
}
