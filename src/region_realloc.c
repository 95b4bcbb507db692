/* SPDX-License-Identifier: MIT */
/*
 * Changing a block's size: begin, copy, end, apart for who copies with no lock held, or all at
 * once. A block that moves down into free memory before it becomes, for the time of the copy, one
 * live block over both its places; one that moves elsewhere has both places live.
 */
#include "region_core.h"
#include "region_resize.h"
#include "region_words.h"

/* A block that has grown is put where it can grow to this many times its size, ... */
#define ROOM_TO_GROW 4u
/* ... if it has no more granules than this. */
#define ROOM_LIMIT 512u

/* Free the end of a live block. */
static void cut_end(capheap_region_t *region, uint32_t granule, uint32_t length, uint32_t keep) {
    if (keep == length) {
        return;
    }
    map_set_start(region->map, granule + keep);
    map_write_live(region->map, granule, keep);
    map_write_live(region->map, granule + keep, length - keep);
    region->blocks++;
    region_give(region, granule + keep, length - keep);
}

/*
 * Grow over free neighbours: the one behind, and, only if that doesn't do and `slide` is true, the
 * one before as well. The block is then no shorter than it was with that one. Returns its first
 * granule, 0 if the neighbours are too small.
 */
static uint32_t grow(capheap_region_t *region, uint32_t granule, uint32_t length, uint32_t want,
                     bool slide) {
    map_word_t *map = region->map;
    uint32_t end = granule + length;
    uint32_t after = map_free_at(map, end) ? region_block_length(region, end) : 0;
    uint32_t start = granule;
    if (length + after < want && slide && map_free_at(map, granule - 1)) {
        start = region_free_before(region, granule);
    }
    uint32_t room = end + after - start;
    if (room < want) {
        return 0;
    }
    if (after != 0) {
        (void)region_join_after(region, end);
    }
    if (start != granule) {
        (void)region_join_before(region, granule);
        want = want < end - start ? end - start : want;
    }
    region->free -= want - length;
    (void)region_cut(region, start, room, 0, want);
    return start;
}

/* A block elsewhere; one that grows gets room to grow again. */
static void *take_elsewhere(capheap_region_t *region, uint32_t length, uint32_t want) {
    void *place = NULL;
    uint32_t room = want * ROOM_TO_GROW;
    if (want > length && want <= ROOM_LIMIT && room <= region->granules) {
        place = region_take(region, want, room);
    }
    return place != NULL ? place : region_take(region, want, want);
}

void *capheap_region_begin_realloc(capheap_region_t *region, void *ptr, size_t size,
                                   region_move_t *move) {
    *move = (region_move_t){0};
    uint32_t granule = region_live_at(region, ptr);
    uint32_t want = region_granules(region, size);
    if (granule == 0) {
        region_report_pointer(region, ptr);
        return NULL;
    }
    move->from = ptr;
    uint32_t length = map_length(region->map, granule);
    bool leave = want < length / 2; /* left where it is, it would split a hole that others need */
    void *to = NULL;
    if (want > length) {
        uint32_t start = grow(region, granule, length, want, true);
        if (start == granule) {
            return ptr;
        }
        if (start != 0) {
            move->keep = (size_t)want << region->shift;
            to = region_address(region, start);
        }
    }
    if (want != 0 && to == NULL && (want > length || leave)) {
        to = take_elsewhere(region, length, want);
    }
    if (to != NULL) {
        move->to = to;
        move->bytes = (size_t)(want < length ? want : length) << region->shift;
    } else if (want != 0 && want <= length) {
        cut_end(region, granule, length, want);
        to = ptr;
    }
    return to;
}

void capheap_region_copy_moved(const capheap_region_t *region, const region_move_t *move) {
    if (region->flags & CAPHEAP_REGION_WORD_ONLY) {
        words_copy_down(move->to, move->from, move->bytes);
    } else {
        __builtin_memmove(move->to, move->from, move->bytes);
    }
}

void capheap_region_end_realloc(capheap_region_t *region, const region_move_t *move) {
    if (move->keep == 0) {
        capheap_region_free(region, (void *)(uintptr_t)move->from);
        return;
    }
    uint32_t granule = region_granule_of(region, move->to);
    uint32_t keep = (uint32_t)(move->keep >> region->shift);
    cut_end(region, granule, map_length(region->map, granule), keep);
}

void *capheap_region_realloc(capheap_region_t *region, void *ptr, size_t size) {
    if (ptr == NULL) {
        return capheap_region_malloc(region, size);
    }
    if (size == 0) {
        capheap_region_free(region, ptr);
        return NULL;
    }
    region_move_t move;
    void *moved = capheap_region_begin_realloc(region, ptr, size, &move);
    if (move.bytes != 0) {
        uint32_t minimum = region->minimum;
        capheap_region_copy_moved(region, &move);
        capheap_region_end_realloc(region, &move);
        if (move.keep != 0) {
            region->minimum = minimum; /* nobody saw what was taken for the time of the copy */
        }
    }
    return moved;
}

bool capheap_region_resize(capheap_region_t *region, void *ptr, size_t size) {
    uint32_t granule = region_live_at(region, ptr);
    uint32_t want = region_granules(region, size);
    if (granule == 0) {
        region_report_pointer(region, ptr);
        return false;
    }
    uint32_t length = map_length(region->map, granule);
    if (want > length) {
        return grow(region, granule, length, want, false) != 0;
    }
    if (want != 0) {
        cut_end(region, granule, length, want);
    }
    return want != 0;
}
