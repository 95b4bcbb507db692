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

/* Is a piece of so many bytes to be had? Most often the first region says yes. */
static bool has_piece(capheap_heap_t *heap, capheap_caps_t caps, size_t bytes) {
    bool found = bytes == 0;
    for (size_t i = 0; i < CAPHEAP_READ(heap->slots_in_use) && !found; i++) {
        capheap_slot_t *slot = &heap->slots[i];
        if (capheap_free_now(slot, capheap_normal_caps(caps)) >= bytes) {
            capheap_port_lock(&slot->lock);
            found = capheap_largest_for(heap, slot, caps) >= bytes;
            capheap_port_unlock(&slot->lock);
        }
    }
    return found;
}

static bool has(capheap_heap_t *heap, capheap_caps_t caps, size_t free, size_t largest) {
    return capheap_sum_free(heap, caps) >= free && has_piece(heap, caps, largest);
}

/* Has it changed sides? Only the side that it is not on is looked at. */
static bool passes(capheap_heap_t *heap, capheap_mark_t *mark, bool was_low) {
    bool passed = was_low ? has(heap, mark->caps, mark->free_high, mark->largest_high)
                          : !has(heap, mark->caps, mark->free_low, mark->largest_low);
    if (passed) {
        capheap_port_lock(&heap->owner_lock);
        passed = mark->is_low == was_low; /* nobody else has told it */
        CAPHEAP_WRITE(mark->is_low, !was_low);
        capheap_port_unlock(&heap->owner_lock);
    }
    return passed;
}

void capheap_check_marks(capheap_heap_t *heap) {
    for (capheap_mark_t *mark = heap->marks; mark != NULL; mark = mark->next) {
        bool was_low = CAPHEAP_READ(mark->is_low);
        if (passes(heap, mark, was_low)) {
            mark->signal(mark, !was_low);
        }
    }
}
