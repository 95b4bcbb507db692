/* SPDX-License-Identifier: MIT */
/* Changing a block's size: where it is, or elsewhere; there in two halves for who copies with no
 * lock held, or all at once. */
#include "region_core.h"
#include "region_resize.h"
#include "region_words.h"

/* A block that has grown is put, if it must move, where it can grow to this many times its size. */
#define ROOM_TO_GROW 2u

/* Let a live block end elsewhere. False if what is free behind it is too short. */
static bool resize(capheap_region_t *region, uint32_t start, uint32_t end, uint32_t new_end) {
    uint32_t limit = region_free_end(region, end);
    if (new_end > limit) {
        return false;
    }
    if (new_end != end) {
        if (limit != end) {
            region_absorb(region, end, limit, end);
        }
        region_count(region, end - new_end);
        region_cut(region, start, new_end, limit);
    }
    return true;
}

void *capheap_region_begin_realloc(capheap_region_t *region, void *ptr, size_t size,
                                   size_t *bytes) {
    uint32_t granule = region_live_at(region, ptr);
    uint32_t want = region_granules(region, size);
    *bytes = 0;
    if (granule == 0) {
        region_report_pointer(region, ptr);
        return NULL;
    }
    uint32_t end = map_end(region->map, granule);
    uint32_t length = end - granule;
    *bytes = (size_t)length << region->shift;
    if (want == 0) {
        return NULL;
    }
    if (want < length / 2) { /* left where it is, it would split a hole that others need */
        *bytes = (size_t)want << region->shift;
        void *to = region_take(region, want, want);
        if (to != NULL) {
            return to;
        }
    }
    if (resize(region, granule, end, granule + want)) {
        return ptr;
    }
    void *to = region_take(region, want, want * ROOM_TO_GROW);
    return to != NULL ? to : region_take(region, want, want);
}

APART static void copy_words(void *to, const void *from, size_t bytes) {
    words_copy(to, from, bytes);
}

void capheap_region_copy(void *to, const void *from, size_t bytes, const capheap_region_t *region) {
    if ((region->flags & CAPHEAP_REGION_WORD_ONLY) != 0) {
        copy_words(to, from, bytes);
    } else {
        __builtin_memcpy(to, from, bytes);
    }
}

void *capheap_region_realloc(capheap_region_t *region, void *ptr, size_t size) {
    if (ptr == NULL) {
        return capheap_region_malloc(region, size);
    }
    if (size == 0) {
        capheap_region_free(region, ptr);
        return NULL;
    }
    size_t bytes;
    void *to = capheap_region_begin_realloc(region, ptr, size, &bytes);
    if (to != NULL && to != ptr) {
        capheap_region_copy(to, ptr, bytes, region);
        capheap_region_free(region, ptr);
    }
    return to;
}

bool capheap_region_resize(capheap_region_t *region, void *ptr, size_t size) {
    uint32_t granule = region_live_at(region, ptr);
    uint32_t want = region_granules(region, size);
    if (granule == 0) {
        region_report_pointer(region, ptr);
        return false;
    }
    return want != 0 && resize(region, granule, map_end(region->map, granule), granule + want);
}
