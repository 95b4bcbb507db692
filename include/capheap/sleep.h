/* SPDX-License-Identifier: MIT */
/*
 * A heap's regions in memory that keeps its contents over deep sleep or reset: attach.h for a
 * region of a heap, under the heap's locks. docs/sleep.md shows a program.
 *
 * Such a region serves only requests that name CAPHEAP_RETENTION or CAPHEAP_RTCRAM, or its tag: any
 * other block would lie there, live and nobody's, after the next reset. A realloc must name it
 * again, and always moves a block that grows. capheap_free and the rest are as ever; blocks from
 * before the reset are given back like others, and are no owner's (quota.h).
 */
#ifndef CAPHEAP_SLEEP_H
#define CAPHEAP_SLEEP_H

#include "capheap/attach.h"
#include "capheap/heap.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * As capheap_add_region, but the region that the memory kept is attached, with all live blocks, if
 * it is sound; retained->status says whether it was, and why not. retained must stay until the
 * region is removed. Fails as capheap_add_region and capheap_region_attach do, and with
 * CAPHEAP_ERROR_ARGUMENT for start-up memory. O(regions) and the attaching.
 */
capheap_status_t capheap_attach_region(capheap_heap_t *heap, const capheap_type_t *type,
                                       uint32_t tag, const capheap_memory_t *memory,
                                       const capheap_attach_t *how, capheap_retained_t *retained);

/* As capheap_retained_set_root: ptr is an address in the memory itself, or NULL. */
bool capheap_set_root(capheap_retained_t *retained, uint32_t index, const void *ptr);

/* As capheap_retained_root. */
void *capheap_get_root(const capheap_retained_t *retained, uint32_t index);

/* As capheap_retained_seal, under the region's lock for all its time: right before sleep. */
void capheap_seal(capheap_retained_t *retained, bool contents);

/* As capheap_retained_break_seal. */
void capheap_break_seal(capheap_retained_t *retained);

#ifdef __cplusplus
}
#endif

#endif
