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

/* For functions that hardly ever run, and for those that need a stack frame where callers don't. */
#define RARE  __attribute__((noinline, cold))
#define APART __attribute__((noinline))

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

/* The first granule of the live block that starts at the pointer; 0 if none does. */
static inline uint32_t region_live_at(const capheap_region_t *region, const void *ptr) {
    uint32_t granule = region_granule_of(region, ptr);
    bool live = region_address(region, granule) == ptr && map_live_block(region->map, granule);
    return live ? granule : 0;
}

/*
 * A live block of `length` granules out of a free one of at least `room` (>= length); NULL if none
 * is found.
 */
void *region_take(capheap_region_t *region, uint32_t length, uint32_t room);

/* Make a live block free: joined with free neighbours, put into its bin. */
void region_give(capheap_region_t *region, uint32_t granule, uint32_t length);

/* Granules of one free block and of one live block in it, as region_cut needs them. */
typedef struct region_place {
    uint32_t start;  /* of the free block, which is in no bin any more */
    uint32_t length; /* of it */
    uint32_t before; /* granules that stay free before the live block */
    uint32_t count;  /* of the live block */
} region_place_t;

/* Make a part of a free block live and what is left of it free again. */
bins_fault_t region_cut(capheap_region_t *region, region_place_t place);

/* The free block, now in a bin, that serves a request for `room` granules; 0 if there is none. */
uint32_t region_find(capheap_region_t *region, uint32_t room);

/* The largest request, in granules, that would be served now; 0 if none. */
uint32_t region_largest(const capheap_region_t *region);

/* Report that ptr is no live block's start. */
void region_report_pointer(const capheap_region_t *region, const void *ptr);

/* Report that the map is wrong at the granule. */
void region_report_map(const capheap_region_t *region, uint32_t granule);

/* After a damaged link was met, and once the map is complete: report it, build the lists anew. */
void region_mend(capheap_region_t *region, bins_fault_t fault);

/* Report it. */
void region_report_link(const capheap_region_t *region, bins_fault_t fault);

#endif
