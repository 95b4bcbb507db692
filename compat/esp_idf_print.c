/* SPDX-License-Identifier: MIT */
/* Figures and blocks as text, laid out as ESP-IDF's are (components/heap/heap_caps.c,
 * multi_heap.c): there are scripts that read them. */
#include <inttypes.h>
#include <stdio.h>

#include "esp_idf_internal.h"

#define LINE 160

/* newlib's small printf has no %zu. */
#define LONG(number) ((unsigned long)(number))

#define PRINT(...)                                                                                 \
    do {                                                                                           \
        char line[LINE];                                                                           \
        (void)snprintf(line, sizeof line, __VA_ARGS__);                                            \
        capheap_esp_idf_write(line);                                                               \
    } while (0)

static void print_region(const idf_region_t *region) {
    multi_heap_info_t info;
    capheap_esp_idf_info(region, &info);
    PRINT("  At 0x%08lx len %lu free %lu allocated %lu min_free %lu\n", LONG(region->start),
          LONG(region->end - region->start), LONG(info.total_free_bytes),
          LONG(info.total_allocated_bytes), LONG(info.minimum_free_bytes));
    PRINT("    largest_free_block %lu alloc_blocks %lu free_blocks %lu total_blocks %lu\n",
          LONG(info.largest_free_block), LONG(info.allocated_blocks), LONG(info.free_blocks),
          LONG(info.total_blocks));
}

void heap_caps_print_heap_info(uint32_t caps) {
    PRINT("Heap summary for capabilities 0x%08lX:\n", LONG(caps));
    for (const idf_region_t *region = capheap_esp_idf_first_region(); region;
         region = region->next) {
        if (capheap_esp_idf_has(region, caps)) {
            print_region(region);
        }
    }
    multi_heap_info_t info;
    heap_caps_get_info(&info, caps);
    PRINT("  Totals:\n");
    PRINT("    free %lu allocated %lu min_free %lu largest_free_block %lu\n",
          LONG(info.total_free_bytes), LONG(info.total_allocated_bytes),
          LONG(info.minimum_free_bytes), LONG(info.largest_free_block));
}

static bool print_block(void *block, size_t size, int used, void *data) {
    (void)data;
    PRINT("Block %p data, size: %lu bytes, Free: %s \n", block, LONG(size), used ? "No" : "Yes");
    return true;
}

void heap_caps_dump(uint32_t caps) {
    for (const idf_region_t *region = capheap_esp_idf_first_region(); region;
         region = region->next) {
        if (capheap_esp_idf_covers(region, caps)) {
            PRINT("Showing data for heap: %p \n", (void *)region->start);
            capheap_esp_idf_walk(region, print_block, NULL);
        }
    }
}

void heap_caps_dump_all(void) {
    heap_caps_dump(MALLOC_CAP_INVALID);
}

void multi_heap_dump(multi_heap_handle_t heap) {
    PRINT("Showing data for heap: %p \n", (void *)heap);
    multi_heap_walk(heap, print_block, NULL);
}
