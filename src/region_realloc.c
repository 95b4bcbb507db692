/* SPDX-License-Identifier: MIT */
/* Changing a block's size. */

#include "region_core.h"
#include "region_words.h"

/* A block that has grown is put where it can grow to this many times its size, ... */
#define ROOM_TO_GROW 4u
/* ... if it has no more granules than this. */
#define ROOM_LIMIT 512u

/* Copy whole granules; the target is lower, or the two don't overlap. */
static void copy_block(const capheap_region_t *region, void *target, uint32_t from,
                       uint32_t length) {
    const void *source = region_address(region, from);
    size_t size = (size_t)length << region->shift;
    if (region->flags & CAPHEAP_REGION_WORD_ONLY) {
        words_copy_down(target, source, size);
    } else {
        __builtin_memmove(target, source, size);
    }
}

/* Free the end of a live block. */
static void cut_end(capheap_region_t *region, uint32_t granule, uint32_t length, uint32_t keep) {
    map_set_start(region->map, granule + keep);
    map_write_live(region->map, granule, keep);
    map_write_live(region->map, granule + keep, length - keep);
    region->blocks++;
    region_give(region, granule + keep, length - keep);
}

/* Copy the block to a live one, unless that is NULL, and free it. */
static void *move(capheap_region_t *region, void *to, uint32_t granule, uint32_t length,
                  uint32_t keep) {
    if (to != NULL) {
        copy_block(region, to, granule, keep);
        region_give(region, granule, length);
    }
    return to;
}

/*
 * A block that shrinks below half moves if there is another place: left where it is, it would split
 * a hole in two that others need whole.
 */
static void *shrink(capheap_region_t *region, uint32_t granule, uint32_t length, uint32_t keep) {
    void *moved = NULL;
    if (keep < length / 2) {
        moved = move(region, region_take(region, keep, keep), granule, length, keep);
    }
    if (moved != NULL) {
        return moved;
    }
    cut_end(region, granule, length, keep);
    return region_address(region, granule);
}

/*
 * Grow into the free neighbours: forward, and, only if that doesn't do, backward as well, which
 * moves the contents down. NULL if they are too small.
 */
static void *grow_in_place(capheap_region_t *region, uint32_t granule, uint32_t length,
                           uint32_t want) {
    map_word_t *map = region->map;
    uint32_t end = granule + length;
    uint32_t after = map_free_at(map, end) ? region_block_length(region, end) : 0;
    region_place_t place = {.start = granule, .count = want};
    if (length + after < want && map_free_at(map, granule - 1)) {
        place.start = region_free_before(region, granule);
    }
    place.length = end + after - place.start;
    if (place.length < want) {
        return NULL;
    }
    if (after != 0) {
        place.fault = bins_remove(region, end, after);
        map_clear_start(map, end);
    } else {
        map_set_free(map, end - 1);
    }
    if (place.start != granule) {
        bins_fault_t more = bins_remove(region, place.start, granule - place.start);
        place.fault = place.fault != 0 ? place.fault : more;
        map_clear_start(map, granule);
        copy_block(region, region_address(region, place.start), granule, length);
    }
    region->free -= want - length;
    return region_cut(region, &place);
}

static void *grow(capheap_region_t *region, uint32_t granule, uint32_t length, uint32_t want) {
    void *grown = grow_in_place(region, granule, length, want);
    if (grown != NULL) {
        return grown;
    }
    uint32_t room = want * ROOM_TO_GROW;
    if (want <= ROOM_LIMIT && room <= region->granules) {
        grown = region_take(region, want, room);
    }
    if (grown == NULL) {
        grown = region_take(region, want, want);
    }
    return move(region, grown, granule, length, length);
}

void *capheap_region_realloc(capheap_region_t *region, void *ptr, size_t size) {
    if (ptr == NULL) {
        return capheap_region_malloc(region, size);
    }
    if (size == 0) {
        capheap_region_free(region, ptr);
        return NULL;
    }
    uint32_t granule = region_live_at(region, ptr);
    if (granule == 0) {
        region_report_pointer(region, ptr);
        return NULL;
    }
    uint32_t want = region_granules(region, size);
    uint32_t length = map_length(region->map, granule);
    if (want == length) {
        return ptr;
    }
    if (want == 0) {
        return NULL;
    }
    return want < length ? shrink(region, granule, length, want)
                         : grow(region, granule, length, want);
}
