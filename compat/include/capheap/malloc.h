/* SPDX-License-Identifier: MIT */
/*
 * malloc and its kin over a heap of one's own, for firmware. Link the objects of compat/malloc.c,
 * malloc_info.c, malloc_newlib.c and malloc_serve.c and say once, in any source file, where memory
 * comes from:
 *
 *     #include "capheap/malloc.h"
 *     CAPHEAP_MALLOC_FROM(&heap, CAPHEAP_8BIT, 8);
 *
 * From then on everything that calls malloc (printf, strdup, C++'s new) is served by that heap, and
 * free() takes back whatever came from it, also by capheap_malloc with other capabilities. What is
 * asked for before the heap has regions fails like any request that finds no room.
 *
 * As the C library documents them: malloc, free, cfree, calloc, realloc, reallocarray,
 * aligned_alloc, memalign, posix_memalign, valloc, pvalloc, malloc_usable_size, mallinfo,
 * mallinfo2.
 * Where it leaves a choice: size 0 gives a block of its own; realloc to size 0 frees and gives
 * NULL; failures set errno to ENOMEM; aligned_alloc takes any size; free leaves errno alone.
 *
 * Threads and interrupts as in heap.h: the port decides. O(regions), but for calloc's clearing and
 * realloc's copy, and the walk of mallinfo.
 */
#ifndef CAPHEAP_MALLOC_H
#define CAPHEAP_MALLOC_H

#include <malloc.h>

#include "capheap/heap.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of a page, for valloc and pvalloc: a power of two. */
#ifndef CAPHEAP_MALLOC_PAGE
#define CAPHEAP_MALLOC_PAGE 4096
#endif

/* Define CAPHEAP_MALLOC_PREFIX as `app_` to have them all beside the C library's, as app_malloc and
 * so on. It has to be the same for all that includes this header. */
#ifdef CAPHEAP_MALLOC_PREFIX
#define CAPHEAP_MALLOC_JOIN(prefix, name) prefix##name
#define CAPHEAP_MALLOC_WITH(prefix, name) CAPHEAP_MALLOC_JOIN(prefix, name)
#define CAPHEAP_MALLOC_NAME(name)         CAPHEAP_MALLOC_WITH(CAPHEAP_MALLOC_PREFIX, name)
#else
#define CAPHEAP_MALLOC_NAME(name) name
#endif

/* Where malloc takes memory from. */
typedef struct capheap_malloc_source {
    capheap_heap_t *heap; /* not NULL; it may get its regions later */
    capheap_caps_t caps;  /* that every block shall have */
    size_t granule;       /* bytes: the finest granule of the regions that have these, at least 8 */
} capheap_malloc_source_t;

/* Defined by CAPHEAP_MALLOC_FROM. */
extern const capheap_malloc_source_t capheap_malloc_source;

/*
 * Where granule is less than the alignment that every type needs (_Alignof(max_align_t): 16 on
 * RV32 and on 64-bit machines), every block is aligned by an aligned allocation, and realloc
 * moves blocks that grow. So give the regions behind malloc a granule of 16 there.
 */
#define CAPHEAP_MALLOC_FROM(heap_, caps_, granule_)                                                \
    const capheap_malloc_source_t capheap_malloc_source = {(heap_), (caps_), (granule_)}

/* What glibc's <malloc.h> declares and other C libraries' don't. */
#ifndef __GLIBC__
struct mallinfo2 {
    size_t arena;    /* bytes that blocks may take in all */
    size_t ordblks;  /* free blocks (a count) */
    size_t smblks;   /* 0: not used */
    size_t hblks;    /* 0: not used */
    size_t hblkhd;   /* 0: not used */
    size_t usmblks;  /* 0: not used */
    size_t fsmblks;  /* 0: not used */
    size_t uordblks; /* bytes in live blocks */
    size_t fordblks; /* bytes free */
    size_t keepcost; /* 0: not used */
};
#endif

#ifndef __cplusplus /* there the C library's headers declare them, each in its own way */
/* At least size bytes, aligned for every type; size 0: a block of its own. NULL and ENOMEM. */
void *CAPHEAP_MALLOC_NAME(malloc)(size_t size);
/* Give back any block of the heap. NULL is fine; errno stays. */
void CAPHEAP_MALLOC_NAME(free)(void *ptr);
/* The same, as it was called before C89. */
void CAPHEAP_MALLOC_NAME(cfree)(void *ptr);
/* count * size bytes, all zero. NULL and ENOMEM, also if the product overflows. O(bytes). */
void *CAPHEAP_MALLOC_NAME(calloc)(size_t count, size_t size);
/* Contents are kept up to the smaller size. size 0: free, and NULL. NULL and ENOMEM: the block is
 * as it was. O(bytes) if it moves. */
void *CAPHEAP_MALLOC_NAME(realloc)(void *ptr, size_t size);
/* realloc to count * size bytes; NULL and ENOMEM if the product overflows. */
void *CAPHEAP_MALLOC_NAME(reallocarray)(void *ptr, size_t count, size_t size);
/* At a multiple of alignment, a power of two (else NULL and EINVAL); size is free to be any. */
void *CAPHEAP_MALLOC_NAME(aligned_alloc)(size_t alignment, size_t size);
/* The same, as it was called before C11. */
void *CAPHEAP_MALLOC_NAME(memalign)(size_t alignment, size_t size);
/* The block in *ptr and 0; or EINVAL (alignment no power of two times sizeof(void *)) or ENOMEM,
 * and *ptr is as it was. */
int CAPHEAP_MALLOC_NAME(posix_memalign)(void **ptr, size_t alignment, size_t size);
/* At a multiple of CAPHEAP_MALLOC_PAGE. */
void *CAPHEAP_MALLOC_NAME(valloc)(size_t size);
/* The same, the size rounded up to whole pages. */
void *CAPHEAP_MALLOC_NAME(pvalloc)(size_t size);
/* Bytes that the block has; all may be used. 0 for NULL. */
size_t CAPHEAP_MALLOC_NAME(malloc_usable_size)(void *ptr);
/* mallinfo2 in the fields of the C library, whose int cuts large sums short. */
struct mallinfo CAPHEAP_MALLOC_NAME(mallinfo)(void);
#endif

#if !defined(__cplusplus) || !defined(__GLIBC__)
/* Of the regions that have the capabilities of malloc. O(blocks): it counts the free ones. */
struct mallinfo2 CAPHEAP_MALLOC_NAME(mallinfo2)(void);
#endif

#ifdef __cplusplus
}
#endif

#endif
