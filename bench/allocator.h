/* SPDX-License-Identifier: MIT */
/*
 * An allocator as the measuring programs see it. Each is one adapter_*.c (ours: adapter.c) that
 * defines `allocator`; the programs know nothing else of it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct allocator {
    const char *name;
    int (*init)(void *pool, size_t size); /* 0: ready. A second call starts afresh */
    void *(*malloc)(size_t size);
    void (*free)(void *ptr);
    void *(*realloc)(void *ptr, size_t size);
    void *(*memalign)(size_t alignment, size_t size);
    size_t static_bytes; /* what it keeps outside the pool */
    size_t max_pool;     /* the largest pool that it can manage; 0: any */
};

extern const struct allocator allocator;
