/* SPDX-License-Identifier: MIT */
/* The long way to a block: the request itself, and calls that are short for one. */
#include "heap_internal.h"

/* Cleared with no lock held: the block is nobody else's by then. By an inverted alias a block
 * begins at its end: then all of it is cleared. */
static void clear(capheap_heap_t *heap, const capheap_call_t *call, void *ptr) {
    bool by_alias = ptr != call->block;
    size_t bytes = by_alias ? capheap_usable_size(heap, ptr) : call->request->size;
    capheap_clear_block(call->slot, call->block, bytes);
}

static void *conclude(capheap_heap_t *heap, const capheap_call_t *call, void *ptr) {
    if (ptr == NULL) {
        capheap_count_refusal(heap, call);
        capheap_call_failure(heap, call->request);
        return NULL;
    }
    if (call->request->zero) {
        clear(heap, call, ptr);
    }
    capheap_call_event(heap, NULL, ptr, call->request->size, call->asked);
    capheap_check_marks(heap);
    return ptr;
}

void *capheap_allocate(capheap_heap_t *heap, const capheap_request_t *request) {
    if (request->alignment != 0 && !capheap_is_power_of_two(request->alignment)) {
        capheap_call_failure(heap, request);
        return NULL;
    }
    if (request->size == 0) {
        return NULL;
    }
    capheap_call_t call = capheap_call_of(request);
    return conclude(heap, &call, capheap_serve(heap, &call));
}

void *capheap_malloc_tagged(capheap_heap_t *heap, size_t size, uint32_t tag) {
    capheap_request_t request = {.size = size, .tag = &tag};
    return capheap_allocate(heap, &request);
}

/* An alignment of 0 asks for nothing in a request; here it is as wrong as any that is no power of
 * two, and fails like what can't be served. */
void *capheap_allocate_aligned(capheap_heap_t *heap, const capheap_request_t *request) {
    if (request->alignment == 0) {
        capheap_call_failure(heap, request);
        return NULL;
    }
    return capheap_allocate(heap, request);
}

/* A product that overflows fails as a request for all there could be. */
bool capheap_multiply(const capheap_heap_t *heap, size_t count, size_t size,
                      capheap_request_t *request) {
    if (__builtin_mul_overflow(count, size, &request->size)) {
        request->size = SIZE_MAX;
        capheap_call_failure(heap, request);
        return false;
    }
    return true;
}

void *capheap_aligned_calloc(capheap_heap_t *heap, size_t alignment, size_t count, size_t size,
                             capheap_caps_t caps) {
    capheap_request_t request = capheap_request_of(0, alignment, caps);
    request.zero = true;
    return capheap_multiply(heap, count, size, &request) ? capheap_allocate_aligned(heap, &request)
                                                         : NULL;
}

void *capheap_malloc_prefer(capheap_heap_t *heap, size_t size, const capheap_caps_t *prefer,
                            size_t prefer_count) {
    capheap_request_t request = {.size = size, .prefer = prefer, .prefer_count = prefer_count};
    return capheap_allocate(heap, &request);
}

void *capheap_calloc_prefer(capheap_heap_t *heap, size_t count, size_t size,
                            const capheap_caps_t *prefer, size_t prefer_count) {
    capheap_request_t request = {.prefer = prefer, .prefer_count = prefer_count, .zero = true};
    return capheap_multiply(heap, count, size, &request) ? capheap_allocate(heap, &request) : NULL;
}
