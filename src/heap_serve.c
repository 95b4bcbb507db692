/* SPDX-License-Identifier: MIT */
/* From a request to a block: what each region that can serve it is asked, in the order of choice.
 */
#include "heap_internal.h"

/* What the engine is asked for. */
typedef struct shape {
    size_t size; /* bytes */
    size_t alignment;
    capheap_kept_t kept; /* what must be left */
} shape_t;

static void *allocate(capheap_slot_t *slot, const shape_t *shape) {
    capheap_region_t *region = &slot->region;
    if (shape->kept.piece != 0) {
        return capheap_region_take_leaving(region, shape->alignment, shape->size,
                                           shape->kept.piece);
    }
    return shape->alignment > CAPHEAP_GRANULE_MIN
               ? capheap_region_aligned_alloc(region, shape->alignment, shape->size)
               : capheap_region_malloc(region, shape->size);
}

/* Can the memory's addresses and the alias's both be multiples of it? */
static bool alias_shares(const capheap_memory_t *memory, size_t alignment) {
    uintptr_t apart = memory->alias_kind == CAPHEAP_ALIAS_LINEAR
                          ? memory->alias - memory->start
                          : memory->alias + memory->start + memory->size;
    return alignment == 0 || (apart & (alignment - 1)) == 0;
}

/*
 * Of a block by its address on the instruction bus: where that alias is inverted, the block's end
 * decides about the address. With a size of whole alignments the end is as well aligned as the
 * start. An alignment that the two sides of the memory don't share can't be had at all.
 */
static bool shape_by_alias(const capheap_slot_t *slot, const capheap_call_t *call, shape_t *shape) {
    return !capheap_hands_alias(slot, call->caps) ||
           (!capheap_alias_forbids(slot, call->caps) &&
            alias_shares(&slot->memory, shape->alignment) &&
            (shape->alignment == 0 || capheap_round_up(&shape->size, shape->alignment)));
}

/* What may not be taken for it; false: there is not so much besides. */
static bool shape_by_reserves(capheap_slot_t *slot, const capheap_call_t *call, shape_t *shape) {
    size_t whole = shape->size;
    shape->kept = capheap_kept_from(call->heap, slot, call->asked);
    return shape->kept.bytes == 0 || (capheap_round_up(&whole, capheap_granule_of(slot->type)) &&
                                      capheap_leaves(slot, shape->kept, whole));
}

/* By the address that is asked for; its shape by the alias is known. */
static void *take_left(capheap_slot_t *slot, capheap_call_t *call, shape_t *shape) {
    call->block = shape_by_reserves(slot, call, shape) ? allocate(slot, shape) : NULL;
    capheap_draw(call->heap, slot, call->asked);
    if (call->block == NULL || !capheap_hands_alias(slot, call->caps)) {
        return call->block;
    }
    size_t usable = capheap_region_usable_size(&slot->region, call->block);
    return (void *)capheap_memory_to_alias(&slot->memory, (uintptr_t)call->block, usable);
}

bool capheap_would_serve(capheap_slot_t *slot, const capheap_call_t *call, size_t size,
                         size_t alignment, bool leave) {
    shape_t shape = {.size = size, .alignment = alignment};
    if (!shape_by_alias(slot, call, &shape) || (leave && !shape_by_reserves(slot, call, &shape))) {
        return false;
    }
    capheap_begin_change(slot);
    bool fits = capheap_region_fits(&slot->region, alignment, shape.size, shape.kept.piece);
    capheap_end_change(slot);
    return fits;
}

/* The same, charged to an owner. */
static void *take_owned(capheap_slot_t *slot, capheap_call_t *call, shape_t *shape) {
    void *ptr = NULL;
    if (capheap_begin_charge(slot, call, shape->size)) {
        ptr = take_left(slot, call, shape);
    }
    capheap_end_charge(slot, call, ptr);
    return ptr;
}

/* Tag, masters, alignment, cache lines, alias, reserve, quota: under the slot's lock. */
static void *take_special(capheap_slot_t *slot, capheap_call_t *call) {
    if (slot->state != CAPHEAP_SLOT_SERVING || (call->caps & slot->lacks) != 0 ||
        !capheap_admits(slot, call) || capheap_is_retained_from(slot, call)) {
        return NULL;
    }
    size_t line = capheap_line_asked(slot, call);
    size_t asked = call->request->alignment;
    shape_t shape = {.size = call->request->size, .alignment = asked > line ? asked : line};
    call->slot = slot;
    if (!capheap_round_up(&shape.size, line) || !shape_by_alias(slot, call, &shape)) {
        return NULL;
    }
    capheap_begin_change(slot);
    void *ptr =
        call->owner != NULL ? take_owned(slot, call, &shape) : take_left(slot, call, &shape);
    capheap_end_change(slot);
    return ptr;
}

/* Under its lock, a region is asked for the block; what made it a candidate is checked again. */
static void *take(capheap_slot_t *slot, void *context) {
    capheap_port_lock(&slot->lock);
    capheap_call_t *call = context;
    void *ptr = take_special(slot, call);
    if (ptr != NULL) {
        capheap_note_taken(call->heap, slot);
    }
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
