/* SPDX-License-Identifier: MIT */
/* Marks are looked at after every call that gave out or took back a block. Whether one is low is
 * kept under the owners' lock, so that of two threads that pass it one signals. */
#include "capheap/mark.h"

#include "heap_internal.h"

static capheap_mark_t **link_of(capheap_heap_t *heap, const capheap_mark_t *mark) {
    capheap_mark_t **link = &heap->marks;
    while (*link != NULL && *link != mark) {
        link = &(*link)->next;
    }
    return link;
}

capheap_status_t capheap_watch_mark(capheap_heap_t *heap, capheap_mark_t *mark) {
    if (mark->signal == NULL || mark->free_high < mark->free_low ||
        mark->largest_high < mark->largest_low) {
        return CAPHEAP_ERROR_ARGUMENT;
    }
    capheap_lock_set(heap);
    capheap_mark_t **link = link_of(heap, mark);
    bool fresh = *link == NULL;
    if (fresh) {
        mark->is_low = false;
        mark->next = NULL;
        *link = mark;
        capheap_update_ways(heap);
    }
    capheap_unlock_set(heap);
    return fresh ? CAPHEAP_OK : CAPHEAP_ERROR_ARGUMENT;
}

capheap_status_t capheap_drop_mark(capheap_heap_t *heap, capheap_mark_t *mark) {
    capheap_lock_set(heap);
    capheap_mark_t **link = link_of(heap, mark);
    bool found = *link != NULL;
    if (found) {
        *link = mark->next;
        capheap_update_ways(heap);
    }
    capheap_unlock_set(heap);
    return found ? CAPHEAP_OK : CAPHEAP_ERROR_UNKNOWN;
}

/* Has it changed sides? */
static bool passes(capheap_heap_t *heap, capheap_mark_t *mark, const capheap_figures_t *figures) {
    bool low = figures->free < mark->free_low || figures->largest < mark->largest_low;
    bool high = figures->free >= mark->free_high && figures->largest >= mark->largest_high;
    capheap_port_lock(&heap->owner_lock);
    bool passed = mark->is_low ? high : low;
    if (passed) {
        mark->is_low = low;
    }
    capheap_port_unlock(&heap->owner_lock);
    return passed;
}

void capheap_check_marks(capheap_heap_t *heap) {
    for (capheap_mark_t *mark = heap->marks; mark != NULL; mark = mark->next) {
        capheap_figures_t figures;
        capheap_get_figures(heap, mark->caps, &figures);
        if (passes(heap, mark, &figures)) {
            mark->signal(mark,
                         figures.free < mark->free_low || figures.largest < mark->largest_low);
        }
    }
}
