/* SPDX-License-Identifier: MIT */
/* Sums over the regions that have given capabilities, and the low of a stretch of the program. */
#include "capheap/minimum.h"
#include "esp_idf_internal.h"

static capheap_figures_t figures_apart(multi_heap_handle_t heap) {
    multi_heap_info_t info;
    multi_heap_get_info(heap, &info);
    return (capheap_figures_t){
        .total = info.total_free_bytes + info.total_allocated_bytes,
        .used = info.total_allocated_bytes,
        .free = info.total_free_bytes,
        .largest = info.largest_free_block,
        .minimum_free = info.minimum_free_bytes,
        .blocks = info.allocated_blocks,
        .regions = 1,
    };
}

capheap_figures_t capheap_esp_idf_figures(const idf_region_t *region) {
    if (region->apart != NULL) {
        return figures_apart(region->apart);
    }
    capheap_figures_t figures;
    capheap_get_figures_tagged(&capheap_esp_idf_heap, region->tag, &figures);
    return figures;
}

#define EACH_REGION(region, caps)                                                                  \
    for (const idf_region_t *region = capheap_esp_idf_first_region(); region != NULL;              \
         region = region->next)                                                                    \
        if (capheap_esp_idf_has(region, (caps)))

size_t heap_caps_get_total_size(uint32_t caps) {
    size_t sum = 0;
    EACH_REGION(region, caps) {
        sum += region->end - region->start;
    }
    return sum;
}

size_t heap_caps_get_free_size(uint32_t caps) {
    size_t sum = 0;
    EACH_REGION(region, caps) {
        sum += region->apart != NULL ? multi_heap_free_size(region->apart)
                                     : capheap_esp_idf_figures(region).free;
    }
    return sum;
}

size_t heap_caps_get_minimum_free_size(uint32_t caps) {
    size_t sum = 0;
    EACH_REGION(region, caps) {
        sum += capheap_esp_idf_figures(region).minimum_free;
    }
    return sum;
}

size_t heap_caps_get_largest_free_block(uint32_t caps) {
    size_t largest = 0;
    EACH_REGION(region, caps) {
        size_t here = capheap_esp_idf_figures(region).largest;
        largest = here > largest ? here : largest;
    }
    return largest;
}

static bool count_free(void *block, size_t size, int used, void *data) {
    (void)block;
    (void)size;
    *(size_t *)data += used == 0;
    return true;
}

void capheap_esp_idf_info(const idf_region_t *region, multi_heap_info_t *info) {
    capheap_figures_t figures = capheap_esp_idf_figures(region);
    *info = (multi_heap_info_t){
        .total_free_bytes = figures.free,
        .total_allocated_bytes = figures.used,
        .largest_free_block = figures.largest,
        .minimum_free_bytes = figures.minimum_free,
        .allocated_blocks = figures.blocks,
    };
    capheap_esp_idf_walk(region, count_free, &info->free_blocks);
    info->total_blocks = info->allocated_blocks + info->free_blocks;
}

void heap_caps_get_info(multi_heap_info_t *info, uint32_t caps) {
    *info = (multi_heap_info_t){0};
    EACH_REGION(region, caps) {
        multi_heap_info_t here;
        capheap_esp_idf_info(region, &here);
        info->total_free_bytes += here.total_free_bytes;
        info->total_allocated_bytes += here.total_allocated_bytes;
        info->minimum_free_bytes += here.minimum_free_bytes;
        info->allocated_blocks += here.allocated_blocks;
        info->free_blocks += here.free_blocks;
        info->total_blocks += here.total_blocks;
        if (here.largest_free_block > info->largest_free_block) {
            info->largest_free_block = here.largest_free_block;
        }
    }
}

/* ---------------------------------------------------------------------------- a stretch's low */

/* A stretch of the heap (capheap/minimum.h); for regions apart from it the same by hand. */

esp_err_t heap_caps_monitor_local_minimum_free_size_start(void) {
    idf_region_t *region = capheap_esp_idf_first_region();
    if (region == NULL) {
        return ESP_FAIL; /* there is no heap yet */
    }
    capheap_start_stretch(&capheap_esp_idf_heap);
    for (; region != NULL; region = region->next) {
        if (region->apart != NULL) {
            size_t least = multi_heap_reset_minimum_free_bytes(region->apart);
            region->minimum_before =
                least < region->minimum_before ? least : region->minimum_before;
        }
    }
    return ESP_OK;
}

esp_err_t heap_caps_monitor_local_minimum_free_size_stop(void) {
    idf_region_t *region = capheap_esp_idf_first_region();
    if (region == NULL || !capheap_end_stretch(&capheap_esp_idf_heap)) {
        return ESP_FAIL;
    }
    for (; region != NULL; region = region->next) {
        if (region->apart != NULL) {
            multi_heap_restore_minimum_free_bytes(region->apart, region->minimum_before);
            region->minimum_before = SIZE_MAX;
        }
    }
    return ESP_OK;
}
