/* SPDX-License-Identifier: MIT */
/*
 * Where ordinary requests go, and what is kept from them. Both hold for one heap, may be changed at
 * any time, and mean the same in every version:
 *
 * - Placement orders, it never refuses: a request that leaves open whether its memory is internal
 *   or external is tried first in the one that its size speaks for, then wherever it can be served.
 * - A reserve refuses, it never allocates: so many bytes of memory with certain capabilities stay
 *   free for the requests that name these capabilities. There may be several.
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
 * other one may not: it is served only where the reserve stays as it is. So a request of the
 * reserve that would be served still is after any other request, within what its own users have
 * left of it.
 *
 * When it is set, the reserve is dealt out to regions that serve: to as few as can hold it, the one
 * with the largest piece first, which keeps `piece`, rounded up to what a block of that size takes
 * there, cache lines included. From then on each region keeps its part, by its own figures alone,
 * so that this takes no walk and no second lock. What the privileged use of it is not made up for
 * elsewhere; until so much is free there again, ordinary requests get nothing there. The part of a
 * region that is removed is lost: set the reserve again then, or after memory was added.
 *
 * Several: one for each set of capabilities, up to CAPHEAP_RESERVES (config.h). Each is kept from
 * all that don't name its own capabilities, those who may use another one among them. They get
 * regions of their own as far as there are; where several share one, their pieces lie in one piece
 * together, each rounded up to a unit that grows with their sum, by a quarter of it at most, so
 * that each is surely found whatever becomes of the others. Who uses the one leaves the others, not
 * more: what their own users have drawn from them already is not asked for again. What is given
 * back there refills them in the order in which they were set.
 *
 * Figures count what is kept as free. A request that may not cut the last large piece is served
 * from the others, and cuts it only where enough of it is left.
 *
 * A second reserve for the same capabilities takes the place of the first. bytes 0: no more
 * reserve for them; caps 0 too: none at all. piece above bytes, or caps 0: CAPHEAP_ERROR_ARGUMENT.
 * One too many: CAPHEAP_ERROR_FULL. Not so much free beside what is kept already, or not in one
 * piece: CAPHEAP_ERROR_TOO_SMALL; what was in force stays. It holds, for calls on their way too,
 * when this returns. O(regions^2), under the set's lock.
 */
capheap_status_t capheap_set_reserve(capheap_heap_t *heap, capheap_caps_t caps, size_t bytes,
                                     size_t piece);

/* A reserve, as it is dealt out to the regions that serve now. */
typedef struct capheap_reserve {
    capheap_caps_t caps; /* EXEC with 32BIT, which it implies; without CACHE_ALIGNED */
    size_t bytes;        /* the sum of the regions' parts */
    size_t piece;        /* in one piece, as one of them keeps it */
} capheap_reserve_t;

/* What is kept now: the first `max` are written to out (may be NULL if max is 0). Returns how many
 * there are. O(regions), under the set's lock. */
size_t capheap_get_reserves(capheap_heap_t *heap, capheap_reserve_t *out, size_t max);

#ifdef __cplusplus
}
#endif

#endif
