/* SPDX-License-Identifier: MIT */
/*
 * Zephyr's heaps over capheap, as the module in zephyr/ builds them: programs go on including
 * Zephyr's own headers (zephyr/kernel.h, zephyr/sys/sys_heap.h,
 * zephyr/multi_heap/shared_multi_heap.h).
 *
 * This header is for a program that wants more of the shared multi-heap than Zephyr's functions
 * tell: its hooks, figures and regions, or the capabilities of its own in a request (a region of
 * attribute n has CAPHEAP_8BIT, CAPHEAP_32BIT and bit 21 + n).
 */
#ifndef CAPHEAP_ZEPHYR_H
#define CAPHEAP_ZEPHYR_H

#include "capheap/heap.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Regions that shared_multi_heap_add can take, of all attributes together: 1 to 255. */
#ifndef CAPHEAP_SHARED_MULTI_HEAP_REGIONS
#define CAPHEAP_SHARED_MULTI_HEAP_REGIONS 8
#endif

/* Set hooks before the first region is added. Threads and interrupts as ports/zephyr.c allows. */
extern capheap_heap_t capheap_shared_multi_heap;

#ifdef __cplusplus
}
#endif

#endif
