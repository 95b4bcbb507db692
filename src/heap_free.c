/* SPDX-License-Identifier: MIT */
/* Giving back, and how much a block has. */
#include "heap_internal.h"

/* Located, the block is validated, and then the event comes before the block is another's. */
static void free_located(capheap_heap_t *heap, void *ptr) {
    capheap_place_t place;
    if (!capheap_locate(heap, ptr, &place)) {
        return;
    }
    capheap_call_event(heap, ptr, NULL, place.size, 0);
    capheap_port_lock(&place.slot->lock);
    place.slot->asked = place.by_alias ? ptr : NULL;
    capheap_give_back(heap, place.slot, place.block);
    place.slot->asked = NULL;
    capheap_port_unlock(&place.slot->lock);
    capheap_check_marks(heap);
}

void capheap_free(capheap_heap_t *heap, void *ptr) {
    if (ptr == NULL) {
        return;
    }
    capheap_slot_t *slot = capheap_slot_by_memory(heap, (uintptr_t)ptr);
    if (slot == NULL || heap->watched) {
        free_located(heap, ptr);
        return;
    }
    capheap_port_lock(&slot->lock);
    bool found = slot->state == CAPHEAP_SLOT_SERVING &&
                 (uintptr_t)ptr - slot->memory.start < slot->memory.size;
    if (found) {
        capheap_region_free(&slot->region, ptr);
    }
    capheap_port_unlock(&slot->lock);
    if (!found) {
        free_located(heap, ptr);
    }
}

size_t capheap_usable_size(capheap_heap_t *heap, const void *ptr) {
    capheap_place_t place;
    return ptr != NULL && capheap_locate(heap, ptr, &place) ? place.size : 0;
}
