/* SPDX-License-Identifier: MIT */
/*
 * The parts that all of the region engine's calls are made of. Where speed counts they are written
 * into each place that uses them, where size does, once (region_parts.c).
 */
#ifndef CAPHEAP_REGION_PARTS_H
#define CAPHEAP_REGION_PARTS_H

#include "region_core.h"

/* The first granule of the live block that starts at the pointer; 0 if none does. */
SHARED uint32_t region_live_at(const capheap_region_t *region, const void *ptr) {
    uintptr_t offset = (uintptr_t)ptr - region->origin;
    uintptr_t granule = offset >> region->shift;
    if (granule > region->granules || granule << region->shift != offset ||
        !map_live_block(region->map, (uint32_t)granule)) {
        return 0;
    }
    if (granule == 0) {
        __builtin_unreachable(); /* no block starts there */
    }
    return (uint32_t)granule;
}

/* The length, in granules, of the block that starts at the granule. */
SHARED uint32_t map_length(const map_word_t *map, uint32_t granule) {
    uint32_t starts = map_next_starts(map, granule);
    if (starts != 0) {
        return bits_lowest(starts) + 1;
    }
    const map_word_t *next = map + granule / MAP_GRANULES + 1;
    if (next->start != 0) {
        return MAP_GRANULES - granule % MAP_GRANULES + bits_lowest(next->start);
    }
    return next->free & MAP_LENGTH_BITS;
}

/* The first granule of the block whose last granule this is. */
SHARED uint32_t map_start_of(const map_word_t *map, uint32_t last) {
    const map_word_t *word = map + last / MAP_GRANULES;
    uint32_t upto = word->start << (MAP_GRANULES - 1 - last % MAP_GRANULES);
    if (upto != 0) {
        return last - (MAP_GRANULES - 1) + bits_highest(upto);
    }
    if (word[-1].start != 0) {
        return last - last % MAP_GRANULES - MAP_GRANULES + bits_highest(word[-1].start);
    }
    return last + 1 - (word[-1].free & MAP_LENGTH_BITS);
}

/* Write the length into the words that the block covers whole, if there are any. */
SHARED void map_write_length(map_word_t *map, uint32_t granule, uint32_t length) {
    map_word_t *first = map_word(map, granule) + 1;
    uint32_t end = granule + length;
    if (map_word(map, end) <= first) {
        return;
    }
    first->free = (first->free & ~MAP_LENGTH_BITS) | length;
    map_word_t *last = map_word(map, end - 1) - 1;
    if (last > first) {
        last->free = length;
    }
}

/* Write a live block whose start bit is set already. */
SHARED void map_write_live(map_word_t *map, uint32_t granule, uint32_t length) {
    map_clear_free(map, granule);
    map_clear_free(map, granule + length - 1);
    map_write_length(map, granule, length);
}

/* Write a free block whose start bit is set already. */
SHARED void map_write_free(map_word_t *map, uint32_t granule, uint32_t length) {
    map_set_free(map, granule);
    map_set_free(map, granule + length - 1);
    map_write_length(map, granule, length);
}

/* Is the link one to a free block? */
SHARED bool bins_sound(const capheap_region_t *region, uint32_t link) {
    return link <= region->granules && map_free_block(region->map, link);
}

/* Remember that a link was found damaged. */
static inline void bins_fault(capheap_region_t *region, uint32_t fault) {
    if (region->fault == 0) {
        region->fault = fault;
    }
}

/*
 * Put a free block into its bin: first if its address is lower than the head's, else second. So a
 * list's head is the lowest of those that came since it did, which gathers live blocks at low
 * addresses for a fraction of what a sorted list costs. False: a damaged link was met.
 */
SHARED bool bins_insert(capheap_region_t *region, uint32_t granule, uint32_t bin) {
    bins_links_t *links = bins_links(region, granule);
    uint32_t *slot = bins_head(region, bin);
    uint32_t next = *slot;
    uint32_t fault = BINS_HEAD_FAULT;
    if (next == 0) {
        *bins_word(region, bin) |= UINT32_C(1) << bin % 32;
    } else if (next < granule) {
        if (!bins_sound(region, next)) {
            bins_fault(region, fault);
            return false;
        }
        fault = next;
        links->back = next;
        slot = &bins_links(region, next)->next;
        next = *slot;
    }
    if (next != 0) {
        if (!bins_sound(region, next)) {
            bins_fault(region, fault);
            return false;
        }
        bins_links(region, next)->back = granule;
    }
    links->next = next;
    *slot = granule;
    return true;
}

/* Take a free block out of its bin. */
SHARED void bins_remove(capheap_region_t *region, uint32_t granule, uint32_t bin) {
    const bins_links_t *links = bins_links(region, granule);
    uint32_t *slot = bins_head(region, bin);
    uint32_t next = links->next;
    if (*slot == granule) {
        if (next == 0) {
            *bins_word(region, bin) &= ~(UINT32_C(1) << bin % 32);
        }
    } else {
        uint32_t back = links->back;
        if (!bins_sound(region, back) || (next != 0 && !bins_sound(region, next))) {
            bins_fault(region, granule);
            return;
        }
        slot = &bins_links(region, back)->next;
        if (*slot != granule) {
            bins_fault(region, granule);
            return;
        }
        if (next != 0) {
            bins_links(region, next)->back = back;
        }
    }
    *slot = next;
}

/* Put a free block into the bin for its length; write that into the map. */
SHARED void region_put_into_bin(capheap_region_t *region, uint32_t granule, uint32_t length) {
    uint32_t bin = length - 1;
    if (length > BINS_EXACT) {
        map_write_length(region->map, granule, length);
        bin = bins_index_long(length);
    }
    (void)bins_insert(region, granule, bin);
}

/* Make a free block that is in no bin the open one, if there is none, or put it into its bin. */
SHARED void region_put(capheap_region_t *region, uint32_t granule, uint32_t length) {
    if (region->open_length == 0) {
        region->open = granule;
        region->open_length = length;
    } else {
        region_put_into_bin(region, granule, length);
    }
}

/* Take a free block out of its bin; or, if it is the open one, leave none open. */
SHARED void region_pick(capheap_region_t *region, uint32_t granule, uint32_t length) {
    if (granule == region->open) {
        region->open = 0;
        region->open_length = 0;
    } else {
        bins_remove(region, granule, bins_index(length));
    }
}

/* Join the free block at the granule to what is before it: it is in no bin then. Its length. */
SHARED uint32_t region_join_after(capheap_region_t *region, uint32_t granule) {
    uint32_t length = region_block_length(region, granule);
    region_pick(region, granule, length);
    map_clear_start(region->map, granule);
    return length;
}

/* Join the free block that ends before the granule to the one there. Its first granule. */
SHARED uint32_t region_join_before(capheap_region_t *region, uint32_t granule) {
    uint32_t start = region_free_before(region, granule);
    region_pick(region, start, granule - start);
    map_clear_start(region->map, granule);
    return start;
}

#endif
