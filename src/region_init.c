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

/* Where granule 1 is if there are so many of them: behind their books, if these are in front. */
APART static uintptr_t first_address(const capheap_region_config_t *config, uint32_t shift,
                                     uint32_t granules) {
    uintptr_t address = (uintptr_t)config->start;
    if (config->books == NULL) {
        address += gap(address, sizeof(uint32_t)) + books_size(granules);
    }
    return address + gap(address, (uintptr_t)1 << shift);
}

/* The most granules that fit; their books are larger the more there are. */
static uint32_t most_granules(const capheap_region_config_t *config, uint32_t shift) {
    uint32_t fit = 0;
    uint32_t limit = (uint32_t)(config->size >> shift) + 1; /* too many */
    while (limit - fit > 1) {
        uint32_t middle = fit + (limit - fit) / 2;
        size_t skip = first_address(config, shift, middle) - (uintptr_t)config->start;
        if (skip < config->size && (config->size - skip) >> shift >= middle) {
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

static capheap_status_t check_config(const capheap_region_config_t *config, uint32_t shift) {
    uintptr_t start = (uintptr_t)config->start;
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

/* All granules are one free block, the open one. */
static void write_books(capheap_region_t *region, uint32_t *books) {
    uint32_t granules = region->granules;
    uint32_t quick = granules >> REGION_LARGE_SHIFT;
    region->bin_words = (uint8_t)(bins_index(granules) / 32 + 1);
    region->quick = (uint8_t)(quick < BINS_EXACT ? quick : BINS_EXACT);
    words_zero(books, books_size(granules));
    map_word_t *map = (map_word_t *)(books + bins_words(granules));
    region->map = map;
    map->start = map_bit(1);
    map->free = map_bit(1);
    map_set_free(map, granules);
    map_set_start(map, granules + 1);
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
    uint32_t shift = shift_of(config->granule);
    capheap_status_t status = check_config(config, shift);
    if (status != CAPHEAP_OK) {
        return status;
    }
    uint32_t granules = most_granules(config, shift);
    uint32_t *books = config->books;
    if (granules == 0 || (books != NULL && books_size(granules) > config->books_size)) {
        return CAPHEAP_ERROR_TOO_SMALL;
    }
    if (books == NULL) {
        uintptr_t start = (uintptr_t)config->start;
        books = (uint32_t *)(start + gap(start, sizeof(uint32_t)));
    }
    *region = (capheap_region_t){
        .origin = first_address(config, shift, granules) - ((uintptr_t)1 << shift),
        .granules = granules,
        .shift = (uint8_t)shift,
        .flags = (uint8_t)config->flags,
        .report = config->report,
        .report_context = config->report_context,
    };
    write_books(region, books);
    return CAPHEAP_OK;
}
