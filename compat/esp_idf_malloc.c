/* SPDX-License-Identifier: MIT */
/*
 * malloc and its kin as ESP-IDF's C library has them (components/esp_libc/src/heap.c), for programs
 * that don't link that one. size 0 gives NULL.
 */
#include <errno.h>

#include "capheap/malloc.h"
#include "esp_idf_internal.h"

#define NAME CAPHEAP_MALLOC_NAME

void *NAME(malloc)(size_t size) {
    return heap_caps_malloc_default(size);
}

void NAME(free)(void *ptr) {
    heap_caps_free(ptr);
}

void *NAME(calloc)(size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        return NULL;
    }
    void *ptr = heap_caps_malloc_default(bytes);
    if (ptr != NULL) {
        __builtin_memset(ptr, 0, bytes);
    }
    return ptr;
}

void *NAME(realloc)(void *ptr, size_t size) {
    return heap_caps_realloc_default(ptr, size);
}

void *NAME(memalign)(size_t alignment, size_t size) {
    return heap_caps_aligned_alloc_default(alignment, size);
}

void *NAME(aligned_alloc)(size_t alignment, size_t size) {
    return heap_caps_aligned_alloc_default(alignment, size);
}

/* Tells by its result; errno stays as it is, and on failure *ptr too. */
int NAME(posix_memalign)(void **ptr, size_t alignment, size_t size) {
    void *block = heap_caps_aligned_alloc_default(alignment, size);
    if (block == NULL && size != 0) {
        return ENOMEM;
    }
    *ptr = block;
    return 0;
}

size_t NAME(malloc_usable_size)(void *ptr) {
    return heap_caps_get_allocated_size(ptr);
}
