/* SPDX-License-Identifier: MIT */
/* Making a region: where its books and its granules are. */
#include "region_core.h"
#include "region_words.h"

#define DEFAULT_SHIFT 3u
#define LARGEST_SHIFT 7u

/* Bits for the granules and for the two ends. */
static size_t map_size(uint32_t granules) {
    return ((size_t)(granules + 1) / MAP_GRANULES + 1) * sizeof(map_word_t);
}

static size_t books_size(uint32_t granules) {
    return bins_words(granules) * sizeof(uint32_t) + map_size(granules);
}

/* log2 of the granule, or 0 if it is none that a region can have. */
static uint32_t shift_of(uint32_t granule) {
    if (granule == 0) {
        return DEFAULT_SHIFT;
    }
    uint32_t shift = bits_highest(granule);
    bool power = (granule & (granule - 1)) == 0;
    return power && shift >= DEFAULT_SHIFT && shift <= LARGEST_SHIFT ? shift : 0;
}

/* Bytes from the address up to the next multiple of the power of two. */
static size_t gap(uintptr_t address, uintptr_t alignment) {
    return (size_t)((0 - address) & (alignment - 1));
}

/* Whole aligned granules in `size` bytes at `start` behind `before` bytes of something else. */
static size_t granules_behind(uintptr_t start, size_t size, uint32_t shift, size_t before) {
    size_t skip = before + gap(start + before, (uintptr_t)1 << shift);
    return skip < size ? (size - skip) >> shift : 0;
}

/* The most granules that fit behind their own books, which are larger the more there are. */
static uint32_t granules_beside_books(uintptr_t start, size_t size, uint32_t shift) {
    size_t align = gap(start, sizeof(uint32_t));
    uint32_t fit = 0;
    uint32_t limit = (uint32_t)(size >> shift) + 1; /* too many */
    while (limit - fit > 1) {
        uint32_t middle = fit + (limit - fit) / 2;
        if (granules_behind(start, size, shift, align + books_size(middle)) >= middle) {
            fit = middle;
        } else {
            limit = middle;
        }
    }
    return fit;
}

size_t capheap_region_books_size(size_t size, uint32_t granule) {
    uint32_t shift = shift_of(granule);
    size_t granules = shift != 0 ? size >> shift : 0;
    return granules != 0 && granules < UINT32_MAX >> shift ? books_size((uint32_t)granules) : 0;
}

static capheap_status_t check_config(const capheap_region_config_t *config) {
    uintptr_t start = (uintptr_t)config->start;
    uint32_t shift = shift_of(config->granule);
    if (config->start == NULL || config->size == 0 || shift == 0 ||
        (config->flags & ~CAPHEAP_REGION_WORD_ONLY) != 0 ||
        (uintptr_t)config->books % sizeof(uint32_t) != 0) {
        return CAPHEAP_ERROR_ARGUMENT;
    }
    if (start + (config->size - 1) < start) {
        return CAPHEAP_ERROR_WRAPS;
    }
    if (config->size >> shift > UINT32_MAX >> shift) {
        return CAPHEAP_ERROR_TOO_LARGE;
    }
    return CAPHEAP_OK;
}

/* Find the place of the books and of granule 1; `granules` stays 0 if there is no room. */
static uintptr_t place(capheap_region_t *region, const capheap_region_config_t *config) {
    uintptr_t start = (uintptr_t)config->start;
    uintptr_t books = (uintptr_t)config->books;
    uintptr_t first = start;
    if (config->books == NULL) {
        region->granules = granules_beside_books(start, config->size, region->shift);
        books = start + gap(start, sizeof(uint32_t));
        first = books + books_size(region->granules);
    } else {
        size_t granules = granules_behind(start, config->size, region->shift, 0);
        bool enough = granules != 0 && books_size((uint32_t)granules) <= config->books_size;
        region->granules = enough ? (uint32_t)granules : 0;
    }
    uintptr_t granule = (uintptr_t)1 << region->shift;
    region->origin = first + gap(first, granule) - granule;
    return books;
}

/* All granules are one free block, the open one. */
static void write_books(capheap_region_t *region, uintptr_t books) {
    uint32_t granules = region->granules;
    region->bin_words = (uint8_t)(bins_index(granules) / 32 + 1);
    uint32_t quick = granules >> REGION_LARGE_SHIFT;
    region->quick = (uint8_t)(quick < BINS_EXACT ? quick : BINS_EXACT);
    region->map = (map_word_t *)((uint32_t *)books + bins_words(granules));
    words_zero((void *)books, books_size(granules));
    map_set_start(region->map, 1);
    map_set_free(region->map, 1);
    map_set_free(region->map, granules);
    map_set_start(region->map, granules + 1);
    region->free = granules;
    region->minimum = granules;
    region->open = 1;
    region->open_length = granules;
}

capheap_status_t capheap_region_init(capheap_region_t *region,
                                     const capheap_region_config_t *config) {
    if (region == NULL || config == NULL) {
        return CAPHEAP_ERROR_ARGUMENT;
    }
    capheap_status_t status = check_config(config);
    if (status != CAPHEAP_OK) {
        return status;
    }
    *region = (capheap_region_t){.shift = (uint8_t)shift_of(config->granule),
                                 .flags = (uint8_t)config->flags,
                                 .report = config->report,
                                 .report_context = config->report_context};
    uintptr_t books = place(region, config);
    if (region->granules == 0) {
        return CAPHEAP_ERROR_TOO_SMALL;
    }
    write_books(region, books);
    return CAPHEAP_OK;
}
