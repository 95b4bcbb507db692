/* SPDX-License-Identifier: MIT */
/*
 * Look into a heap while it is used: its regions, its blocks, its soundness. Nothing here changes
 * anything, and no lock is held for longer than one step: other threads work on in between, so what
 * comes back step by step need not fit together unless they rest.
 */
#ifndef CAPHEAP_INSPECT_H
#define CAPHEAP_INSPECT_H

#include "capheap/heap.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A region as it is at one moment. */
typedef struct capheap_region_info {
    capheap_memory_t memory;    /* as it was added: start, size, alias, flags */
    const capheap_type_t *type; /* as it was added: its name, priorities and granule */
    capheap_caps_t caps;        /* all capabilities of its type, of all priorities */
    uint32_t tag;               /* as it was added */
    bool serving;               /* false: held back until the end of start-up; figures are 0 then */
    bool word_only;             /* its memory takes aligned 32-bit accesses only */
    uint32_t granule;           /* bytes */
    capheap_figures_t figures;  /* of this region alone (regions: 1 if serving) */
} capheap_region_info_t;

/*
 * The region with the lowest start at or above `from`, serving or held back; false if there is
 * none. All regions in order of address:
 *
 *     uintptr_t from = 0;
 *     while (capheap_next_region(heap, from, &info)) {
 *         ...
 *         from = info.memory.start + 1;
 *     }
 *
 * O(regions).
 */
bool capheap_next_region(capheap_heap_t *heap, uintptr_t from, capheap_region_info_t *info);

/* The region that holds address, by its memory or by its alias; false if there is none.
 * O(regions). */
bool capheap_find_region(capheap_heap_t *heap, const void *address, capheap_region_info_t *info);

/*
 * The block after `block` in address order, free or used, of the region that info describes, or its
 * first if block->start is NULL; false after the last, or if that region serves no longer.
 * Addresses are the memory's own, also of blocks handed out by their alias. It reads the map only.
 * Give it back the block it gave; if that was freed or merged in between, the next one begins at
 * the first block start after it. O(regions + engine's step).
 */
bool capheap_next_block(capheap_heap_t *heap, const capheap_region_info_t *info,
                        capheap_block_t *block);

/*
 * Check everything in all regions that can serve these capabilities (0: all), as
 * capheap_region_check does, 32 blocks under each taking of a lock. True if nothing is wrong;
 * damage is reported block by block. O(blocks).
 */
bool capheap_check(capheap_heap_t *heap, capheap_caps_t caps);

/* Where a check in steps has got to; start a round with all fields 0. */
typedef struct capheap_heap_check {
    size_t slot;            /* the heap's: the region at hand, ... */
    capheap_check_t region; /* ... and the block in it */
    bool done;              /* the round is complete */
    bool sound;             /* nothing wrong was found in this step */
} capheap_heap_check_t;

/* The same over all regions, at most `count` blocks (at least 1) of one region a call: to be called
 * now and then, round after round. Returns check->sound. O(count). */
bool capheap_check_step(capheap_heap_t *heap, capheap_heap_check_t *check, size_t count);

/* Where a search for the largest block has got to; start with all fields 0. */
typedef struct capheap_largest {
    size_t size; /* bytes: the largest found so far; 0: none */
    size_t slot; /* the rest is the search's own */
    size_t low;  /* granules of the region at hand: served, ... */
    size_t high; /* ... and not served */
} capheap_largest_t;

/*
 * The largest size with which the request (its own is not looked at) would be served, alignment,
 * cache lines, masters, owner and reserves included, by the capabilities that capheap_explain looks
 * at. While no region changes it is exact: of that size it is served, of one granule more it is
 * not. One step asks one region about one size, as an explanation does, and holds its lock no
 * longer than one allocation; others work in between. True: the search is through, and size is what
 * was found. A search takes about two dozen steps per region, whatever it holds.
 *
 * capheap_figures_t.largest is the same in O(regions) for a plain malloc: exact, but a lower bound
 * where capabilities ask for whole cache lines or a reserve is kept from them.
 */
bool capheap_largest_step(capheap_heap_t *heap, const capheap_request_t *request,
                          capheap_largest_t *search);
/* All steps at once. */
size_t capheap_find_largest(capheap_heap_t *heap, const capheap_request_t *request);

#ifdef __cplusplus
}
#endif

#endif
