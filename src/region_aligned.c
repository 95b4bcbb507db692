/* SPDX-License-Identifier: MIT */
/* Blocks of zeroes, and blocks at multiples of a larger power of two than the granule. */
#include <string.h>

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
        memset(ptr, 0, total);
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
static region_block_t choose_aligned(capheap_region_t *region, uint32_t length, size_t alignment) {
    region_block_t block = region_choose(region, length);
    if (block.granule != 0 &&
        granules_to(region, block.granule, alignment) > block.length - length) {
        size_t room = (size_t)length + (alignment >> region->shift) - 1;
        block.granule = 0;
        if (room >= length && room <= region->granules) {
            block = region_choose(region, (uint32_t)room);
        }
    }
    return block;
}

void *capheap_region_aligned_alloc(capheap_region_t *region, size_t alignment, size_t size) {
    if (alignment == 0 || (alignment & (alignment - 1)) != 0) {
        return NULL;
    }
    if (alignment >> region->shift <= 1) {
        return capheap_region_malloc(region, size);
    }
    uint32_t length = region_granules(region, size);
    if (length == 0) {
        return NULL;
    }
    region_block_t block = choose_aligned(region, length, alignment);
    if (block.granule == 0) {
        return NULL;
    }
    region_detach(region, block);
    uint32_t before = (uint32_t)granules_to(region, block.granule, alignment);
    bool sound = true;
    if (before != 0) {
        map_write_free(region->map, block.granule, before);
        sound = bins_insert(region, block.granule, before);
        block.granule += before;
        block.length -= before;
        map_set_start(region->map, block.granule);
    }
    sound = region_carve(region, block, length) && sound;
    region->free -= length;
    region->blocks++;
    if (!sound) {
        region_mend(region);
    }
    return region_address(region, block.granule);
}
