/* SPDX-License-Identifier: MIT */
/* Giving back, and how much a block has. */
#include "heap_internal.h"

/* Located, the block is validated, and then the event comes before the block is another's. */
void capheap_free_located(capheap_heap_t *heap, void *ptr) {
    capheap_place_t place;
    if (ptr == NULL || !capheap_locate(heap, ptr, &place)) {
        return;
    }
    capheap_call_event(heap, ptr, NULL, place.size, 0);
    capheap_before_giving(heap);
    capheap_port_lock(&place.slot->lock);
    place.slot->asked = place.by_alias ? ptr : NULL;
    capheap_give_back(heap, place.slot, place.block);
    place.slot->asked = NULL;
    capheap_port_unlock(&place.slot->lock);
    capheap_check_marks(heap);
}

size_t capheap_usable_size(capheap_heap_t *heap, const void *ptr) {
    capheap_place_t place;
    return ptr != NULL && capheap_locate(heap, ptr, &place) ? place.size : 0;
}
