/* SPDX-License-Identifier: MIT */
/**
 * @file esp_heap_caps_init.h
 * @brief Where the heap's memory comes from, by the names of ESP-IDF.
 *
 * Facts: ESP-IDF at 102122904ade (v6.2-dev), components/heap/include/esp_heap_caps_init.h and
 * components/heap/heap_caps_init.c.
 */
#ifndef ESP_HEAP_CAPS_INIT_H
#define ESP_HEAP_CAPS_INIT_H

#include <stdint.h>

#include "esp_heap_caps.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @brief Make the heap out of all memory of the chip that the program leaves free.
 *
 * Called once, by start-up code, before anything allocates. Stops the program if the layout is
 * impossible or if it is called again. Which chip and what is taken: capheap/esp_idf.h.
 *
 * O(regions * ranges^2), and the clearing of the maps.
 */
void heap_caps_init(void);

/**
 * @brief The stacks of start-up are out of use: their memory is heap from now on.
 *
 * Called once, when the scheduler runs. Regions that are added later leave the minimum ever free as
 * it is. O(regions), and the clearing of maps.
 */
void heap_caps_enable_nonos_stack_heaps(void);

/**
 * @brief Add memory of the chip to the heap, with the capabilities that its address has.
 *
 * The memory must not be used by anything else. It may lie inside a block that was allocated; then
 * it serves requests as if it lay elsewhere, until the program ends. It may not reach over an end
 * of a region, nor be one.
 *
 * @param start first address
 * @param end   one past the last
 * @return ESP_OK; ESP_ERR_INVALID_ARG (start is 0, end not above it); ESP_ERR_NOT_FOUND (no memory
 *         of the chip has start); else as heap_caps_add_region_with_caps(). O(regions), and the
 *         clearing of the map.
 */
esp_err_t heap_caps_add_region(intptr_t start, intptr_t end);

/**
 * @brief The same with capabilities of the caller's, which may be bits that ESP-IDF doesn't know.
 *
 * @param caps  three sets of capabilities in order of priority; copied
 * @param start first address
 * @param end   one past the last
 * @return ESP_OK; ESP_ERR_INVALID_ARG (a null pointer, a wrong end, #MALLOC_CAP_INVALID or
 *         #MALLOC_CAP_CACHE_ALIGNED among caps, or memory that takes words only where only bytes
 *         will do); ESP_ERR_NO_MEM (no internal memory to keep a record of it);
 *         ESP_ERR_INVALID_SIZE (too small); ESP_FAIL (it overlaps an end of a region or is one).
 */
esp_err_t heap_caps_add_region_with_caps(const uint32_t caps[], intptr_t start, intptr_t end);

#ifdef __cplusplus
}
#endif

#endif
