/* SPDX-License-Identifier: MIT */
/*
 * FreeRTOS's heap functions over capheap: compile compat/freertos.c with either
 * compat/freertos_heap_4.c (one array, ucHeap, of configTOTAL_HEAP_SIZE bytes) or
 * compat/freertos_heap_5.c (vPortDefineHeapRegions), in place of the kernel's heap_4.c or heap_5.c.
 * They include the program's FreeRTOS.h.
 *
 * This header is for a program that wants more of that heap than FreeRTOS's functions tell: its
 * hooks, its regions, or malloc over it (CAPHEAP_MALLOC_FROM, capheap/malloc.h).
 */
#ifndef CAPHEAP_FREERTOS_H
#define CAPHEAP_FREERTOS_H

#include "capheap/heap.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Regions that vPortDefineHeapRegions can take. */
#ifndef CAPHEAP_FREERTOS_REGIONS
#define CAPHEAP_FREERTOS_REGIONS 8
#endif

/* Set hooks after the regions were defined (heap_5) or after the first pvPortMalloc (heap_4). */
extern capheap_heap_t capheap_freertos_heap;

#ifdef __cplusplus
}
#endif

#endif
