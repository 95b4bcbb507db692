/* SPDX-License-Identifier: MIT */
/*
 * The map: who starts where. Two bits for every granule, in pairs of words for 32 granules.
 *
 * start: 1 at the first granule of every block. free:  at the first and the last granule of a
 * block, 1 if it is free; both are always written. The bits between have no meaning but this: the
 * length of a block that covers a whole word of them is kept there, in the first such word after
 * its first granule's and in the last before its last granule's. So a length is found by looking at
 * two words of `start` at most, and at one of `free`.
 *
 * Granules are numbered from 1. Granule 0, before the first, and the one after the last are not
 * memory: their bits (free 0; start 0 and 1) end every search without a test for the edges.
 */
#ifndef CAPHEAP_MAP_H
#define CAPHEAP_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "bits.h"
#include "capheap/region.h"

typedef capheap_map_word_t map_word_t;

#define MAP_GRANULES    32u                  /* granules per word */
#define MAP_LENGTH_BITS UINT32_C(0x7FFFFFFF) /* bit 31 may be the last granule's free bit */

static inline uint32_t map_bit(uint32_t granule) {
    return UINT32_C(1) << (granule % MAP_GRANULES);
}

static inline map_word_t *map_word(map_word_t *map, uint32_t granule) {
    return map + granule / MAP_GRANULES;
}

static inline uint32_t map_start_at(const map_word_t *map, uint32_t granule) {
    return (map[granule / MAP_GRANULES].start >> (granule % MAP_GRANULES)) & 1u;
}

static inline uint32_t map_free_at(const map_word_t *map, uint32_t granule) {
    return (map[granule / MAP_GRANULES].free >> (granule % MAP_GRANULES)) & 1u;
}

/* Does a free block start at the granule? */
static inline bool map_free_block(const map_word_t *map, uint32_t granule) {
    const map_word_t *word = map + granule / MAP_GRANULES;
    return (((word->start & word->free) >> (granule % MAP_GRANULES)) & 1u) != 0;
}

/* Does a live block start at the granule? */
static inline bool map_live_block(const map_word_t *map, uint32_t granule) {
    const map_word_t *word = map + granule / MAP_GRANULES;
    return (((word->start & ~word->free) >> (granule % MAP_GRANULES)) & 1u) != 0;
}

/*
 * The start bits of the granules after this one, the next one's lowest; 32 of them or more than
 * those up to the next block.
 */
static inline uint32_t map_next_starts(const map_word_t *map, uint32_t granule) {
    const map_word_t *word = map + granule / MAP_GRANULES;
    uint32_t bit = granule % MAP_GRANULES;
    uint32_t starts = word->start >> bit >> 1;
    return starts != 0 ? starts : word[1].start << (MAP_GRANULES - 1 - bit);
}

static inline void map_set_start(map_word_t *map, uint32_t granule) {
    map_word(map, granule)->start |= map_bit(granule);
}

static inline void map_clear_start(map_word_t *map, uint32_t granule) {
    map_word(map, granule)->start &= ~map_bit(granule);
}

static inline void map_set_free(map_word_t *map, uint32_t granule) {
    map_word(map, granule)->free |= map_bit(granule);
}

static inline void map_clear_free(map_word_t *map, uint32_t granule) {
    map_word(map, granule)->free &= ~map_bit(granule);
}

/* Clear the free bits of a block's first and last granule. */
static inline void map_clear_free_ends(map_word_t *map, uint32_t first, uint32_t last) {
    map_word_t *word = map_word(map, first);
    uint32_t mask = map_bit(first);
    if (word == map_word(map, last)) {
        mask |= map_bit(last);
    } else {
        map_clear_free(map, last);
    }
    word->free &= ~mask;
}

/*
 * Make the first `count` granules of a free block live, 32 at most, and a free block of those that
 * are left: one or more. The length of the latter is not written.
 */
static inline void map_split_low(map_word_t *map, uint32_t granule, uint32_t count) {
    uint32_t cut = granule + count;
    map_word_t *word = map_word(map, granule);
    uint32_t bit = map_bit(cut);
    if (word == map_word(map, cut)) { /* the usual case, at half the cost */
        word->start |= bit;
        word->free = (word->free & ~(map_bit(granule) | bit >> 1)) | bit;
    } else {
        map_clear_free(map, granule);
        map_clear_free(map, cut - 1);
        map_set_start(map, cut);
        map_set_free(map, cut);
    }
}

#endif
