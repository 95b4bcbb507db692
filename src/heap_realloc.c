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
static bool suits(const capheap_place_t *place, const capheap_request_t *request) {
    const capheap_slot_t *slot = place->slot;
    return request->caps != 0 && (request->caps & CAPHEAP_READ(slot->lacks)) == 0 &&
           place->by_alias == capheap_hands_alias(slot, request->caps) &&
           !capheap_alias_forbids(slot, request->caps);
}

/* Must the engine not change its size? */
static bool is_rigid(const capheap_place_t *place, const capheap_request_t *request) {
    return capheap_line_asked(place->slot, request->asked) > CAPHEAP_GRANULE_MIN ||
           (place->by_alias && place->slot->memory.alias_kind == CAPHEAP_ALIAS_INVERTED);
}

/* Start and size in whole lines, as far as they are asked for. */
static bool is_lined_up(const capheap_place_t *place, const void *ptr,
                        const capheap_request_t *request) {
    size_t line = capheap_line_asked(place->slot, request->asked);
    return (((uintptr_t)ptr | place->size) & (line - 1)) == 0;
}

static void release(const capheap_place_t *place) {
    capheap_port_lock(&place->slot->lock);
    capheap_region_free(&place->slot->region, place->block);
    capheap_port_unlock(&place->slot->lock);
}

/* By the engine, within the region. */
static void *resize(const capheap_place_t *place, size_t size) {
    capheap_slot_t *slot = place->slot;
    capheap_port_lock(&slot->lock);
    void *block = capheap_region_realloc(&slot->region, place->block, size);
    capheap_port_unlock(&slot->lock);
    if (block == NULL || !place->by_alias) {
        return block;
    }
    return (void *)capheap_memory_to_alias(&slot->memory, (uintptr_t)block, 0);
}

/* To wherever the request is served. Nobody else knows either block, so no lock is held over the
 * copy. */
static void *move(capheap_heap_t *heap, const void *ptr, const capheap_place_t *from,
                  capheap_request_t *request) {
    void *moved = capheap_serve(heap, request);
    if (moved == NULL) {
        return NULL;
    }
    size_t bytes = request->size < from->size ? request->size : from->size;
    size_t usable = request->size;
    capheap_place_t to = {request->slot, request->block, usable, moved != request->block};
    if (to.by_alias) {
        capheap_port_lock(&to.slot->lock);
        to.size = capheap_region_usable_size(&to.slot->region, to.block);
        capheap_port_unlock(&to.slot->lock);
    }
    capheap_copy_block(&to, from, bytes);
    capheap_call_event(heap, ptr, moved, request->size, request->asked);
    release(from);
    return moved;
}

/* As one capability set asks for it; NULL, and nothing has changed, if it can't be had. */
static void *change(capheap_heap_t *heap, void *ptr, const capheap_place_t *place,
                    capheap_request_t *request) {
    bool stay = suits(place, request);
    bool rigid = is_rigid(place, request);
    if (stay && !rigid) {
        void *resized = resize(place, request->size);
        if (resized != NULL) {
            capheap_call_event(heap, ptr, resized, request->size, request->asked);
            return resized;
        }
    }
    stay = stay && request->size <= place->size && is_lined_up(place, ptr, request);
    bool roomy = stay && request->size < place->size - place->size / 2;
    void *moved = stay && !roomy ? NULL : move(heap, ptr, place, request);
    if (moved == NULL && stay) {
        capheap_call_event(heap, ptr, ptr, request->size, request->asked);
        return ptr;
    }
    return moved;
}

void *capheap_realloc_prefer(capheap_heap_t *heap, void *ptr, size_t size,
                             const capheap_caps_t *prefer, size_t prefer_count) {
    if (ptr == NULL) {
        return capheap_malloc_prefer(heap, size, prefer, prefer_count);
    }
    if (size == 0) {
        capheap_free(heap, ptr);
        return NULL;
    }
    capheap_place_t place;
    if (!capheap_locate(heap, ptr, &place)) {
        return NULL;
    }
    void *changed = NULL;
    for (size_t i = 0; i < prefer_count && changed == NULL; i++) {
        capheap_request_t request;
        capheap_request_init(&request, size, 1, prefer[i]);
        changed = change(heap, ptr, &place, &request);
    }
    if (changed == NULL) {
        capheap_call_failure(heap, size, 1, prefer_count > 0 ? prefer[prefer_count - 1] : 0);
    }
    return changed;
}

void *capheap_realloc(capheap_heap_t *heap, void *ptr, size_t size, capheap_caps_t caps) {
    return capheap_realloc_prefer(heap, ptr, size, &caps, 1);
}
