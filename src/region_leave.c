/* SPDX-License-Identifier: MIT */
/* Which place a block would get, found without taking it. */
#include "region_leave.h"

#include "region_core.h"

/* Where a block would be: in which free one, how far behind its start. In granules. */
typedef struct place {
    uint32_t start; /* 0: nowhere */
    uint32_t length;
    uint32_t before;
    uint32_t count;
} place_t;

/* In granules, but the alignment. */
typedef struct demand {
    uint32_t count;
    uint32_t piece; /* that must be left in one */
    size_t alignment;
} demand_t;

/* Granules from this one to the first at a multiple of the alignment. */
static uintptr_t granules_to(const capheap_region_t *region, uint32_t granule, size_t alignment) {
    uintptr_t address = (uintptr_t)region_address(region, granule);
    return ((0 - address) & (alignment - 1)) >> region->shift;
}

static bool is_aligned(const capheap_region_t *region, const demand_t *demand) {
    return demand->alignment >> region->shift > 1;
}

/* The free block for `room` granules, if the demand has a place in it. */
static place_t place_by_room(const capheap_region_t *region, const demand_t *demand,
                             uint32_t room) {
    place_t place = {.start = region_find(region, room), .count = demand->count};
    if (place.start == BINS_NONE) {
        return (place_t){0};
    }
    place.length = region_free_end(region, place.start) - place.start;
    uintptr_t before =
        is_aligned(region, demand) ? granules_to(region, place.start, demand->alignment) : 0;
    if (place.length < place.count || before > place.length - place.count) {
        return (place_t){0}; /* none, or a damaged link */
    }
    place.before = (uint32_t)before;
    return place;
}

/* As in region_take.c: the block that an ordinary request would get, if it happens to have an
 * aligned place, else one so large that it must. start 0: there is none. */
static place_t find_place(const capheap_region_t *region, const demand_t *demand) {
    place_t place = place_by_room(region, demand, demand->count);
    size_t room = (size_t)demand->count + (demand->alignment >> region->shift) - 1;
    if (place.start == 0 && is_aligned(region, demand) && room >= demand->count &&
        room <= region->granules) {
        place = place_by_room(region, demand, (uint32_t)room);
    }
    return place;
}

/* At the low or the high end of the largest block: whichever leaves enough. */
static place_t find_in_largest(const capheap_region_t *region, const demand_t *demand,
                               uint32_t start, uint32_t length) {
    place_t place = {.start = start, .length = length, .count = demand->count};
    uint32_t most = length - demand->count; /* that can stay before it */
    uintptr_t low = is_aligned(region, demand) ? granules_to(region, start, demand->alignment) : 0;
    if (demand->count > length || low > most) {
        return (place_t){0};
    }
    uint32_t step = is_aligned(region, demand) ? (uint32_t)(demand->alignment >> region->shift) : 1;
    uint32_t high = most - (most - (uint32_t)low) % step;
    if (low >= demand->piece || most - low >= demand->piece) {
        place.before = (uint32_t)low;
    } else if (high >= demand->piece) {
        place.before = high;
    } else {
        place.start = 0;
    }
    return place;
}

/* The largest block is out of the way for a moment; then all is as before, but that it may have
 * become the first of its bin if it was the second. */
static place_t find_beside(capheap_region_t *region, const demand_t *demand, uint32_t largest,
                           uint32_t length) {
    uint32_t bin = bins_index(length);
    bool open = largest == region->open;
    bool first = !open && *bins_head(region, bin) == largest;
    region_pick(region, largest, largest + length);
    place_t place = find_place(region, demand);
    if (open) {
        region->open = largest;
        region->open_end = largest + length;
    } else if (first) {
        uint32_t next = *bins_head(region, bin);
        if (next != 0) {
            bins_links(region, next)->back = largest;
        }
        *bins_head(region, bin) = largest;
        *bins_word(region, bin) |= UINT32_C(1) << bin % 32;
    } else {
        region_put_into_bin(region, largest, largest + length);
    }
    region_settle(region);
    return place;
}

static place_t find_leaving(capheap_region_t *region, const demand_t *demand) {
    uint32_t length = region_largest(region);
    uint32_t largest =
        length != 0 && length >= demand->piece ? region_find(region, length) : BINS_NONE;
    if (largest == BINS_NONE || region_free_end(region, largest) != largest + length) {
        return (place_t){0};
    }
    place_t place = find_beside(region, demand, largest, length);
    return place.start != 0 ? place : find_in_largest(region, demand, largest, length);
}

static place_t find(capheap_region_t *region, const demand_t *demand) {
    return demand->piece != 0 ? find_leaving(region, demand) : find_place(region, demand);
}

/* False: it can't be served, whatever is free. */
static bool read_demand(const capheap_region_t *region, size_t alignment, size_t size, size_t piece,
                        demand_t *demand) {
    *demand = (demand_t){region_granules(region, size), 0, alignment};
    if (piece != 0) {
        demand->piece = region_granules(region, piece);
    }
    return demand->count != 0 && (piece == 0 || demand->piece != 0) &&
           (alignment & (alignment - 1)) == 0;
}

/* Does the largest block leave enough wherever it is cut, if it is at all? */
static bool is_plenty(const capheap_region_t *region, const demand_t *demand) {
    uint32_t largest = region_largest(region);
    return !is_aligned(region, demand) && demand->count <= largest &&
           demand->piece <= largest - demand->count;
}

void *capheap_region_take_leaving(capheap_region_t *region, size_t alignment, size_t size,
                                  size_t piece) {
    demand_t demand;
    if (!read_demand(region, alignment, size, piece, &demand)) {
        return NULL;
    }
    if (is_plenty(region, &demand)) {
        return capheap_region_malloc(region, size);
    }
    place_t place = find(region, &demand);
    return place.start != 0 ? region_carve(region, place.start, place.start + place.length,
                                           place.start + place.before, place.count)
                            : NULL;
}

bool capheap_region_fits(capheap_region_t *region, size_t alignment, size_t size, size_t piece) {
    demand_t demand;
    return read_demand(region, alignment, size, piece, &demand) &&
           (is_plenty(region, &demand) || find(region, &demand).start != 0);
}

size_t capheap_region_sure_piece(const capheap_region_t *region, size_t bytes) {
    size_t granules =
        (bytes >> region->shift) + ((bytes & (((size_t)1 << region->shift) - 1)) != 0);
    if (granules > region->granules) {
        return bytes;
    }
    if (granules > BINS_EXACT) {
        size_t step = (size_t)1 << (bits_highest((uint32_t)granules) - BINS_PER_LOG);
        granules = (granules + step - 1) & ~(step - 1);
    }
    return granules << region->shift;
}
