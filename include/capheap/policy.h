/* SPDX-License-Identifier: MIT */
/*
 * Where ordinary requests go, and what is kept from them. Both hold for one heap, may be changed at
 * any time, and mean the same in every version:
 *
 * - Placement orders, it never refuses: a request that leaves open whether its memory is internal
 *   or external is tried first in the one that its size speaks for, then wherever it can be served.
 * - A reserve refuses, it never allocates: so many bytes of memory with certain capabilities stay
 *   free for the requests that name these capabilities.
 *
 * A change holds for calls that begin after it. While either is set, the simple calls take the
 * longer way that a capheap_request_t takes.
 */
#ifndef CAPHEAP_POLICY_H
#define CAPHEAP_POLICY_H

#include "capheap/heap.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Sizes in bytes, as asked for. Of requests between the two the order of the heap decides; if both
 * hold, internal_up_to does. Only requests whose capabilities are none but 8BIT, 32BIT and DEFAULT
 * are placed, with no preferences, masters or tag of their own.
 *
 * ESP-IDF's CONFIG_SPIRAM_MALLOC_ALWAYSINTERNAL = n and heap_caps_malloc_extmem_enable(n) are
 * {n, n + 1}: up to n bytes internal first, more external first.
 */
typedef struct capheap_placement {
    size_t internal_up_to; /* requests up to this size: internal memory first. 0: none */
    size_t external_from;  /* requests from this size on: external memory first. 0: none */
} capheap_placement_t;

/* placement is copied; NULL: by the order of the heap alone. realloc moves a block by it only when
 * the block can't stay. O(1). */
void capheap_set_placement(capheap_heap_t *heap, const capheap_placement_t *placement);

/* What is in force: both 0 if nothing is. O(1). */
capheap_placement_t capheap_get_placement(const capheap_heap_t *heap);

/*
 * Keep `bytes` free, in one piece of at least `piece`, of memory whose type has all of `caps`. A
 * request that names all of these capabilities may use what is kept, whatever else it names; any
 * other one may not.
 *
 * When it is set, the reserve is dealt out to regions that serve: to as few as can hold it, the one
 * with the largest piece first, which keeps `piece`. From then on each region keeps its part, by
 * its own figures alone, so that this takes no walk and no second lock: an ordinary request is
 * served there only as far as the part stays free. What the privileged use of it is not made up for
 * elsewhere; until so much is free there again, ordinary requests get nothing there. The part of a
 * region that is removed is lost: set the reserve again then, or after memory was added.
 *
 * Figures count what is kept as free, and as the largest piece: it is, for those who may have it.
 * Which piece an ordinary request would cut is only seen by taking it: a block that would leave too
 * small a piece is given back at once, which a region's minimum ever free takes note of.
 *
 * One reserve per heap: a second one takes its place. bytes 0: no reserve. piece above bytes, or
 * caps 0: CAPHEAP_ERROR_ARGUMENT. Not so much free, or not in one piece: CAPHEAP_ERROR_TOO_SMALL,
 * and what was in force stays. O(regions^2), under the set's lock.
 */
capheap_status_t capheap_set_reserve(capheap_heap_t *heap, capheap_caps_t caps, size_t bytes,
                                     size_t piece);

/* A reserve as it is at one moment. */
typedef struct capheap_reserve {
    capheap_caps_t caps; /* 0: there is none */
    size_t bytes;        /* the sum of the parts that serving regions keep */
    size_t piece;        /* bytes of it in one piece, as they were asked for */
} capheap_reserve_t;

/* What is kept now. O(regions), under the set's lock. */
capheap_reserve_t capheap_get_reserve(capheap_heap_t *heap);

#ifdef __cplusplus
}
#endif

#endif
