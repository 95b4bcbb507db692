/* SPDX-License-Identifier: MIT */
/* Checking all of a region's books, and building the free lists anew from the map. */
#include "region_core.h"
#include "region_words.h"

/*
 * The first block start after `granule`. Looks at one word, or, if that has none, says where to go
 * on: at the next word.
 */
static uint32_t next_start(const map_word_t *map, uint32_t granule, bool *found) {
    uint32_t rest = map[granule / MAP_GRANULES].start >> (granule % MAP_GRANULES);
    *found = rest != 0;
    return rest != 0 ? granule + bits_lowest(rest) : (granule / MAP_GRANULES + 1) * MAP_GRANULES;
}

/* Is `length` what the map says of the block, in each place where it says so? */
static bool map_agrees(const capheap_region_t *region, uint32_t granule, uint32_t length) {
    const map_word_t *map = region->map;
    uint32_t last = granule + length - 1;
    if (length == 0 || length > region->granules || last > region->granules) {
        return false;
    }
    bool same = map_free_at(map, granule) == map_free_at(map, last);
    bool found = granule == region->open || map_start(map, last + 1) == granule;
    return same && found && map_start_at(map, granule) && map_start_at(map, last + 1);
}

/* Is it in its bin, and do its neighbours in the list know it? */
static bool links_agree(const capheap_region_t *region, uint32_t granule, uint32_t length) {
    if (granule == region->open) {
        return true;
    }
    uint32_t bin = bins_index(length);
    const bins_links_t *links = bins_links(region, granule);
    bool known = *bins_head(region, bin) == granule;
    if (!known && bins_sound(region, links->back)) {
        known = bins_links(region, links->back)->next == granule &&
                bins_index(map_end(region->map, links->back) - links->back) == bin;
    }
    return known && (links->next == 0 || (bins_sound(region, links->next) &&
                                          bins_links(region, links->next)->back == granule));
}

/* Check the block at `granule`; returns its length, or 0 if the map is wrong there. */
static uint32_t check_block(const capheap_region_t *region, capheap_check_t *check,
                            uint32_t granule) {
    uint32_t length = region_block_end(region, granule) - granule;
    if (!map_agrees(region, granule, length)) {
        check->sound = false;
        region_report(region, CAPHEAP_FAULT_MAP, region_address(region, granule));
        return 0;
    }
    if (!map_free_at(region->map, granule)) {
        check->live++;
        return length;
    }
    check->free += length;
    if (map_free_at(region->map, granule + length)) { /* two free blocks side by side */
        check->sound = false;
        region_report(region, CAPHEAP_FAULT_MAP, region_address(region, granule));
    }
    if (!links_agree(region, granule, length)) {
        check->sound = false;
        region_report(region, CAPHEAP_FAULT_LINK, region_address(region, granule));
    }
    return length;
}

/* Is every bin's bit right, and does its head lead to a block of that bin? */
static bool heads_agree(const capheap_region_t *region) {
    for (uint32_t bin = 0; bin <= region->last_bin; bin++) {
        uint32_t head = *bins_head(region, bin);
        bool full = (*bins_word(region, bin) >> bin % 32 & 1) != 0;
        if (full != (head != 0)) {
            return false;
        }
        if (full && (head == region->open || !bins_sound(region, head) ||
                     bins_index(map_end(region->map, head) - head) != bin)) {
            return false;
        }
    }
    return true;
}

static void compare_sums(const capheap_region_t *region, capheap_check_t *check) {
    if (check->free != region->free || check->live != region->blocks) {
        check->sound = false;
        region_report(region, CAPHEAP_FAULT_MAP, region_address(region, 1));
    }
}

bool capheap_region_check_step(const capheap_region_t *region, capheap_check_t *check,
                               size_t count) {
    bool whole = check->next == 0;
    uint32_t granule = whole ? 1 : check->next;
    check->sound = true;
    check->done = false;
    for (; granule <= region->granules && count != 0; count--) {
        bool found;
        uint32_t start = next_start(region->map, granule, &found);
        if (found && start <= region->granules) {
            uint32_t length = check_block(region, check, start);
            start += length != 0 ? length : 1;
        }
        granule = start;
    }
    if (granule > region->granules) {
        if (!heads_agree(region)) {
            check->sound = false;
            region_report(region, CAPHEAP_FAULT_LINK, NULL);
        }
        if (whole) {
            compare_sums(region, check);
        }
        *check = (capheap_check_t){.done = true, .sound = check->sound};
    } else {
        check->next = granule;
    }
    return check->sound;
}

bool capheap_region_check(const capheap_region_t *region) {
    capheap_check_t check = {0};
    return capheap_region_check_step(region, &check, SIZE_MAX);
}

void capheap_region_heal(capheap_region_t *region) {
    const uint32_t *map = (const uint32_t *)region->map;
    words_zero(bins_head(region, region->last_bin), map);
    if (region->open != 0) {
        map_write_length(region->map, region->open, region->open_end);
    }
    region->open = 0;
    region->open_end = 0;
    region->fault = 0;
    uint32_t end;
    for (uint32_t granule = 1; granule <= region->granules; granule = end) {
        end = map_end(region->map, granule);
        if (end - granule - 1 > region->granules - granule) {
            end = granule + 1; /* a damaged map: on to the next block in it */
        } else if (bins_sound(region, granule)) {
            region_put(region, granule, end);
        }
    }
}

void region_mend(capheap_region_t *region) {
    region_report(region, CAPHEAP_FAULT_LINK, (const void *)region->fault);
    capheap_region_heal(region);
}
