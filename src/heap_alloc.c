/* SPDX-License-Identifier: MIT */
/* The simple calls that give out a block: each fills in a request and hands it on. */
#include "heap_internal.h"

void *capheap_conclude(const capheap_heap_t *heap, const capheap_request_t *request, void *ptr) {
    if (ptr == NULL) {
        capheap_call_failure(heap, request->size, request->alignment, request->asked);
    } else {
        capheap_call_event(heap, NULL, ptr, request->size, request->asked);
    }
    return ptr;
}

void *capheap_give(capheap_heap_t *heap, capheap_request_t *request) {
    return request->size != 0 ? capheap_conclude(heap, request, capheap_serve(heap, request))
                              : NULL;
}

void *capheap_malloc_tagged(capheap_heap_t *heap, size_t size, uint32_t tag) {
    capheap_request_t request;
    capheap_request_init(&request, size, 1, 0);
    request.tag = tag;
    request.by_tag = true;
    return capheap_give(heap, &request);
}

/* Alignments that are no power of two fail like what can't be served, so that the hook tells. */
static bool prepare_aligned(const capheap_heap_t *heap, capheap_request_t *request, size_t size,
                            size_t alignment, capheap_caps_t caps) {
    if (alignment == 0 || (alignment & (alignment - 1)) != 0) {
        capheap_call_failure(heap, size, alignment, caps);
        return false;
    }
    capheap_request_init(request, size, alignment, caps);
    return true;
}

static bool multiply(const capheap_heap_t *heap, size_t count, size_t size, size_t alignment,
                     capheap_caps_t caps, size_t *bytes) {
    if (__builtin_mul_overflow(count, size, bytes)) {
        capheap_call_failure(heap, SIZE_MAX, alignment, caps);
        return false;
    }
    return true;
}

/* Cleared with no lock held: the block is nobody else's by then. */
static void *give_clear(capheap_heap_t *heap, capheap_request_t *request) {
    void *ptr = capheap_give(heap, request);
    if (ptr != NULL) {
        /* By an inverted alias a block begins at its end: then all of it is cleared. */
        size_t bytes = ptr == request->block ? request->size : capheap_usable_size(heap, ptr);
        capheap_clear_block(request->slot, request->block, bytes);
    }
    return ptr;
}

void *capheap_aligned_alloc(capheap_heap_t *heap, size_t alignment, size_t size,
                            capheap_caps_t caps) {
    capheap_request_t request;
    return prepare_aligned(heap, &request, size, alignment, caps) ? capheap_give(heap, &request)
                                                                  : NULL;
}

void *capheap_aligned_calloc(capheap_heap_t *heap, size_t alignment, size_t count, size_t size,
                             capheap_caps_t caps) {
    capheap_request_t request;
    size_t bytes;
    bool ready = multiply(heap, count, size, alignment, caps, &bytes) &&
                 prepare_aligned(heap, &request, bytes, alignment, caps);
    return ready ? give_clear(heap, &request) : NULL;
}

void *capheap_calloc(capheap_heap_t *heap, size_t count, size_t size, capheap_caps_t caps) {
    return capheap_aligned_calloc(heap, 1, count, size, caps);
}

/* The first of prefer that can be served, without hooks; request tells by which. */
static void *serve_preferred(capheap_heap_t *heap, size_t size, const capheap_caps_t *prefer,
                             size_t prefer_count, capheap_request_t *request) {
    void *ptr = NULL;
    capheap_request_init(request, size, 1, 0);
    for (size_t i = 0; i < prefer_count && ptr == NULL; i++) {
        capheap_request_init(request, size, 1, prefer[i]);
        ptr = capheap_serve(heap, request);
    }
    return ptr;
}

static void *give_preferred(capheap_heap_t *heap, size_t size, const capheap_caps_t *prefer,
                            size_t prefer_count, bool clear) {
    if (size == 0) {
        return NULL;
    }
    capheap_request_t request;
    void *ptr = serve_preferred(heap, size, prefer, prefer_count, &request);
    capheap_conclude(heap, &request, ptr);
    if (ptr != NULL && clear) {
        capheap_clear_block(request.slot, request.block, size);
    }
    return ptr;
}

void *capheap_malloc_prefer(capheap_heap_t *heap, size_t size, const capheap_caps_t *prefer,
                            size_t prefer_count) {
    return give_preferred(heap, size, prefer, prefer_count, false);
}

void *capheap_calloc_prefer(capheap_heap_t *heap, size_t count, size_t size,
                            const capheap_caps_t *prefer, size_t prefer_count) {
    size_t bytes;
    capheap_caps_t last = prefer_count > 0 ? prefer[prefer_count - 1] : 0;
    if (!multiply(heap, count, size, 1, last, &bytes)) {
        return NULL;
    }
    return give_preferred(heap, bytes, prefer, prefer_count, true);
}
