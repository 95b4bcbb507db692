/* SPDX-License-Identifier: MIT */
/**
 * @file esp_heap_alloc_caps.h
 * @brief Heap allocation by capabilities, as the first ESP-IDF (v1.0 to v2.1) names it.
 *
 * A program ORs together what its memory must be able to do and gets a block from the least
 * precious memory that can do it all. All blocks, from here, from malloc() or from
 * pvPortMallocTagged(), are given back by free().
 *
 * Blocks are aligned to 8 bytes. Every call may be made from several tasks at once, and from
 * interrupts where the port's lock may be taken (capheap/port.h). What the heap is made of and what
 * happens on misuse: capheap/esp_idf_v1.h.
 *
 * Facts: ESP-IDF v2.1, docs/api-reference/system/mem_alloc.rst and
 * components/esp32/include/esp_heap_alloc_caps.h.
 */
#ifndef ESP_HEAP_ALLOC_CAPS_H
#define ESP_HEAP_ALLOC_CAPS_H

#include <stddef.h>
#include <stdint.h>

#include "capheap/caps.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MALLOC_CAP_EXEC    CAPHEAP_EXEC    /**< instructions can be fetched from it */
#define MALLOC_CAP_32BIT   CAPHEAP_32BIT   /**< aligned 32-bit accesses work */
#define MALLOC_CAP_8BIT    CAPHEAP_8BIT    /**< accesses of 8 and 16 bits work too */
#define MALLOC_CAP_DMA     CAPHEAP_DMA     /**< the DMA engine reaches it */
#define MALLOC_CAP_PID2    CAPHEAP_PID2    /**< process 2 reaches it */
#define MALLOC_CAP_PID3    CAPHEAP_PID3    /**< process 3 reaches it */
#define MALLOC_CAP_PID4    CAPHEAP_PID4    /**< process 4 reaches it */
#define MALLOC_CAP_PID5    CAPHEAP_PID5    /**< process 5 reaches it */
#define MALLOC_CAP_PID6    CAPHEAP_PID6    /**< process 6 reaches it */
#define MALLOC_CAP_PID7    CAPHEAP_PID7    /**< process 7 reaches it */
#define MALLOC_CAP_SPISRAM CAPHEAP_SPIRAM  /**< external RAM on the SPI bus */
#define MALLOC_CAP_INVALID CAPHEAP_INVALID /**< no memory has it */

/**
 * @brief Make the heap out of all memory that the program leaves free.
 *
 * Called once, by the start-up code, before anything allocates and before there is a second task.
 * The program stops (capheap/esp_idf_v1.h) if it is called again or if a range that the program
 * reserves is none of the chip's.
 *
 * O(regions * ranges^2), and the clearing of the maps: some ten thousand instructions.
 */
void heap_alloc_caps_init(void);

/**
 * @brief The stacks of start-up are out of use: their memory (D/IRAM) may be given out from now on.
 *
 * Called once by the task that runs first, when the scheduler runs. Until then that memory is not
 * touched and not counted. Without this call it is never used. O(regions) and the clearing of maps.
 */
void heap_alloc_enable_nonos_stack_tag(void);

/**
 * @brief Allocate memory that has all the given capabilities.
 *
 * #MALLOC_CAP_EXEC gives an address from which instructions are fetched and that takes aligned
 * 32-bit accesses only; together with #MALLOC_CAP_8BIT or #MALLOC_CAP_DMA it gives NULL.
 * #MALLOC_CAP_32BIT alone is served from word-only memory while there is some.
 *
 * @param xWantedSize bytes; 0 gives NULL
 * @param caps        MALLOC_CAP_* flags, ORed; 0 gives NULL
 * @return the block, its contents whatever was there; NULL if no memory with these capabilities has
 *         room for it. O(regions).
 */
void *pvPortMallocCaps(size_t xWantedSize, uint32_t caps);

/**
 * @brief Bytes free in all regions that have the given capabilities, perhaps in many pieces.
 *
 * @param caps MALLOC_CAP_* flags, ORed; 0 gives 0
 * @return bytes. O(regions).
 */
size_t xPortGetFreeHeapSizeCaps(uint32_t caps);

/**
 * @brief The sum of the least bytes that were ever free in each of the regions that have the given
 *        capabilities.
 *
 * @param caps MALLOC_CAP_* flags, ORed; 0 gives 0
 * @return bytes: what has been free at all times, or more. O(regions).
 */
size_t xPortGetMinimumEverFreeHeapSizeCaps(uint32_t caps);

#ifdef __cplusplus
}
#endif

#endif
