/* SPDX-License-Identifier: MIT */
/*
 * Short cuts for short blocks, where speed counts more than size. What they do is what region_take
 * and region_give would do, in fewer instructions, and they call nothing on the common paths, so
 * that these need no stack. What they can't do they leave to those two.
 */
#ifndef CAPHEAP_REGION_QUICK_H
#define CAPHEAP_REGION_QUICK_H

#include "region_core.h"

#if REGION_QUICK

/* region_give for a block between two live ones, and region_cut before a live one; but the caller
 * settles. */
SPECIAL void quick_give_alone(capheap_region_t *region, uint32_t start, uint32_t end) {
    map_write_ends(region->map, start, end, 1);
    region_put(region, start, end);
}

SPECIAL void quick_cut(capheap_region_t *region, uint32_t start, uint32_t end, uint32_t limit) {
    map_write_live(region->map, start, end);
    if (end != limit) {
        map_put(&region->map->start, end, 1);
        quick_give_alone(region, end, limit);
    }
}

/* Is the block at the granule, free or not, exactly that long? Up to 32 granules. */
static inline bool quick_length_is(const capheap_region_t *region, uint32_t granule,
                                   uint32_t length) {
    uint32_t starts = map_next_starts(region->map, granule);
    return (starts & (0 - starts)) == UINT32_C(1) << (length - 1);
}

static inline void quick_count_taken(capheap_region_t *region, uint32_t length) {
    region->free -= length;
    region->blocks++;
}

/* Take the block out of the bin whose head it is. `word` has the bin's bit. */
static inline void quick_pop(const capheap_region_t *region, uint32_t granule, uint32_t *head,
                             uint32_t *word, uint32_t bin) {
    uint32_t next = bins_links(region, granule)->next & INT32_MAX; /* damaged: not BINS_NONE */
    *head = next;
    if (next == 0) {
        *word &= ~(UINT32_C(1) << bin % 32);
    }
}

/* Take a block of exactly the length, the head of its bin. */
static inline void *quick_take_exact(capheap_region_t *region, uint32_t granule, uint32_t length) {
    if (!bins_sound(region, granule) || granule == region->open ||
        !quick_length_is(region, granule, length)) {
        return region_take(region, length, length);
    }
    quick_pop(region, granule, bins_head_exact(region, length - 1), bins_word(region, 0),
              length - 1);
    map_clear_free_ends(region->map, granule, granule + length - 1);
    quick_count_taken(region, length);
    return region_address(region, granule);
}

/* Cut the request from the low end of the open block, which is long enough. */
static inline void *quick_take_open(capheap_region_t *region, uint32_t length) {
    uint32_t granule = region->open;
    if (region->open_end - granule == length) {
        return region_take(region, length, length);
    }
    region->open = granule + length;
    quick_count_taken(region, length);
    map_split_low(region->map, granule, length);
    return region_address(region, granule);
}

RARE static void *quick_mend(capheap_region_t *region, void *ptr) {
    region_mend(region);
    return ptr;
}

/* Take from the head of a longer bin, and put what is left into its own. */
APART static void *quick_take_head(capheap_region_t *region, uint32_t length, uint32_t *head,
                                   uint32_t bin) {
    uint32_t granule = *head;
    uint32_t have = bin + 1;
    bool sound = bins_sound(region, granule) && granule != region->open;
    if (bin >= BINS_EXACT) {
        have = sound ? map_end(region->map, granule) - granule : 0;
    } else {
        sound = sound && quick_length_is(region, granule, have);
    }
    if (!sound || have <= length || region->open == 0) {
        return region_take(region, length, length);
    }
    quick_pop(region, granule, head, bins_word(region, bin), bin);
    quick_count_taken(region, length);
    map_split_low(region->map, granule, length);
    void *ptr = region_address(region, granule);
    uint32_t rest = granule + length;
    uint32_t end = granule + have;
    if (end - rest >= REGION_CRUMB) {
        granule = region->open;
        have = region->open_end;
        region->open = rest;
        region->open_end = end;
        rest = granule;
        end = have;
    }
    region_put_into_bin(region, rest, end);
    return region->fault == 0 ? ptr : quick_mend(region, ptr);
}

/* Where a search for bins that have blocks has come, ... */
typedef struct quick_search {
    uint32_t *word; /* of bits */
    uint32_t full;  /* what is left of its bits */
    uint32_t base;  /* the bin of its bit 0 */
    uint32_t end;   /* the first bin past the last word */
    uint32_t *head; /* ... and what it has found */
    uint32_t bin;
} quick_search_t;

/* Find the next bin that has blocks. */
static inline bool quick_next(quick_search_t *search) {
    while (search->full == 0) {
        search->base += 32;
        if (search->base >= search->end) {
            return false;
        }
        search->word -= BINS_STRIDE;
        search->full = *search->word;
    }
    uint32_t bit = bits_lowest(search->full);
    search->full &= search->full - 1;
    search->head = search->word - 1 - bit;
    search->bin = search->base + bit;
    return true;
}

/* Take from the lowest of the open block and the heads of the next two bins. */
APART static void *quick_take_lowest(capheap_region_t *region, uint32_t length) {
    uint32_t lowest = region->open_end - region->open >= length ? region->open : UINT32_MAX;
    uint32_t *best = NULL;
    uint32_t *word = bins_word(region, 0);
    quick_search_t search = {
        .word = word, .full = *word & UINT32_MAX << (length - 1), .end = region->last_bin + 1u};
    uint32_t bin = 0;
    if (quick_next(&search)) {
        if (*search.head < lowest) {
            lowest = *search.head;
            best = search.head;
            bin = search.bin;
        }
        if (quick_next(&search) && *search.head < lowest) {
            best = search.head;
            bin = search.bin;
        }
    }
    if (best != NULL) {
        return quick_take_head(region, length, best, bin);
    }
    return lowest != UINT32_MAX ? quick_take_open(region, length) : NULL;
}

/* region_take for a request of up to region->quick granules. */
static inline void *quick_take(capheap_region_t *region, uint32_t length) {
    uint32_t head = *bins_head_exact(region, length - 1);
    return head != 0 ? quick_take_exact(region, head, length) : quick_take_lowest(region, length);
}

#endif

#endif
