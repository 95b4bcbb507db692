/* SPDX-License-Identifier: MIT */
/* What a region tells of itself and of its blocks. */
#include "region_core.h"

static size_t bytes(const capheap_region_t *region, uint32_t granules) {
    return (size_t)granules << region->shift;
}

size_t capheap_region_usable_size(const capheap_region_t *region, const void *ptr) {
    uint32_t granule = region_live_at(region, ptr);
    if (granule != 0) {
        return bytes(region, map_end(region->map, granule) - granule);
    }
    region_report_pointer(region, ptr);
    return 0;
}

void *capheap_region_block_before(const capheap_region_t *region, const void *end) {
    uintptr_t offset = (uintptr_t)end - region->origin;
    uintptr_t next = offset >> region->shift;
    if (next < 2 || next > (uintptr_t)region->granules + 1 || next << region->shift != offset) {
        return NULL;
    }
    uint32_t last = (uint32_t)next - 1;
    if (!map_start_at(region->map, last + 1) || map_free_at(region->map, last)) {
        return NULL;
    }
    return region_address(region, map_start(region->map, last + 1));
}

bool capheap_region_owns(const capheap_region_t *region, const void *ptr) {
    return region_granule_of(region, ptr) != 0;
}

size_t capheap_region_size(const capheap_region_t *region) {
    return bytes(region, region->granules);
}

size_t capheap_region_free_bytes(const capheap_region_t *region) {
    return bytes(region, region->free);
}

size_t capheap_region_used_bytes(const capheap_region_t *region) {
    return bytes(region, region->granules - region->free);
}

size_t capheap_region_minimum_free(const capheap_region_t *region) {
    return bytes(region, region->free < region->minimum ? region->free : region->minimum);
}

size_t capheap_region_blocks(const capheap_region_t *region) {
    return region->blocks;
}

void capheap_region_reset_minimum(capheap_region_t *region) {
    region->minimum = region->free;
}

bool capheap_region_next_block(const capheap_region_t *region, capheap_block_t *block) {
    uint32_t granule = 1;
    if (block->start != NULL) {
        granule = region_granule_of(region, block->start);
        if (granule == 0 || !map_start_at(region->map, granule)) {
            return false;
        }
        granule = region_block_end(region, granule);
    }
    if (granule > region->granules) {
        return false;
    }
    uint32_t length = region_block_end(region, granule) - granule;
    if (length == 0 || length > region->granules - granule + 1) {
        return false; /* a damaged map: walk no further */
    }
    block->start = region_address(region, granule);
    block->size = bytes(region, length);
    block->used = map_free_at(region->map, granule) == 0;
    return true;
}

/* The head of the highest bin that has blocks; 0 if none has. */
static uint32_t highest_head(const capheap_region_t *region) {
    for (uint32_t bin = (region->last_bin | 31u) + 1; bin != 0; bin -= 32) {
        uint32_t full = *bins_word(region, bin - 32);
        if (full != 0) {
            return *bins_head(region, bin - 32 + bits_highest(full));
        }
    }
    return 0;
}

/* The longer of the open block and the first in the highest bin: where region_find looks. */
uint32_t region_largest(const capheap_region_t *region) {
    uint32_t open = region->open_end - region->open;
    uint32_t head = highest_head(region);
    uint32_t length = region_free_end(region, head) - head;
    return length > open ? length : open;
}

size_t capheap_region_largest(const capheap_region_t *region) {
    uint32_t length = region_largest(region);
    return bytes(region, length);
}
