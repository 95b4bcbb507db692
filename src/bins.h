/* SPDX-License-Identifier: MIT */
/*
 * The bins: free blocks by size, in doubly linked lists. A bin for each length below 32 granules,
 * then four for every power of two. A list's links are granule numbers kept in the free blocks
 * themselves, where a program that uses freed memory may overwrite them; 0 ends a list. So a link
 * is held against the map before memory is touched through it, and a function that meets a damaged
 * one returns false: the caller then rebuilds the lists from the map (region_heal).
 *
 * The first block of a list is known by the bin's head; its back link has no meaning.
 */
#ifndef CAPHEAP_BINS_H
#define CAPHEAP_BINS_H

#include <stdbool.h>
#include <stdint.h>

#include "bits.h"
#include "capheap/region.h"
#include "map.h"

#define BINS_EXACT   32u  /* lengths below it have a bin each */
#define BINS_NONE    128u /* no bin: one more than any region can have */
#define BINS_PER_LOG 2u   /* log2 of the bins per power of two */

typedef struct __attribute__((may_alias)) bins_links {
    uint32_t next;
    uint32_t back;
} bins_links_t;

static inline bins_links_t *bins_links(const capheap_region_t *region, uint32_t granule) {
    return (bins_links_t *)(region->origin + ((uintptr_t)granule << region->shift));
}

/* The bin for blocks of `length` granules. */
static inline uint32_t bins_index(uint32_t length) {
    if (length < BINS_EXACT) {
        return length;
    }
    uint32_t log = bits_highest(length);
    /* The two bits below the highest choose one of four; the shifted length adds the 4 to 7. */
    return BINS_EXACT + ((log - 6) << BINS_PER_LOG) + (length >> (log - BINS_PER_LOG));
}

/* The first bin from `bin` on that has blocks, or BINS_NONE. */
static inline uint32_t bins_next(const capheap_region_t *region, uint32_t bin) {
    uint32_t index = bin / 32;
    uint32_t word = bin < BINS_NONE ? region->nonempty[index] & (~UINT32_C(0) << bin % 32) : 0;
    while (word == 0) {
        if (++index >= BINS_NONE / 32) {
            return BINS_NONE;
        }
        word = region->nonempty[index];
    }
    return index * 32 + bits_lowest(word);
}

/* Is the link one to a free block? */
static inline bool bins_sound(const capheap_region_t *region, uint32_t link) {
    return link <= region->granules && map_free_block(region->map, link);
}

/*
 * Report a damaged link in the free block at `granule`, or, if that is 0, one that came into the
 * bin's head from a block given out since. Always false.
 */
bool bins_fault(const capheap_region_t *region, uint32_t granule, uint32_t bin);

/* Make `granule` the head of the bin; 0 empties it. */
static inline void bins_set_head(capheap_region_t *region, uint32_t bin, uint32_t granule) {
    region->bins[bin] = granule;
    if (granule == 0) {
        region->nonempty[bin / 32] &= ~(UINT32_C(1) << bin % 32);
    }
}

/*
 * Put a free block into its bin: first if its address is lower than the head's, else second. So a
 * list's head is the lowest of those that came since it did, which gathers live blocks at low
 * addresses for a fraction of what a sorted list costs.
 */
static inline bool bins_insert(capheap_region_t *region, uint32_t granule, uint32_t length) {
    uint32_t bin = bins_index(length);
    bins_links_t *links = bins_links(region, granule);
    uint32_t mask = UINT32_C(1) << bin % 32;
    if ((region->nonempty[bin / 32] & mask) == 0) {
        region->nonempty[bin / 32] |= mask;
        region->bins[bin] = granule;
        links->next = 0;
        return true;
    }
    uint32_t head = region->bins[bin];
    if (!bins_sound(region, head)) {
        return bins_fault(region, 0, bin);
    }
    bins_links_t *head_links = bins_links(region, head);
    if (granule < head) {
        region->bins[bin] = granule;
        links->next = head;
        head_links->back = granule;
        return true;
    }
    uint32_t second = head_links->next;
    if (second != 0) {
        if (!bins_sound(region, second)) {
            return bins_fault(region, head, bin);
        }
        bins_links(region, second)->back = granule;
    }
    head_links->next = granule;
    links->back = head;
    links->next = second;
    return true;
}

/* Take a free block out of its bin. */
static inline bool bins_remove(capheap_region_t *region, uint32_t granule, uint32_t length) {
    uint32_t bin = bins_index(length);
    const bins_links_t *links = bins_links(region, granule);
    uint32_t next = links->next;
    if (region->bins[bin] == granule) {
        bins_set_head(region, bin, next);
        return true;
    }
    uint32_t back = links->back;
    if (!bins_sound(region, back) || bins_links(region, back)->next != granule) {
        return bins_fault(region, granule, bin);
    }
    if (next != 0) {
        if (!bins_sound(region, next)) {
            return bins_fault(region, granule, bin);
        }
        bins_links(region, next)->back = back;
    }
    bins_links(region, back)->next = next;
    return true;
}

#endif
