/* SPDX-License-Identifier: MIT */
/*
 * Taking blocks out of a region's free memory.
 *
 * Which free block serves a request:
 * - one of exactly its length, if it is short enough for a bin of its own;
 * - else the first block of its own bin, if that is long enough;
 * - else, if it is small, the lowest in address of the open block and the heads of the next two
 *   longer bins: near the best fit, but gathered at low addresses, so that high memory stays whole.
 *   What is left of the block becomes the open one, unless it is a crumb;
 * - else the head of the next longer bin;
 * - at last, more blocks of its own bin.
 *
 * It takes the low end of the free block, or the high end if it is large for the region: the small
 * and the large keep out of each other's way.
 *
 * The common paths call nothing, so that they need no stack: whatever is rare is a tail call.
 */
#include "region_core.h"

#define SMALL       256u /* granules: larger requests look for the best fit alone */
#define LARGE_SHIFT 4u   /* a request over 1/16 of the region is large */
#define CRUMB       7u   /* granules: a rest shorter than this goes into a bin, not open */
#define LAST_RESORT                                                                                \
    3u /* blocks of the request's own bin that are looked at if no other will do                   \
        */

/* Where a search for bins that have blocks has come. */
typedef struct search {
    const uint32_t *word; /* of region->nonempty */
    const uint32_t *end;  /* of those that the region's bins take */
    uint32_t base;        /* the bin of the word's bit 0 */
    uint32_t full;        /* what is left of the word's bits */
} search_t;

/* The next bin that has blocks, BINS_NONE if there is none. */
static inline uint32_t search_next(search_t *search) {
    while (search->full == 0) {
        if (++search->word >= search->end) {
            return BINS_NONE;
        }
        search->base += 32;
        search->full = *search->word;
    }
    uint32_t bin = search->base + bits_lowest(search->full);
    search->full &= search->full - 1;
    return bin;
}

static inline search_t search_from(const capheap_region_t *region, uint32_t bin) {
    const uint32_t *word = region->nonempty + bin / 32;
    const uint32_t *end = region->nonempty + region->bin_words;
    uint32_t full = word < end ? *word & (UINT32_MAX << bin % 32) : 0;
    return (search_t){word, end, bin & ~31u, full};
}

/* The same from an exact bin. */
static inline search_t search_from_short(const capheap_region_t *region, uint32_t bin) {
    const uint32_t *word = region->nonempty;
    return (search_t){word, word + region->bin_words, 0, *word & (UINT32_MAX << bin)};
}

/* The first bin from `bin` on that has blocks. */
static inline uint32_t next_bin(const capheap_region_t *region, uint32_t bin) {
    search_t search = search_from(region, bin);
    return search_next(&search);
}

/* Is the head of the request's own bin the block for it? Also true if its link is damaged. */
static inline bool own_bin_serves(const capheap_region_t *region, uint32_t bin, uint32_t room) {
    if (!bins_full(region, bin)) {
        return false;
    }
    uint32_t head = region->bins[bin];
    return bin < BINS_EXACT || !bins_listed(region, head) || map_length(region->map, head) >= room;
}

/* Is the block at the granule, free or not, exactly as long as its exact bin says? */
static inline bool exact_length(const capheap_region_t *region, uint32_t granule, uint32_t length) {
    uint32_t starts = map_next_starts(region->map, granule);
    return (starts & (0 - starts)) == UINT32_C(1) << (length - 1);
}

/* The length of the bin's head if it is at least `room`, else 0: then its link is damaged. */
static inline uint32_t head_length(const capheap_region_t *region, uint32_t bin, uint32_t room) {
    uint32_t head = region->bins[bin];
    if (!bins_listed(region, head)) {
        return 0;
    }
    if (bin < BINS_EXACT) {
        return exact_length(region, head, bin) ? bin : 0;
    }
    uint32_t length = map_length(region->map, head);
    return length >= room ? length : 0;
}

/*
 * A block of at least `room` granules among the first of its own bin; 0 if there is none. If a link
 * is damaged, *fault says so.
 */
static uint32_t find_in_own_bin(const capheap_region_t *region, uint32_t room,
                                bins_fault_t *fault) {
    uint32_t bin = bins_index(room);
    uint32_t granule = bins_full(region, bin) ? region->bins[bin] : 0;
    bins_fault_t before = bins_head_fault(bin);
    for (uint32_t i = 0; granule != 0 && i < LAST_RESORT; i++) {
        if (!bins_listed(region, granule)) {
            *fault = before;
            return 0;
        }
        if (map_length(region->map, granule) >= room) {
            return granule;
        }
        before = granule;
        granule = bins_links(region, granule)->next;
    }
    return 0;
}

/* The bin whose head fits best; BINS_NONE if no head is surely long enough. */
static inline uint32_t best_bin(const capheap_region_t *region, uint32_t room) {
    uint32_t bin = bins_index(room);
    return own_bin_serves(region, bin, room) ? bin : next_bin(region, bin + 1);
}

RARE static uint32_t find_after_mending(capheap_region_t *region, uint32_t room,
                                        bins_fault_t fault) {
    region_mend(region, fault);
    return region_find(region, room);
}

uint32_t region_find(capheap_region_t *region, uint32_t room) {
    bins_fault_t fault = bins_set_open(region, 0, 0);
    uint32_t granule = 0;
    if (fault == 0) {
        uint32_t bin = best_bin(region, room);
        if (bin == BINS_NONE) {
            granule = find_in_own_bin(region, room, &fault);
        } else {
            granule = region->bins[bin];
            fault = head_length(region, bin, room) == 0 ? bins_head_fault(bin) : 0;
        }
    }
    return fault != 0 ? find_after_mending(region, room, fault) : granule;
}

/* The highest bin that has blocks; 0 if none has. */
static uint32_t highest_bin(const capheap_region_t *region) {
    for (uint32_t index = BINS_NONE / 32; index > 0; index--) {
        uint32_t full = region->nonempty[index - 1];
        if (full != 0) {
            return (index - 1) * 32 + bits_highest(full);
        }
    }
    return 0;
}

uint32_t region_largest(const capheap_region_t *region) {
    uint32_t largest = region->open_length;
    uint32_t bin = highest_bin(region);
    uint32_t granule = bin != 0 ? region->bins[bin] : 0;
    for (uint32_t i = 0; i < LAST_RESORT && bins_listed(region, granule); i++) {
        uint32_t length = map_length(region->map, granule);
        largest = length > largest ? length : largest;
        granule = bins_links(region, granule)->next;
    }
    return largest;
}

bins_fault_t region_cut(capheap_region_t *region, region_place_t place) {
    map_word_t *map = region->map;
    uint32_t granule = place.start + place.before;
    uint32_t rest = place.length - place.before - place.count;
    bins_fault_t fault = 0;
    if (place.before != 0) {
        map_set_start(map, granule);
        map_write_free(map, place.start, place.before);
        fault = bins_insert(region, place.start, place.before);
    }
    map_write_live(map, granule, place.count);
    if (rest != 0) {
        map_set_start(map, granule + place.count);
        map_write_free(map, granule + place.count, rest);
        bins_fault_t more = bins_insert(region, granule + place.count, rest);
        fault = fault != 0 ? fault : more;
    }
    return fault;
}

RARE static void *take_after_mending(capheap_region_t *region, uint32_t length, uint32_t room,
                                     bins_fault_t fault) {
    region_mend(region, fault);
    return region_take(region, length, room);
}

static inline void count_taken(capheap_region_t *region, uint32_t length) {
    region->free -= length;
    region->blocks++;
}

/* Cut the request from the low end of the open block, which is long enough. */
static inline void *take_from_open(capheap_region_t *region, uint32_t length) {
    uint32_t granule = region->open;
    uint32_t rest = region->open_length - length;
    region->open_length = rest;
    count_taken(region, length);
    if (rest != 0) {
        region->open = granule + length;
        map_split_low(region->map, granule, length);
    } else {
        region->open = 0;
        map_write_live(region->map, granule, length);
    }
    return region_address(region, granule);
}

/* Cut it from the high end. */
static inline void *take_high_from_open(capheap_region_t *region, uint32_t length) {
    uint32_t rest = region->open_length - length;
    if (rest == 0) {
        return take_from_open(region, length);
    }
    region->open_length = rest;
    count_taken(region, length);
    map_split_high(region->map, region->open, length, rest);
    return region_address(region, region->open + rest);
}

RARE static void *mend_after_taking(capheap_region_t *region, void *ptr, bins_fault_t fault) {
    region_mend(region, fault);
    return ptr;
}

/* Cut a request from a block that is in no bin any more. */
static void *take_part(capheap_region_t *region, uint32_t granule, uint32_t have, uint32_t length) {
    bool large = length > region->granules >> LARGE_SHIFT;
    region_place_t place = {granule, have, large ? have - length : 0, length};
    count_taken(region, length);
    bins_fault_t fault = region_cut(region, place);
    void *ptr = region_address(region, granule + place.before);
    return fault == 0 ? ptr : mend_after_taking(region, ptr, fault);
}

/* Take from one of the next blocks in the request's own bin. */
APART static void *take_as_last_resort(capheap_region_t *region, uint32_t length, uint32_t room) {
    bins_fault_t fault = 0;
    uint32_t granule = find_in_own_bin(region, room, &fault);
    uint32_t have = 0;
    if (granule != 0) {
        have = map_length(region->map, granule);
        fault = bins_remove(region, granule, have);
    }
    if (fault != 0) {
        return take_after_mending(region, length, room, fault);
    }
    return granule != 0 ? take_part(region, granule, have, length) : NULL;
}

/* Take the best fit. */
APART static void *take_large(capheap_region_t *region, uint32_t length, uint32_t room) {
    uint32_t bin = best_bin(region, room);
    uint32_t open_length = region->open_length;
    if (open_length >= room && (bin == BINS_NONE || bins_index(open_length) <= bin)) {
        return length > region->granules >> LARGE_SHIFT ? take_high_from_open(region, length)
                                                        : take_from_open(region, length);
    }
    if (bin == BINS_NONE) {
        return take_as_last_resort(region, length, room);
    }
    uint32_t have = head_length(region, bin, room);
    if (have == 0) {
        return take_after_mending(region, length, room, bins_head_fault(bin));
    }
    uint32_t granule = region->bins[bin];
    bins_set_head(region, bin, bins_links(region, granule)->next);
    return take_part(region, granule, have, length);
}

/* Take from the head of the bin, and make what is left of it the open block unless it is tiny. */
APART static void *take_from_bin(capheap_region_t *region, uint32_t length, uint32_t room,
                                 uint32_t bin) {
    uint32_t have = head_length(region, bin, room);
    if (have == 0) {
        return take_after_mending(region, length, room, bins_head_fault(bin));
    }
    uint32_t granule = region->bins[bin];
    bins_set_head(region, bin, bins_links(region, granule)->next);
    uint32_t rest = have - length;
    if (rest == 0) {
        count_taken(region, length);
        map_write_live(region->map, granule, length);
        return region_address(region, granule);
    }
    if (rest < CRUMB) {
        map_split_low(region->map, granule, length);
        count_taken(region, length);
        bins_fault_t fault = bins_insert(region, granule + length, rest);
        void *ptr = region_address(region, granule);
        return fault == 0 ? ptr : mend_after_taking(region, ptr, fault);
    }
    bins_fault_t fault = bins_set_open(region, granule, have);
    void *ptr = take_from_open(region, length);
    return fault == 0 ? ptr : mend_after_taking(region, ptr, fault);
}

/*
 * Take from the lowest in address of the open block and the heads of the next two bins that have
 * blocks.
 */
static inline void *take_lowest(capheap_region_t *region, uint32_t length, uint32_t room,
                                search_t search) {
    uint32_t lowest = region->open_length >= room ? region->open : UINT32_MAX;
    uint32_t best = BINS_NONE;
    uint32_t first = search_next(&search);
    if (first != BINS_NONE) {
        uint32_t head = region->bins[first];
        if (head < lowest) {
            lowest = head;
            best = first;
        }
        uint32_t second = search_next(&search);
        if (second != BINS_NONE && region->bins[second] < lowest) {
            best = second;
        }
    }
    if (best != BINS_NONE) {
        return take_from_bin(region, length, room, best);
    }
    return lowest != UINT32_MAX ? take_from_open(region, length)
                                : take_as_last_resort(region, length, room);
}

/* The same for a request whose bin is not an exact one. */
APART static void *take_longer(capheap_region_t *region, uint32_t length, uint32_t room) {
    if (room > SMALL) {
        return take_large(region, length, room);
    }
    uint32_t bin = bins_index(room);
    return own_bin_serves(region, bin, room)
               ? take_from_bin(region, length, room, bin)
               : take_lowest(region, length, room, search_from(region, bin + 1));
}

void *region_take(capheap_region_t *region, uint32_t length, uint32_t room) {
    return room < BINS_EXACT ? take_lowest(region, length, room, search_from_short(region, room))
                             : take_longer(region, length, room);
}

/* Take a block of exactly the length from its bin. */
static inline void *take_exact(capheap_region_t *region, uint32_t length) {
    uint32_t granule = region->bins[length];
    if (!bins_listed(region, granule)) {
        return take_after_mending(region, length, length, bins_head_fault(length));
    }
    if (!exact_length(region, granule, length)) {
        return take_after_mending(region, length, length, bins_head_fault(length));
    }
    bins_set_head(region, length, bins_links(region, granule)->next);
    map_clear_free_ends(region->map, granule, granule + length - 1);
    count_taken(region, length);
    return region_address(region, granule);
}

void *capheap_region_malloc(capheap_region_t *region, size_t size) {
    uint32_t length = region_granules(region, size);
    if (length == 0) {
        return NULL;
    }
    if (length < BINS_EXACT && bins_full(region, length)) {
        return take_exact(region, length);
    }
    return region_take(region, length, length);
}
