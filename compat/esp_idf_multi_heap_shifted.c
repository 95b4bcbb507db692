/* SPDX-License-Identifier: MIT */
/*
 * multi_heap_aligned_alloc_offs with an offset that is no multiple of the alignment. The engine's
 * blocks start at granules, so the owner gets an address inside one; a node at the block's start
 * remembers which.
 */
#include "esp_idf_multi_heap.h"

typedef struct multi_heap_shifted {
    struct multi_heap_shifted *next;
    void *ptr; /* the owner's */
} shifted_t;

void *multi_heap_shifted_alloc(multi_heap_handle_t heap, size_t size, size_t alignment,
                               size_t offset) {
    size_t shift = alignment - offset % alignment;
    while (shift < sizeof(shifted_t)) {
        shift += alignment;
    }
    if (size > SIZE_MAX - shift) {
        return NULL;
    }
    char *block = multi_heap_block_take(heap, alignment, shift + size);
    if (block == NULL) {
        return NULL;
    }
    shifted_t *node = (shifted_t *)(void *)block;
    *node = (shifted_t){.next = heap->shifted, .ptr = block + shift};
    heap->shifted = node;
    return node->ptr;
}

static shifted_t **link_of(multi_heap_handle_t heap, const void *ptr) {
    shifted_t **link = &heap->shifted;
    while (*link != NULL && (*link)->ptr != ptr) {
        link = &(*link)->next;
    }
    return link;
}

void *multi_heap_shifted_block(multi_heap_handle_t heap, void *ptr) {
    shifted_t *node = *link_of(heap, ptr);
    return node != NULL ? (void *)node : ptr;
}

void *multi_heap_shifted_forget(multi_heap_handle_t heap, void *ptr) {
    shifted_t **link = link_of(heap, ptr);
    shifted_t *node = *link;
    if (node == NULL) {
        return ptr;
    }
    *link = node->next;
    return node;
}

/* As an aligned block does, it loses its alignment. */
void *multi_heap_shifted_realloc(multi_heap_handle_t heap, void *ptr, size_t size) {
    char *block = multi_heap_shifted_block(heap, ptr);
    size_t usable = multi_heap_block_size(heap, block) - (size_t)((char *)ptr - block);
    void *moved = multi_heap_block_take(heap, 1, size);
    if (moved == NULL) {
        return NULL;
    }
    __builtin_memcpy(moved, ptr, size < usable ? size : usable);
    multi_heap_block_give(heap, multi_heap_shifted_forget(heap, ptr));
    return moved;
}
