/* SPDX-License-Identifier: MIT */
/*
 * Inside the heap: what its files share.
 *
 * Who may touch what:
 * - Slots never move, and their locks are made before other threads come and then stay: a thread
 *   may take the lock of any slot at any time, whatever has become of the region meanwhile. So
 *   everything about a region is looked at, or looked at again, under its slot's lock.
 * - To find the slot to lock, threads read without a lock: the list, `lacks`, the choices, `tag`
 *   and the memory's bounds. Those are hints (shared.h): whatever comes of them is checked again
 *   under the slot's lock, so no success is ever wrong. A search that fails may have missed a
 *   region because the list changed under it. It takes the set's lock, under which all changes are
 *   made, to compare the list's version with the one that it read before it began. If the version
 *   is the same, all changes that there were happened before the search, and those that come can't
 *   have been seen by it; else it searches once more, still under the lock. So no failure is wrong
 *   either.
 * - The slot that holds a live block can't be removed, so whoever owns the block finds it by its
 *   bounds: these and the slot's place in the array stay, only its place in the list may change.
 *   Another slot may seem to hold the block if its bounds are read while they change; that is seen
 *   under that slot's lock, and the search repeated under the set's.
 * - All that decides about the set (state, list, version, order) is written under the set's lock;
 *   what a slot's users look at under the slot's lock is written under both, the set's first.
 */
#ifndef CAPHEAP_HEAP_INTERNAL_H
#define CAPHEAP_HEAP_INTERNAL_H

#include "capheap/heap.h"
#include "region_leave.h"
#include "region_minimum.h"
#include "region_resize.h"
#include "region_retained.h"
#include "shared.h"

/* No region has a finer granule: what it gives without being asked. */
#define CAPHEAP_GRANULE_MIN 8u

/* States of a slot. */
enum {
    CAPHEAP_SLOT_EMPTY = 0,
    CAPHEAP_SLOT_HELD,    /* start-up memory, not touched yet */
    CAPHEAP_SLOT_JOINING, /* its region is being made; its memory counts as taken */
    CAPHEAP_SLOT_SERVING,
};

/*
 * A request on its way. It is tried in passes: one for each of its preferences, then one by its
 * capabilities alone.
 */
typedef struct capheap_call {
    const capheap_request_t *request; /* size not 0, alignment 0 or a power of two */
    size_t pass;                      /* the next one to try */
    size_t pass_end;
    capheap_caps_t asked; /* in this pass, as the caller named them: for the hooks */
    capheap_caps_t caps;  /* the same as capheap_normal_caps */

    struct capheap_owner *owner; /* to be charged */
    size_t refund;               /* bytes that it gets back when a block has moved */
    bool over_quota;             /* a region was not asked because of that */

    capheap_heap_t *heap;
    capheap_slot_t *slot; /* that served it */
    void *block;          /* its address in the memory itself, not in the alias */
} capheap_call_t;

/* A live block as the program knows it. */
typedef struct capheap_place {
    capheap_slot_t *slot;
    unsigned char *block;        /* address in the memory itself */
    size_t size;                 /* bytes that it has */
    bool by_alias;               /* the program's pointer is the alias's */
    struct capheap_owner *owner; /* whom it is charged to; NULL: nobody */
} capheap_place_t;

/* EXEC implies 32BIT, and CACHE_ALIGNED is no property of a memory. */
static inline capheap_caps_t capheap_normal_caps(capheap_caps_t caps) {
    caps &= ~CAPHEAP_CACHE_ALIGNED;
    return (caps & CAPHEAP_EXEC) != 0 ? caps | CAPHEAP_32BIT : caps;
}

/* What a request asks for in one of its passes. */
static inline void capheap_set_pass(capheap_call_t *call, size_t pass) {
    const capheap_request_t *request = call->request;
    call->asked = request->caps | (pass < request->prefer_count ? request->prefer[pass] : 0);
    call->caps = capheap_normal_caps(call->asked);
}

/* All passes of a request. */
static inline capheap_call_t capheap_call_of(const capheap_request_t *request) {
    capheap_call_t call = {
        .request = request, .pass_end = request->prefer_count + 1, .owner = request->owner};
    capheap_set_pass(&call, 0);
    return call;
}

/* A request by capabilities alone, as the simple calls make it. */
static inline capheap_request_t capheap_request_of(size_t size, size_t alignment,
                                                   capheap_caps_t caps) {
    return (capheap_request_t){.size = size, .alignment = alignment, .caps = caps};
}

/* An address in the alias can't do what only the memory's own can. */
static inline bool capheap_alias_forbids(const capheap_slot_t *slot, capheap_caps_t caps) {
    return (caps & CAPHEAP_EXEC) != 0 && (caps & (CAPHEAP_8BIT | CAPHEAP_DMA)) != 0 &&
           CAPHEAP_READ(slot->memory.alias_kind) != CAPHEAP_ALIAS_NONE;
}

/* Are blocks handed out by their alias when these capabilities are asked for? */
static inline bool capheap_hands_alias(const capheap_slot_t *slot, capheap_caps_t caps) {
    return (caps & CAPHEAP_EXEC) != 0 && slot->memory.alias_kind != CAPHEAP_ALIAS_NONE;
}

/* Bytes. */
static inline size_t capheap_granule_of(const capheap_type_t *type) {
    return type->granule != 0 ? type->granule : CAPHEAP_GRANULE_MIN;
}

/* Memory that can't do bytes is touched by aligned words alone. */
static inline bool capheap_is_word_only(const capheap_type_t *type) {
    return (capheap_type_caps(type) & CAPHEAP_8BIT) == 0;
}

/* heap_quota.c: bytes of the cells that an owned block takes whole; 1: granules will do. */
size_t capheap_owner_cell(const capheap_slot_t *slot);

/* Bytes of the lines, or cells, that a request for whole ones gets from this memory; 1: any will
 * do. */
static inline size_t capheap_line_asked(const capheap_slot_t *slot, const capheap_call_t *call) {
    bool whole =
        (call->asked & (CAPHEAP_CACHE_ALIGNED | CAPHEAP_DMA)) != 0 || call->request->masters != 0;
    size_t line = whole && slot->type->cache_line > 1 ? slot->type->cache_line : 1;
    size_t cell = call->owner != NULL ? capheap_owner_cell(slot) : 1;
    return cell > line ? cell : line;
}

/* May this memory serve it, its capabilities aside? Under the slot's lock, or for a live block. */
static inline bool capheap_admits(const capheap_slot_t *slot, const capheap_call_t *call) {
    const capheap_request_t *request = call->request;
    return (request->masters & ~slot->masters) == 0 && (request->without & ~slot->lacks) == 0 &&
           (request->tag == NULL || *request->tag == slot->tag) &&
           (call->owner == NULL || slot->owners != NULL);
}

/* Is this memory for blocks that outlive a reset, and was none such asked for? */
static inline bool capheap_is_retained_from(const capheap_slot_t *slot,
                                            const capheap_call_t *call) {
    return slot->retained != NULL && call->request->tag == NULL &&
           (call->asked & (CAPHEAP_RETENTION | CAPHEAP_RTCRAM)) == 0;
}

/* Around calls that take or give back blocks of its region, under the slot's lock. */
static inline void capheap_begin_change(const capheap_slot_t *slot) {
    if (slot->retained != NULL) {
        retained_begin(slot->retained->header);
    }
}

static inline void capheap_end_change(const capheap_slot_t *slot) {
    if (slot->retained != NULL) {
        retained_end(slot->retained->header, &slot->region);
    }
}

static inline bool capheap_is_power_of_two(size_t number) {
    return number != 0 && (number & (number - 1)) == 0;
}

/* *size up to a multiple of a power of two; false if it passes SIZE_MAX. */
static inline bool capheap_round_up(size_t *size, size_t multiple) {
    size_t rest = (0 - *size) & (multiple - 1);
    if (rest > SIZE_MAX - *size) {
        return false;
    }
    *size += rest;
    return true;
}

/* heap_set.c: the set's lock and list, both for holders of that lock. */
void capheap_lock_set(capheap_heap_t *heap);
void capheap_unlock_set(capheap_heap_t *heap);
void capheap_list_insert(capheap_heap_t *heap, capheap_slot_t *slot);
void capheap_list_remove(capheap_heap_t *heap, capheap_slot_t *slot);

/*
 * heap_quota.c, for holders of the slot's lock. A block is charged between begin, which tells
 * whether there is room for it and takes the owners' lock in any case, and end, which gives that
 * back; ptr NULL: no block came of it.
 */
bool capheap_begin_charge(const capheap_slot_t *slot, capheap_call_t *call, size_t size);
void capheap_end_charge(const capheap_slot_t *slot, capheap_call_t *call, const void *ptr);
/* The call has failed, maybe by its owner's quota. No lock is held. */
void capheap_count_refusal(capheap_heap_t *heap, const capheap_call_t *call);
/* The same for a block that has changed its size, and perhaps its address, within the region. Its
 * old place, if it still has one, is nobody's from then on. */
void capheap_end_charge_resized(const capheap_place_t *place, capheap_call_t *call, void *block);
/* As capheap_region_free, and its owner is credited. */
void capheap_give_back(capheap_heap_t *heap, capheap_slot_t *slot, void *block);
/* The owner of the block; NULL: nobody. */
struct capheap_owner *capheap_owner_at(const capheap_heap_t *heap, const capheap_slot_t *slot,
                                       const void *block);
/* May the owner have so many bytes more? False for one that isn't the heap's. */
bool capheap_has_quota(capheap_heap_t *heap, const struct capheap_owner *owner, size_t size);

/* heap_minimum.c: minima of several regions together are brought up to date. No lock is held. */
void capheap_settle_minima(capheap_heap_t *heap);
/* heap_minimum.c: bytes free in the slot, if it can serve these (as capheap_normal_caps has them);
 * in all that can. Without a lock: as of some moment for each. */
size_t capheap_free_now(const capheap_slot_t *slot, capheap_caps_t caps);
size_t capheap_sum_free(const capheap_heap_t *heap, capheap_caps_t caps);
/* heap_minimum.c: that of all regions starts afresh. No lock is held. */
void capheap_restart_least(capheap_heap_t *heap);

/* After a block has been given back to the slot, under its lock. */
static inline void capheap_note_given(capheap_slot_t *slot) {
    CAPHEAP_WRITE_ANY(slot->free, region_free_granules(&slot->region));
}

/* After a block may have been taken from it. */
static inline void capheap_note_taken(capheap_heap_t *heap, capheap_slot_t *slot) {
    uint32_t free = region_free_granules(&slot->region);
    CAPHEAP_WRITE_ANY(slot->free, free);
    CAPHEAP_FENCE();
    if (free < CAPHEAP_READ(slot->floor)) {
        CAPHEAP_WRITE(heap->sunk, 1);
    }
}

/* Before memory is given back, whichever region's. No lock is held. */
static inline void capheap_before_giving(capheap_heap_t *heap) {
    if (CAPHEAP_READ(heap->sunk) != 0) {
        capheap_settle_minima(heap);
    }
}

/* heap_mark.c: signal what marks have been passed. No lock is held. */
void capheap_check_marks(capheap_heap_t *heap);

/* heap_ways.c: to which requests, and in which slots, the short ways of heap_malloc.c are open.
 * Under the set's lock; of one slot, under the slot's lock too. */
void capheap_update_ways(capheap_heap_t *heap);
void capheap_update_slot_ways(const capheap_heap_t *heap, capheap_slot_t *slot);
/* What takes more than a plain malloc in memory of a type: whole lines of its cache. */
capheap_caps_t capheap_special_caps(const capheap_type_t *type);

/* heap_reserve.c, for holders of the slot's lock: what the region keeps from a request that names
 * these; would that stay, if a block of this size were taken and left the largest piece whole? */
typedef struct capheap_kept {
    size_t bytes;
    size_t piece;
} capheap_kept_t;
capheap_kept_t capheap_kept_from(capheap_heap_t *heap, capheap_slot_t *slot, capheap_caps_t asked);
bool capheap_leaves(const capheap_slot_t *slot, capheap_kept_t kept, size_t size);
/* After the region has served a request that names these. */
void capheap_draw(capheap_heap_t *heap, capheap_slot_t *slot, capheap_caps_t asked);

/* heap_choice.c: hand the regions that can serve these capabilities to `take`, in the order of
 * choice, until it gives something. */
typedef void *(*capheap_take_fn)(capheap_slot_t *slot, void *context);
void *capheap_try_choices(capheap_heap_t *heap, capheap_caps_t caps, capheap_take_fn take,
                          void *context);

/* heap_serve.c: NULL if no region serves it. No hooks. */
void *capheap_serve(capheap_heap_t *heap, capheap_call_t *call);
/* heap_serve.c: would the region serve it, by its pieces and by what it keeps (leave false: as if
 * it kept nothing)? size, alignment: as the block would have them. Under the slot's lock. */
bool capheap_would_serve(capheap_slot_t *slot, const capheap_call_t *call, size_t size,
                         size_t alignment, bool leave);

/* heap_alloc.c: as capheap_allocate, but an alignment of 0 is wrong; the request's size as a
 * product, false after a failure if it overflows. */
void *capheap_allocate_aligned(capheap_heap_t *heap, const capheap_request_t *request);
bool capheap_multiply(const capheap_heap_t *heap, size_t count, size_t size,
                      capheap_request_t *request);

/* heap_free.c: the long way of capheap_free. */
void capheap_free_located(capheap_heap_t *heap, void *ptr);

/* heap_add.c: all that capheap_add_region_with_books does, and who reaches the memory. */
typedef struct capheap_wanted {
    const capheap_type_t *type;
    const capheap_memory_t *memory;
    uint32_t tag;
    capheap_masters_t masters;
    const char *const *master_names; /* of the chip; NULL: none */
    uint8_t master_count;
    void *books;
    size_t books_size;
    /* capheap_region_attach; NULL: what the memory held is lost. By a pointer, so that programs
     * without such memory don't link it. */
    capheap_status_t (*attach)(capheap_region_t *, const capheap_region_config_t *,
                               const capheap_attach_t *, capheap_retained_t *);
    const capheap_attach_t *how;
    capheap_retained_t *retained;
} capheap_wanted_t;
capheap_status_t capheap_add_wanted(capheap_heap_t *heap, const capheap_wanted_t *wanted);

/* heap_hooks.c */
void capheap_call_event(const capheap_heap_t *heap, const void *old_ptr, const void *new_ptr,
                        size_t size, capheap_caps_t caps);
void capheap_call_failure(const capheap_heap_t *heap, const capheap_request_t *request);
/* What a region's engine reports, for the heap's hook; context is the heap. */
void capheap_forward_report(void *context, const capheap_report_t *report);
void capheap_report_foreign(const capheap_heap_t *heap, const void *ptr);

/* The slot whose memory holds the address, as a hint; NULL if there is none. */
static inline capheap_slot_t *capheap_slot_by_memory(const capheap_heap_t *heap,
                                                     uintptr_t address) {
    capheap_slot_t *slot = heap->slots;
    for (size_t left = CAPHEAP_READ(heap->slots_in_use); left > 0; left--, slot++) {
        if (address - CAPHEAP_READ(slot->memory.start) < CAPHEAP_READ(slot->memory.size)) {
            return slot;
        }
    }
    return NULL;
}

/* heap_owner.c: the same by its alias; the live block that a pointer stands for, validated, and if
 * there is none that is reported. */
capheap_slot_t *capheap_slot_by_alias(const capheap_heap_t *heap, uintptr_t address);
bool capheap_locate(capheap_heap_t *heap, const void *ptr, capheap_place_t *place);

/* heap_figures.c: for holders of the slot's lock. */
bool capheap_can_serve(const capheap_slot_t *slot, capheap_caps_t caps);
/* The largest block of a malloc with these capabilities (0: the largest piece), as figures tell it;
 * 0 if it can't serve them. */
size_t capheap_largest_for(capheap_heap_t *heap, capheap_slot_t *slot, capheap_caps_t caps);
void capheap_add_figures(const capheap_slot_t *slot, capheap_figures_t *figures);

/* heap_inspect.c: the slot in use with the lowest start at or above this one; NULL if there is
 * none. Under the set's lock. */
capheap_slot_t *capheap_slot_from(capheap_heap_t *heap, uintptr_t from);

/* heap_explain.c: the same region's answer to a request; false if there is none. */
struct capheap_refusal;
/* heap_explain.c: would it be served, as an explanation tells? Under the slot's lock, of a slot
 * that serves. */
bool capheap_serves_now(capheap_heap_t *heap, capheap_slot_t *slot,
                        const capheap_request_t *request);
bool capheap_explain_next(capheap_heap_t *heap, const capheap_request_t *request, uintptr_t from,
                          struct capheap_refusal *refusal);

/* heap_copy.c: contents, by aligned words where the memory or the order of an alias asks for it. */
void capheap_clear_block(const capheap_slot_t *slot, void *block, size_t bytes);
void capheap_copy_block(const capheap_place_t *to, const capheap_place_t *from, size_t bytes);

#endif
