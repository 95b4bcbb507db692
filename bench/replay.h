/* SPDX-License-Identifier: MIT */
/*
 * Replaying a recorded program (TRC1, traces/README.md), and what follows from it: the smallest
 * pool. The same code on a PC and on a bare chip.
 */
#pragma once

#include <stdbool.h>

#include "allocator.h"

/* The calls that a replay makes: the allocator's own, or some that measure them. */
struct calls {
    void *(*malloc)(size_t size);
    void (*free)(void *ptr);
    void *(*realloc)(void *ptr, size_t size);
    void *(*memalign)(size_t alignment, size_t size);
};

#define CALLS_OF(allocator_)                                                                       \
    { (allocator_).malloc, (allocator_).free, (allocator_).realloc, (allocator_).memalign }

struct trace {
    const uint32_t *words; /* as in the file */
    void **slots;          /* room for trace_slots() pointers */
};

static inline uint32_t trace_operations(const struct trace *trace) {
    return trace->words[1];
}

static inline uint32_t trace_slots(const struct trace *trace) {
    return trace->words[2];
}

/* The most bytes that were asked for and live at once. */
static inline uint32_t trace_peak(const struct trace *trace) {
    return trace->words[3];
}

struct outcome {
    bool complete;
    uint32_t operation; /* that failed, if not complete */
    uint32_t reallocs;
    uint32_t moves; /* reallocs that came back with another address */
};

struct outcome replay(const struct trace *trace, const struct calls *calls);

struct smallest {
    size_t first; /* the smallest pool of the grid that completes the trace; 0: none */
    size_t safe;  /* the smallest from which `run` sizes in a row complete it; 0: none */
};

/* Pools from the peak upwards, in steps of 0.5 % of it. */
struct smallest smallest_pool(const struct trace *trace, void *pool, size_t pool_size,
                              unsigned run);
