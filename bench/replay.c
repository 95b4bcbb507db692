/* SPDX-License-Identifier: MIT */
#include "replay.h"

enum {
    HEADER_WORDS = 8,
    DO_MALLOC = 0,
    DO_FREE = 1,
    DO_REALLOC = 2,
    DO_MEMALIGN = 3
};

struct outcome replay(const struct trace *trace, const struct calls *calls) {
    struct outcome outcome = {.complete = true};
    const uint32_t *words = trace->words + HEADER_WORDS;
    for (uint32_t i = 0; i < trace_operations(trace); i++, words += 2) {
        void **slot = &trace->slots[words[0] >> 8];
        size_t size = words[1];
        void *ptr = NULL;
        switch (words[0] & 7) {
        case DO_MALLOC:
            ptr = calls->malloc(size);
            break;
        case DO_FREE:
            calls->free(*slot);
            *slot = NULL;
            continue;
        case DO_REALLOC:
            ptr = calls->realloc(*slot, size);
            outcome.reallocs++;
            outcome.moves += ptr != *slot;
            break;
        case DO_MEMALIGN:
            ptr = calls->memalign((size_t)1 << (words[0] >> 3 & 31), size);
            break;
        default:
            break;
        }
        if (ptr == NULL) {
            outcome.complete = false;
            outcome.operation = i;
            break;
        }
        *slot = ptr;
    }
    return outcome;
}

static bool completes(const struct trace *trace, void *pool, size_t size) {
    const struct calls calls = CALLS_OF(allocator);
    return allocator.init(pool, size) == 0 && replay(trace, &calls).complete;
}

struct smallest smallest_pool(const struct trace *trace, void *pool, size_t pool_size,
                              unsigned run) {
    struct smallest smallest = {0, 0};
    size_t peak = trace_peak(trace);
    size_t step = peak / 200 & ~(size_t)15;
    size_t most = allocator.max_pool != 0 ? allocator.max_pool : pool_size;
    unsigned in_a_row = 0;
    for (size_t size = peak & ~(size_t)15;
         size <= most && size <= peak * 8 && in_a_row<run; size += step> 16 ? step : 16) {
        if (!completes(trace, pool, size)) {
            in_a_row = 0;
            continue;
        }
        if (smallest.first == 0) {
            smallest.first = size;
        }
        if (in_a_row++ == 0) {
            smallest.safe = size;
        }
    }
    if (in_a_row == 0) {
        smallest.safe = 0;
    }
    return smallest;
}
