/* SPDX-License-Identifier: MIT */
/*
 * Where the short ways of heap_malloc.c are open. heap->special turns requests away before they
 * take a lock, which is a hint; what is written in the slots, under their locks, is what holds.
 */
#include "heap_internal.h"

#define ALL_CAPS (~(capheap_caps_t)0)

capheap_caps_t capheap_special_caps(const capheap_type_t *type) {
    return type->cache_line > 1 ? CAPHEAP_DMA : 0;
}

void capheap_update_slot_ways(const capheap_heap_t *heap, capheap_slot_t *slot) {
    bool plain = slot->state == CAPHEAP_SLOT_SERVING && !heap->watched && slot->retained == NULL;
    slot->plain = plain && slot->owners == NULL;
    slot->plain_lacks =
        plain && slot->keeps == 0 ? slot->lacks | capheap_special_caps(slot->type) : ALL_CAPS;
}

void capheap_update_ways(capheap_heap_t *heap) {
    heap->watched = heap->hooks.event != NULL || heap->marks != NULL;
    bool policy = heap->internal_up_to != 0 || heap->external_from != 0;
    for (size_t i = 0; i < CAPHEAP_RESERVES; i++) {
        policy = policy || heap->reserves[i].caps != 0;
    }
    capheap_caps_t always = CAPHEAP_EXEC | CAPHEAP_CACHE_ALIGNED | heap->line_caps;
    CAPHEAP_WRITE(heap->special, policy || heap->watched ? ALL_CAPS : always);
    for (size_t i = 0; i < heap->slots_in_use; i++) {
        capheap_slot_t *slot = &heap->slots[i];
        capheap_port_lock(&slot->lock);
        capheap_update_slot_ways(heap, slot);
        capheap_port_unlock(&slot->lock);
    }
}
