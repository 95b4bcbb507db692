/* SPDX-License-Identifier: MIT */
/*
 * Contents of blocks. Word-only memory is touched by aligned words alone, and a block handed out by
 * an inverted alias has its words in reverse order. Sizes of blocks are multiples of the granule,
 * so that there is always a whole last word to take along.
 */
#include "heap_internal.h"

/* The words of a block in its owner's order. volatile: or the compiler makes a memcpy of the loop,
 * which may use bytes. */
typedef struct words {
    volatile uint32_t *next;
    ptrdiff_t step;
} words_t;

static bool is_reversed(const capheap_place_t *place) {
    return place->by_alias && place->slot->memory.alias_kind == CAPHEAP_ALIAS_INVERTED;
}

static bool needs_words(const capheap_place_t *place) {
    return is_reversed(place) || capheap_is_word_only(place->slot->type);
}

static words_t words_of(const capheap_place_t *place) {
    bool reversed = is_reversed(place);
    unsigned char *first = reversed ? place->block + place->size - sizeof(uint32_t) : place->block;
    return (words_t){(volatile uint32_t *)(void *)first, reversed ? -1 : 1};
}

static size_t words_in(size_t bytes) {
    return bytes / sizeof(uint32_t) + (bytes % sizeof(uint32_t) != 0);
}

void capheap_clear_block(const capheap_slot_t *slot, void *block, size_t bytes) {
    if (!capheap_is_word_only(slot->type)) {
        __builtin_memset(block, 0, bytes);
        return;
    }
    volatile uint32_t *word = block;
    for (size_t left = words_in(bytes); left > 0; left--) {
        *word++ = 0;
    }
}

void capheap_copy_block(const capheap_place_t *to, const capheap_place_t *from, size_t bytes) {
    if (!needs_words(to) && !needs_words(from)) {
        __builtin_memcpy(to->block, from->block, bytes);
        return;
    }
    words_t out = words_of(to);
    words_t in = words_of(from);
    for (size_t left = words_in(bytes); left > 0; left--) {
        *out.next = *in.next;
        out.next += out.step;
        in.next += in.step;
    }
}
