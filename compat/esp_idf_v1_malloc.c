/* SPDX-License-Identifier: MIT */
/* What the first ESP-IDF served by its heap besides: malloc and FreeRTOS, both as 8-bit memory. */
#include "capheap/esp_idf_v1.h"
#include "capheap/malloc.h"

CAPHEAP_MALLOC_FROM(&capheap_esp_idf_v1_heap, CAPHEAP_8BIT, 8);

/* FreeRTOS's portable.h declares them. */
void *pvPortMalloc(size_t xWantedSize);
void vPortFree(void *pv);
size_t xPortGetFreeHeapSize(void);
size_t xPortGetMinimumEverFreeHeapSize(void);

void *pvPortMalloc(size_t xWantedSize) {
    return capheap_malloc(&capheap_esp_idf_v1_heap, xWantedSize, CAPHEAP_8BIT);
}

void vPortFree(void *pv) {
    capheap_free(&capheap_esp_idf_v1_heap, pv);
}

static capheap_figures_t figures(void) {
    capheap_figures_t sums;
    capheap_get_figures(&capheap_esp_idf_v1_heap, CAPHEAP_8BIT, &sums);
    return sums;
}

size_t xPortGetFreeHeapSize(void) {
    return figures().free;
}

size_t xPortGetMinimumEverFreeHeapSize(void) {
    return figures().minimum_free;
}
