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
 * A free block with an aligned place: the one that an ordinary request would get, if it happens to
 * have one; else one so large that it must.
 */
static region_place_t find_aligned(capheap_region_t *region, uint32_t count, size_t alignment) {
    region_place_t place = {.count = count};
    size_t room = (size_t)count + (alignment >> region->shift) - 1;
    place.start = region_find(region, count);
    place.length = map_length(region->map, place.start);
    uintptr_t before = granules_to(region, place.start, alignment);
    if (place.start != 0 && before > place.length - count) {
        bool possible = room >= count && room <= region->granules;
        place.start = possible ? region_find(region, (uint32_t)room) : 0;
        place.length = map_length(region->map, place.start);
        before = granules_to(region, place.start, alignment);
    }
    place.before = (uint32_t)before;
    return place;
}

void *capheap_region_aligned_alloc(capheap_region_t *region, size_t alignment, size_t size) {
    if (alignment == 0 || (alignment & (alignment - 1)) != 0) {
        return NULL;
    }
    if (alignment >> region->shift <= 1) {
        return capheap_region_malloc(region, size);
    }
    uint32_t count = region_granules(region, size);
    if (count == 0) {
        return NULL;
    }
    region_place_t place = find_aligned(region, count, alignment);
    if (place.start == 0) {
        return NULL;
    }
    bins_fault_t fault = bins_remove(region, place.start, place.length);
    region->free -= count;
    region->blocks++;
    bins_fault_t more = region_cut(region, place);
    fault = fault != 0 ? fault : more;
    if (fault != 0) {
        region_mend(region, fault);
    }
    return region_address(region, place.start + place.before);
}
