/* SPDX-License-Identifier: MIT */
/* The chip's table in ESP-IDF's shape. The arrays are filled at the first call; a program that
 * doesn't ask for them doesn't link them. */
#include "esp_idf_internal.h"
#include "heap_memory_layout.h"

enum {
    TYPES_MAX = 16,
    REGIONS_MAX = 32
};

static const capheap_chip_t *chip(size_t *types, size_t *regions) {
    const capheap_chip_t *table = capheap_esp_idf_program().chip;
    if (table->type_count > TYPES_MAX || table->memory_count > REGIONS_MAX) {
        capheap_esp_idf_stop("heap_memory_layout.h: the chip's table is too large", table);
    }
    *types = table->type_count;
    *regions = table->memory_count;
    return table;
}

const soc_memory_type_desc_t *capheap_esp_idf_memory_types(void) {
    static soc_memory_type_desc_t types[TYPES_MAX];
    size_t count, regions;
    const capheap_chip_t *table = chip(&count, &regions);
    for (size_t i = 0; i < count && types[i].name == NULL; i++) {
        const capheap_type_t *type = &table->types[i];
        for (size_t prio = 0; prio < SOC_MEMORY_TYPE_NO_PRIOS; prio++) {
            types[i].caps[prio] = type->caps[prio] & ~CAPHEAP_ESP_IDF_UNKNOWN;
        }
        types[i].name = type->name;
    }
    return types;
}

size_t capheap_esp_idf_memory_type_count(void) {
    size_t count, regions;
    chip(&count, &regions);
    return count;
}

const soc_memory_region_t *capheap_esp_idf_memory_regions(void) {
    static soc_memory_region_t regions[REGIONS_MAX];
    size_t types, count;
    const capheap_chip_t *table = chip(&types, &count);
    for (size_t i = 0; i < count && regions[i].size == 0; i++) {
        const capheap_memory_t *memory = &table->memories[i];
        regions[i].start = (intptr_t)memory->start;
        regions[i].type = memory->type;
        regions[i].iram_address = (intptr_t)memory->alias;
        regions[i].startup_stack = (memory->flags & CAPHEAP_MEMORY_STARTUP) != 0;
        regions[i].size = memory->size;
    }
    return regions;
}

size_t capheap_esp_idf_memory_region_count(void) {
    size_t types, count;
    chip(&types, &count);
    return count;
}
