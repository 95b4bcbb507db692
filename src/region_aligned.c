/* SPDX-License-Identifier: MIT */
/* Blocks of zeroes, and blocks at multiples of a larger power of two than the granule. */

#include "region_core.h"
#include "region_words.h"

void *capheap_region_calloc(capheap_region_t *region, size_t count, size_t size) {
    size_t total;
    if (__builtin_mul_overflow(count, size, &total)) {
        return NULL;
    }
    void *ptr = capheap_region_malloc(region, total);
    if (ptr == NULL) {
        return NULL;
    }
    if (region->flags & CAPHEAP_REGION_WORD_ONLY) {
        words_zero(ptr, total + sizeof(uint32_t) - 1);
    } else {
        __builtin_memset(ptr, 0, total);
    }
    return ptr;
}

/* Granules from this one to the first at a multiple of the alignment. */
static uintptr_t granules_to(const capheap_region_t *region, uint32_t granule, size_t alignment) {
    uintptr_t address = (uintptr_t)region_address(region, granule);
    return ((0 - address) & (alignment - 1)) >> region->shift;
}

/*
 * The place for a block in the free block that a request for `room` granules would get;
 * place->start is 0 if there is none or it has no aligned place.
 */
static void find_aligned(capheap_region_t *region, region_place_t *place, uint32_t room,
                         size_t alignment) {
    place->start = region_find(region, room);
    place->length = region_found_length(region, place->start);
    uintptr_t before = granules_to(region, place->start, alignment);
    place->before = (uint32_t)before;
    if (before + place->count > place->length) {
        place->start = 0;
    }
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
    region_place_t place = {.count = count};
    find_aligned(region, &place, count, alignment);
    if (place.start == 0 && more <= region->granules - count) {
        find_aligned(region, &place, count + (uint32_t)more - 1, alignment);
    }
    return place.start != 0 ? region_carve(region, &place) : NULL;
}
