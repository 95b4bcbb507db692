/* SPDX-License-Identifier: MIT */
/*
 * Why a region doesn't serve a request. The same conditions as in heap_serve.c, but all of them are
 * looked at, not only the first that fails. A region that refused a moment ago, and has not changed
 * since, always has a reason here.
 */
#include "capheap/explain.h"

#include "heap_internal.h"

static size_t granule_of(const capheap_slot_t *slot) {
    return slot->type->granule != 0 ? slot->type->granule : CAPHEAP_GRANULE_MIN;
}

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

/* Can the memory's addresses and the alias's both be multiples of it? */
static bool alias_shares(const capheap_memory_t *memory, size_t alignment) {
    uintptr_t apart = memory->alias_kind == CAPHEAP_ALIAS_LINEAR
                          ? memory->alias - memory->start
                          : memory->alias + memory->start + memory->size;
    return (apart & (alignment - 1)) == 0;
}

/* The engine finds an aligned place for sure where the largest piece has room for it wherever the
 * piece begins. */
static void explain_room(const capheap_slot_t *slot, const capheap_call_t *call,
                         capheap_refusal_t *refusal) {
    size_t granule = granule_of(slot);
    size_t line = capheap_line_asked(slot, call);
    size_t alignment = call->request->alignment > line ? call->request->alignment : line;
    bool by_alias = capheap_hands_alias(slot, call->caps);
    bool wrong =
        call->request->alignment != 0 && !capheap_is_power_of_two(call->request->alignment);
    size_t whole = by_alias && !wrong && alignment > granule ? alignment : granule;
    whole = line > whole ? line : whole;
    refusal->needed = call->request->size;
    if (!capheap_round_up(&refusal->needed, whole)) {
        refusal->needed = SIZE_MAX;
    }
    if (refusal->needed > refusal->largest) {
        refusal->reasons |= CAPHEAP_REFUSED_SMALL;
    } else if (!wrong && alignment > granule &&
               alignment - granule > refusal->largest - refusal->needed) {
        refusal->reasons |= CAPHEAP_REFUSED_ALIGNMENT;
    }
    if (wrong || (by_alias && alignment > granule && !alias_shares(&slot->memory, alignment))) {
        refusal->reasons |= CAPHEAP_REFUSED_ALIGNMENT;
    }
}

/* Where the piece that is kept decides, only taking the block would tell: what could cut it counts
 * as a reason. */
static void explain_reserve(const capheap_slot_t *slot, const capheap_call_t *call,
                            capheap_refusal_t *refusal) {
    if (!capheap_is_kept_from(slot, call)) {
        return;
    }
    refusal->kept = slot->keep_bytes;
    refusal->kept_piece = slot->keep_piece;
    bool fits = refusal->needed <= refusal->largest;
    size_t left = fits ? refusal->largest - refusal->needed : 0;
    /* An aligned block may leave its piece in two. */
    bool cuts = (call->request->alignment > 1 ? left / 2 : left) < slot->keep_piece;
    if (slot->state == CAPHEAP_SLOT_SERVING &&
        (!capheap_leaves_bytes(slot, refusal->needed) || cuts)) {
        refusal->reasons |= fits ? CAPHEAP_REFUSED_RESERVE : 0;
    }
}

/* Under the slot's lock. */
static void explain(const capheap_slot_t *slot, const capheap_call_t *call,
                    capheap_refusal_t *refusal) {
    bool serving = slot->state == CAPHEAP_SLOT_SERVING;
    *refusal = (capheap_refusal_t){
        .memory = slot->memory,
        .type = slot->type,
        .tag = slot->tag,
        .reasons = serving ? 0 : CAPHEAP_REFUSED_HELD,
        .largest = serving ? capheap_region_largest(&slot->region) : 0,
    };
    explain_kind(slot, call, refusal);
    explain_room(slot, call, refusal);
    explain_reserve(slot, call, refusal);
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

bool capheap_explain_next(capheap_heap_t *heap, const capheap_request_t *request, uintptr_t from,
                          capheap_refusal_t *refusal) {
    capheap_call_t call = capheap_call_of(request);
    call.heap = heap;
    capheap_set_pass(&call, last_pass(request));
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
