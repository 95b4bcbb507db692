/* SPDX-License-Identifier: MIT */
/* The list of regions. Readers take no lock: a region is complete before it is linked, and none is
 * ever taken out. */
#include "esp_idf_regions.h"

#include "capheap/inspect.h"
#include "esp_heap_caps_init.h"
#include "esp_idf_multi_heap.h"

static struct {
    idf_region_t *first;
    const capheap_chip_t *chip;
    capheap_lock_t lock; /* of insertions */
    uint32_t next_tag;   /* counts down, away from those of heap_caps_init */
    bool startup_over;
} list = {.next_tag = UINT32_MAX};

idf_region_t *capheap_esp_idf_first_region(void) {
    return __atomic_load_n(&list.first, __ATOMIC_ACQUIRE);
}

void capheap_esp_idf_begin(const capheap_chip_t *chip) {
    if (list.chip != NULL) {
        capheap_esp_idf_stop("heap_caps_init: called a second time", NULL);
    }
    list.chip = chip;
    capheap_port_lock_init(&list.lock);
}

static size_t size_of(const idf_region_t *region) {
    return region->end - region->start;
}

void capheap_esp_idf_insert_by_size(idf_region_t *region) {
    idf_region_t **link = &list.first;
    while (*link != NULL && size_of(*link) < size_of(region)) {
        link = &(*link)->next;
    }
    region->next = *link;
    *link = region;
}

static void insert_first(idf_region_t *region) {
    capheap_port_lock(&list.lock);
    region->next = list.first;
    __atomic_store_n(&list.first, region, __ATOMIC_RELEASE);
    capheap_port_unlock(&list.lock);
}

static uint32_t new_tag(void) {
    capheap_port_lock(&list.lock);
    uint32_t tag = list.next_tag--;
    capheap_port_unlock(&list.lock);
    return tag;
}

void capheap_esp_idf_end_startup(void) {
    list.startup_over = true;
    for (idf_region_t *region = list.first; region != NULL; region = region->next) {
        capheap_region_info_t info;
        if (!region->serving &&
            capheap_find_region(&capheap_esp_idf_heap, (const void *)region->start, &info)) {
            region->serving = info.serving;
        }
    }
}

capheap_type_t capheap_esp_idf_type_known(const capheap_type_t *type) {
    capheap_type_t known = *type;
    for (size_t prio = 0; prio < CAPHEAP_PRIORITIES; prio++) {
        known.caps[prio] &= ~CAPHEAP_ESP_IDF_UNKNOWN;
    }
    return known;
}

idf_region_t *capheap_esp_idf_region_at(uintptr_t address) {
    idf_region_t *region = capheap_esp_idf_first_region();
    while (region != NULL &&
           (!region->serving || address < region->start || address >= region->end)) {
        region = region->next;
    }
    return region;
}

idf_region_t *capheap_esp_idf_apart(const void *ptr) {
    idf_region_t *region = capheap_esp_idf_first_region();
    for (; region != NULL && region->late; region = region->next) {
        if (region->apart != NULL && (uintptr_t)ptr - region->start < size_of(region)) {
            return region;
        }
    }
    return NULL;
}

bool capheap_esp_idf_covers(const idf_region_t *region, uint32_t caps) {
    return (caps & MALLOC_CAP_INVALID) != 0 ? region->serving : capheap_esp_idf_has(region, caps);
}

/* ---------------------------------------------------------------------------- added at run time */

int heap_caps_check_add_region_allowed(intptr_t heap_start, intptr_t heap_end, intptr_t start,
                                       intptr_t end);

/* ESP-IDF's own test calls it, as an int. A region may lie inside another one, not reach over an
 * end of it. */
int heap_caps_check_add_region_allowed(intptr_t heap_start, intptr_t heap_end, intptr_t start,
                                       intptr_t end) {
    bool over_start = start < heap_start && end > heap_start;
    bool over_end = start < heap_end && end > heap_end;
    bool the_same = start == heap_start && end == heap_end;
    return !over_start && !over_end && !the_same;
}

static bool is_allowed(intptr_t start, intptr_t end) {
    for (idf_region_t *region = capheap_esp_idf_first_region(); region; region = region->next) {
        if (!heap_caps_check_add_region_allowed((intptr_t)region->start, (intptr_t)region->end,
                                                start, end)) {
            return false;
        }
    }
    return true;
}

/* The chip's memory that holds an address; NULL: none does. */
static const capheap_memory_t *chip_memory_at(uintptr_t address) {
    for (size_t i = 0; list.chip != NULL && i < list.chip->memory_count; i++) {
        const capheap_memory_t *memory = &list.chip->memories[i];
        if (address - memory->start < memory->size) {
            return memory;
        }
    }
    return NULL;
}

/* What is true of the place whatever the caller says of it: granule, cache line, alias. */
static capheap_memory_t place(idf_region_t *region) {
    capheap_memory_t piece = {.start = region->start, .size = region->end - region->start};
    const capheap_memory_t *memory = chip_memory_at(region->start);
    if (memory == NULL) {
        return piece;
    }
    region->type.granule = list.chip->types[memory->type].granule;
    region->type.cache_line = list.chip->types[memory->type].cache_line;
    if (memory->alias_kind != CAPHEAP_ALIAS_NONE) {
        piece.alias = capheap_memory_to_alias(memory, piece.start, piece.size);
        piece.alias_kind = piece.alias != 0 ? memory->alias_kind : CAPHEAP_ALIAS_NONE;
    }
    return piece;
}

/* By an address on the data bus nothing can be executed where there is another for it. */
static void forget_code(idf_region_t *region) {
    const capheap_memory_t *memory = chip_memory_at(region->start);
    if (memory != NULL && memory->alias_kind != CAPHEAP_ALIAS_NONE) {
        for (size_t prio = 0; prio < CAPHEAP_PRIORITIES; prio++) {
            region->type.caps[prio] &= ~CAPHEAP_EXEC;
        }
        region->caps &= ~CAPHEAP_EXEC;
    }
}

static bool takes_bytes(const idf_region_t *region) {
    const capheap_memory_t *memory = chip_memory_at(region->start);
    return memory == NULL ||
           (capheap_type_caps(&list.chip->types[memory->type]) & CAPHEAP_8BIT) != 0;
}

static esp_err_t serve_apart(idf_region_t *region) {
    if (!takes_bytes(region)) {
        return ESP_ERR_INVALID_ARG;
    }
    forget_code(region);
    capheap_lock_t *lock =
        heap_caps_malloc_base(sizeof *lock, MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT);
    if (lock == NULL) {
        return ESP_ERR_NO_MEM;
    }
    __builtin_memset(lock, 0, sizeof *lock);
    region->apart = multi_heap_register_plain((void *)region->start, size_of(region));
    if (region->apart == NULL) {
        heap_caps_free(lock);
        return ESP_ERR_INVALID_SIZE;
    }
    capheap_port_lock_init(lock);
    multi_heap_set_lock(region->apart, lock);
    if (list.startup_over) {
        multi_heap_restore_minimum_free_bytes(region->apart, 0);
    }
    return ESP_OK;
}

/* By the heap if it can be: it is not inside another region, and there is a slot. */
static esp_err_t serve(idf_region_t *region) {
    capheap_memory_t piece = place(region);
    if (piece.alias_kind == CAPHEAP_ALIAS_NONE) {
        forget_code(region);
    }
    switch (capheap_add_region(&capheap_esp_idf_heap, &region->type, region->tag, &piece)) {
    case CAPHEAP_OK:
        return ESP_OK;
    case CAPHEAP_ERROR_OVERLAP:
    case CAPHEAP_ERROR_FULL:
        return serve_apart(region);
    case CAPHEAP_ERROR_TOO_SMALL:
    case CAPHEAP_ERROR_TOO_LARGE:
        return ESP_ERR_INVALID_SIZE;
    default:
        return ESP_ERR_INVALID_ARG;
    }
}

esp_err_t heap_caps_add_region_with_caps(const uint32_t caps[], intptr_t start, intptr_t end) {
    if (caps == NULL || start == 0 || end == 0 || end <= start) {
        return ESP_ERR_INVALID_ARG;
    }
    if (!is_allowed(start, end)) {
        return ESP_FAIL;
    }
    idf_region_t *region = heap_caps_malloc(sizeof *region, MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT);
    if (region == NULL) {
        return ESP_ERR_NO_MEM;
    }
    *region = (idf_region_t){
        .type = {.name = "added", .caps = {caps[0], caps[1], caps[2]}},
        .caps = caps[0] | caps[1] | caps[2],
        .start = (uintptr_t)start,
        .end = (uintptr_t)end,
        .tag = new_tag(),
        .minimum_before = SIZE_MAX,
        .serving = true,
        .late = true,
    };
    esp_err_t result = serve(region);
    if (result != ESP_OK) {
        heap_caps_free(region);
        return result;
    }
    insert_first(region);
    return ESP_OK;
}

esp_err_t heap_caps_add_region(intptr_t start, intptr_t end) {
    if (start == 0) {
        return ESP_ERR_INVALID_ARG;
    }
    const capheap_memory_t *memory = chip_memory_at((uintptr_t)start);
    if (memory == NULL) {
        return ESP_ERR_NOT_FOUND;
    }
    capheap_type_t type = capheap_esp_idf_type_known(&list.chip->types[memory->type]);
    return heap_caps_add_region_with_caps(type.caps, start, end);
}
