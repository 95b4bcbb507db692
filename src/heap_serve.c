/* SPDX-License-Identifier: MIT */
/* From a request to a block: what each region that can serve it is asked, in the order of choice.
 */
#include "heap_internal.h"

static void *allocate(capheap_region_t *region, size_t size, size_t alignment) {
    return alignment > CAPHEAP_GRANULE_MIN ? capheap_region_aligned_alloc(region, alignment, size)
                                           : capheap_region_malloc(region, size);
}

/*
 * A block by its address on the instruction bus. Where the alias is inverted, the block's end
 * decides about that address: with a size of whole alignments the end is as well aligned as the
 * start. An alignment that the two sides of the memory don't share can't be had at all.
 */
static void *take_alias(capheap_slot_t *slot, capheap_call_t *call, size_t size, size_t alignment) {
    if (capheap_alias_forbids(slot, call->caps) || !capheap_round_up(&size, alignment)) {
        return NULL;
    }
    void *block = allocate(&slot->region, size, alignment);
    if (block == NULL) {
        return NULL;
    }
    size_t usable = capheap_region_usable_size(&slot->region, block);
    uintptr_t alias = capheap_memory_to_alias(&slot->memory, (uintptr_t)block, usable);
    if ((alias & (alignment - 1)) != 0) {
        region_untake(&slot->region, block);
        return NULL;
    }
    call->block = block;
    return (void *)alias;
}

/* By the address that is asked for. */
static void *take_placed(capheap_slot_t *slot, capheap_call_t *call, size_t size,
                         size_t alignment) {
    if (capheap_hands_alias(slot, call->caps)) {
        return take_alias(slot, call, size, alignment);
    }
    call->block = allocate(&slot->region, size, alignment);
    return call->block;
}

/* The same, if enough is left for those for whom it is kept. The piece that is left is only seen
 * when the block is taken; if it is too small the block is given back. */
static void *take_and_leave(capheap_slot_t *slot, capheap_call_t *call, size_t size,
                            size_t alignment) {
    if (!capheap_leaves_bytes(slot, size)) {
        return NULL;
    }
    void *ptr = take_placed(slot, call, size, alignment);
    if (ptr != NULL && !capheap_leaves_kept(slot)) {
        region_untake(&slot->region, call->block);
        ptr = NULL;
    }
    return ptr;
}

static void *take_left(capheap_slot_t *slot, capheap_call_t *call, size_t size, size_t alignment) {
    return capheap_is_kept_from(slot, call) ? take_and_leave(slot, call, size, alignment)
                                            : take_placed(slot, call, size, alignment);
}

/* The same, charged to an owner. By its alias a block is rounded up to whole alignments. */
static void *take_owned(capheap_slot_t *slot, capheap_call_t *call, size_t size, size_t alignment) {
    if (capheap_hands_alias(slot, call->caps) && !capheap_round_up(&size, alignment)) {
        return NULL;
    }
    void *ptr = NULL;
    if (capheap_begin_charge(slot, call, size)) {
        ptr = take_left(slot, call, size, alignment);
    }
    capheap_end_charge(slot, call, ptr);
    return ptr;
}

/* Tag, masters, alignment, cache lines, alias, reserve, quota: under the slot's lock. */
static void *take_special(capheap_slot_t *slot, capheap_call_t *call) {
    if (slot->state != CAPHEAP_SLOT_SERVING || (call->caps & slot->lacks) != 0 ||
        !capheap_admits(slot, call)) {
        return NULL;
    }
    size_t size = call->request->size;
    size_t line = capheap_line_asked(slot, call);
    size_t alignment = call->request->alignment > line ? call->request->alignment : line;
    call->slot = slot;
    if (!capheap_round_up(&size, line)) {
        return NULL;
    }
    return call->owner != NULL ? take_owned(slot, call, size, alignment)
                               : take_left(slot, call, size, alignment);
}

/* Under its lock, a region is asked for the block; what made it a candidate is checked again. */
static void *take(capheap_slot_t *slot, void *context) {
    capheap_port_lock(&slot->lock);
    void *ptr = take_special(slot, context);
    capheap_port_unlock(&slot->lock);
    return ptr;
}

static void *search_by_tag(capheap_heap_t *heap, capheap_call_t *call) {
    void *ptr = NULL;
    for (capheap_slot_t *slot = CAPHEAP_READ(heap->first); slot != NULL && ptr == NULL;
         slot = CAPHEAP_READ(slot->next)) {
        if (CAPHEAP_READ(slot->tag) == *call->request->tag) {
            ptr = take(slot, call);
        }
    }
    return ptr;
}

/* Where the heap's placement wants a request that leaves it open: INTERNAL, SPIRAM or 0. */
static capheap_caps_t placement(const capheap_heap_t *heap, const capheap_call_t *call) {
    const capheap_request_t *request = call->request;
    const capheap_caps_t open = CAPHEAP_8BIT | CAPHEAP_32BIT | CAPHEAP_DEFAULT;
    if ((call->caps & ~open) != 0 || call->caps == 0 || request->prefer_count != 0 ||
        request->masters != 0) {
        return 0;
    }
    if (request->size <= CAPHEAP_READ(heap->internal_up_to)) {
        return CAPHEAP_INTERNAL;
    }
    size_t external_from = CAPHEAP_READ(heap->external_from);
    return external_from != 0 && request->size >= external_from ? CAPHEAP_SPIRAM : 0;
}

static void *search_placed(capheap_heap_t *heap, capheap_call_t *call) {
    capheap_caps_t first = placement(heap, call);
    capheap_caps_t caps = call->caps;
    void *ptr = NULL;
    if (first != 0) {
        call->caps = caps | first;
        ptr = capheap_try_choices(heap, call->caps, take, call);
        call->caps = caps;
    }
    return ptr != NULL ? ptr : capheap_try_choices(heap, caps, take, call);
}

static void *search(capheap_heap_t *heap, capheap_call_t *call) {
    void *ptr = NULL;
    call->heap = heap;
    for (size_t pass = call->pass; pass < call->pass_end && ptr == NULL; pass++) {
        capheap_set_pass(call, pass);
        ptr = call->request->tag != NULL ? search_by_tag(heap, call) : search_placed(heap, call);
    }
    return ptr;
}

/* If the list changed since the version was read, the search may have missed a region. Under the
 * set's lock it can't change any more. */
static void *serve_again(capheap_heap_t *heap, capheap_call_t *call, uintptr_t version) {
    void *ptr = NULL;
    capheap_lock_set(heap);
    if (heap->version != version) {
        ptr = search(heap, call);
    }
    capheap_unlock_set(heap);
    return ptr;
}

void *capheap_serve(capheap_heap_t *heap, capheap_call_t *call) {
    uintptr_t version = CAPHEAP_READ_FIRST(heap->version);
    void *ptr = search(heap, call);
    return ptr != NULL ? ptr : serve_again(heap, call, version);
}
