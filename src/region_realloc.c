/* SPDX-License-Identifier: MIT */
/* Changing a block's size. */

#include "region_core.h"
#include "region_words.h"

/* A block that has grown is put where it can grow to this many times its size, ... */
#define ROOM_TO_GROW 4u
/* ... if it has no more granules than this. */
#define ROOM_LIMIT 512u

/* Copy whole granules; the target is lower, or the two don't overlap. */
static void copy_block(const capheap_region_t *region, uint32_t to, uint32_t from,
                       uint32_t length) {
    void *target = region_address(region, to);
    const void *source = region_address(region, from);
    size_t size = (size_t)length << region->shift;
    if (region->flags & CAPHEAP_REGION_WORD_ONLY) {
        words_copy_down(target, source, size);
    } else {
        __builtin_memmove(target, source, size);
    }
}

/* Free the end of a live block. */
static void cut(capheap_region_t *region, uint32_t granule, uint32_t length, uint32_t keep) {
    map_set_start(region->map, granule + keep);
    map_write_live(region->map, granule, keep);
    map_write_live(region->map, granule + keep, length - keep);
    region->blocks++;
    region_give(region, granule + keep, length - keep);
}

/*
 * A block that shrinks below half moves if there is another place: left where it is, it would split
 * a hole in two that others need whole.
 */
static uint32_t shrink(capheap_region_t *region, uint32_t granule, uint32_t length, uint32_t keep) {
    void *place =
        keep < length / 2 ? capheap_region_malloc(region, (size_t)keep << region->shift) : NULL;
    if (place == NULL) {
        cut(region, granule, length, keep);
        return granule;
    }
    uint32_t moved = region_granule_of(region, place);
    copy_block(region, moved, granule, keep);
    region_give(region, granule, length);
    return moved;
}

/*
 * Grow into the free neighbours: forward, and, only if that doesn't do, backward as well, which
 * moves the contents down. Returns 0 if they are too small.
 */
static uint32_t grow_in_place(capheap_region_t *region, uint32_t granule, uint32_t length,
                              uint32_t want) {
    map_word_t *map = region->map;
    uint32_t end = granule + length;
    uint32_t after = map_free_at(map, end) ? region_block_length(region, end) : 0;
    uint32_t start = granule;
    if (length + after < want && map_free_at(map, granule - 1)) {
        start = region_free_before(region, granule);
    }
    uint32_t room = granule - start + length + after;
    if (room < want) {
        return 0;
    }
    bins_fault_t fault = 0;
    if (after != 0) {
        fault = bins_remove(region, end, after);
        map_clear_start(map, end);
    }
    if (start != granule) {
        bins_fault_t more = bins_remove(region, start, granule - start);
        fault = fault != 0 ? fault : more;
        map_clear_start(map, granule);
        copy_block(region, start, granule, length);
    }
    region->free -= want - length;
    bins_fault_t more = region_cut(region, (region_place_t){start, room, 0, want});
    fault = fault != 0 ? fault : more;
    if (fault != 0) {
        region_mend(region, fault);
    }
    return start;
}

static uint32_t grow(capheap_region_t *region, uint32_t granule, uint32_t length, uint32_t want) {
    uint32_t grown = grow_in_place(region, granule, length, want);
    if (grown != 0) {
        return grown;
    }
    void *place = NULL;
    if (want <= ROOM_LIMIT) {
        place = region_take(region, want, want * ROOM_TO_GROW);
    }
    if (place == NULL) {
        place = capheap_region_malloc(region, (size_t)want << region->shift);
    }
    if (place == NULL) {
        return 0;
    }
    grown = region_granule_of(region, place);
    copy_block(region, grown, granule, length);
    region_give(region, granule, length);
    return grown;
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
    granule =
        want < length ? shrink(region, granule, length, want) : grow(region, granule, length, want);
    return granule != 0 ? region_address(region, granule) : NULL;
}
