/* SPDX-License-Identifier: MIT */
/*
 * Behind the names of the first ESP-IDF (esp_heap_alloc_caps.h, freertos/heap_regions.h): the heap
 * itself, and what heap_alloc_caps_init() asks of the program.
 *
 * Set-up errors stop the program (__builtin_trap), where the original's configASSERT did. So do
 * pointers that are no live block's, unless a report hook is set on the heap:
 *
 *     capheap_set_hooks(&capheap_esp_idf_v1_heap, &hooks);
 */
#ifndef CAPHEAP_ESP_IDF_V1_H
#define CAPHEAP_ESP_IDF_V1_H

#include "capheap/heap.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Regions that the heap can have. An ESP32 has 5 to 12, by what the program leaves. */
#ifndef CAPHEAP_ESP_IDF_V1_REGIONS
#define CAPHEAP_ESP_IDF_V1_REGIONS 20
#endif

/* The heap that all these names, and malloc if it is linked, work on. */
extern capheap_heap_t capheap_esp_idf_v1_heap;

/* The ESP32 as it was known then: 16 types, of which the index is the tag, four memories. */
extern const capheap_chip_t capheap_chip_esp32_v1;

/* What a program takes of the chip for itself. */
typedef struct capheap_program {
    const capheap_range_t *reserved; /* code and data, by either address of a memory */
    size_t reserved_count;           /* entries of reserved */
    size_t fitted;                   /* bytes of external RAM that are set up already */
} capheap_program_t;

/*
 * Called once by heap_alloc_caps_init(); the program supplies it, or takes that of
 * compat/esp_idf_v1_linker.c, which reads the symbols of ESP-IDF's linker script. The array must
 * outlive the call.
 */
capheap_program_t capheap_esp_idf_v1_program(void);

#ifdef __cplusplus
}
#endif

#endif
