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

/* What every simple call comes down to, and what became of it. */
typedef struct capheap_request {
    size_t size;          /* bytes */
    size_t alignment;     /* bytes, a power of two; 1: the granule's will do */
    capheap_caps_t caps;  /* a region must have them all: capheap_normal_caps; 0 if by tag */
    capheap_caps_t asked; /* as the caller named them, for the hooks */
    uint32_t tag;         /* of the regions that may serve, if by_tag */
    bool by_tag;

    capheap_slot_t *slot; /* that served it */
    void *block;          /* its address in the memory itself, not in the alias */
} capheap_request_t;

/* A live block as its owner knows it. */
typedef struct capheap_place {
    capheap_slot_t *slot;
    unsigned char *block; /* address in the memory itself */
    size_t size;          /* bytes that it has */
    bool by_alias;        /* the owner's pointer is the alias's */
} capheap_place_t;

/* Capabilities that do more than select. */
#define CAPHEAP_SPECIAL_CAPS (CAPHEAP_EXEC | CAPHEAP_CACHE_ALIGNED)

/* EXEC implies 32BIT, and CACHE_ALIGNED is no property of a memory. */
static inline capheap_caps_t capheap_normal_caps(capheap_caps_t caps) {
    caps &= ~CAPHEAP_CACHE_ALIGNED;
    return (caps & CAPHEAP_EXEC) != 0 ? caps | CAPHEAP_32BIT : caps;
}

/* A request that capheap_serve can work on. */
static inline void capheap_request_init(capheap_request_t *request, size_t size, size_t alignment,
                                        capheap_caps_t caps) {
    request->size = size;
    request->alignment = alignment;
    request->caps = capheap_normal_caps(caps);
    request->asked = caps;
    request->tag = 0;
    request->by_tag = false;
}

/* An address in the alias can't do what only the memory's own can. */
static inline bool capheap_alias_forbids(const capheap_slot_t *slot, capheap_caps_t caps) {
    return (caps & CAPHEAP_EXEC) != 0 && (caps & (CAPHEAP_8BIT | CAPHEAP_DMA)) != 0 &&
           slot->memory.alias_kind != CAPHEAP_ALIAS_NONE;
}

/* Are blocks handed out by their alias when these capabilities are asked for? */
static inline bool capheap_hands_alias(const capheap_slot_t *slot, capheap_caps_t caps) {
    return (caps & CAPHEAP_EXEC) != 0 && slot->memory.alias_kind != CAPHEAP_ALIAS_NONE;
}

/* Memory that can't do bytes is touched by aligned words alone. */
static inline bool capheap_is_word_only(const capheap_type_t *type) {
    return (capheap_type_caps(type) & CAPHEAP_8BIT) == 0;
}

/* Bytes of the lines that a request for whole ones gets from this memory; 1: any will do. */
static inline size_t capheap_line_asked(const capheap_slot_t *slot, capheap_caps_t asked) {
    bool whole = (asked & CAPHEAP_CACHE_ALIGNED) != 0 && slot->type->cache_line > 1;
    return whole ? slot->type->cache_line : 1;
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

/* heap_serve.c: the request's size is not 0; NULL if no region serves it. No hooks. */
void *capheap_serve(capheap_heap_t *heap, capheap_request_t *request);

/* heap_alloc.c: the hooks after a request; and all of it, size 0 included. Both return what the
 * caller gets. */
void *capheap_conclude(const capheap_heap_t *heap, const capheap_request_t *request, void *ptr);
void *capheap_give(capheap_heap_t *heap, capheap_request_t *request);

/* heap_hooks.c */
void capheap_call_event(const capheap_heap_t *heap, const void *old_ptr, const void *new_ptr,
                        size_t size, capheap_caps_t caps);
void capheap_call_failure(const capheap_heap_t *heap, size_t size, size_t alignment,
                          capheap_caps_t caps);
/* What a region's engine reports, for the heap's hook; context is the heap. */
void capheap_forward_report(void *context, const capheap_report_t *report);
void capheap_report_foreign(const capheap_heap_t *heap, const void *ptr);

/* heap_owner.c: the slot whose memory, or alias, holds the address, as a hint; the live block that
 * a pointer stands for, validated, and if there is none that is reported. */
capheap_slot_t *capheap_slot_by_memory(const capheap_heap_t *heap, uintptr_t address);
capheap_slot_t *capheap_slot_by_alias(const capheap_heap_t *heap, uintptr_t address);
bool capheap_locate(capheap_heap_t *heap, const void *ptr, capheap_place_t *place);

/* heap_figures.c: for holders of the slot's lock. */
bool capheap_can_serve(const capheap_slot_t *slot, capheap_caps_t caps);
void capheap_add_figures(const capheap_slot_t *slot, capheap_figures_t *figures);

/* heap_copy.c: contents, by aligned words where the memory or the order of an alias asks for it. */
void capheap_clear_block(const capheap_slot_t *slot, void *block, size_t bytes);
void capheap_copy_block(const capheap_place_t *to, const capheap_place_t *from, size_t bytes);

#endif
