/* SPDX-License-Identifier: MIT */
/*
 * Begin, copy, end. A block that moves down into free memory before it becomes, for the time of the
 * copy, one live block over both its places; one that moves elsewhere has both places live.
 */
#include "region_resize.h"

#include "region_core.h"
#include "region_words.h"

/* As in region_realloc.c: room for a block that has grown, and up to which size. */
#define ROOM_TO_GROW 4u
#define ROOM_LIMIT   512u

/* A block and the free ones beside it, in granules. */
typedef struct span {
    uint32_t granule;
    uint32_t length;
    uint32_t after; /* free behind it */
} span_t;

static span_t span_at(const capheap_region_t *region, uint32_t granule) {
    uint32_t length = map_length(region->map, granule);
    uint32_t end = granule + length;
    uint32_t after = map_free_at(region->map, end) != 0 ? region_block_length(region, end) : 0;
    return (span_t){granule, length, after};
}

static void cut(capheap_region_t *region, uint32_t granule, uint32_t length, uint32_t keep) {
    if (keep == length) {
        return;
    }
    map_set_start(region->map, granule + keep);
    map_write_live(region->map, granule, keep);
    map_write_live(region->map, granule + keep, length - keep);
    region->blocks++;
    region_give(region, granule + keep, length - keep);
}

/* Make one live block of `want` granules out of the block, what is free behind it and `before` free
 * granules before it. */
static void extend(capheap_region_t *region, span_t span, uint32_t before, uint32_t want) {
    bins_fault_t fault = 0;
    uint32_t start = span.granule - before;
    if (span.after != 0) {
        fault = bins_remove(region, span.granule + span.length, span.after);
        map_clear_start(region->map, span.granule + span.length);
    }
    if (before != 0) {
        bins_fault_t more = bins_remove(region, start, before);
        fault = fault != 0 ? fault : more;
        map_clear_start(region->map, span.granule);
    }
    region->free -= want - span.length;
    region_place_t place = {start, before + span.length + span.after, 0, want};
    bins_fault_t more = region_cut(region, place);
    fault = fault != 0 ? fault : more;
    if (fault != 0) {
        region_mend(region, fault);
    }
}

static void *slide(capheap_region_t *region, span_t span, uint32_t want, region_move_t *move) {
    uint32_t start = map_free_at(region->map, span.granule - 1) != 0
                         ? region_free_before(region, span.granule)
                         : span.granule;
    uint32_t before = span.granule - start;
    if (before == 0 || before + span.length + span.after < want) {
        return NULL;
    }
    uint32_t both = before + span.length;
    extend(region, span, before, both > want ? both : want);
    move->keep = (size_t)want << region->shift;
    return region_address(region, start);
}

static void *take_elsewhere(capheap_region_t *region, span_t span, uint32_t want) {
    void *place = NULL;
    if (want > span.length && want <= ROOM_LIMIT) {
        place = region_take(region, want, want * ROOM_TO_GROW);
    }
    return place != NULL ? place : capheap_region_malloc(region, (size_t)want << region->shift);
}

/* The first granule of the live block at ptr, and what its new size is in granules (0: too large);
 * 0, and that is reported, if there is none. */
static uint32_t look(const capheap_region_t *region, const void *ptr, size_t size, uint32_t *want) {
    uint32_t granule = region_live_at(region, ptr);
    if (granule == 0) {
        region_report_pointer(region, ptr);
    }
    *want = region_granules(region, size);
    return granule;
}

static bool resize(capheap_region_t *region, span_t span, uint32_t want) {
    if (want <= span.length) {
        cut(region, span.granule, span.length, want);
        return true;
    }
    if (want - span.length > span.after) {
        return false;
    }
    extend(region, span, 0, want);
    return true;
}

bool capheap_region_resize(capheap_region_t *region, void *ptr, size_t size) {
    uint32_t want;
    uint32_t granule = look(region, ptr, size, &want);
    return granule != 0 && want != 0 && resize(region, span_at(region, granule), want);
}

void *capheap_region_begin_realloc(capheap_region_t *region, void *ptr, size_t size,
                                   region_move_t *move) {
    uint32_t want;
    uint32_t granule = look(region, ptr, size, &want);
    *move = (region_move_t){.from = granule != 0 ? ptr : NULL};
    if (granule == 0 || want == 0) {
        return NULL;
    }
    span_t span = span_at(region, granule);
    bool leave = want < span.length / 2; /* it would split a hole that others need whole */
    if (!leave && resize(region, span, want)) {
        return ptr;
    }
    void *to = leave ? NULL : slide(region, span, want, move);
    if (to == NULL) {
        to = take_elsewhere(region, span, want);
    }
    if (to == NULL) {
        return leave && resize(region, span, want) ? ptr : NULL;
    }
    move->to = to;
    move->bytes = (size_t)(want < span.length ? want : span.length) << region->shift;
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
    cut(region, granule, map_length(region->map, granule), (uint32_t)(move->keep >> region->shift));
}
