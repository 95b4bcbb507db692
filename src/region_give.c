/* SPDX-License-Identifier: MIT */
/* Giving blocks back to a region: joined with free neighbours, into a bin, all at once. */
#include "region_core.h"
#include "region_quick.h"

#if REGION_QUICK

/* Make a block free that has a free block after it, before it, both or neither. */
SPECIAL void join(capheap_region_t *region, uint32_t start, uint32_t end, bool after, bool before) {
    uint32_t limit = end;
    if (after) {
        limit = region_block_end(region, end);
        region_absorb(region, end, limit, end);
    } else {
        map_put(&region->map->free, end - 1, 1);
    }
    uint32_t first = start;
    if (before) {
        first = start == region->open_end ? region->open : map_start(region->map, start);
        region_absorb(region, first, start, start);
    } else {
        map_put(&region->map->free, start, 1);
    }
    region_put(region, first, limit);
    region_settle(region);
}

APART static void give_alone(capheap_region_t *region, uint32_t start, uint32_t end) {
    quick_give_alone(region, start, end);
    region_settle(region);
}

APART static void give_after(capheap_region_t *region, uint32_t start, uint32_t end) {
    join(region, start, end, true, false);
}

APART static void give_before(capheap_region_t *region, uint32_t start, uint32_t end) {
    join(region, start, end, false, true);
}

APART static void give_between(capheap_region_t *region, uint32_t start, uint32_t end) {
    join(region, start, end, true, true);
}

void region_give(capheap_region_t *region, uint32_t start, uint32_t end) {
    bool before = map_get(&region->map->free, start - 1) != 0;
    if (map_get(&region->map->free, end) != 0) {
        if (before) {
            give_between(region, start, end);
        } else {
            give_after(region, start, end);
        }
    } else if (before) {
        give_before(region, start, end);
    } else {
        give_alone(region, start, end);
    }
}

void region_cut(capheap_region_t *region, uint32_t start, uint32_t end, uint32_t limit) {
    quick_cut(region, start, end, limit);
    region_settle(region);
}

#else

void region_give(capheap_region_t *region, uint32_t start, uint32_t end) {
    uint32_t after = region_free_end(region, end);
    if (after != end) {
        region_absorb(region, end, after, end);
    }
    uint32_t before = region_free_start(region, start);
    if (before != start) {
        region_absorb(region, before, start, start);
    }
    map_write_ends(region->map, before, after, 1);
    region_put(region, before, after);
    region_settle(region);
}

void region_cut(capheap_region_t *region, uint32_t start, uint32_t end, uint32_t limit) {
    map_write_live(region->map, start, end);
    if (end != limit) {
        map_put(&region->map->start, end, 1);
        region_give(region, end, limit);
    } else {
        region_settle(region);
    }
}

#endif

#if REGION_QUICK
/* Tell the compiler that a length has an exact bin. */
static inline void assume_exact(uint32_t length) {
    if (length > BINS_EXACT) {
        __builtin_unreachable();
    }
}

/* join for a block that is in one word of the map with its neighbours, neither of them the open
 * one, unless they end elsewhere. `end` is the next block's start bit. */
SPECIAL void join_within_word(capheap_region_t *region, map_word_t *word, uint32_t granule,
                              uint32_t length, uint32_t end, bool after, bool before) {
    uint32_t starts = word->start;
    uint32_t bit = map_bit(granule);
    uint32_t next = granule + length;
    uint32_t above = starts >> next % MAP_GRANULES >> 1;
    uint32_t below = starts & (bit - 1);
    uint32_t first = granule % MAP_GRANULES;
    uint32_t start = before && below != 0 ? granule - first + bits_highest(below) : granule;
    if ((after && above == 0) || (before && (below == 0 || start == region->open)) ||
        region->open == 0) {
        region_give(region, granule, granule + length);
        return;
    }
    if (after) {
        uint32_t more = bits_lowest(above) + 1;
        assume_exact(more);
        bins_remove(region, next, more - 1);
        starts &= ~end;
        length += more;
    }
    if (before) {
        assume_exact(granule - start);
        bins_remove(region, start, granule - start - 1);
        starts &= ~bit;
        length += granule - start;
    }
    word->start = starts;
    word->free |= (before ? 0 : bit) | (after ? 0 : end >> 1);
    assume_exact(length);
    (void)bins_insert(region, start, length - 1);
    region_settle(region);
}

APART static void give_after_within_word(capheap_region_t *region, map_word_t *word,
                                         uint32_t granule, uint32_t length, uint32_t end) {
    join_within_word(region, word, granule, length, end, true, false);
}

APART static void give_before_within_word(capheap_region_t *region, map_word_t *word,
                                          uint32_t granule, uint32_t length, uint32_t end) {
    join_within_word(region, word, granule, length, end, false, true);
}

/* give_between for a block that is in one word of the map with a free one before it, and has the
 * open one after it. `end` is that one's start bit. */
APART static void give_between_open(capheap_region_t *region, map_word_t *word, uint32_t granule,
                                    uint32_t length, uint32_t end) {
    uint32_t starts = word->start;
    uint32_t bit = map_bit(granule);
    uint32_t below = starts & (bit - 1);
    if (below == 0) {
        give_between(region, granule, granule + length);
        return;
    }
    uint32_t before = granule % MAP_GRANULES - bits_highest(below);
    assume_exact(before);
    bins_remove(region, granule - before, before - 1);
    word->start = starts & ~(end | bit);
    region->open = granule - before;
    region_settle(region);
}

/* give_alone for a block that is in one word of the map with both its neighbours. */
APART static void give_alone_within_word(capheap_region_t *region, map_word_t *word,
                                         uint32_t granule, uint32_t length, uint32_t end) {
    assume_exact(length);
    word->free |= map_bit(granule) | end >> 1;
    if (!bins_insert(region, granule, length - 1)) {
        region_mend(region);
    }
}

/*
 * region_give for a block that the map's word of it holds with one granule on either side: nearly
 * all short ones. `end` is the next block's start bit. It calls nothing but at its end, so that it
 * needs no stack.
 */
static inline void give_within_word(capheap_region_t *region, map_word_t *word, uint32_t granule,
                                    uint32_t length, uint32_t end) {
    uint32_t bit = map_bit(granule);
    uint32_t free = word->free;
    region_count_given(region, length);
    if ((free & bit >> 1) != 0) {
        if ((free & end) == 0) {
            give_before_within_word(region, word, granule, length, end);
        } else if (granule + length == region->open) {
            give_between_open(region, word, granule, length, end);
        } else {
            give_between(region, granule, granule + length);
        }
    } else if (granule + length == region->open) {
        word->start &= ~end;
        word->free = free | bit;
        region->open = granule;
    } else if ((free & end) != 0) {
        give_after_within_word(region, word, granule, length, end);
    } else if (region->open == 0) {
        give_alone(region, granule, granule + length);
    } else {
        give_alone_within_word(region, word, granule, length, end);
    }
}
#endif

void capheap_region_free(capheap_region_t *region, void *ptr) {
    uint32_t granule = region_live_at(region, ptr);
    if (granule == 0) {
        region_report_pointer(region, ptr);
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
    uint32_t end = map_end(region->map, granule);
    region_count_given(region, end - granule);
    region_give(region, granule, end);
}
