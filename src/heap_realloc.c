/* SPDX-License-Identifier: MIT */
/*
 * Changing a block's size, and its memory where the new capabilities ask for another one.
 *
 * The engine changes the size of a block in its region, but it knows nothing of the order of words
 * behind an inverted alias, nor of cache lines. Such blocks stay as they are if that will do, and
 * else move, by this file's own copy.
 */
#include "heap_internal.h"

/* Has the block's memory what is asked for, by the address that its owner has? */
static bool suits(const capheap_place_t *place, const capheap_call_t *call) {
    const capheap_slot_t *slot = place->slot;
    return (call->caps != 0 || call->request->tag != NULL) &&
           (call->caps & CAPHEAP_READ(slot->lacks)) == 0 && capheap_admits(slot, call) &&
           place->by_alias == capheap_hands_alias(slot, call->caps) &&
           !capheap_alias_forbids(slot, call->caps);
}

/* Must the engine not change its size? It keeps no more than the granule's alignment, and what is
 * to outlive a reset must be whole at any time. */
static bool is_rigid(const capheap_place_t *place, const capheap_call_t *call) {
    return place->slot->retained != NULL ||
           capheap_line_asked(place->slot, call) > CAPHEAP_GRANULE_MIN ||
           call->request->alignment > CAPHEAP_GRANULE_MIN ||
           (place->by_alias && place->slot->memory.alias_kind == CAPHEAP_ALIAS_INVERTED);
}

/* Aligned, start and size in whole lines, as far as that is asked for. */
static bool is_lined_up(const capheap_place_t *place, const void *ptr, const capheap_call_t *call) {
    size_t line = capheap_line_asked(place->slot, call);
    size_t alignment = call->request->alignment != 0 ? call->request->alignment : 1;
    return (((uintptr_t)ptr | place->size) & (line - 1)) == 0 &&
           ((uintptr_t)ptr & (alignment - 1)) == 0;
}

static void release(capheap_heap_t *heap, const capheap_place_t *place) {
    capheap_before_giving(heap);
    capheap_port_lock(&place->slot->lock);
    capheap_give_back(heap, place->slot, place->block);
    capheap_port_unlock(&place->slot->lock);
}

/* Where part of the memory is kept from the request the block stays in its place: what moving it
 * would leave is only told by a search. */
static void *resize_and_leave(const capheap_place_t *place, size_t size, capheap_kept_t kept) {
    capheap_region_t *region = &place->slot->region;
    size_t minimum = region_recorded_minimum(region);
    if (!capheap_region_resize(region, place->block, size)) {
        return NULL;
    }
    if (size > place->size && !capheap_leaves(place->slot, kept, 0)) {
        capheap_region_resize(region, place->block, place->size);
        region_record_minimum(region, minimum);
        return NULL;
    }
    return place->block;
}

/* Under the slot's lock: within the region, without the copy. */
static void *begin_resize(const capheap_place_t *place, capheap_call_t *call, size_t *bytes) {
    size_t size = call->request->size;
    capheap_kept_t kept = capheap_kept_from(call->heap, place->slot, call->asked);
    return kept.bytes != 0
               ? resize_and_leave(place, size, kept)
               : capheap_region_begin_realloc(&place->slot->region, place->block, size, bytes);
}

static void *begin_resize_owned(const capheap_place_t *place, capheap_call_t *call, size_t *bytes) {
    void *block = NULL;
    if (capheap_begin_charge(place->slot, call, call->request->size)) {
        block = begin_resize(place, call, bytes);
    }
    capheap_end_charge_resized(place, call, block);
    return block;
}

/* By the engine, within the region. No lock is held over the copy and the hook. */
static void *resize(capheap_heap_t *heap, const void *ptr, const capheap_place_t *place,
                    capheap_call_t *call) {
    capheap_slot_t *slot = place->slot;
    size_t bytes;
    capheap_before_giving(heap);
    capheap_port_lock(&slot->lock);
    void *block = place->owner != NULL ? begin_resize_owned(place, call, &bytes)
                                       : begin_resize(place, call, &bytes);
    bool moved = block != place->block;
    capheap_draw(heap, slot, call->asked);
    if (block != NULL) {
        capheap_note_taken(heap, slot);
    }
    capheap_port_unlock(&slot->lock);
    if (block == NULL) {
        return NULL;
    }
    if (moved) {
        capheap_region_copy(block, place->block, bytes, &slot->region);
    }
    uintptr_t address = (uintptr_t)block;
    void *resized =
        place->by_alias ? (void *)capheap_memory_to_alias(&slot->memory, address, 0) : block;
    capheap_call_event(heap, ptr, resized, call->request->size, call->asked);
    if (moved) {
        capheap_before_giving(heap);
        capheap_port_lock(&slot->lock);
        capheap_region_free(&slot->region, place->block);
        capheap_note_given(slot);
        capheap_port_unlock(&slot->lock);
    }
    return resized;
}

/* To wherever the request is served in this pass. Nobody else knows either block, so no lock is
 * held over the copy. */
static void *move(capheap_heap_t *heap, const void *ptr, const capheap_place_t *from,
                  capheap_call_t *call) {
    size_t size = call->request->size;
    void *moved = capheap_serve(heap, call);
    if (moved == NULL) {
        return NULL;
    }
    capheap_place_t to = {
        .slot = call->slot, .block = call->block, .size = size, .by_alias = moved != call->block};
    if (to.by_alias) {
        capheap_port_lock(&to.slot->lock);
        to.size = capheap_region_usable_size(&to.slot->region, to.block);
        capheap_port_unlock(&to.slot->lock);
    }
    capheap_copy_block(&to, from, size < from->size ? size : from->size);
    capheap_call_event(heap, ptr, moved, size, call->asked);
    release(heap, from);
    return moved;
}

/* As one pass asks for it; NULL, and nothing has changed, if it can't be had. */
static void *change(capheap_heap_t *heap, void *ptr, const capheap_place_t *place,
                    capheap_call_t *call) {
    size_t size = call->request->size;
    bool stay = suits(place, call);
    if (stay && !is_rigid(place, call)) {
        void *resized = resize(heap, ptr, place, call);
        if (resized != NULL) {
            return resized;
        }
    }
    stay = stay && size <= place->size && is_lined_up(place, ptr, call);
    bool roomy = stay && size < place->size - place->size / 2;
    void *moved = stay && !roomy ? NULL : move(heap, ptr, place, call);
    if (moved == NULL && stay) {
        capheap_call_event(heap, ptr, ptr, size, call->asked);
        return ptr;
    }
    return moved;
}

/* Pass by pass: to stay as the first preference asks is better than to move as the second does. */
static void *change_by_passes(capheap_heap_t *heap, void *ptr, const capheap_request_t *request) {
    capheap_place_t place;
    if (!capheap_locate(heap, ptr, &place)) {
        return NULL;
    }
    void *changed = NULL;
    capheap_call_t call = capheap_call_of(request);
    call.heap = heap;
    call.owner = place.owner;
    call.refund = place.owner != NULL ? place.size : 0;
    for (size_t pass = 0; pass <= request->prefer_count && changed == NULL; pass++) {
        call.pass = pass;
        call.pass_end = pass + 1;
        capheap_set_pass(&call, pass);
        changed = change(heap, ptr, &place, &call);
    }
    if (changed == NULL) {
        capheap_count_refusal(heap, &call);
        capheap_call_failure(heap, request);
    } else {
        capheap_check_marks(heap);
    }
    return changed;
}

void *capheap_reallocate(capheap_heap_t *heap, void *ptr, const capheap_request_t *request) {
    if (ptr == NULL) {
        return capheap_allocate(heap, request);
    }
    if (request->alignment != 0 && !capheap_is_power_of_two(request->alignment)) {
        capheap_call_failure(heap, request);
        return NULL;
    }
    if (request->size == 0) {
        capheap_free(heap, ptr);
        return NULL;
    }
    return change_by_passes(heap, ptr, request);
}

void *capheap_realloc_prefer(capheap_heap_t *heap, void *ptr, size_t size,
                             const capheap_caps_t *prefer, size_t prefer_count) {
    capheap_request_t request = {.size = size, .prefer = prefer, .prefer_count = prefer_count};
    return capheap_reallocate(heap, ptr, &request);
}
