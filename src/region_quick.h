/* SPDX-License-Identifier: MIT */
/*
 * Short cuts for short blocks, where speed counts more than size. What they do is what region_take
 * and region_give would do, in fewer instructions, and they call nothing on the common paths, so
 * that these need no stack. What they can't do they leave to those two.
 */
#ifndef CAPHEAP_REGION_QUICK_H
#define CAPHEAP_REGION_QUICK_H

#include "region_core.h"

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
    uint32_t next = bins_links(region, granule)->next;
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
    uint32_t rest = region->open_length - length;
    if (rest == 0) {
        return region_take(region, length, length);
    }
    region->open = granule + length;
    region->open_length = rest;
    quick_count_taken(region, length);
    map_split_low(region->map, granule, length);
    return region_address(region, granule);
}

RARE static void *quick_mend(capheap_region_t *region, void *ptr) {
    region_mend(region);
    return ptr;
}

/* Take from the head of a longer bin, and make what is left the open block unless it is a crumb. */
APART static void *quick_take_head(capheap_region_t *region, uint32_t length, uint32_t *head,
                                   uint32_t bin) {
    uint32_t granule = *head;
    uint32_t open = region->open;
    uint32_t open_length = region->open_length;
    uint32_t have = bin + 1;
    bool sound = bins_sound(region, granule) && granule != open;
    if (bin >= BINS_EXACT) {
        have = sound ? map_length(region->map, granule) : 0;
    } else {
        sound = sound && quick_length_is(region, granule, have);
    }
    if (!sound || have <= length || open_length == 0) {
        return region_take(region, length, length);
    }
    quick_pop(region, granule, head, bins_word(region, bin), bin);
    quick_count_taken(region, length);
    map_split_low(region->map, granule, length);
    void *ptr = region_address(region, granule);
    uint32_t rest = have - length;
    granule += length;
    if (rest >= REGION_CRUMB) {
        region->open = granule;
        region->open_length = rest;
        granule = open;
        rest = open_length;
    }
    region_put_into_bin(region, granule, rest);
    return region->fault == 0 ? ptr : quick_mend(region, ptr);
}

/* Take from the lowest of the open block and the heads of the next two bins. */
APART static void *quick_take_lowest(capheap_region_t *region, uint32_t length) {
    uint32_t lowest = region->open_length >= length ? region->open : UINT32_MAX;
    uint32_t *best = NULL;
    uint32_t *word = bins_word(region, 0);
    bins_search_t search = {
        .word = word, .full = *word & UINT32_MAX << (length - 1), .end = region->bin_words * 32u};
    uint32_t bin = 0;
    if (bins_next(&search)) {
        if (*search.head < lowest) {
            lowest = *search.head;
            best = search.head;
            bin = search.bin;
        }
        if (bins_next(&search) && *search.head < lowest) {
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
