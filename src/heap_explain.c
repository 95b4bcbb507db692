/* SPDX-License-Identifier: MIT */
/*
 * Why a region doesn't serve a request. The same conditions as in heap_serve.c, but all of them are
 * looked at, not only the first that fails. What only the engine can tell, whether a piece has an
 * aligned place and what a block would leave, it is asked.
 */
#include "capheap/explain.h"

#include "heap_internal.h"

static void explain_kind(const capheap_slot_t *slot, const capheap_call_t *call,
                         capheap_refusal_t *refusal) {
    const capheap_request_t *request = call->request;
    capheap_caps_t has = capheap_type_caps(slot->type);
    refusal->lacks = call->caps & ~has;
    refusal->forbidden = request->without & has;
    refusal->unreached = request->masters & ~slot->masters;
    refusal->reasons |= refusal->lacks != 0 ? CAPHEAP_REFUSED_LACKS : 0;
    refusal->reasons |= refusal->forbidden != 0 ? CAPHEAP_REFUSED_FORBIDDEN : 0;
    refusal->reasons |= refusal->unreached != 0 ? CAPHEAP_REFUSED_MASTERS : 0;
    if (request->tag != NULL && *request->tag != slot->tag) {
        refusal->reasons |= CAPHEAP_REFUSED_TAG;
    }
    if (request->tag == NULL && call->caps == 0) {
        refusal->reasons |= CAPHEAP_REFUSED_NOTHING;
    }
    if (capheap_alias_forbids(slot, call->caps)) {
        refusal->reasons |= CAPHEAP_REFUSED_ALIAS;
    }
}

/* What the block would be in this memory. */
typedef struct shape {
    size_t size; /* SIZE_MAX: it passes that */
    size_t alignment;
    bool wrong; /* the alignment asked for is no power of two */
} shape_t;

static shape_t shape_of(const capheap_slot_t *slot, const capheap_call_t *call) {
    size_t asked = call->request->alignment;
    size_t line = capheap_line_asked(slot, call);
    shape_t shape = {.size = call->request->size,
                     .alignment = asked > line ? asked : line,
                     .wrong = asked != 0 && !capheap_is_power_of_two(asked)};
    bool whole = capheap_hands_alias(slot, call->caps) && !shape.wrong;
    size_t multiple = whole ? shape.alignment : line;
    size_t granule = capheap_granule_of(slot->type);
    if (!capheap_round_up(&shape.size, multiple > granule ? multiple : granule)) {
        shape.size = SIZE_MAX;
    }
    return shape;
}

/* What the engine would do decides, where nothing else is in the way; figures only say why. */
static void explain_room(capheap_slot_t *slot, const capheap_call_t *call, const shape_t *shape,
                         capheap_refusal_t *refusal) {
    capheap_kept_t kept = capheap_kept_from(call->heap, slot, call->asked);
    refusal->kept = kept.bytes;
    refusal->kept_piece = kept.piece;
    if (shape->wrong) {
        refusal->reasons |= CAPHEAP_REFUSED_ALIGNMENT;
    }
    bool only = refusal->reasons == 0;
    if (only && capheap_would_serve(slot, call, shape->size, shape->alignment, true)) {
        return;
    }
    if (shape->size > refusal->largest) {
        refusal->reasons |= CAPHEAP_REFUSED_SMALL;
    } else if (only) {
        bool kept_back = kept.bytes != 0 &&
                         capheap_would_serve(slot, call, shape->size, shape->alignment, false);
        refusal->reasons |= kept_back ? CAPHEAP_REFUSED_RESERVE : CAPHEAP_REFUSED_ALIGNMENT;
    }
}

/* Under the slot's lock. */
static void explain(capheap_slot_t *slot, const capheap_call_t *call, capheap_refusal_t *refusal) {
    bool serving = slot->state == CAPHEAP_SLOT_SERVING;
    shape_t shape = shape_of(slot, call);
    *refusal = (capheap_refusal_t){
        .memory = slot->memory,
        .type = slot->type,
        .tag = slot->tag,
        .reasons = serving ? 0 : CAPHEAP_REFUSED_HELD,
        .needed = shape.size,
        .largest = serving ? capheap_region_largest(&slot->region) : 0,
    };
    explain_kind(slot, call, refusal);
    if (capheap_is_retained_from(slot, call)) {
        refusal->reasons |= CAPHEAP_REFUSED_RETAINED;
    }
    explain_room(slot, call, &shape, refusal);
    if (call->owner != NULL && slot->owners == NULL) {
        refusal->reasons |= CAPHEAP_REFUSED_OWNERS;
    } else if (call->owner != NULL &&
               !capheap_has_quota(call->heap, call->owner, refusal->needed)) {
        refusal->reasons |= CAPHEAP_REFUSED_QUOTA;
    }
}

/* The pass that asks least. */
static size_t last_pass(const capheap_request_t *request) {
    bool alone = request->caps != 0 || request->tag != NULL || request->prefer_count == 0;
    return alone ? request->prefer_count : request->prefer_count - 1;
}

static capheap_call_t last_call(capheap_heap_t *heap, const capheap_request_t *request) {
    capheap_call_t call = capheap_call_of(request);
    call.heap = heap;
    capheap_set_pass(&call, last_pass(request));
    return call;
}

bool capheap_serves_now(capheap_heap_t *heap, capheap_slot_t *slot,
                        const capheap_request_t *request) {
    capheap_call_t call = last_call(heap, request);
    capheap_refusal_t refusal;
    explain(slot, &call, &refusal);
    return refusal.reasons == 0;
}

bool capheap_explain_next(capheap_heap_t *heap, const capheap_request_t *request, uintptr_t from,
                          capheap_refusal_t *refusal) {
    capheap_call_t call = last_call(heap, request);
    capheap_lock_set(heap);
    capheap_slot_t *slot = capheap_slot_from(heap, from);
    if (slot != NULL) {
        capheap_port_lock(&slot->lock);
        explain(slot, &call, refusal);
        capheap_port_unlock(&slot->lock);
    }
    capheap_unlock_set(heap);
    return slot != NULL;
}

size_t capheap_explain(capheap_heap_t *heap, const capheap_request_t *request,
                       capheap_refusal_t *out, size_t max) {
    size_t count = 0;
    capheap_refusal_t refusal;
    for (uintptr_t from = 0; capheap_explain_next(heap, request, from, &refusal); count++) {
        if (count < max) {
            out[count] = refusal;
        }
        from = refusal.memory.start + 1;
    }
    return count;
}
