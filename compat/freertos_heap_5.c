/* SPDX-License-Identifier: MIT */
/* heap_5's memory: regions that the program defines, once, before anything is allocated. Any order
 * will do; what overlaps, wraps or is one too many ends in configASSERT. */
#include "FreeRTOS.h"

#include "freertos_internal.h"

static bool defined;

void vPortDefineHeapRegions(const HeapRegion_t *const pxHeapRegions) {
    configASSERT(!defined);
    for (const HeapRegion_t *at = pxHeapRegions; at->xSizeInBytes != 0; at++) {
        bool added = capheap_freertos_add(at->pucStartAddress, at->xSizeInBytes);
        configASSERT(added);
        (void)added;
    }
    defined = true;
}

void capheap_freertos_prepare(void) {
    configASSERT(defined);
}

void capheap_freertos_forget(void) {
    defined = false;
}
