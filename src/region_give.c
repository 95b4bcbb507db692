/* SPDX-License-Identifier: MIT */
/* Giving blocks back to a region: joined with free neighbours, into a bin, all at once. */
#include "region_core.h"
#include "region_quick.h"

/* Make a block free that has a free block after it, before it, both or neither. */
SPECIAL void join(capheap_region_t *region, uint32_t granule, uint32_t length, bool after,
                  bool before) {
    uint32_t end = granule + length;
    if (after) {
        end += region_join_after(region, end);
    } else {
        map_set_free(region->map, end - 1);
    }
    if (before) {
        granule = region_join_before(region, granule);
    } else {
        map_set_free(region->map, granule);
    }
    region_put(region, granule, end - granule);
    region_settle(region);
}

#if REGION_QUICK

APART static void give_alone(capheap_region_t *region, uint32_t granule, uint32_t length) {
    join(region, granule, length, false, false);
}

APART static void give_after(capheap_region_t *region, uint32_t granule, uint32_t length) {
    join(region, granule, length, true, false);
}

APART static void give_before(capheap_region_t *region, uint32_t granule, uint32_t length) {
    join(region, granule, length, false, true);
}

APART static void give_between(capheap_region_t *region, uint32_t granule, uint32_t length) {
    join(region, granule, length, true, true);
}

static inline void give(capheap_region_t *region, uint32_t granule, uint32_t length, bool after,
                        bool before) {
    if (after) {
        if (before) {
            give_between(region, granule, length);
        } else {
            give_after(region, granule, length);
        }
    } else if (before) {
        give_before(region, granule, length);
    } else {
        give_alone(region, granule, length);
    }
}

#else
#define give join
#endif

void region_give(capheap_region_t *region, uint32_t granule, uint32_t length) {
    map_word_t *map = region->map;
    region_count_given(region, length);
    give(region, granule, length, map_free_at(map, granule + length),
         map_free_at(map, granule - 1));
}

#if REGION_QUICK
/*
 * region_give for a block that the map's word of it holds with one granule on either side: nearly
 * all short ones. `end` is the next block's start bit.
 */
static inline void give_within_word(capheap_region_t *region, map_word_t *word, uint32_t granule,
                                    uint32_t length, uint32_t end) {
    uint32_t bit = map_bit(granule);
    uint32_t free = word->free;
    region_count_given(region, length);
    if ((free & (end | bit >> 1)) == 0 && region->open_length != 0) {
        word->free = free | bit | end >> 1;
        bins_insert(region, granule, length - 1);
        region_settle(region);
    } else if (granule + length == region->open && (free & bit >> 1) == 0) {
        word->start &= ~end;
        word->free = free | bit;
        region->open = granule;
        region->open_length += length;
    } else {
        give(region, granule, length, (free & end) != 0, (free & bit >> 1) != 0);
    }
}
#endif

void capheap_region_free(capheap_region_t *region, void *ptr) {
    uint32_t granule = region_live_at(region, ptr);
    if (granule == 0) {
        if (ptr != NULL) {
            region_report_pointer(region, ptr);
        }
        return;
    }
#if REGION_QUICK
    map_word_t *word = map_word(region->map, granule);
    uint32_t starts = word->start >> granule % MAP_GRANULES >> 1;
    if (starts != 0 && granule % MAP_GRANULES != 0) {
        uint32_t length = bits_lowest(starts) + 1;
        give_within_word(region, word, granule, length, map_bit(granule) << length);
        return;
    }
#endif
    region_give(region, granule, map_length(region->map, granule));
}
