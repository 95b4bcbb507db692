/* SPDX-License-Identifier: MIT */
/*
 * What the files of the region engine share: from pointers to granules and back, taking a block out
 * of free memory, giving one back, and reporting.
 */
#ifndef CAPHEAP_REGION_CORE_H
#define CAPHEAP_REGION_CORE_H

#include "bins.h"
#include "capheap/region.h"
#include "map.h"
#include "region_names.h"

#define REGION_LARGE_SHIFT 4u /* a request over 1/16 of the region is large */
#define REGION_CRUMB       5u /* granules: a rest shorter than this goes into a bin, not open */

/* For functions that hardly ever run, and for those that need a stack frame where callers don't. */
#define RARE  __attribute__((noinline, cold))
#define APART __attribute__((noinline))

/* For parts that are inlined where speed counts, and have one copy where size does. */
#ifdef __OPTIMIZE_SIZE__
#define SHARED       APART
#define SPECIAL      static
#define REGION_QUICK 0 /* no short cuts for short blocks */
#else
#define SPECIAL      static inline __attribute__((always_inline))
#define REGION_QUICK 1
#define SHARED       static inline __attribute__((always_inline))
#endif

SHARED uint32_t region_granules(const capheap_region_t *region, size_t size);
SHARED uint32_t map_get(const uint32_t *bits, uint32_t granule);
SHARED uint32_t bins_index(uint32_t length);
SHARED bins_links_t *bins_follow(capheap_region_t *region, const uint32_t *link);
SHARED bool region_block_at(const capheap_region_t *region, uint32_t granule, uint32_t flip);
SHARED uint32_t region_live_at(const capheap_region_t *region, const void *ptr);
SHARED uint32_t map_end(const map_word_t *map, uint32_t granule);
SHARED uint32_t map_start(const map_word_t *map, uint32_t end);
SHARED void map_write_length(map_word_t *map, uint32_t start, uint32_t end);
SHARED void map_write_ends(map_word_t *map, uint32_t start, uint32_t end, uint32_t is_free);
SHARED void map_write_live(map_word_t *map, uint32_t start, uint32_t end);
SHARED void map_put(uint32_t *bits, uint32_t granule, uint32_t bit);
SHARED void bins_mark(const capheap_region_t *region, uint32_t bin);
SHARED bool bins_insert(capheap_region_t *region, uint32_t granule, uint32_t bin);
SHARED void bins_remove(capheap_region_t *region, uint32_t granule, uint32_t bin);
SHARED void region_put_into_bin(capheap_region_t *region, uint32_t start, uint32_t end);
SHARED void region_put(capheap_region_t *region, uint32_t start, uint32_t end);
SHARED void region_pick(capheap_region_t *region, uint32_t start, uint32_t end);
SHARED uint32_t region_free_end(const capheap_region_t *region, uint32_t granule);
SHARED uint32_t region_free_start(const capheap_region_t *region, uint32_t granule);
SHARED void region_absorb(capheap_region_t *region, uint32_t start, uint32_t end,
                          uint32_t boundary);

/* Is the link one to a free block? */
static inline bool bins_sound(const capheap_region_t *region, uint32_t link) {
    return region_block_at(region, link, 0);
}

static inline void *region_address(const capheap_region_t *region, uint32_t granule) {
    return (void *)(region->origin + ((uintptr_t)granule << region->shift));
}

/* The end of the block that starts at the granule; map_end knows not that of the open one. */
static inline uint32_t region_block_end(const capheap_region_t *region, uint32_t granule) {
    return granule == region->open ? region->open_end : map_end(region->map, granule);
}

/* The granule that holds the pointer; 0 if none does. */
static inline uint32_t region_granule_of(const capheap_region_t *region, const void *ptr) {
    uintptr_t granule = ((uintptr_t)ptr - region->origin) >> region->shift;
    return granule <= region->granules ? (uint32_t)granule : 0;
}

/*
 * A live block of `count` granules out of a free one of at least `room` (>= count); NULL if none is
 * found.
 */
void *region_take(capheap_region_t *region, uint32_t count, uint32_t room);

/* The free block that serves a request for `room` granules: the open one or one in a bin, or what a
 * damaged link leads to; BINS_NONE if there is none. */
uint32_t region_find(const capheap_region_t *region, uint32_t room);

/* The largest request, in granules, that would be served now; 0 if none. */
uint32_t region_largest(const capheap_region_t *region);

/* Make `count` granules of a free block live, from `granule` on, and what is left of it free again.
 * Returns the live block's address. */
void *region_carve(capheap_region_t *region, uint32_t start, uint32_t end, uint32_t granule,
                   uint32_t count);

/* Write a live block, and make free what is behind it up to `limit`, beside a live block. Nothing
 * is counted. */
void region_cut(capheap_region_t *region, uint32_t start, uint32_t end, uint32_t limit);

/* Make a live block free: joined with free neighbours, put into its bin. Nothing is counted. */
void region_give(capheap_region_t *region, uint32_t start, uint32_t end);

/* Count granules that have become free; or, less than 0 so to speak, that have been taken. */
static inline void region_count(capheap_region_t *region, uint32_t given) {
    uint32_t available = region->free;
    if (available < region->minimum) {
        region->minimum = available;
    }
    region->free = available + given;
}

static inline void region_count_given(capheap_region_t *region, uint32_t length) {
    region_count(region, length);
    region->blocks--;
}

/* Report a fault at the address, with the block that holds it, if one does. */
void region_report(const capheap_region_t *region, capheap_fault_t fault, const void *address);

/* Report that a pointer is no live block's start, and what it is; NULL is fine. */
void region_report_pointer(const capheap_region_t *region, const void *ptr);

/* Report region->fault, and build the lists anew. */
RARE void region_mend(capheap_region_t *region);

/* At the end of a call: if a damaged link was met, report it and build the lists anew. */
static inline void region_settle(capheap_region_t *region) {
    if (region->fault != 0) {
        region_mend(region);
    }
}

#ifndef __OPTIMIZE_SIZE__
#include "region_parts.h"
#endif

#endif
