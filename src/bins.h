/* SPDX-License-Identifier: MIT */
/*
 * The bins: free blocks by size, in doubly linked lists. A bin for each length up to 32 granules,
 * then four for every power of two. A list's links are granule numbers kept in the free blocks
 * themselves, where a program that uses freed memory may overwrite them; 0 ends a list. So a link
 * is held against the map before memory is touched through it. A function that meets a damaged one
 * says which, in a bins_fault_t; its caller finishes the map and then calls region_mend, which
 * reports the damage and rebuilds the lists from the map.
 *
 * The first block of a list is known by the bin's head; its back link has no meaning. Before the
 * heads stand words with a bit per bin, the last first: 1 if its list has blocks.
 *
 * One free block, the open one, is in no bin: small requests are cut from it one after another, and
 * blocks freed beside it join it, all without touching a list. Its length is kept in the region and
 * written into the map only when it goes into a bin.
 */
#ifndef CAPHEAP_BINS_H
#define CAPHEAP_BINS_H

#include <stdbool.h>
#include <stdint.h>

#include "bits.h"
#include "capheap/region.h"
#include "map.h"

#define BINS_EXACT   32u  /* lengths up to it have a bin each */
#define BINS_NONE    128u /* no bin: one more than any region can have */
#define BINS_PER_LOG 2u   /* log2 of the bins per power of two */

typedef struct bins_links {
    uint32_t next;
    uint32_t back;
} bins_links_t;

static inline bins_links_t *bins_links(const capheap_region_t *region, uint32_t granule) {
    return (bins_links_t *)(region->origin + ((uintptr_t)granule << region->shift));
}

/* The bin for blocks of `length` granules, more than BINS_EXACT. */
static inline uint32_t bins_index_long(uint32_t length) {
    uint32_t log = bits_highest(length);
    /* The two bits below the highest choose one of four; the shifted length adds the 4 to 7. */
    return BINS_EXACT + ((log - 6) << BINS_PER_LOG) + (length >> (log - BINS_PER_LOG));
}

/* The bin for blocks of `length` granules. */
static inline uint32_t bins_index(uint32_t length) {
    return length <= BINS_EXACT ? length - 1 : bins_index_long(length);
}

/* The word that has the bin's bit. */
static inline uint32_t *bins_word(const capheap_region_t *region, uint32_t bin) {
    return region->heads - 1 - bin / 32;
}

/* A damaged link: 0 for none, the granule of the free block that it is in, or, ... */
typedef uint32_t bins_fault_t;

/* ... if it came into a bin's head from a block given out since, this. */
#define BINS_HEAD_FAULT UINT32_MAX

/* Where a search for bins that have blocks has come. */
typedef struct bins_search {
    const uint32_t *word; /* the next one is before it */
    const uint32_t *end;  /* the last one */
    uint32_t base;        /* the bin of the word's bit 0 */
    uint32_t full;        /* what is left of the word's bits */
} bins_search_t;

/* The next bin that has blocks, BINS_NONE if there is none. */
static inline uint32_t bins_next(bins_search_t *search) {
    while (search->full == 0) {
        if (search->word <= search->end) {
            return BINS_NONE;
        }
        search->base += 32;
        search->full = *--search->word;
    }
    uint32_t bin = search->base + bits_lowest(search->full);
    search->full &= search->full - 1;
    return bin;
}

/* Search from this bin on. */
static inline bins_search_t bins_search(const capheap_region_t *region, uint32_t bin) {
    const uint32_t *word = bins_word(region, bin);
    const uint32_t *end = region->heads - region->bin_words;
    uint32_t full = word >= end ? *word & (UINT32_MAX << bin % 32) : 0;
    return (bins_search_t){word, end, bin & ~31u, full};
}

#endif
