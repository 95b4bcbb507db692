/* SPDX-License-Identifier: MIT */
/* Placement and reserve: how they are set. What they do stands in heap_serve.c and
 * heap_internal.h. */
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

/* ---- The reserve. All under the set's lock. */

static bool takes_part(const capheap_slot_t *slot, capheap_caps_t caps) {
    return slot->state == CAPHEAP_SLOT_SERVING && (caps & slot->lacks) == 0;
}

typedef struct room {
    size_t free;
    size_t largest;
} room_t;

static room_t room_of(capheap_slot_t *slot) {
    capheap_port_lock(&slot->lock);
    room_t room = {capheap_region_free_bytes(&slot->region), capheap_region_largest(&slot->region)};
    capheap_port_unlock(&slot->lock);
    return room;
}

/* The region with the largest piece that has no part yet. */
static capheap_slot_t *roomiest(capheap_heap_t *heap, capheap_caps_t caps, room_t *room) {
    capheap_slot_t *best = NULL;
    for (size_t i = 0; i < heap->slots_in_use; i++) {
        capheap_slot_t *slot = &heap->slots[i];
        if (!takes_part(slot, caps) || slot->part_bytes != 0) {
            continue;
        }
        room_t here = room_of(slot);
        if (here.free != 0 && (best == NULL || here.largest > room->largest)) {
            best = slot;
            *room = here;
        }
    }
    return best;
}

/* Deal it out as parts that aren't in force yet. */
static bool deal_out(capheap_heap_t *heap, capheap_caps_t caps, size_t bytes, size_t piece) {
    for (size_t i = 0; i < heap->slots_in_use; i++) {
        heap->slots[i].part_bytes = 0;
        heap->slots[i].part_piece = 0;
    }
    while (bytes > 0) {
        room_t room;
        capheap_slot_t *slot = roomiest(heap, caps, &room);
        if (slot == NULL || room.largest < piece) {
            return false;
        }
        slot->part_bytes = bytes < room.free ? bytes : room.free;
        slot->part_piece = piece;
        bytes -= slot->part_bytes;
        piece = 0;
    }
    return true;
}

static void put_in_force(capheap_heap_t *heap, capheap_caps_t caps) {
    heap->reserve_caps = caps;
    for (size_t i = 0; i < heap->slots_in_use; i++) {
        capheap_slot_t *slot = &heap->slots[i];
        capheap_port_lock(&slot->lock);
        CAPHEAP_WRITE(slot->keep_bytes, slot->part_bytes);
        slot->keep_piece = slot->part_piece;
        slot->keep_caps = slot->part_bytes != 0 ? caps : 0;
        capheap_port_unlock(&slot->lock);
    }
    capheap_update_ways(heap);
}

capheap_status_t capheap_set_reserve(capheap_heap_t *heap, capheap_caps_t caps, size_t bytes,
                                     size_t piece) {
    caps = capheap_normal_caps(caps);
    if (piece > bytes || (caps == 0 && bytes != 0)) {
        return CAPHEAP_ERROR_ARGUMENT;
    }
    capheap_lock_set(heap);
    bool dealt = deal_out(heap, caps, bytes, piece);
    if (dealt) {
        put_in_force(heap, bytes != 0 ? caps : 0);
    }
    capheap_unlock_set(heap);
    return dealt ? CAPHEAP_OK : CAPHEAP_ERROR_TOO_SMALL;
}

capheap_reserve_t capheap_get_reserve(capheap_heap_t *heap) {
    capheap_lock_set(heap);
    capheap_reserve_t reserve = {.caps = heap->reserve_caps};
    for (size_t i = 0; i < heap->slots_in_use; i++) {
        const capheap_slot_t *slot = &heap->slots[i];
        if (slot->state == CAPHEAP_SLOT_SERVING && slot->keep_caps != 0) {
            reserve.bytes += slot->keep_bytes;
            reserve.piece += slot->keep_piece; /* one region's alone is not 0 */
        }
    }
    capheap_unlock_set(heap);
    return reserve;
}
