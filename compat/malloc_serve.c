/* SPDX-License-Identifier: MIT */
/* The C library's memory from the heap that the firmware names. */
#include "malloc_serve.h"

#define SOURCE capheap_malloc_source

/* Do the regions align every block well enough by themselves? */
static bool is_aligned_enough(void) {
    return MALLOC_ALIGNMENT <= 8 || SOURCE.granule >= MALLOC_ALIGNMENT;
}

void *malloc_serve_aligned(size_t alignment, size_t size) {
    size_t least = is_aligned_enough() ? 1 : MALLOC_ALIGNMENT;
    return capheap_aligned_alloc(SOURCE.heap, alignment > least ? alignment : least, size,
                                 SOURCE.caps);
}

void *malloc_serve(size_t size) {
    return is_aligned_enough() ? capheap_malloc(SOURCE.heap, size, SOURCE.caps)
                               : malloc_serve_aligned(MALLOC_ALIGNMENT, size);
}

void *malloc_serve_clear(size_t count, size_t size) {
    size_t alignment = is_aligned_enough() ? 1 : MALLOC_ALIGNMENT;
    return capheap_aligned_calloc(SOURCE.heap, alignment, count, size, SOURCE.caps);
}

/* The heap keeps no more than the granule's alignment when it moves a block, so it may not. */
static void *move(void *ptr, size_t size) {
    size_t usable = malloc_serve_size(ptr);
    if (usable == 0) {
        return NULL; /* no live block: it was reported */
    }
    if (size <= usable && size > usable / 2) {
        return ptr;
    }
    void *moved = malloc_serve(size);
    if (moved == NULL) {
        return size <= usable ? ptr : NULL;
    }
    __builtin_memcpy(moved, ptr, size < usable ? size : usable);
    malloc_serve_back(ptr);
    return moved;
}

void *malloc_serve_again(void *ptr, size_t size) {
    return is_aligned_enough() ? capheap_realloc(SOURCE.heap, ptr, size, SOURCE.caps)
                               : move(ptr, size);
}

void malloc_serve_back(void *ptr) {
    capheap_free(SOURCE.heap, ptr);
}

size_t malloc_serve_size(const void *ptr) {
    return capheap_usable_size(SOURCE.heap, ptr);
}

size_t malloc_serve_page(void) {
    return CAPHEAP_MALLOC_PAGE;
}
