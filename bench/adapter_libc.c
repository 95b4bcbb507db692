/* SPDX-License-Identifier: MIT */
/*
 * The malloc of the C library that a bare-metal program is linked with: newlib or picolibc. The
 * pool is what sbrk hands out. To start afresh, the library's own variables, which the linker
 * script keeps together, are set back to what they were at the start of the program.
 */
#include <errno.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "allocator.h"

extern char library_data_start[], library_data_end[], library_bss_start[], library_bss_end[];

static char *pool_next, *pool_end;
static char library_data[4096];
static bool kept;

static void *more(ptrdiff_t bytes) {
    if (bytes > pool_end - pool_next) {
        return (void *)-1;
    }
    char *start = pool_next;
    pool_next += bytes;
    return start;
}

/* picolibc asks by the first name, newlib by the second. */
void *sbrk(ptrdiff_t bytes) {
    return more(bytes);
}

void *_sbrk(ptrdiff_t bytes) {
    return more(bytes);
}

static int init(void *pool, size_t size) {
    size_t bytes = (size_t)(library_data_end - library_data_start);
    if (bytes > sizeof library_data) {
        return 1;
    }
    if (!kept) {
        memcpy(library_data, library_data_start, bytes);
        kept = true;
    }
    memcpy(library_data_start, library_data, bytes);
    memset(library_bss_start, 0, (size_t)(library_bss_end - library_bss_start));
    pool_next = pool;
    pool_end = pool_next + size;
    return 0;
}

const struct allocator allocator = {
    "libc", init, malloc, free, realloc, memalign, 0, 0,
};
