/* SPDX-License-Identifier: MIT */
/* The names of the C library and of POSIX: what they ask of their arguments, and errno. */
#include <errno.h>

#include "malloc_serve.h"

#define NAME CAPHEAP_MALLOC_NAME

static void *or_no_memory(void *ptr) {
    if (ptr == NULL) {
        errno = ENOMEM;
    }
    return ptr;
}

/* A request for nothing still gets a block of its own. */
static size_t at_least_one(size_t size) {
    return size != 0 ? size : 1;
}

static bool is_power_of_two(size_t number) {
    return number != 0 && (number & (number - 1)) == 0;
}

void *NAME(malloc)(size_t size) {
    return or_no_memory(malloc_serve(at_least_one(size)));
}

void NAME(free)(void *ptr) {
    if (ptr != NULL) {
        malloc_serve_back(ptr);
    }
}

/* By its oldest name, which C libraries have beside free, some of them in the same object. */
void NAME(cfree)(void *ptr) {
    NAME(free)(ptr);
}

void *NAME(calloc)(size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        return or_no_memory(NULL);
    }
    return or_no_memory(malloc_serve_clear(1, at_least_one(bytes)));
}

void *NAME(realloc)(void *ptr, size_t size) {
    if (ptr == NULL) {
        return NAME(malloc)(size);
    }
    if (size == 0) {
        malloc_serve_back(ptr);
        return NULL;
    }
    return or_no_memory(malloc_serve_again(ptr, size));
}

void *NAME(reallocarray)(void *ptr, size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        return or_no_memory(NULL);
    }
    return NAME(realloc)(ptr, bytes);
}

void *NAME(aligned_alloc)(size_t alignment, size_t size) {
    if (!is_power_of_two(alignment)) {
        errno = EINVAL;
        return NULL;
    }
    return or_no_memory(malloc_serve_aligned(alignment, at_least_one(size)));
}

void *NAME(memalign)(size_t alignment, size_t size) {
    return NAME(aligned_alloc)(alignment, size);
}

/* Tells by its result; errno and, on failure, *ptr stay as they are. */
int NAME(posix_memalign)(void **ptr, size_t alignment, size_t size) {
    if (!is_power_of_two(alignment) || alignment % sizeof(void *) != 0) {
        return EINVAL;
    }
    void *block = malloc_serve_aligned(alignment, at_least_one(size));
    if (block == NULL) {
        return ENOMEM;
    }
    *ptr = block;
    return 0;
}

void *NAME(valloc)(size_t size) {
    return NAME(aligned_alloc)(malloc_serve_page(), size);
}

void *NAME(pvalloc)(size_t size) {
    size_t page = malloc_serve_page();
    size_t rest = (0 - at_least_one(size)) & (page - 1);
    if (rest > SIZE_MAX - size) {
        return or_no_memory(NULL);
    }
    return NAME(aligned_alloc)(page, at_least_one(size) + rest);
}

size_t NAME(malloc_usable_size)(void *ptr) {
    return ptr != NULL ? malloc_serve_size(ptr) : 0;
}
