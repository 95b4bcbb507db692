/* SPDX-License-Identifier: MIT */
/*
 * The parts that all of the region engine's calls are made of. Where speed counts they are written
 * into each place that uses them, where size does, once (region_parts.c).
 */
#ifndef CAPHEAP_REGION_PARTS_H
#define CAPHEAP_REGION_PARTS_H

#include "region_core.h"

/* Granules for `size` bytes; 0 if size is 0 or more than the region could ever hold. */
SHARED uint32_t region_granules(const capheap_region_t *region, size_t size) {
    size_t less_one = (size - 1) >> region->shift;
    return less_one < region->granules ? (uint32_t)less_one + 1 : 0;
}

/* Does a block start at the granule that is free (`flip` 0), or live (~0)? */
SHARED bool region_block_at(const capheap_region_t *region, uint32_t granule, uint32_t flip) {
    if (granule > region->granules) {
        return false;
    }
    const map_word_t *word = region->map + granule / MAP_GRANULES;
    return ((word->start & (word->free ^ flip)) >> granule % MAP_GRANULES & 1) != 0;
}

/* The first granule of the live block that starts at the pointer; 0 if none does. */
SHARED uint32_t region_live_at(const capheap_region_t *region, const void *ptr) {
    uintptr_t offset = (uintptr_t)ptr - region->origin;
    uint32_t granule = (uint32_t)(offset >> region->shift);
    if (!region_block_at(region, granule, UINT32_MAX) ||
        (uintptr_t)granule << region->shift != offset) {
        return 0;
    }
    if (granule == 0) {
        __builtin_unreachable(); /* no block starts there */
    }
    return granule;
}

/* The granule after the block that starts at the granule. */
SHARED uint32_t map_end(const map_word_t *map, uint32_t granule) {
    const map_word_t *word = map + granule / MAP_GRANULES;
    uint32_t starts = word->start >> granule % MAP_GRANULES >> 1;
    if (starts != 0) {
        return granule + 1 + bits_lowest(starts);
    }
    word++;
    if (word->start != 0) {
        return (granule | (MAP_GRANULES - 1)) + 1 + bits_lowest(word->start);
    }
    return granule + (word->free & MAP_LENGTH_BITS);
}

/* The first granule of the block that ends before the granule. */
SHARED uint32_t map_start(const map_word_t *map, uint32_t end) {
    uint32_t last = end - 1;
    const map_word_t *word = map + last / MAP_GRANULES;
    uint32_t starts = word->start << (MAP_GRANULES - 1 - last % MAP_GRANULES);
    if (starts == 0) {
        word--;
        last = (last & ~(MAP_GRANULES - 1)) - 1;
        starts = word->start;
    }
    if (starts == 0) {
        return end - (word->free & MAP_LENGTH_BITS);
    }
    return last - (MAP_GRANULES - 1) + bits_highest(starts);
}

/* Write the length into the words that the block covers whole, if there are any. */
SHARED void map_write_length(map_word_t *map, uint32_t start, uint32_t end) {
    uint32_t first = start / MAP_GRANULES + 1;
    if (end / MAP_GRANULES <= first) {
        return;
    }
    map[first].free = (map[first].free & ~MAP_LENGTH_BITS) | (end - start);
    uint32_t last = (end - 1) / MAP_GRANULES - 1;
    if (last > first) {
        map[last].free = end - start;
    }
}

/* A granule's bit: of map->start or map->free. */
SHARED uint32_t map_get(const uint32_t *bits, uint32_t granule) {
    return bits[granule / MAP_GRANULES * 2] >> granule % MAP_GRANULES & 1;
}

/* Set or clear a granule's bit: of map->start or map->free. */
SHARED void map_put(uint32_t *bits, uint32_t granule, uint32_t bit) {
    uint32_t *word = bits + granule / MAP_GRANULES * 2;
    *word = (*word & ~map_bit(granule)) | bit << granule % MAP_GRANULES;
}

/* Write that a block is free or isn't. */
SHARED void map_write_ends(map_word_t *map, uint32_t start, uint32_t end, uint32_t is_free) {
    map_put(&map->free, start, is_free);
    map_put(&map->free, end - 1, is_free);
}

/* Write a live block. */
SHARED void map_write_live(map_word_t *map, uint32_t start, uint32_t end) {
    map_put(&map->start, start, 1);
    map_write_ends(map, start, end, 0);
    map_write_length(map, start, end);
}

/* The bin for blocks of `length` granules. */
SHARED uint32_t bins_index(uint32_t length) {
    return length <= BINS_EXACT ? length - 1 : bins_index_long(length);
}

/* The links of the free block that the link leads to; NULL, and the fault is remembered, if none
 * starts there. */
SHARED bins_links_t *bins_follow(capheap_region_t *region, const uint32_t *link) {
    if (bins_sound(region, *link)) {
        bins_links_t *links = bins_links(region, *link);
        if (links == NULL) {
            __builtin_unreachable();
        }
        return links;
    }
    region->fault = (uintptr_t)link;
    return NULL;
}

/* Turn the bin's bit over. */
SHARED void bins_mark(const capheap_region_t *region, uint32_t bin) {
    *bins_word(region, bin) ^= UINT32_C(1) << bin % 32;
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
    if (next == 0) {
        bins_mark(region, bin);
    } else if (next < granule) {
        bins_links_t *first = bins_follow(region, slot);
        if (first == NULL) {
            return false;
        }
        links->back = next;
        slot = &first->next;
        next = *slot;
    }
    if (next != 0) {
        bins_links_t *second = bins_follow(region, slot);
        if (second == NULL) {
            return false;
        }
        second->back = granule;
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
        next &= INT32_MAX; /* damaged, it must not look like BINS_NONE */
        if (next == 0) {
            bins_mark(region, bin);
        }
    } else {
        bins_links_t *before = bins_follow(region, &links->back);
        if (before == NULL || before->next != granule) {
            region->fault = (uintptr_t)links;
            return;
        }
        if (next != 0) {
            bins_links_t *after = bins_follow(region, &links->next);
            if (after == NULL) {
                return;
            }
            after->back = links->back;
        }
        slot = &before->next;
    }
    *slot = next;
}

/* Put a free block into the bin for its length; write that into the map. */
SHARED void region_put_into_bin(capheap_region_t *region, uint32_t start, uint32_t end) {
    uint32_t length = end - start;
    if (!REGION_QUICK || length > BINS_EXACT) { /* shorter ones cover no word */
        map_write_length(region->map, start, end);
    }
    (void)bins_insert(region, start, bins_index(length));
}

/* Make a free block that is in no bin the open one, if there is none, or put it into its bin. */
SHARED void region_put(capheap_region_t *region, uint32_t start, uint32_t end) {
    if (region->open == 0) {
        region->open = start;
        region->open_end = end;
    } else {
        region_put_into_bin(region, start, end);
    }
}

/* Take a free block out of its bin; or, if it is the open one, leave none open. */
SHARED void region_pick(capheap_region_t *region, uint32_t start, uint32_t end) {
    if (start == region->open) {
        region->open = 0;
        region->open_end = 0;
    } else {
        bins_remove(region, start, bins_index(end - start));
    }
}

/* The end of the free block that starts at the granule; the granule if none does. */
SHARED uint32_t region_free_end(const capheap_region_t *region, uint32_t granule) {
    if (granule == region->open) {
        return region->open_end;
    }
    return bins_sound(region, granule) ? map_end(region->map, granule) : granule;
}

/* The start of the free block that ends before the granule; the granule if none does. */
SHARED uint32_t region_free_start(const capheap_region_t *region, uint32_t granule) {
    if (map_get(&region->map->free, granule - 1) == 0) {
        return granule;
    }
    return granule == region->open_end ? region->open : map_start(region->map, granule);
}

/* Make a free block part of what is beside it, at the boundary. */
SHARED void region_absorb(capheap_region_t *region, uint32_t start, uint32_t end,
                          uint32_t boundary) {
    region_pick(region, start, end);
    map_put(&region->map->start, boundary, 0);
}

#endif
