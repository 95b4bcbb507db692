/* SPDX-License-Identifier: MIT */
/* Placement: how it is set. What it does stands in heap_serve.c. */
#include "capheap/policy.h"

#include "heap_internal.h"

void capheap_set_placement(capheap_heap_t *heap, const capheap_placement_t *placement) {
    capheap_lock_set(heap);
    CAPHEAP_WRITE(heap->internal_up_to, placement != NULL ? placement->internal_up_to : 0);
    CAPHEAP_WRITE(heap->external_from, placement != NULL ? placement->external_from : 0);
    capheap_update_ways(heap);
    capheap_unlock_set(heap);
}

capheap_placement_t capheap_get_placement(const capheap_heap_t *heap) {
    return (capheap_placement_t){CAPHEAP_READ(heap->internal_up_to),
                                 CAPHEAP_READ(heap->external_from)};
}
