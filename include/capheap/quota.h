/* SPDX-License-Identifier: MIT */
/*
 * Quotas: an owner, such as a component or a task, has a limit, and a count of what it uses. A
 * request that names an owner (capheap_request_t.owner) is charged to it, and to the owner's
 * parent; one that would pass a limit gets NULL, and nobody else notices. Whoever frees a block,
 * its owner is credited; realloc leaves it its owner's. All of it is O(1).
 *
 * Whose a block is stands in a table beside the region, a byte per cell, that the program provides
 * for the regions where it wants owners. Without it a region serves no request that names one, and
 * costs nothing. A cell is as many granules as make the table fit, a power of two; an owned block
 * takes whole cells, so a small table means coarse blocks. Requests without an owner are not
 * affected.
 *
 * Threads: as heap.h says. Counts are kept under a lock of their own, which a call that names an
 * owner holds for one operation of the engine.
 */
#ifndef CAPHEAP_QUOTA_H
#define CAPHEAP_QUOTA_H

#include "capheap/heap.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The program fills in the first three; the rest is the heap's, and starts at 0. */
typedef struct capheap_owner {
    const char *name;             /* for explanations; may be NULL */
    size_t limit;                 /* bytes that its blocks may have, rounding included */
    struct capheap_owner *parent; /* another one of the array, itself without a parent; or NULL */

    size_t used;    /* bytes of its blocks, its children's among them; of one that is just being
                       moved, both places */
    size_t peak;    /* the most that it ever used, moves aside */
    size_t refused; /* requests that failed, and that its limit, or its parent's, kept from a region
                       that was asked (a count; its children's among them) */
} capheap_owner_t;

#define CAPHEAP_OWNERS_MAX 255 /* owners of one heap: a byte tells them apart */

/*
 * The owners of a heap, an array that stays where it is. CAPHEAP_ERROR_ARGUMENT (more than
 * CAPHEAP_OWNERS_MAX; a parent that is not of the array or has one itself), CAPHEAP_ERROR_BUSY (an
 * owner of the former array still has blocks). O(count).
 */
capheap_status_t capheap_set_owners(capheap_heap_t *heap, capheap_owner_t *owners, size_t count);

/*
 * Let the region that holds `address` remember owners, in table[0..bytes), which is cleared: one
 * byte per granule for blocks as fine as ever, half as many for twice as coarse ones, and so on.
 * table NULL: no longer. CAPHEAP_ERROR_UNKNOWN (no such region), CAPHEAP_ERROR_TOO_SMALL (cells
 * would have more than 4096 bytes), CAPHEAP_ERROR_BUSY (its table still has owners in it).
 * O(bytes), under the set's lock.
 */
capheap_status_t capheap_keep_owners(capheap_heap_t *heap, const void *address, uint8_t *table,
                                     size_t bytes);

/* A new limit. What is used above it already stays. O(1). */
void capheap_set_limit(capheap_heap_t *heap, capheap_owner_t *owner, size_t limit);

/* The owner as it is now, its counts of one moment. O(1). */
capheap_owner_t capheap_get_owner(capheap_heap_t *heap, const capheap_owner_t *owner);

/* Whose block is it? NULL if nobody's; a pointer that is no live block's is reported. O(regions).
 */
capheap_owner_t *capheap_find_owner(capheap_heap_t *heap, const void *ptr);

#ifdef __cplusplus
}
#endif

#endif
