/* SPDX-License-Identifier: MIT */
/* Between FreeRTOS's heap functions (freertos.c) and where their memory comes from
 * (freertos_heap_4.c, freertos_heap_5.c). */
#ifndef CAPHEAP_FREERTOS_INTERNAL_H
#define CAPHEAP_FREERTOS_INTERNAL_H

#include "capheap/freertos.h"

/* Before each allocation: see to it that the heap has memory. */
void capheap_freertos_prepare(void);
/* The heap is to be as before its first use. */
void capheap_freertos_forget(void);
/* Add a region; false if it can't be. Too small for a block: left out. */
bool capheap_freertos_add(void *start, size_t size);

#endif
