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

#define REGION_LARGE_SHIFT 4u /* a request over 1/16 of the region is large */
#define REGION_CRUMB       6u /* granules: a rest shorter than this goes into a bin, not open */

/* For functions that hardly ever run, and for those that need a stack frame where callers don't. */
#define RARE  __attribute__((noinline, cold))
#define APART __attribute__((noinline))

/* For parts that are inlined where speed counts, and have one copy where size does. */
#ifdef __OPTIMIZE_SIZE__
#define SHARED
#define SPECIAL      static
#define REGION_QUICK 0 /* no short cuts for short blocks */
#else
#define SPECIAL      static inline __attribute__((always_inline))
#define REGION_QUICK 1
#define SHARED       static inline __attribute__((always_inline))
#endif

SHARED uint32_t region_live_at(const capheap_region_t *region, const void *ptr);
SHARED uint32_t map_length(const map_word_t *map, uint32_t granule);
SHARED uint32_t map_start_of(const map_word_t *map, uint32_t last);
SHARED void map_write_length(map_word_t *map, uint32_t granule, uint32_t length);
SHARED void map_write_live(map_word_t *map, uint32_t granule, uint32_t length);
SHARED void map_write_free(map_word_t *map, uint32_t granule, uint32_t length);
SHARED bool bins_sound(const capheap_region_t *region, uint32_t link);
SHARED bool bins_insert(capheap_region_t *region, uint32_t granule, uint32_t bin);
SHARED void bins_remove(capheap_region_t *region, uint32_t granule, uint32_t bin);
SHARED void region_put_into_bin(capheap_region_t *region, uint32_t granule, uint32_t length);
SHARED void region_put(capheap_region_t *region, uint32_t granule, uint32_t length);
SHARED void region_pick(capheap_region_t *region, uint32_t granule, uint32_t length);
SHARED uint32_t region_join_after(capheap_region_t *region, uint32_t granule);
SHARED uint32_t region_join_before(capheap_region_t *region, uint32_t granule);

/* Granules for `size` bytes; 0 if size is 0 or more than the region could ever hold. */
static inline uint32_t region_granules(const capheap_region_t *region, size_t size) {
    size_t less_one = (size - 1) >> region->shift;
    return less_one < region->granules ? (uint32_t)less_one + 1 : 0;
}

static inline void *region_address(const capheap_region_t *region, uint32_t granule) {
    return (void *)(region->origin + ((uintptr_t)granule << region->shift));
}

/* The length of the block that starts at the granule; map_length knows not that of the open one. */
static inline uint32_t region_block_length(const capheap_region_t *region, uint32_t granule) {
    return granule == region->open ? region->open_length : map_length(region->map, granule);
}

/* The start of the free block that ends before the granule. */
static inline uint32_t region_free_before(const capheap_region_t *region, uint32_t granule) {
    bool open = region->open + region->open_length == granule;
    return open ? region->open : map_start_of(region->map, granule - 1);
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
 * damaged link leads to; 0 if there is none. */
uint32_t region_find(const capheap_region_t *region, uint32_t room);

/* The largest request, in granules, that would be served now; 0 if none. */
uint32_t region_largest(const capheap_region_t *region);

/* The length of what region_find has found; 0 if it is no free block that may be given out. */
static inline uint32_t region_found_length(const capheap_region_t *region, uint32_t granule) {
    if (granule == region->open) {
        return region->open_length;
    }
    return bins_sound(region, granule) ? map_length(region->map, granule) : 0;
}

/*
 * Make `count` granules of a free block live, `before` granules behind its start, and what is left
 * of its `length` free again. Returns the live block's address. Takes the free block out of its
 * bin: */
void *region_carve(capheap_region_t *region, uint32_t start, uint32_t length, uint32_t before,
                   uint32_t count);

/* ... or it is in none. */
void *region_cut(capheap_region_t *region, uint32_t start, uint32_t length, uint32_t before,
                 uint32_t count);

/* Make a live block free: joined with free neighbours, put into its bin. */
void region_give(capheap_region_t *region, uint32_t granule, uint32_t length);

static inline void region_count_given(capheap_region_t *region, uint32_t length) {
    uint32_t available = region->free;
    if (available < region->minimum) {
        region->minimum = available;
    }
    region->free = available + length;
    region->blocks--;
}

/* Report that ptr is no live block's start. */
void region_report_pointer(const capheap_region_t *region, const void *ptr);

/* Report that the map is wrong at the granule. */
void region_report_map(const capheap_region_t *region, uint32_t granule);

/* Report a damaged link. */
void region_report_link(const capheap_region_t *region, uint32_t fault);

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
