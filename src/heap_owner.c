/* SPDX-License-Identifier: MIT */
/*
 * Whose pointer is it? By the bounds of the memories, then of the aliases; and what the owner's
 * pointer stands for in the memory itself. Nothing is stored in or before a block for that: the
 * map of the region knows where blocks begin and end.
 */
#include "heap_internal.h"

capheap_slot_t *capheap_slot_by_alias(const capheap_heap_t *heap, uintptr_t address) {
    capheap_slot_t *slot = heap->slots;
    for (size_t left = CAPHEAP_READ(heap->slots_in_use); left > 0; left--, slot++) {
        if (CAPHEAP_READ(slot->memory.alias_kind) != CAPHEAP_ALIAS_NONE &&
            address - CAPHEAP_READ(slot->memory.alias) < CAPHEAP_READ(slot->memory.size)) {
            return slot;
        }
    }
    return NULL;
}

/*
 * The block that the alias's address stands for. Inverted, that is the one that ends where the
 * address leads; if none does, an odd address in the word at hand, where no block can start, so
 * that the engine tells what is wrong about it.
 */
static uintptr_t block_of_alias(const capheap_slot_t *slot, uintptr_t address) {
    uintptr_t found = capheap_memory_from_alias(&slot->memory, address, 0);
    if (slot->memory.alias_kind == CAPHEAP_ALIAS_LINEAR) {
        return found;
    }
    const void *block = capheap_region_block_before(&slot->region, (const void *)found);
    return block != NULL ? (uintptr_t)block : ((found - 1) & ~(uintptr_t)3) | 1;
}

/* Under the slot's lock. False: it serves no longer, or does not hold the pointer after all. */
static bool examine(const capheap_heap_t *heap, capheap_slot_t *slot, const void *ptr,
                    capheap_place_t *place) {
    const capheap_memory_t *memory = &slot->memory;
    uintptr_t address = (uintptr_t)ptr;
    if (slot->state != CAPHEAP_SLOT_SERVING) {
        return false;
    }
    place->by_alias = address - memory->start >= memory->size;
    if (place->by_alias) {
        if (memory->alias_kind == CAPHEAP_ALIAS_NONE || address - memory->alias >= memory->size) {
            return false;
        }
        address = block_of_alias(slot, address);
        slot->asked = ptr;
    }
    place->slot = slot;
    place->block = (unsigned char *)address;
    place->size = capheap_region_usable_size(&slot->region, place->block);
    slot->asked = NULL;
    place->owner = place->size != 0 ? capheap_owner_at(heap, slot, place->block) : NULL;
    return true;
}

static bool find(const capheap_heap_t *heap, const void *ptr, capheap_place_t *place) {
    capheap_slot_t *slot = capheap_slot_by_memory(heap, (uintptr_t)ptr);
    if (slot == NULL) {
        slot = capheap_slot_by_alias(heap, (uintptr_t)ptr);
    }
    if (slot == NULL) {
        return false;
    }
    capheap_port_lock(&slot->lock);
    bool found = examine(heap, slot, ptr, place);
    capheap_port_unlock(&slot->lock);
    return found;
}

bool capheap_locate(capheap_heap_t *heap, const void *ptr, capheap_place_t *place) {
    place->size = 0;
    bool found = find(heap, ptr, place);
    if (!found) {
        /* Bounds read while they changed may have led to a wrong slot. */
        capheap_lock_set(heap);
        found = find(heap, ptr, place);
        capheap_unlock_set(heap);
    }
    if (!found) {
        capheap_report_foreign(heap, ptr);
    }
    return place->size != 0;
}
