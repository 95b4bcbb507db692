/* SPDX-License-Identifier: MIT */
/*
 * What a range takes of a memory, by either of the memory's two addresses: the arithmetic below
 * both the check of a chip's table and its layout.
 */
#ifndef CAPHEAP_CHIP_SPAN_H
#define CAPHEAP_CHIP_SPAN_H

#include "capheap/chip.h"

/* Memories, and what is taken of them, are whole words. */
#define CAPHEAP_WORD ((uintptr_t)4)

/* [start, end), empty if start >= end. */
typedef struct capheap_span {
    uintptr_t start;
    uintptr_t end;
} capheap_span_t;

static inline int capheap_span_is_empty(capheap_span_t span) {
    return span.start >= span.end;
}

static inline capheap_span_t capheap_span_of_words(const capheap_range_t *range) {
    uintptr_t start = range->start & ~(CAPHEAP_WORD - 1);
    uintptr_t end = range->end & ~(CAPHEAP_WORD - 1);
    if (end != range->end) {
        end = end <= UINTPTR_MAX - CAPHEAP_WORD ? end + CAPHEAP_WORD : UINTPTR_MAX;
    }
    return range->start == range->end ? (capheap_span_t){start, start}
                                      : (capheap_span_t){start, end};
}

static inline capheap_span_t capheap_span_clip(capheap_span_t span, uintptr_t start, size_t size) {
    return (capheap_span_t){span.start > start ? span.start : start,
                            span.end < start + size ? span.end : start + size};
}

/* What a range takes of a memory by the memory's own address, ... */
static inline capheap_span_t capheap_span_taken(const capheap_memory_t *memory,
                                                const capheap_range_t *range) {
    return capheap_span_clip(capheap_span_of_words(range), memory->start, memory->size);
}

/* ... and by its alias, as addresses of the memory. */
static inline capheap_span_t capheap_span_taken_by_alias(const capheap_memory_t *memory,
                                                         const capheap_range_t *range) {
    capheap_span_t span = {0, 0};
    if (memory->alias_kind == CAPHEAP_ALIAS_NONE) {
        return span;
    }
    span = capheap_span_clip(capheap_span_of_words(range), memory->alias, memory->size);
    if (capheap_span_is_empty(span)) {
        return span;
    }
    size_t size = span.end - span.start;
    uintptr_t start = capheap_memory_from_alias(memory, span.start, size);
    return (capheap_span_t){start, start + size};
}

#endif
