/* SPDX-License-Identifier: MIT */
/* What the chip's table leaves for a heap, and the same in ESP-IDF's shape. */
#include "esp_idf_internal.h"
#include "heap_memory_layout.h"

/* ESP-IDF reserves what may not be heap anyway, such as slow RTC memory: that is passed over. */
static size_t collect(const capheap_esp_idf_program_t *program, capheap_range_t *ranges) {
    size_t count = 0;
    for (size_t i = 0; i < program->reserved_count; i++) {
        const capheap_range_t *range = &program->reserved[i];
        if (capheap_chip_check_range(program->chip, range) != CAPHEAP_ERROR_UNKNOWN) {
            ranges[count++] = *range;
        }
    }
    return count;
}

int capheap_esp_idf_layout(const capheap_esp_idf_program_t *program, capheap_memory_t *out,
                           size_t max) {
    capheap_range_t ranges[CAPHEAP_ESP_IDF_RESERVED];
    if (program->chip == NULL || program->reserved_count > CAPHEAP_ESP_IDF_RESERVED) {
        return CAPHEAP_ERROR_ARGUMENT;
    }
    size_t count = collect(program, ranges);
    return capheap_chip_layout(program->chip, ranges, count, program->fitted, out, max);
}

static soc_memory_region_t region_of(const capheap_memory_t *memory) {
    return (soc_memory_region_t){
        .start = (intptr_t)memory->start,
        .size = memory->size,
        .type = memory->type,
        .iram_address = (intptr_t)memory->alias,
        .startup_stack = (memory->flags & CAPHEAP_MEMORY_STARTUP) != 0,
    };
}

size_t soc_get_available_memory_region_max_count(void) {
    capheap_esp_idf_program_t program = capheap_esp_idf_program();
    return (size_t)program.chip->memory_count + program.chip->reserved_count +
           program.reserved_count;
}

size_t soc_get_available_memory_regions(soc_memory_region_t *regions) {
    capheap_memory_t pieces[CAPHEAP_LAYOUT_REGIONS];
    capheap_esp_idf_program_t program = capheap_esp_idf_program();
    int count = capheap_esp_idf_layout(&program, pieces, CAPHEAP_LAYOUT_REGIONS);
    if (count < 0) {
        capheap_esp_idf_stop(capheap_status_text((capheap_status_t)count), NULL);
    }
    for (int i = 0; i < count; i++) {
        regions[i] = region_of(&pieces[i]);
    }
    return (size_t)count;
}
