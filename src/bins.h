/* SPDX-License-Identifier: MIT */
/*
 * The bins: free blocks by size, in doubly linked lists. A bin for each length below 32 granules,
 * then four for every power of two. A list's links are granule numbers kept in the free blocks
 * themselves, where a program that uses freed memory may overwrite them; 0 ends a list. So a link
 * is held against the map before memory is touched through it. A function that meets a damaged one
 * says which, in a bins_fault_t; its caller finishes the map and then calls region_mend, which
 * reports the damage and rebuilds the lists from the map.
 *
 * The first block of a list is known by the bin's head; its back link has no meaning.
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

#define BINS_EXACT   32u  /* lengths below it have a bin each */
#define BINS_NONE    128u /* no bin: one more than any region can have */
#define BINS_PER_LOG 2u   /* log2 of the bins per power of two */

/* Inlined where speed counts, one copy where size does. */
#ifdef __OPTIMIZE_SIZE__
#define BINS_INLINE static inline
#else
#define BINS_INLINE static inline __attribute__((always_inline))
#endif

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

/*
 * Does a block of `length` granules, `bin`'s or longer, belong into the bin? Never for an exact
 * one.
 */
static inline bool bins_holds(uint32_t bin, uint32_t length) {
    uint32_t above = bin - BINS_EXACT;
    uint32_t log_less_5 = above >> BINS_PER_LOG;
    return bin >= BINS_EXACT && length >> (log_less_5 + 5 - BINS_PER_LOG) == above % 4 + 4;
}

static inline bool bins_full(const capheap_region_t *region, uint32_t bin) {
    return (region->nonempty[bin / 32] >> bin % 32 & 1) != 0;
}

/* A damaged link: 0 for none, the granule of the free block that it is in, or, ... */
typedef uint32_t bins_fault_t;

/* ... if it came into the bin's head from a block given out since, this. */
static inline bins_fault_t bins_head_fault(uint32_t bin) {
    return UINT32_MAX - bin;
}

/* Is the link one to a free block? */
static inline bool bins_sound(const capheap_region_t *region, uint32_t link) {
    return link <= region->granules && map_free_block(region->map, link);
}

/* Is the link one to a free block that may be in a list? What is to be given out must pass this: a
 * damaged link to the open block would have it given out twice. */
static inline bool bins_listed(const capheap_region_t *region, uint32_t link) {
    return bins_sound(region, link) && link != region->open;
}

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
BINS_INLINE bins_fault_t bins_insert(capheap_region_t *region, uint32_t granule, uint32_t length) {
    uint32_t bin = bins_index(length);
    bins_links_t *links = bins_links(region, granule);
    if (!bins_full(region, bin)) {
        region->nonempty[bin / 32] |= UINT32_C(1) << bin % 32;
        region->bins[bin] = granule;
        links->next = 0;
        return 0;
    }
    uint32_t head = region->bins[bin];
    if (!bins_sound(region, head)) {
        return bins_head_fault(bin);
    }
    bins_links_t *head_links = bins_links(region, head);
    if (granule < head) {
        region->bins[bin] = granule;
        links->next = head;
        head_links->back = granule;
        return 0;
    }
    uint32_t second = head_links->next;
    if (second != 0) {
        if (!bins_sound(region, second)) {
            return head;
        }
        bins_links(region, second)->back = granule;
    }
    head_links->next = granule;
    links->back = head;
    links->next = second;
    return 0;
}

/* Take a free block out of its bin; or, if it is the open one, leave none open. */
BINS_INLINE bins_fault_t bins_remove(capheap_region_t *region, uint32_t granule, uint32_t length) {
    if (granule == region->open) {
        region->open = 0;
        region->open_length = 0;
        return 0;
    }
    uint32_t bin = bins_index(length);
    const bins_links_t *links = bins_links(region, granule);
    uint32_t next = links->next;
    if (region->bins[bin] == granule) {
        bins_set_head(region, bin, next);
        return 0;
    }
    uint32_t back = links->back;
    if (!bins_sound(region, back) || bins_links(region, back)->next != granule) {
        return granule;
    }
    if (next != 0) {
        if (!bins_sound(region, next)) {
            return granule;
        }
        bins_links(region, next)->back = back;
    }
    bins_links(region, back)->next = next;
    return 0;
}

/* Put the open block into its bin, and let another be the open one; length 0: none. */
BINS_INLINE bins_fault_t bins_set_open(capheap_region_t *region, uint32_t granule,
                                       uint32_t length) {
    uint32_t closed = region->open;
    uint32_t closed_length = region->open_length;
    region->open = granule;
    region->open_length = length;
    if (closed_length == 0) {
        return 0;
    }
    map_write_length(region->map, closed, closed_length);
    return bins_insert(region, closed, closed_length);
}

#endif
