/* SPDX-License-Identifier: MIT */
/*
 * An early signal: a callback when the memory of a capability set runs low, and when it has
 * recovered. Low is told by what is free, or by the largest piece, which is what runs out first in
 * a heap that has become fragmented. No blocks are walked: a mark costs each call on the heap a
 * look at what is free in each region, and at the largest piece of most often one, O(regions); and
 * nothing where no mark is set.
 */
#ifndef CAPHEAP_MARK_H
#define CAPHEAP_MARK_H

#include "capheap/heap.h"

#ifdef __cplusplus
extern "C" {
#endif

struct capheap_mark;

/* Called with no lock held, in the thread whose call passed the mark, after that call's own hooks.
 * It may use the heap, but not set marks. low: it has run low; false: it has recovered. */
typedef void (*capheap_mark_fn)(const struct capheap_mark *mark, bool low);

/*
 * It has run low when free bytes are below free_low, or the largest piece below largest_low. It
 * has recovered when neither is below its `_high`, which is at least the `_low`: the distance
 * between the two keeps a heap that hovers about the mark from signalling at each call. 0 for both:
 * that figure is not watched.
 */
typedef struct capheap_mark {
    capheap_caps_t caps;    /* of the regions that can serve these; 0: of all */
    size_t free_low;        /* bytes, as in capheap_figures_t.free */
    size_t free_high;       /* bytes, at least free_low */
    size_t largest_low;     /* bytes, as in capheap_figures_t.largest */
    size_t largest_high;    /* bytes, at least largest_low */
    capheap_mark_fn signal; /* not NULL */
    void *context;          /* the program's */

    bool is_low;               /* the heap's */
    struct capheap_mark *next; /* the heap's */
} capheap_mark_t;

/*
 * Watch a mark; it stays where it is until it is dropped. If it is passed already it signals at the
 * next call. Before other threads use the heap, or while none does. CAPHEAP_ERROR_ARGUMENT: a
 * `_high` below its `_low`, no signal, or the mark is watched already. O(marks).
 */
capheap_status_t capheap_watch_mark(capheap_heap_t *heap, capheap_mark_t *mark);

/* No longer. Before or while as above. CAPHEAP_ERROR_UNKNOWN if it isn't watched. O(marks). */
capheap_status_t capheap_drop_mark(capheap_heap_t *heap, capheap_mark_t *mark);

#ifdef __cplusplus
}
#endif

#endif
