/* SPDX-License-Identifier: MIT */
/*
 * The blocks of a multi_heap: the engine's, and behind what the owner asked for a guard, from one
 * byte to a granule, up to the block's end. Its last byte tells its length, and with it the size
 * that was asked for; the others hold one value. None of the values occurs in UTF-8, nor is 0 or
 * 0xFF among them, and no run of one value looks like a guard of more than one byte.
 *
 * An overrun that ends in what a shorter guard would be is not seen in the block itself, but then
 * the heap's guards don't add up to what they were.
 *
 * Guards are read and written in words, in a granule that is the block's alone.
 */
#include "esp_idf_multi_heap.h"

#define GUARD_MAX   8u    /* bytes: a granule */
#define GUARD_LAST  0xF4u /* and the length */
#define GUARD_OTHER 0xC1u
#define GUARD_WORDS (GUARD_MAX / sizeof(uint32_t))

_Static_assert(GUARD_MAX == MULTI_HEAP_GRANULE, "a guard is a granule at most");

/* The last granule of a block. */
typedef union tail {
    uint32_t words[GUARD_WORDS];
    unsigned char bytes[GUARD_MAX];
} tail_t;

static tail_t read_tail(const char *end) {
    const volatile uint32_t *words = (const volatile uint32_t *)(const void *)(end - GUARD_MAX);
    tail_t tail;
    for (size_t i = 0; i < GUARD_WORDS; i++) {
        tail.words[i] = words[i];
    }
    return tail;
}

static void write_tail(char *end, const tail_t *tail) {
    volatile uint32_t *words = (volatile uint32_t *)(void *)(end - GUARD_MAX);
    for (size_t i = 0; i < GUARD_WORDS; i++) {
        words[i] = tail->words[i];
    }
}

/* Bytes of the guard that ends there; 0: it was written to. */
static size_t length_before(const char *end) {
    tail_t tail = read_tail(end);
    size_t length = (size_t)tail.bytes[GUARD_MAX - 1] - GUARD_LAST;
    if (length == 0 || length > GUARD_MAX) {
        return 0;
    }
    for (size_t i = GUARD_MAX - length; i < GUARD_MAX - 1; i++) {
        if (tail.bytes[i] != GUARD_OTHER) {
            return 0;
        }
    }
    return length;
}

/* Behind the first `size` bytes of a block. */
static void put_guard(multi_heap_handle_t heap, char *block, size_t size) {
    if (!heap->guarded) {
        return;
    }
    size_t usable = capheap_region_usable_size(&heap->region, block);
    size_t length = usable - size < GUARD_MAX ? usable - size : GUARD_MAX;
    tail_t tail = read_tail(block + usable);
    for (size_t i = GUARD_MAX - length; i < GUARD_MAX - 1; i++) {
        tail.bytes[i] = GUARD_OTHER;
    }
    tail.bytes[GUARD_MAX - 1] = (unsigned char)(GUARD_LAST + length);
    write_tail(block + usable, &tail);
    heap->guards += length;
}

/* Bytes of a block's guard; 0 if the heap has none. The program stops where it was written to. */
static size_t guard_of(multi_heap_handle_t heap, const char *block) {
    if (!heap->guarded || block == NULL) {
        return 0;
    }
    size_t usable = capheap_region_usable_size(&heap->region, block);
    size_t length = length_before(block + usable);
    if (length == 0) {
        capheap_esp_idf_stop(MULTI_HEAP_OVERRUN, block);
    }
    return length;
}

static size_t with_guard(multi_heap_handle_t heap, size_t size) {
    return heap->guarded && size < SIZE_MAX ? size + 1 : size;
}

void *multi_heap_block_take(multi_heap_handle_t heap, size_t alignment, size_t size) {
    if (size == 0) {
        return NULL;
    }
    size_t wanted = with_guard(heap, size);
    void *block = alignment > MULTI_HEAP_GRANULE
                      ? capheap_region_aligned_alloc(&heap->region, alignment, wanted)
                      : capheap_region_malloc(&heap->region, wanted);
    if (block != NULL) {
        put_guard(heap, block, size);
    }
    return block;
}

void *multi_heap_block_resize(multi_heap_handle_t heap, void *block, size_t size) {
    size_t guard = guard_of(heap, block);
    void *resized = capheap_region_realloc(&heap->region, block, with_guard(heap, size));
    if (resized != NULL) {
        heap->guards -= guard;
        put_guard(heap, resized, size);
    }
    return resized;
}

void multi_heap_block_give(multi_heap_handle_t heap, void *block) {
    heap->guards -= guard_of(heap, block);
    capheap_region_free(&heap->region, block);
}

size_t multi_heap_block_size(multi_heap_handle_t heap, const void *block) {
    return capheap_region_usable_size(&heap->region, block) - guard_of(heap, block);
}

size_t multi_heap_block_guard(multi_heap_handle_t heap, const capheap_block_t *block) {
    bool guarded = heap->guarded && block->used;
    return guarded ? length_before((const char *)block->start + block->size) : 0;
}

bool multi_heap_check_guards(multi_heap_handle_t heap) {
    if (!heap->guarded) {
        return true;
    }
    size_t places = heap->damage->places;
    size_t sum = 0;
    capheap_block_t block = {0};
    while (capheap_region_next_block(&heap->region, &block)) {
        size_t length = multi_heap_block_guard(heap, &block);
        sum += length;
        if (block.used && length == 0) {
            capheap_esp_idf_note_damage(heap->damage, MULTI_HEAP_OVERRUN, block.start, NULL);
        }
    }
    if (heap->damage->places == 0 && sum != heap->guards) {
        capheap_esp_idf_note_damage(heap->damage, MULTI_HEAP_OVERRUN, NULL, NULL);
    }
    return heap->damage->places == places;
}
