/* SPDX-License-Identifier: MIT */
/*
 * The short ways. Most calls name capabilities and a size and nothing more, on a heap without
 * policy and hooks: for these there is no capheap_call_t. A short way is open to a request if none
 * of its capabilities is in heap->special, and to a slot by `plain_lacks` and `plain`, which are
 * looked at under its lock. It may miss a region, or find none: then the long way decides, and only
 * that fails, or reports.
 */
#include "heap_internal.h"

/* What is asked of a region, and which one gave it. */
typedef struct plain {
    capheap_heap_t *heap;
    size_t size;
    size_t alignment; /* not looked at unless `aligned` */
    bool aligned;
    capheap_caps_t caps;
    capheap_slot_t *tried; /* has no room */
    capheap_slot_t *slot;
} plain_t;

static inline void *take(capheap_slot_t *slot, const plain_t *plain) {
    void *ptr = NULL;
    capheap_port_lock(&slot->lock);
    if ((plain->caps & slot->plain_lacks) == 0) {
        ptr = plain->aligned
                  ? capheap_region_aligned_alloc(&slot->region, plain->alignment, plain->size)
                  : capheap_region_malloc(&slot->region, plain->size);
        capheap_note_taken(plain->heap, slot);
    }
    capheap_port_unlock(&slot->lock);
    return ptr;
}

static void *take_untried(capheap_slot_t *slot, void *context) {
    plain_t *plain = context;
    plain->slot = slot;
    return slot != plain->tried ? take(slot, plain) : NULL;
}

/* From any region. NULL: that is for the long way to say. */
static void *take_any(capheap_heap_t *heap, plain_t *plain) {
    bool special = (plain->caps & CAPHEAP_READ(heap->special)) != 0;
    return special ? NULL : capheap_try_choices(heap, plain->caps, take_untried, plain);
}

static __attribute__((noinline)) void *malloc_longer(capheap_heap_t *heap, size_t size,
                                                     capheap_caps_t caps, capheap_slot_t *tried) {
    plain_t plain = {.heap = heap, .size = size, .caps = caps, .tried = tried};
    void *ptr = take_any(heap, &plain);
    if (ptr == NULL) {
        capheap_request_t request = capheap_request_of(size, 0, caps);
        ptr = capheap_allocate(heap, &request);
    }
    return ptr;
}

static __attribute__((noinline)) void *aligned_longer(capheap_heap_t *heap, size_t alignment,
                                                      size_t size, capheap_caps_t caps) {
    plain_t plain = {
        .heap = heap, .size = size, .alignment = alignment, .aligned = true, .caps = caps};
    void *ptr = take_any(heap, &plain);
    if (ptr == NULL) {
        capheap_request_t request = capheap_request_of(size, alignment, caps);
        ptr = capheap_allocate_aligned(heap, &request);
    }
    return ptr;
}

/* The first region that can serve it, if that is a first choice; NULL if another would be. */
static inline capheap_slot_t *first_choice(const capheap_heap_t *heap, capheap_caps_t caps) {
    if ((caps & CAPHEAP_READ(heap->special)) != 0) {
        return NULL;
    }
    capheap_slot_t *slot = CAPHEAP_READ(heap->first);
    while (slot != NULL && (caps & CAPHEAP_READ(slot->lacks)) != 0) {
        slot = CAPHEAP_READ(slot->next);
    }
    return slot != NULL && (caps & CAPHEAP_READ(slot->first_choice)) != 0 ? slot : NULL;
}

void *capheap_malloc(capheap_heap_t *heap, size_t size, capheap_caps_t caps) {
    capheap_slot_t *slot = first_choice(heap, caps);
    if (slot != NULL) {
        const plain_t plain = {.heap = heap, .size = size, .caps = caps};
        void *ptr = take(slot, &plain);
        if (ptr != NULL) {
            return ptr;
        }
    }
    return malloc_longer(heap, size, caps, slot);
}

void *capheap_aligned_alloc(capheap_heap_t *heap, size_t alignment, size_t size,
                            capheap_caps_t caps) {
    capheap_slot_t *slot = first_choice(heap, caps);
    if (slot != NULL) {
        const plain_t plain = {
            .heap = heap, .size = size, .alignment = alignment, .aligned = true, .caps = caps};
        void *ptr = take(slot, &plain);
        if (ptr != NULL) {
            return ptr;
        }
    }
    return aligned_longer(heap, alignment, size, caps);
}

void *capheap_calloc(capheap_heap_t *heap, size_t count, size_t size, capheap_caps_t caps) {
    capheap_request_t request = capheap_request_of(0, 0, caps);
    request.zero = true;
    if (!capheap_multiply(heap, count, size, &request)) {
        return NULL;
    }
    plain_t plain = {.heap = heap, .size = request.size, .caps = caps};
    void *ptr = take_any(heap, &plain);
    if (ptr == NULL) {
        return capheap_allocate(heap, &request);
    }
    capheap_clear_block(plain.slot, ptr, request.size);
    return ptr;
}

/* ---- Blocks that there are */

/* Under the slot's lock: does it hold the address, and has nobody to be told of its blocks? */
static inline bool is_plain(const capheap_slot_t *slot, const void *ptr) {
    return slot->plain && (uintptr_t)ptr - slot->memory.start < slot->memory.size;
}

void capheap_free(capheap_heap_t *heap, void *ptr) {
    capheap_before_giving(heap);
    capheap_slot_t *slot = capheap_slot_by_memory(heap, (uintptr_t)ptr);
    if (slot != NULL) {
        capheap_port_lock(&slot->lock);
        bool plain = is_plain(slot, ptr);
        if (plain) {
            capheap_region_free(&slot->region, ptr);
            capheap_note_given(slot);
        }
        capheap_port_unlock(&slot->lock);
        if (plain) {
            return;
        }
    }
    capheap_free_located(heap, ptr);
}

static void *finish(capheap_heap_t *heap, capheap_slot_t *slot, void *to, void *from,
                    size_t bytes) {
    if (to != from) {
        capheap_region_copy(to, from, bytes, &slot->region);
        capheap_before_giving(heap);
        capheap_port_lock(&slot->lock);
        capheap_region_free(&slot->region, from);
        capheap_note_given(slot);
        capheap_port_unlock(&slot->lock);
    }
    return to;
}

void *capheap_realloc(capheap_heap_t *heap, void *ptr, size_t size, capheap_caps_t caps) {
    bool special = (caps & CAPHEAP_READ(heap->special)) != 0 || caps == 0 || size == 0;
    capheap_slot_t *slot = special ? NULL : capheap_slot_by_memory(heap, (uintptr_t)ptr);
    if (slot != NULL) {
        size_t bytes = 1;
        void *changed = NULL;
        capheap_before_giving(heap);
        capheap_port_lock(&slot->lock);
        bool plain = is_plain(slot, ptr) && (caps & slot->plain_lacks) == 0;
        if (plain) {
            changed = capheap_region_begin_realloc(&slot->region, ptr, size, &bytes);
            capheap_note_taken(heap, slot);
        }
        capheap_port_unlock(&slot->lock);
        if (changed != NULL) {
            return finish(heap, slot, changed, ptr, bytes);
        }
        if (bytes == 0) { /* no live block, which has been reported */
            return NULL;
        }
    }
    capheap_request_t request = capheap_request_of(size, 0, caps);
    return capheap_reallocate(heap, ptr, &request);
}
