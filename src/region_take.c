/* SPDX-License-Identifier: MIT */
/*
 * Taking blocks out of a region's free memory.
 *
 * Which free block serves a request:
 * - the first block of its own bin, if that is long enough: it always is in an exact one;
 * - else, if it is small, the lowest in address of the open block and the heads of the next two
 *   longer bins: near the best fit, but gathered at low addresses, so that high memory stays whole;
 * - else the open block or the head of the next longer bin, whichever fits better;
 * - at last, the second block of its own bin.
 *
 * It takes the low end of the free block, or the high end if it is large for the region: the small
 * and the large keep out of each other's way. What is left of the block becomes the open one,
 * unless it is a crumb.
 */
#include "region_core.h"
#include "region_quick.h"

#define SMALL 384u /* granules: larger requests look for the best fit alone */

/* Is the head of the request's own bin the block for it? Also true if its link is damaged. */
static inline bool own_bin_serves(const capheap_region_t *region, uint32_t bin, uint32_t room) {
    uint32_t head = *bins_head(region, bin);
    return head != 0 &&
           (bin < BINS_EXACT || !bins_sound(region, head) || map_length(region->map, head) >= room);
}

/* The second block of the request's own bin, if that is long enough or no free block's: a damaged
 * link is the caller's to find. Else 0. */
static inline uint32_t find_as_last_resort(const capheap_region_t *region, uint32_t bin,
                                           uint32_t room) {
    uint32_t head = *bins_head(region, bin);
    uint32_t second = head != 0 ? bins_links(region, head)->next : 0;
    bool short_one = bins_sound(region, second) && map_length(region->map, second) < room;
    return short_one ? 0 : second;
}

uint32_t region_find(const capheap_region_t *region, uint32_t room) {
    uint32_t bin = bins_index(room);
    if (own_bin_serves(region, bin, room)) {
        return *bins_head(region, bin);
    }
    bins_search_t search = bins_search(region, bin + 1);
    bool open_serves = region->open_length >= room;
    if (!bins_next(&search)) {
        return open_serves ? region->open : find_as_last_resort(region, bin, room);
    }
    uint32_t head = *search.head;
    if (room > SMALL) {
        return open_serves && bins_index(region->open_length) <= search.bin ? region->open : head;
    }
    uint32_t lowest = open_serves && region->open < head ? region->open : head;
    return bins_next(&search) && *search.head < lowest ? *search.head : lowest;
}

SPECIAL void *cut(capheap_region_t *region, uint32_t start, uint32_t length, uint32_t before,
                  uint32_t count) {
    map_word_t *map = region->map;
    uint32_t granule = start + before;
    uint32_t end = granule + count;
    uint32_t rest = start + length - end;
    map_set_start(map, granule);
    map_write_live(map, granule, count);
    if (rest != 0) {
        map_set_start(map, end);
        map_set_free(map, end);
        region_put(region, end, rest);
    }
    if (before != 0) {
        map_set_free(map, granule - 1);
        region_put(region, start, before);
    }
    region_settle(region);
    return region_address(region, granule);
}

void *region_cut(capheap_region_t *region, uint32_t start, uint32_t length, uint32_t before,
                 uint32_t count) {
    return cut(region, start, length, before, count);
}

SPECIAL void *carve(capheap_region_t *region, uint32_t start, uint32_t length, uint32_t before,
                    uint32_t count) {
    uint32_t open = region->open;
    uint32_t open_length = region->open_length;
    region->free -= count;
    region->blocks++;
    region_pick(region, start, length);
    if (start != open && open_length != 0 && length - before - count >= REGION_CRUMB) {
        region->open_length = 0; /* the rest is to be the open block */
        region_put_into_bin(region, open, open_length);
    }
    return cut(region, start, length, before, count);
}

void *region_carve(capheap_region_t *region, uint32_t start, uint32_t length, uint32_t before,
                   uint32_t count) {
    return carve(region, start, length, before, count);
}

RARE static void *take_after_mending(capheap_region_t *region, uint32_t count, uint32_t room) {
    region->fault = BINS_HEAD_FAULT;
    region_mend(region);
    return region_take(region, count, room);
}

void *region_take(capheap_region_t *region, uint32_t count, uint32_t room) {
    uint32_t granule = region_find(region, room);
    if (granule == 0) {
        return NULL;
    }
    uint32_t length = region_found_length(region, granule);
    if (length < room) {
        return take_after_mending(region, count, room);
    }
    uint32_t before = count > region->granules >> REGION_LARGE_SHIFT ? length - count : 0;
    return carve(region, granule, length, before, count);
}

void *capheap_region_malloc(capheap_region_t *region, size_t size) {
    uint32_t count = region_granules(region, size);
    if (REGION_QUICK && count - 1 < region->quick) {
        return quick_take(region, count);
    }
    return count != 0 ? region_take(region, count, count) : NULL;
}

/* Granules from this one to the first at a multiple of the alignment. */
static uintptr_t granules_to(const capheap_region_t *region, uint32_t granule, size_t alignment) {
    uintptr_t address = (uintptr_t)region_address(region, granule);
    return ((0 - address) & (alignment - 1)) >> region->shift;
}

/* The block in the free one that a request for `room` granules would get; NULL if there is none or
 * it has no aligned place. */
static void *take_aligned(capheap_region_t *region, uint32_t count, uint32_t room,
                          size_t alignment) {
    uint32_t start = region_find(region, room);
    uint32_t length = region_found_length(region, start);
    uintptr_t before = granules_to(region, start, alignment);
    return before + count <= length ? carve(region, start, length, (uint32_t)before, count) : NULL;
}

void *capheap_region_aligned_alloc(capheap_region_t *region, size_t alignment, size_t size) {
    if (alignment == 0 || (alignment & (alignment - 1)) != 0) {
        return NULL;
    }
    uint32_t count = region_granules(region, size);
    size_t more = alignment >> region->shift;
    if (count == 0 || more <= 1) {
        return count != 0 ? region_take(region, count, count) : NULL;
    }
    void *ptr = take_aligned(region, count, count, alignment);
    if (ptr == NULL && more <= region->granules - count) {
        ptr = take_aligned(region, count, count + (uint32_t)more - 1, alignment);
    }
    return ptr;
}
