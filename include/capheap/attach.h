/* SPDX-License-Identifier: MIT */
/*
 * Regions in memory that keeps its contents over deep sleep or reset (RTC memory, backup SRAM, RAM
 * that start-up code leaves alone): attached again, with every live block where it was. Declared
 * here is what belongs to capheap_region_attach (region.h); heap.h has the same for a region of a
 * heap. docs/sleep.md tells what is promised, and shows a program.
 *
 * A header of CAPHEAP_RETAINED_BYTES and 4 bytes for each root stands at the first multiple of 4 of
 * the memory, in front of the books and the blocks. Books apart (config->books) must be kept too.
 * The capheap_region_t and the capheap_retained_t may lie anywhere: what they held is not needed.
 *
 * The region's blocks are taken and given back by the calls below, never by the plain ones
 * (capheap_region_malloc, free, realloc, ...): they mark in the header that a call runs, so that a
 * reset in the middle of one is told from damage. The plain calls that change nothing may be used.
 * Threads, interrupts and complexity: as region.h, where nothing else is said.
 *
 * The memory must not sit behind a write-back cache, unless it is cleaned before the power goes.
 */
#ifndef CAPHEAP_ATTACH_H
#define CAPHEAP_ATTACH_H

#include "capheap/region.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of the header without its roots. */
#define CAPHEAP_RETAINED_BYTES (44u + sizeof(capheap_region_t))

/* Roots that a region can have at most. */
#define CAPHEAP_ROOTS_MAX 256u

/* Start afresh without reading the memory: the program knows that its power was off (memory with
 * error correction may fault when it is read before it was ever written). */
#define CAPHEAP_ATTACH_AFRESH 1u

/* How to attach. All zero: no roots. */
typedef struct capheap_attach {
    uint32_t roots; /* how many, at most CAPHEAP_ROOTS_MAX */
    uint32_t key;   /* any number, such as the version of the structures that the program keeps: a
                       region that was left with another key is not kept */
    uint32_t flags; /* CAPHEAP_ATTACH_* or 0 */
} capheap_attach_t;

/* A region that was attached. Its fields are to be read only. */
typedef struct capheap_retained {
    capheap_region_t *region;               /* as given: for the calls that change nothing */
    struct capheap_retained_header *header; /* at the start of the memory */
    capheap_status_t status; /* CAPHEAP_OK: kept. Else it was started afresh, because:
                                CAPHEAP_ERROR_NOT_KEPT, no region is there (power was lost, or
                                AFRESH); CAPHEAP_ERROR_OTHER, it is one of another memory, shape,
                                key or version of capheap; CAPHEAP_ERROR_DAMAGED */
    const void *damage;      /* DAMAGED: what contradicts itself first (a block, or the header if
                                the seal doesn't fit); else NULL */
    uint32_t roots_lost;     /* kept: roots that led to no live block and were set to NULL */
    bool interrupted;        /* kept: the reset came in the middle of a call, and that was mended */
    bool sealed;             /* kept: it had been sealed */
} capheap_retained_t;

/*
 * A block, as the plain calls of region.h give it. A reset before the call returns leaves it free,
 * or live without an owner: see docs/sleep.md on sweeping.
 */
void *capheap_retained_malloc(capheap_retained_t *retained, size_t size);
/* The same with `count * size` bytes, all zero; NULL too if the product overflows. O(bytes). */
void *capheap_retained_calloc(capheap_retained_t *retained, size_t count, size_t size);
/* The same at a multiple of `alignment`, a power of two (else NULL). */
void *capheap_retained_aligned_alloc(capheap_retained_t *retained, size_t alignment, size_t size);

/*
 * As capheap_region_realloc, but a block whose size changes moves, or stays as it is if it is to
 * shrink and there is no other place. What a reset in the middle leaves is the old block, the new
 * one, or both. To change a block that a root leads to without ever losing it: take a new one, fill
 * it, set the root, give the old one back.
 */
void *capheap_retained_realloc(capheap_retained_t *retained, void *ptr, size_t size);

/* Give a block back. Set a root that leads to it to NULL first: another block may come to lie
 * there. */
void capheap_retained_free(capheap_retained_t *retained, void *ptr);

/*
 * Where the program finds its blocks again: root `index` leads to the live block at ptr, or to none
 * (NULL). One store: after a reset it is the one or the other. False, and nothing has changed, if
 * there is no such root; a pointer that is no live block's is reported besides.
 */
bool capheap_retained_set_root(capheap_retained_t *retained, uint32_t index, const void *ptr);

/* The live block that a root leads to; NULL if none, or if there is no such root. */
void *capheap_retained_root(const capheap_retained_t *retained, uint32_t index);

/*
 * Before sleep: checksums over roots and map, and over the contents of all live blocks if
 * `contents` is true. Attach then keeps the region only if they fit. Any call that changes the
 * region breaks the seal. O(size / granule / 16), with contents O(size).
 */
void capheap_retained_seal(capheap_retained_t *retained, bool contents);
/* The seal doesn't count any more: with contents, call it before a block is written to again, if
 * sleep didn't come. */
void capheap_retained_break_seal(capheap_retained_t *retained);

/* Nothing is kept: the next attach starts afresh. The region serves on. */
void capheap_retained_forget(capheap_retained_t *retained);

#ifdef __cplusplus
}
#endif

#endif
