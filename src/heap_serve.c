/* SPDX-License-Identifier: MIT */
/*
 * From a request to a block: which regions can serve it, in which order, and what each is asked.
 *
 * The list is in order of choice but for the priorities, which depend on the request. One walk
 * serves it from the first priority, and notes on the way where the second and the third begin, so
 * that these cost nothing unless they are needed.
 */
#include "heap_internal.h"

enum {
    FIRST_CHOICE,
    SECOND_CHOICE,
    THIRD_CHOICE,
    CHOICES
};

static void *allocate(capheap_region_t *region, size_t size, size_t alignment) {
    return alignment > CAPHEAP_GRANULE_MIN ? capheap_region_aligned_alloc(region, alignment, size)
                                           : capheap_region_malloc(region, size);
}

/*
 * A block by its address on the instruction bus. Where the alias is inverted, the block's end
 * decides about that address: with a size of whole alignments the end is as well aligned as the
 * start. An alignment that the two sides of the memory don't share can't be had at all.
 */
static void *take_alias(capheap_slot_t *slot, capheap_request_t *request, size_t size,
                        size_t alignment) {
    if (capheap_alias_forbids(slot, request->caps) || !capheap_round_up(&size, alignment)) {
        return NULL;
    }
    void *block = allocate(&slot->region, size, alignment);
    if (block == NULL) {
        return NULL;
    }
    size_t usable = capheap_region_usable_size(&slot->region, block);
    uintptr_t alias = capheap_memory_to_alias(&slot->memory, (uintptr_t)block, usable);
    if ((alias & (alignment - 1)) != 0) {
        capheap_region_free(&slot->region, block);
        return NULL;
    }
    request->block = block;
    return (void *)alias;
}

/* Tag, alignment, cache lines, alias. */
static void *take_special(capheap_slot_t *slot, capheap_request_t *request) {
    if (slot->state != CAPHEAP_SLOT_SERVING || (request->by_tag && slot->tag != request->tag)) {
        return NULL;
    }
    size_t size = request->size;
    size_t line = capheap_line_asked(slot, request->asked);
    size_t alignment = request->alignment > line ? request->alignment : line;
    if (!capheap_round_up(&size, line)) {
        return NULL;
    }
    if (capheap_hands_alias(slot, request->caps)) {
        return take_alias(slot, request, size, alignment);
    }
    request->block = allocate(&slot->region, size, alignment);
    return request->block;
}

/* Under its lock, a region is asked for the block; what made it a candidate is checked again. */
static void *take(capheap_slot_t *slot, capheap_request_t *request) {
    void *ptr = NULL;
    capheap_port_lock(&slot->lock);
    if ((request->caps & ~slot->serves) == 0) {
        if (request->special) {
            ptr = take_special(slot, request);
        } else {
            ptr = capheap_region_malloc(&slot->region, request->size);
            request->block = ptr;
        }
    }
    capheap_port_unlock(&slot->lock);
    request->slot = slot;
    return ptr;
}

static void *search_from(capheap_slot_t *slot, capheap_request_t *request, int choice) {
    void *ptr = NULL;
    for (; slot != NULL && ptr == NULL; slot = CAPHEAP_READ(slot->next)) {
        if ((request->caps & ~CAPHEAP_READ(slot->serves)) != 0 ||
            (request->caps & CAPHEAP_READ(slot->first_choice)) != 0) {
            continue;
        }
        bool second = (request->caps & CAPHEAP_READ(slot->second_choice)) != 0;
        if (second == (choice == SECOND_CHOICE)) {
            ptr = take(slot, request);
        }
    }
    return ptr;
}

static void *search_by_caps(capheap_heap_t *heap, capheap_request_t *request) {
    capheap_caps_t caps = request->caps;
    capheap_slot_t *begin[CHOICES] = {NULL, NULL, NULL};
    for (capheap_slot_t *slot = CAPHEAP_READ(heap->first); slot != NULL;
         slot = CAPHEAP_READ(slot->next)) {
        if ((caps & ~CAPHEAP_READ(slot->serves)) != 0) {
            continue;
        }
        if ((caps & CAPHEAP_READ(slot->first_choice)) != 0) {
            void *ptr = take(slot, request);
            if (ptr != NULL) {
                return ptr;
            }
            continue;
        }
        int choice = (caps & CAPHEAP_READ(slot->second_choice)) != 0 ? SECOND_CHOICE : THIRD_CHOICE;
        if (begin[choice] == NULL) {
            begin[choice] = slot;
        }
    }
    void *ptr = search_from(begin[SECOND_CHOICE], request, SECOND_CHOICE);
    return ptr != NULL ? ptr : search_from(begin[THIRD_CHOICE], request, THIRD_CHOICE);
}

static void *search_by_tag(capheap_heap_t *heap, capheap_request_t *request) {
    void *ptr = NULL;
    for (capheap_slot_t *slot = CAPHEAP_READ(heap->first); slot != NULL && ptr == NULL;
         slot = CAPHEAP_READ(slot->next)) {
        if (CAPHEAP_READ(slot->tag) == request->tag) {
            ptr = take(slot, request);
        }
    }
    return ptr;
}

static void *search(capheap_heap_t *heap, capheap_request_t *request) {
    if (request->by_tag) {
        return search_by_tag(heap, request);
    }
    return request->caps != 0 ? search_by_caps(heap, request) : NULL;
}

/* The list changed since the version was read, so the search may have missed a region. Under the
 * set's lock it can't change any more. */
static void *search_again(capheap_heap_t *heap, capheap_request_t *request, uintptr_t version) {
    void *ptr = NULL;
    capheap_lock_set(heap);
    if (heap->version != version) {
        ptr = search(heap, request);
    }
    capheap_unlock_set(heap);
    return ptr;
}

void *capheap_serve(capheap_heap_t *heap, capheap_request_t *request) {
    uintptr_t version = CAPHEAP_READ_FIRST(heap->version);
    void *ptr = search(heap, request);
    return ptr != NULL ? ptr : search_again(heap, request, version);
}
