/* SPDX-License-Identifier: MIT */
/*
 * Owners: what they use, and which cells are theirs. The table of a region is looked at under its
 * slot's lock, counts under the owners' lock, which is taken while the slot's is held. An owned
 * block begins at a cell and takes whole ones, so no other block begins in a cell of its own.
 */
#include "capheap/quota.h"

#include "heap_internal.h"

#define CELL_MAX 4096u

/* ---- Counts, under the owners' lock */

/* From 1; 0: none of the heap's. */
static uint8_t id_of(const capheap_heap_t *heap, const capheap_owner_t *owner) {
    uintptr_t offset = (uintptr_t)owner - (uintptr_t)heap->owners;
    bool inside = offset / sizeof(*owner) < heap->owner_count && offset % sizeof(*owner) == 0;
    return inside ? (uint8_t)(offset / sizeof(*owner) + 1) : 0;
}

static bool has_room(const capheap_owner_t *owner, size_t more) {
    return owner == NULL || (owner->used <= owner->limit && more <= owner->limit - owner->used);
}

/* What the block grows by: one that moves gives its old place back at once. */
static bool may_grow(const capheap_owner_t *owner, size_t size, size_t refund) {
    size_t more = size > refund ? size - refund : 0;
    return more == 0 || (has_room(owner, more) && has_room(owner->parent, more));
}

static void count(capheap_owner_t *owner, size_t more, size_t less) {
    for (; owner != NULL; owner = owner->parent) {
        owner->used += more;
        size_t lasting = owner->used > less ? owner->used - less : 0;
        owner->peak = lasting > owner->peak ? lasting : owner->peak;
    }
}

static void discount(capheap_owner_t *owner, size_t bytes) {
    for (; owner != NULL; owner = owner->parent) {
        owner->used -= bytes;
    }
}

/* ---- Cells, under the slot's lock */

static size_t cells_of(const capheap_memory_t *memory, unsigned shift) {
    return ((memory->start + memory->size - 1) >> shift) - (memory->start >> shift) + 1;
}

static uint8_t *cell_at(const capheap_slot_t *slot, const void *block) {
    return &slot->owners[((uintptr_t)block >> slot->owner_shift) -
                         (slot->memory.start >> slot->owner_shift)];
}

size_t capheap_owner_cell(const capheap_slot_t *slot) {
    size_t cell = (size_t)1 << slot->owner_shift;
    return cell > capheap_granule_of(slot->type) ? cell : 1;
}

capheap_owner_t *capheap_owner_at(const capheap_heap_t *heap, const capheap_slot_t *slot,
                                  const void *block) {
    uint8_t id = slot->owners != NULL ? *cell_at(slot, block) : 0;
    return id != 0 ? &heap->owners[id - 1] : NULL;
}

/* ---- What the heap's other files call, under the slot's lock */

bool capheap_begin_charge(const capheap_slot_t *slot, capheap_call_t *call, size_t size) {
    capheap_heap_t *heap = call->heap;
    capheap_port_lock(&heap->owner_lock);
    bool room = capheap_round_up(&size, capheap_granule_of(slot->type)) &&
                id_of(heap, call->owner) != 0 && may_grow(call->owner, size, call->refund);
    call->over_quota = call->over_quota || (!room && id_of(heap, call->owner) != 0);
    return room;
}

void capheap_count_refusal(capheap_heap_t *heap, const capheap_call_t *call) {
    if (call->over_quota) {
        capheap_port_lock(&heap->owner_lock);
        for (capheap_owner_t *owner = call->owner; owner != NULL; owner = owner->parent) {
            owner->refused++;
        }
        capheap_port_unlock(&heap->owner_lock);
    }
}

void capheap_end_charge(const capheap_slot_t *slot, capheap_call_t *call, const void *ptr) {
    if (ptr != NULL) {
        count(call->owner, capheap_region_usable_size(&slot->region, call->block), call->refund);
        *cell_at(slot, call->block) = id_of(call->heap, call->owner);
    }
    capheap_port_unlock(&call->heap->owner_lock);
}

void capheap_end_charge_resized(const capheap_place_t *place, capheap_call_t *call, void *block) {
    const capheap_slot_t *slot = place->slot;
    size_t size = call->request->size;
    if (block != NULL && capheap_round_up(&size, capheap_granule_of(slot->type))) {
        count(call->owner, size, place->size);
        discount(call->owner, place->size);
        *cell_at(slot, place->block) = 0;
        *cell_at(slot, block) = id_of(call->heap, call->owner);
    }
    capheap_port_unlock(&call->heap->owner_lock);
}

void capheap_give_back(capheap_heap_t *heap, capheap_slot_t *slot, void *block) {
    capheap_owner_t *owner = capheap_owner_at(heap, slot, block);
    if (owner != NULL) {
        size_t size = capheap_region_usable_size(&slot->region, block);
        if (size == 0) {
            return; /* into an owned block, not at its start: reported */
        }
        *cell_at(slot, block) = 0;
        capheap_port_lock(&heap->owner_lock);
        discount(owner, size);
        capheap_port_unlock(&heap->owner_lock);
    }
    capheap_begin_change(slot);
    capheap_region_free(&slot->region, block);
    capheap_end_change(slot);
    capheap_note_given(slot);
}

bool capheap_has_quota(capheap_heap_t *heap, const capheap_owner_t *owner, size_t size) {
    capheap_port_lock(&heap->owner_lock);
    bool room = id_of(heap, owner) != 0 && may_grow(owner, size, 0);
    capheap_port_unlock(&heap->owner_lock);
    return room;
}

/* ---- For the program */

static bool parents_are_sound(const capheap_owner_t *owners, size_t owner_count) {
    const capheap_heap_t heap = {.owners = (capheap_owner_t *)(uintptr_t)owners,
                                 .owner_count = owner_count};
    for (size_t i = 0; i < owner_count; i++) {
        const capheap_owner_t *parent = owners[i].parent;
        if (parent != NULL && (id_of(&heap, parent) == 0 || parent->parent != NULL)) {
            return false;
        }
    }
    return true;
}

static bool any_used(const capheap_heap_t *heap) {
    size_t used = 0;
    for (size_t i = 0; i < heap->owner_count; i++) {
        used |= heap->owners[i].used;
    }
    return used != 0;
}

capheap_status_t capheap_set_owners(capheap_heap_t *heap, capheap_owner_t *owners,
                                    size_t owner_count) {
    if (owner_count > CAPHEAP_OWNERS_MAX || (owners == NULL && owner_count != 0) ||
        !parents_are_sound(owners, owner_count)) {
        return CAPHEAP_ERROR_ARGUMENT;
    }
    capheap_lock_set(heap);
    capheap_port_lock(&heap->owner_lock);
    bool busy = any_used(heap);
    if (!busy) {
        heap->owners = owners;
        heap->owner_count = owner_count;
        for (size_t i = 0; i < owner_count; i++) {
            owners[i].used = owners[i].peak = owners[i].refused = 0;
        }
    }
    capheap_port_unlock(&heap->owner_lock);
    capheap_unlock_set(heap);
    return busy ? CAPHEAP_ERROR_BUSY : CAPHEAP_OK;
}

/* Under the set's lock, which keeps the slot what it is. */
static capheap_status_t set_table(const capheap_heap_t *heap, capheap_slot_t *slot, uint8_t *table,
                                  size_t bytes) {
    unsigned shift = 3;
    while ((size_t)1 << shift < capheap_granule_of(slot->type)) {
        shift++;
    }
    while (table != NULL && cells_of(&slot->memory, shift) > bytes) {
        if ((size_t)1 << shift == CELL_MAX) {
            return CAPHEAP_ERROR_TOO_SMALL;
        }
        shift++;
    }
    uint8_t owned = 0;
    capheap_port_lock(&slot->lock);
    for (size_t i = 0; slot->owners != NULL && i < cells_of(&slot->memory, slot->owner_shift);
         i++) {
        owned |= slot->owners[i];
    }
    if (owned == 0) {
        for (size_t i = 0; table != NULL && i < bytes; i++) {
            table[i] = 0;
        }
        slot->owners = table;
        slot->owner_shift = (uint8_t)shift;
        capheap_update_slot_ways(heap, slot);
    }
    capheap_port_unlock(&slot->lock);
    return owned == 0 ? CAPHEAP_OK : CAPHEAP_ERROR_BUSY;
}

capheap_status_t capheap_keep_owners(capheap_heap_t *heap, const void *address, uint8_t *table,
                                     size_t bytes) {
    capheap_lock_set(heap);
    capheap_slot_t *slot = capheap_slot_by_memory(heap, (uintptr_t)address);
    capheap_status_t status =
        slot != NULL ? set_table(heap, slot, table, bytes) : CAPHEAP_ERROR_UNKNOWN;
    capheap_unlock_set(heap);
    return status;
}

void capheap_set_limit(capheap_heap_t *heap, capheap_owner_t *owner, size_t limit) {
    capheap_port_lock(&heap->owner_lock);
    owner->limit = limit;
    capheap_port_unlock(&heap->owner_lock);
}

capheap_owner_t capheap_get_owner(capheap_heap_t *heap, const capheap_owner_t *owner) {
    capheap_port_lock(&heap->owner_lock);
    capheap_owner_t copy = *owner;
    capheap_port_unlock(&heap->owner_lock);
    return copy;
}

capheap_owner_t *capheap_find_owner(capheap_heap_t *heap, const void *ptr) {
    capheap_place_t place;
    return ptr != NULL && capheap_locate(heap, ptr, &place) ? place.owner : NULL;
}
