/* SPDX-License-Identifier: MIT */
/* Making a region: where its books and its granules are. */
#include "region_core.h"
#include "region_words.h"

#define DEFAULT_GRANULE 8u
#define SMALLEST_SIZE   64u /* holds the books for its granules and more, of any size */

/* Words of the heads of bins up to the last, and of their bits. */
static uint32_t heads_words(uint32_t last_bin) {
    return last_bin + last_bin / 32 + 2;
}

/* Words of the map: bits for the granules and for the two ends. */
static size_t map_words(uint32_t granules) {
    return (size_t)((granules + 1) / MAP_GRANULES + 1);
}

/* A granule's size that is none is the default. */
static inline uint32_t granule_of(uint32_t granule) {
    return granule != 0 ? granule : DEFAULT_GRANULE;
}

/* Is it a power of two from 8 to 128? */
static inline bool is_granule(uint32_t granule) {
    return ((granule & (granule - 1)) | (granule & ~0xF8u)) == 0;
}

size_t capheap_region_books_size(size_t size, uint32_t granule) {
    granule = granule_of(granule);
    if (!is_granule(granule)) {
        return 0;
    }
    uint32_t shift = bits_highest(granule);
    size_t granules = size >> shift;
    if (granules == 0 || granules >= UINT32_MAX >> shift) {
        return 0;
    }
    uint32_t last_bin = bins_index((uint32_t)granules);
    return heads_words(last_bin) * sizeof(uint32_t) +
           map_words((uint32_t)granules) * sizeof(map_word_t);
}

/* The granule's shift if a region can be made of this, else the status that tells why not. */
APART static int check_config(const capheap_region_t *region,
                              const capheap_region_config_t *config) {
    if (region == NULL || config == NULL) {
        return CAPHEAP_ERROR_ARGUMENT;
    }
    uintptr_t start = (uintptr_t)config->start;
    size_t size = config->size;
    uint32_t granule = granule_of(config->granule);
    if (start == 0 || size == 0 || !is_granule(granule) ||
        (config->flags & ~CAPHEAP_REGION_WORD_ONLY) != 0 ||
        (uintptr_t)config->books % sizeof(uint32_t) != 0) {
        return CAPHEAP_ERROR_ARGUMENT;
    }
    if (start + (size - 1) < start) {
        return CAPHEAP_ERROR_WRAPS;
    }
    if (size < SMALLEST_SIZE) {
        return CAPHEAP_ERROR_TOO_SMALL;
    }
    uint32_t shift = bits_highest(granule);
    if (size >> shift > UINT32_MAX >> shift) {
        return CAPHEAP_ERROR_TOO_LARGE;
    }
    return (int)shift;
}

capheap_status_t capheap_region_init(capheap_region_t *region,
                                     const capheap_region_config_t *config) {
    int status = check_config(region, config);
    if (status < 0) {
        return (capheap_status_t)status;
    }
    uint32_t shift = (uint32_t)status;
    uintptr_t start = (uintptr_t)config->start;
    uint32_t *books = config->books;
    if (books == NULL) {
        books = (uint32_t *)((start + 3) & ~(uintptr_t)3);
    }
    uint32_t granules = (uint32_t)(config->size >> shift);
    uint32_t last_bin;
    map_word_t *map, *end;
    uintptr_t origin;
    for (;;) { /* the books are the larger the more granules there are */
        if (granules == 0) {
            return CAPHEAP_ERROR_TOO_SMALL;
        }
        last_bin = bins_index(granules);
        map = (map_word_t *)(books + heads_words(last_bin));
        end = map + map_words(granules);
        origin = ((config->books != NULL ? start : (uintptr_t)end) - 1) >> shift << shift;
        uint32_t room = (uint32_t)((start + config->size - origin) >> shift) - 1;
        if (granules <= room) {
            break;
        }
        granules -= (granules - room) / 8 + 1;
    }
    if (config->books != NULL && (uintptr_t)end - (uintptr_t)books > config->books_size) {
        return CAPHEAP_ERROR_TOO_SMALL;
    }
    words_zero(books, end);
    map->start = map_bit(1);
    map_put(&map->start, granules + 1, 1);
    map_write_ends(map, 1, granules + 1, 1);
    region->origin = origin;
    region->map = map;
    region->granules = granules;
    region->open = 1;
    region->open_end = granules + 1;
    region->free = granules;
    region->minimum = granules;
    region->blocks = 0;
    region->fault = 0;
    region->shift = (uint8_t)shift;
    region->flags = (uint8_t)config->flags;
    region->last_bin = (uint8_t)last_bin;
    uint32_t quick = REGION_QUICK ? granules >> REGION_LARGE_SHIFT : 0;
    region->quick = (uint8_t)(quick < BINS_EXACT ? quick : BINS_EXACT);
    region->report = config->report;
    region->report_context = config->report_context;
    return CAPHEAP_OK;
}
