/* SPDX-License-Identifier: MIT */
/*
 * Blocks as the map's start bits alone delimit them: for a map that nothing vouches for, and
 * without the region's struct. The bit behind the last granule must be set; then no search leaves
 * the map. O(granules / 32) for a block.
 */
#ifndef CAPHEAP_REGION_STRETCH_H
#define CAPHEAP_REGION_STRETCH_H

#include "map.h"

typedef struct stretch {
    uint32_t start; /* granule */
    uint32_t length;
    bool first_free; /* the free bits at its ends, the same unless a call was cut short */
    bool last_free;
} stretch_t;

/* The first granule from this one on where a block starts. */
static inline uint32_t stretch_next_start(const map_word_t *map, uint32_t granule) {
    uint32_t starts = map[granule / MAP_GRANULES].start >> granule % MAP_GRANULES;
    while (starts == 0) {
        granule = (granule / MAP_GRANULES + 1) * MAP_GRANULES;
        starts = map[granule / MAP_GRANULES].start;
    }
    return granule + bits_lowest(starts);
}

/* The block that starts at the granule. */
static inline stretch_t stretch_at(const map_word_t *map, uint32_t granule) {
    uint32_t end = stretch_next_start(map, granule + 1);
    return (stretch_t){.start = granule,
                       .length = end - granule,
                       .first_free = map_free_at(map, granule) != 0,
                       .last_free = map_free_at(map, end - 1) != 0};
}

/* Does the map tell its length as well, from both of its ends? */
static inline bool stretch_told(const map_word_t *map, const stretch_t *stretch) {
    uint32_t end = stretch->start + stretch->length;
    return map_end(map, stretch->start) == end && map_start(map, end) == stretch->start;
}

#endif
