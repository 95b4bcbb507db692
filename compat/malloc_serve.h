/* SPDX-License-Identifier: MIT */
/*
 * What the C library's names come down to, whoever supplies the memory: compat/malloc.c and
 * compat/malloc_newlib.c give them their names; compat/malloc_serve.c is for firmware, over one
 * heap, compat/malloc_posix.c for Linux, over regions that are mapped as they are needed.
 *
 * A size of 0 is one of 1 by the time it gets here. NULL: no memory. None touches errno.
 */
#ifndef CAPHEAP_MALLOC_SERVE_H
#define CAPHEAP_MALLOC_SERVE_H

#include "capheap/malloc.h"

/* Every block is aligned so. */
#define MALLOC_ALIGNMENT _Alignof(max_align_t)

void *malloc_serve(size_t size);
void *malloc_serve_clear(size_t count, size_t size);       /* the product does not overflow */
void *malloc_serve_aligned(size_t alignment, size_t size); /* a power of two */
/* ptr is not NULL. */
void *malloc_serve_again(void *ptr, size_t size);
void malloc_serve_back(void *ptr);
size_t malloc_serve_size(const void *ptr);
size_t malloc_serve_page(void);

#endif
