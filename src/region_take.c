/* SPDX-License-Identifier: MIT */
/*
 * Taking blocks out of a region's free memory.
 *
 * Which free block serves a request:
 * - the first block of its own bin, if that is long enough: it always is in an exact one;
 * - else the lowest in address of the open block, if that is long enough, and of the heads of the
 *   next longer bins: of two of them for a small request, of one for others. That is near the best
 *   fit, but gathered at low addresses, so that high memory stays whole.
 *
 * It takes the low end of the free block, or the high end if it is large for the region: the small
 * and the large keep out of each other's way. What is left of the block becomes the open one,
 * unless it is a crumb.
 */
#include "region_core.h"
#include "region_quick.h"

#define SMALL 256u /* granules */

uint32_t region_find(const capheap_region_t *region, uint32_t room) {
    uint32_t bin = bins_index(room);
    uint32_t granule = *bins_head(region, bin);
    if (granule != 0 && region_free_end(region, granule) - granule - 1 >= room - 1) {
        return granule; /* long enough, or, 0, no free block: the caller finds that */
    }
    uint32_t lowest = region->open_end - region->open >= room ? region->open : BINS_NONE;
    uint32_t more = room <= SMALL; /* heads to look at, after the next */
    do {
        bin = bins_full_from(region, bin + 1);
        if (bin == BINS_NONE) {
            break;
        }
        granule = *bins_head(region, bin);
        lowest = granule < lowest ? granule : lowest;
    } while (more-- != 0);
    return lowest;
}

#if REGION_QUICK
#define cut        quick_cut
#define give_alone quick_give_alone
#else
#define cut        region_cut
#define give_alone region_give
#endif

SPECIAL void *carve(capheap_region_t *region, uint32_t start, uint32_t end, uint32_t granule,
                    uint32_t count) {
    uint32_t behind = granule + count;
    region->free -= count;
    region->blocks++;
    region_pick(region, start, end);
    if (region->open != 0 && end - behind >= REGION_CRUMB) {
        region_put_into_bin(region, region->open, region->open_end);
        region->open = 0; /* the rest is to be the open block */
    }
    cut(region, granule, behind, end);
    if (granule != start) {
        give_alone(region, start, granule);
    }
    if (REGION_QUICK) {
        region_settle(region);
    }
    return region_address(region, granule);
}

void *region_carve(capheap_region_t *region, uint32_t start, uint32_t end, uint32_t granule,
                   uint32_t count) {
    return carve(region, start, end, granule, count);
}

/* A live block whose address has no bit of `mask`, out of a free block of at least `room` granules;
 * NULL if none is found. */
SPECIAL void *take(capheap_region_t *region, uint32_t count, uint32_t room, size_t mask) {
    if (room - 1 >= region->granules) {
        return NULL;
    }
    uint32_t start;
    uint32_t end;
    for (;;) {
        start = region_find(region, room);
        if (start == BINS_NONE) {
            return NULL;
        }
        end = region_free_end(region, start);
        if (end - start >= room) {
            break;
        }
        region_mend(region);
    }
    uintptr_t before = ((0 - (uintptr_t)region_address(region, start)) & mask) >> region->shift;
    uint32_t most = end - start - count;
    if (mask >> region->shift == 0 && count > region->granules >> REGION_LARGE_SHIFT) {
        before = most;
    }
    return before <= most ? carve(region, start, end, start + (uint32_t)before, count) : NULL;
}

void *region_take(capheap_region_t *region, uint32_t count, uint32_t room) {
    return take(region, count, room, 0);
}

void *capheap_region_malloc(capheap_region_t *region, size_t size) {
    uint32_t count = region_granules(region, size);
#if REGION_QUICK
    if (count - 1 < region->quick) {
        return quick_take(region, count);
    }
#endif
    return region_take(region, count, count);
}

void *capheap_region_aligned_alloc(capheap_region_t *region, size_t alignment, size_t size) {
    uint32_t count = region_granules(region, size);
    size_t mask = alignment - 1;
    if (count == 0 || (alignment & mask) != 0) { /* alignment 0: no address is good enough */
        return NULL;
    }
    void *ptr = take(region, count, count, mask);
    if (ptr == NULL) {
        ptr = take(region, count, count + (uint32_t)(mask >> region->shift), mask);
    }
    return ptr;
}
