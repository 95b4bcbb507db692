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

/* Take the block out of the bin whose head it is. */
static inline void quick_pop(capheap_region_t *region, uint32_t bin, uint32_t granule) {
    uint32_t next = bins_links(region, granule)->next;
    region->heads[bin] = next;
    if (next == 0) {
        *bins_word(region, bin) &= ~(UINT32_C(1) << bin % 32);
    }
}

/* Take a block of exactly the length, the head of its bin. */
static inline void *quick_take_exact(capheap_region_t *region, uint32_t granule, uint32_t length) {
    if (!bins_sound(region, granule) || granule == region->open ||
        !quick_length_is(region, granule, length)) {
        return region_take(region, length, length);
    }
    quick_pop(region, length - 1, granule);
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

RARE static void *quick_mend(capheap_region_t *region, void *ptr, bins_fault_t fault) {
    region_mend(region, fault);
    return ptr;
}

/* Take from the head of a longer bin, and make what is left the open block unless it is a crumb. */
APART static void *quick_take_head(capheap_region_t *region, uint32_t length, uint32_t bin) {
    uint32_t granule = region->heads[bin];
    uint32_t have = bin + 1;
    bool sound = bins_sound(region, granule) && granule != region->open;
    if (bin >= BINS_EXACT) {
        have = sound ? map_length(region->map, granule) : 0;
    } else {
        sound = sound && quick_length_is(region, granule, have);
    }
    uint32_t open = region->open;
    uint32_t open_length = region->open_length;
    if (!sound || have <= length || open_length == 0) {
        return region_take(region, length, length);
    }
    uint32_t rest = have - length;
    quick_pop(region, bin, granule);
    quick_count_taken(region, length);
    map_split_low(region->map, granule, length);
    void *ptr = region_address(region, granule);
    granule += length;
    if (rest >= REGION_CRUMB) {
        region->open = granule;
        region->open_length = rest;
        granule = open;
        rest = open_length;
        map_write_length(region->map, open, open_length);
    }
    bins_fault_t fault = bins_insert(region, granule, rest);
    return fault == 0 ? ptr : quick_mend(region, ptr, fault);
}

/* Take from the lowest of the open block and the heads of the next two bins. */
APART static void *quick_take_lowest(capheap_region_t *region, uint32_t length) {
    uint32_t lowest = region->open_length >= length ? region->open : UINT32_MAX;
    uint32_t best = BINS_NONE;
    const uint32_t *word = region->heads - 1;
    bins_search_t search = {word, region->heads - region->bin_words, 0,
                            *word & (UINT32_MAX - 1) << (length - 1)};
    uint32_t bin = bins_next(&search);
    if (bin != BINS_NONE) {
        if (region->heads[bin] < lowest) {
            lowest = region->heads[bin];
            best = bin;
        }
        bin = bins_next(&search);
        if (bin != BINS_NONE && region->heads[bin] < lowest) {
            best = bin;
        }
    }
    if (best != BINS_NONE) {
        return quick_take_head(region, length, best);
    }
    return lowest != UINT32_MAX ? quick_take_open(region, length) : NULL;
}

/* region_take for a request of up to region->quick granules. */
static inline void *quick_take(capheap_region_t *region, uint32_t length) {
    uint32_t head = region->heads[length - 1];
    return head != 0 ? quick_take_exact(region, head, length) : quick_take_lowest(region, length);
}

#endif
