/* SPDX-License-Identifier: MIT */
/* A region's blocks: out of free memory, and back into it. */
#include "region_core.h"

#define CANDIDATES 3u /* bins whose heads are compared for the lowest address */
#define SMALL                                                                                      \
    256u /* granules: requests up to it compare candidates, larger ones take the best fit */
#define LARGE_SHIFT 4u /* requests over 1/16 of the region are carved from a block's high end */
#define LAST_RESORT 8u /* blocks of the request's own bin that are looked at if no other will do   \
                        */

/* Of the first few bins from `bin` on that have blocks, the one whose head is lowest. */
static uint32_t lowest_bin(const capheap_region_t *region, uint32_t bin, uint32_t candidates) {
    uint32_t best = BINS_NONE;
    for (bin = bins_next(region, bin); bin != BINS_NONE; bin = bins_next(region, bin + 1)) {
        if (best == BINS_NONE || region->bins[bin] < region->bins[best]) {
            best = bin;
        }
        if (--candidates == 0) {
            break;
        }
    }
    return best;
}

typedef struct choice {
    region_block_t block;
    bool sound; /* no damaged link was met */
} choice_t;

static const choice_t nothing = {{0, 0}, true};
static const choice_t damaged = {{0, 0}, false};

/* The first block of the bin's list, up to the `limit`th, that has `room` granules. */
static choice_t first_fit(const capheap_region_t *region, uint32_t bin, uint32_t room,
                          uint32_t limit) {
    uint32_t before = 0;
    uint32_t granule = region->bins[bin];
    for (; granule != 0 && limit > 0; limit--) {
        if (!bins_sound(region, granule)) {
            bins_fault(region, before, bin);
            return damaged;
        }
        uint32_t length = map_length(region->map, granule);
        if (length >= room) {
            return (choice_t){{granule, length}, true};
        }
        before = granule;
        granule = bins_links(region, granule)->next;
    }
    return nothing;
}

/* A free block of at least `room` granules. */
static choice_t choose(const capheap_region_t *region, uint32_t room) {
    uint32_t bin = bins_index(room);
    bool own = (region->nonempty[bin / 32] >> bin % 32 & 1) != 0;
    if (own) {
        choice_t choice = first_fit(region, bin, room, 1);
        if (choice.block.granule != 0 || !choice.sound) {
            return choice;
        }
    }
    uint32_t other = lowest_bin(region, bin + 1, room <= SMALL ? CANDIDATES : 1);
    if (other != BINS_NONE) {
        /* A block too short for its bin means that its link was damaged. */
        choice_t choice = first_fit(region, other, room, 1);
        if (choice.block.granule != 0 || !choice.sound) {
            return choice;
        }
        bins_fault(region, 0, other);
        return damaged;
    }
    return own ? first_fit(region, bin, room, LAST_RESORT) : nothing;
}

bool region_carve(capheap_region_t *region, region_block_t block, uint32_t count) {
    map_word_t *map = region->map;
    uint32_t rest = block.length - count;
    map_write_live(map, block.granule, count);
    if (rest == 0) {
        return true;
    }
    map_set_start(map, block.granule + count);
    map_write_free(map, block.granule + count, rest);
    return bins_insert(region, block.granule + count, rest);
}

/* The same with the last `count` (< length) granules. */
static bool carve_high(capheap_region_t *region, region_block_t block, uint32_t count) {
    map_word_t *map = region->map;
    uint32_t rest = block.length - count;
    map_set_start(map, block.granule + rest);
    map_write_live(map, block.granule + rest, count);
    map_write_free(map, block.granule, rest);
    return bins_insert(region, block.granule, rest);
}

uint32_t region_largest(const capheap_region_t *region) {
    uint32_t index = BINS_NONE / 32;
    while (index > 0 && region->nonempty[index - 1] == 0) {
        index--;
    }
    if (index == 0) {
        return 0;
    }
    uint32_t bin = (index - 1) * 32 + bits_highest(region->nonempty[index - 1]);
    uint32_t granule = region->bins[bin];
    uint32_t largest = 0;
    for (uint32_t i = 0; i < LAST_RESORT && bins_sound(region, granule); i++) {
        uint32_t length = map_length(region->map, granule);
        largest = length > largest ? length : largest;
        granule = bins_links(region, granule)->next;
    }
    return largest;
}

region_block_t region_choose(capheap_region_t *region, uint32_t room) {
    choice_t choice = choose(region, room);
    if (!choice.sound) {
        region_mend(region);
        choice = choose(region, room);
    }
    return choice.block;
}

void region_detach(capheap_region_t *region, region_block_t block) {
    if (!bins_remove(region, block.granule, block.length)) {
        map_write_live(region->map, block.granule, block.length); /* keep it out of the new lists */
        region_mend(region);
    }
}

uint32_t region_take(capheap_region_t *region, uint32_t length, uint32_t room) {
    region_block_t block = region_choose(region, room);
    uint32_t granule = block.granule;
    if (granule == 0) {
        return 0;
    }
    region_detach(region, block);
    bool sound;
    if (length > region->granules >> LARGE_SHIFT && length < block.length) {
        granule += block.length - length;
        sound = carve_high(region, block, length);
    } else {
        sound = region_carve(region, block, length);
    }
    region->free -= length;
    region->blocks++;
    if (!sound) {
        region_mend(region);
    }
    return granule;
}

void region_give(capheap_region_t *region, uint32_t granule, uint32_t length) {
    map_word_t *map = region->map;
    uint32_t next = granule + length;
    bool sound = true;
    if (region->free < region->minimum) {
        region->minimum = region->free;
    }
    region->free += length;
    region->blocks--;
    if (map_free_at(map, next)) {
        uint32_t more = map_length(map, next);
        sound = bins_remove(region, next, more);
        map_clear_start(map, next);
        length += more;
    }
    if (map_free_at(map, granule - 1)) {
        uint32_t start = map_start_of(map, granule - 1);
        sound = bins_remove(region, start, granule - start) && sound;
        map_clear_start(map, granule);
        length += granule - start;
        granule = start;
    }
    map_write_free(map, granule, length);
    if (!sound || !bins_insert(region, granule, length)) {
        region_mend(region);
    }
}

void *capheap_region_malloc(capheap_region_t *region, size_t size) {
    uint32_t length = region_granules(region, size);
    uint32_t granule = length != 0 ? region_take(region, length, length) : 0;
    return granule != 0 ? region_address(region, granule) : NULL;
}

void capheap_region_free(capheap_region_t *region, void *ptr) {
    uint32_t granule = region_live_at(region, ptr);
    if (granule != 0) {
        region_give(region, granule, map_length(region->map, granule));
    } else if (ptr != NULL) {
        region_report_pointer(region, ptr);
    }
}
