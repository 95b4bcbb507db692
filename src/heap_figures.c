/* SPDX-License-Identifier: MIT */
/* Sums over regions, and what one region adds to them. */
#include "heap_internal.h"

/* Under the slot's lock. */
void capheap_add_figures(const capheap_slot_t *slot, capheap_figures_t *figures) {
    const capheap_region_t *region = &slot->region;
    size_t largest = capheap_region_largest(region);
    figures->total += capheap_region_size(region);
    figures->used += capheap_region_used_bytes(region);
    figures->free += capheap_region_free_bytes(region);
    figures->largest = largest > figures->largest ? largest : figures->largest;
    figures->minimum_free += slot->late ? 0 : capheap_region_minimum_free(region);
    figures->blocks += capheap_region_blocks(region);
    figures->regions++;
}

/* Under the slot's lock: does it serve, and can it serve these? */
bool capheap_can_serve(const capheap_slot_t *slot, capheap_caps_t caps) {
    caps = capheap_normal_caps(caps);
    return slot->state == CAPHEAP_SLOT_SERVING && (caps & slot->lacks) == 0 &&
           !capheap_alias_forbids(slot, caps);
}

void capheap_get_figures(capheap_heap_t *heap, capheap_caps_t caps, capheap_figures_t *figures) {
    *figures = (capheap_figures_t){0};
    size_t count = CAPHEAP_READ(heap->slots_in_use);
    for (capheap_slot_t *slot = heap->slots; count > 0; count--, slot++) {
        capheap_port_lock(&slot->lock);
        if (capheap_can_serve(slot, caps)) {
            capheap_add_figures(slot, figures);
        }
        capheap_port_unlock(&slot->lock);
    }
}

void capheap_get_figures_tagged(capheap_heap_t *heap, uint32_t tag, capheap_figures_t *figures) {
    *figures = (capheap_figures_t){0};
    size_t count = CAPHEAP_READ(heap->slots_in_use);
    for (capheap_slot_t *slot = heap->slots; count > 0; count--, slot++) {
        capheap_port_lock(&slot->lock);
        if (slot->state == CAPHEAP_SLOT_SERVING && slot->tag == tag) {
            capheap_add_figures(slot, figures);
        }
        capheap_port_unlock(&slot->lock);
    }
}

void capheap_reset_minimum(capheap_heap_t *heap, capheap_caps_t caps) {
    size_t count = CAPHEAP_READ(heap->slots_in_use);
    for (capheap_slot_t *slot = heap->slots; count > 0; count--, slot++) {
        capheap_port_lock(&slot->lock);
        if (capheap_can_serve(slot, caps)) {
            slot->late = 0;
            capheap_region_reset_minimum(&slot->region);
        }
        capheap_port_unlock(&slot->lock);
    }
}
