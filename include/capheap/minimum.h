/* SPDX-License-Identifier: MIT */
/*
 * The least that was ever free: of any set of regions together, exactly, and in a stretch of time.
 *
 * Without any of this, capheap_figures_t.minimum_free is exact for one region, and for all regions
 * together. Of other sets it is the sum of what each region's own least was, each at a moment of
 * its own: never more than what was really free in them together. A watched minimum is exact for
 * its set. It costs a call nothing where what is free is far above all minima; where it is not, a
 * call that gives memory back after one that took it looks at the figures of each region,
 * O(regions + regions * minima), under the set's lock.
 */
#ifndef CAPHEAP_MINIMUM_H
#define CAPHEAP_MINIMUM_H

#include "capheap/heap.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Bytes free together in all regions that can serve `caps`. At each moment the regions count that
 * serve at that moment: one that comes late adds what it has from then on, and changes no minimum
 * of the time before; one that leaves takes what it had with it. A block that realloc moves counts
 * in both places until the old one is given back. Calls that overlap in time, in several threads,
 * count in some order.
 */
typedef struct capheap_minimum {
    capheap_caps_t caps; /* the program's; 0: all regions */

    size_t free;                  /* now; read it by capheap_get_minimum */
    size_t least;                 /* since it is watched, or since capheap_restart_minimum */
    struct capheap_minimum *next; /* the heap's own */
} capheap_minimum_t;

/* Watch a minimum, from what is free now; it stays where it is until it is dropped. At any time.
 * CAPHEAP_ERROR_ARGUMENT: it is watched already. O(regions + minima), under the set's lock. */
capheap_status_t capheap_watch_minimum(capheap_heap_t *heap, capheap_minimum_t *minimum);

/* No longer. At any time. CAPHEAP_ERROR_UNKNOWN if it isn't watched. O(regions + minima). */
capheap_status_t capheap_drop_minimum(capheap_heap_t *heap, capheap_minimum_t *minimum);

/* As it is now. O(regions + minima), under the set's lock. */
capheap_minimum_t capheap_get_minimum(capheap_heap_t *heap, const capheap_minimum_t *minimum);

/* Start afresh from what is free now. As above. */
void capheap_restart_minimum(capheap_heap_t *heap, capheap_minimum_t *minimum);

/*
 * A stretch: from its start to its end the minimum figures (capheap_figures_t.minimum_free) of all
 * regions that are there at its start count from there, late regions included; after its end they
 * are what they would be without it. Costs the calls in between nothing. A second start begins the
 * stretch afresh; an end without a start does nothing and returns false. Watched minima have
 * nothing to do with it. ESP-IDF's heap_caps_monitor_local_minimum_free_size_start and _stop.
 * O(regions), under the set's lock.
 */
void capheap_start_stretch(capheap_heap_t *heap);
/* Its end; false if none had begun. O(regions), under the set's lock. */
bool capheap_end_stretch(capheap_heap_t *heap);

#ifdef __cplusplus
}
#endif

#endif
