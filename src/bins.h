/* SPDX-License-Identifier: MIT */
/*
 * The bins: free blocks by size, in doubly linked lists. A bin for each length up to 32 granules,
 * then four for every power of two. A list's links are granule numbers kept in the free blocks
 * themselves, where a program that uses freed memory may overwrite them; 0 ends a list. So a link
 * is held against the map before memory is touched through it. Who meets a damaged one remembers it
 * in region->fault; region_settle, at the end of every call, when the map is complete, reports it
 * and rebuilds the lists from the map.
 *
 * The first block of a list is known by the bin's head; its back link has no meaning. The heads
 * stand before the map, in the order of the bins towards lower addresses, and before every 32 of
 * them, so to speak, a word with a bit for each: 1 if its list has blocks.
 *
 * One free block, the open one, is in no bin: small requests are cut from it one after another, and
 * blocks freed beside it join it, all without touching a list. Its end is kept in the region, its
 * length written into the map only when it goes into a bin.
 */
#ifndef CAPHEAP_BINS_H
#define CAPHEAP_BINS_H

#include <stdbool.h>
#include <stdint.h>

#include "bits.h"
#include "capheap/region.h"
#include "map.h"

#define BINS_EXACT   32u /* lengths up to it have a bin each */
#define BINS_PER_LOG 2u  /* log2 of the bins per power of two */
#define BINS_STRIDE  33u /* words for 32 bins: their bits and their heads */

typedef struct bins_links {
    uint32_t next;
    uint32_t back;
} bins_links_t;

static inline bins_links_t *bins_links(const capheap_region_t *region, uint32_t granule) {
    return (bins_links_t *)(region->origin + ((uintptr_t)granule << region->shift));
}

/*
 * The bin for blocks of `length` granules, more than BINS_EXACT. By the index of its highest bit,
 * or, where there is no instruction for that and size doesn't count, by a table for its highest
 * bits from the third on, moved five at a time.
 */
#if BITS_INSTRUCTIONS || defined(__OPTIMIZE_SIZE__)
static inline uint32_t bins_index_long(uint32_t length) {
    uint32_t log = bits_highest(length);
    /* The two bits below the highest choose one of four; the shifted length adds the 4 to 7. */
    return BINS_EXACT + ((log - 6) << BINS_PER_LOG) + (length >> (log - BINS_PER_LOG));
}
#else
static const uint8_t bins_of_eighth[128] = {
    0,  0,  0,  0,  0,  1,  2,  3,  4,  4,  5,  5,  6,  6,  7,  7,  8,  8,  8,  8,  9,  9,
    9,  9,  10, 10, 10, 10, 11, 11, 11, 11, 12, 12, 12, 12, 12, 12, 12, 12, 13, 13, 13, 13,
    13, 13, 13, 13, 14, 14, 14, 14, 14, 14, 14, 14, 15, 15, 15, 15, 15, 15, 15, 15, 16, 16,
    16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 17, 17, 17, 17, 17, 17, 17, 17,
    17, 17, 17, 17, 17, 17, 17, 17, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18,
    18, 18, 19, 19, 19, 19, 19, 19, 19, 19, 19, 19, 19, 19, 19, 19, 19, 19};

static inline uint32_t bins_index_long(uint32_t length) {
    uint32_t bin = BINS_EXACT;
    uint32_t eighth = length >> 3;
    while (eighth >= sizeof bins_of_eighth) { /* four times at most */
        eighth >>= 5;
        bin += 5u << BINS_PER_LOG;
    }
    return bin + bins_of_eighth[eighth];
}
#endif

/* So many words before the map. By addresses, for which compilers find the shorter code. */
static inline uint32_t *bins_before(const capheap_region_t *region, uint32_t words) {
    return (uint32_t *)((uintptr_t)region->map - words * sizeof(uint32_t));
}

/* The word that has the bin's bit: 1 if its list has blocks. */
static inline uint32_t *bins_word(const capheap_region_t *region, uint32_t bin) {
    return bins_before(region, bin / 32 * BINS_STRIDE + 1);
}

/* The head of an exact bin's list: its first block; 0 if it has none. */
static inline uint32_t *bins_head_exact(const capheap_region_t *region, uint32_t bin) {
    return bins_before(region, bin + 2);
}

/* The same for any bin. */
static inline uint32_t *bins_head(const capheap_region_t *region, uint32_t bin) {
    return bins_before(region, bin + bin / 32 + 2);
}

/* The first bin from this one on that has blocks; BINS_NONE if none has. */
#define BINS_NONE UINT32_MAX

static inline uint32_t bins_full_from(const capheap_region_t *region, uint32_t bin) {
    for (; bin <= region->last_bin; bin = (bin | 31) + 1) {
        uint32_t full = *bins_word(region, bin) >> bin % 32;
        if (full != 0) {
            return bin + bits_lowest(full);
        }
    }
    return BINS_NONE;
}

#endif
