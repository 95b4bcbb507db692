/* SPDX-License-Identifier: MIT */
/**
 * @file heap_regions.h
 * @brief Heap regions by tag, as the first ESP-IDF (v1.0 to v2.1) names them.
 *
 * A region is a piece of memory; its tag says what kind of memory. This is the lower half, which
 * esp_heap_alloc_caps.h turns capabilities into. On the ESP32 the tags are: 0 DRAM, 1 D/IRAM, 2
 * IRAM, 3 to 8 instruction RAM of processes 2 to 7, 9 to 14 their data RAM, 15 external RAM.
 * Memory of tags 2 to 8 is touched by aligned 32-bit words alone.
 *
 * Facts: ESP-IDF v2.1, components/freertos/include/freertos/heap_regions.h and
 * components/esp32/heap_alloc_caps.c.
 */
#ifndef HEAP_REGIONS_H
#define HEAP_REGIONS_H

#include <stddef.h>
#include <stdint.h>

#if defined(__has_include)
#if __has_include("freertos/FreeRTOS.h")
#include "freertos/FreeRTOS.h"
#define HEAP_REGIONS_HAVE_BASETYPE
#endif
#endif
#ifndef HEAP_REGIONS_HAVE_BASETYPE
/** Without FreeRTOS: what its ports for Espressif's chips make it. */
typedef int BaseType_t;
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** Tags are 0 to one less than this. */
#define HEAPREGIONS_MAX_TAGCOUNT 16

/** @brief A piece of memory for the heap. */
typedef struct HeapRegionTagged {
    uint8_t *pucStartAddress; /**< its first byte; any address but NULL */
    size_t xSizeInBytes;      /**< bytes; 0 ends the list */
    BaseType_t xTag;          /**< what kind it is; -1: leave it out */
    uint32_t xExecAddr;       /**< its lowest address on the instruction bus, where its words are in
                                 reverse order (ESP32's SRAM 1); 0: it has none */
} HeapRegionTagged_t;

/**
 * @brief Make the heap of these regions.
 *
 * Called once, before anything is allocated and before there is a second task; not by a program
 * that calls heap_alloc_caps_init(), which does it. Regions may come in any order; one too small to
 * hold a block (under 64 bytes) is left out. The program stops (capheap/esp_idf_v1.h) if it is
 * called again, if regions overlap, if a tag is out of range, or if there are more than
 * CAPHEAP_ESP_IDF_V1_REGIONS of them.
 *
 * @param pxHeapRegions the regions; the last entry has a NULL start and size 0. Not kept.
 */
void vPortDefineHeapRegionsTagged(const HeapRegionTagged_t *const pxHeapRegions);

/**
 * @brief Allocate memory from the regions with this tag.
 *
 * @param xWantedSize bytes; 0 gives NULL
 * @param tag         of the memory
 * @return the block, by its address on the data bus, aligned to 8 bytes; NULL if no region with the
 *         tag has room for it. O(regions).
 */
void *pvPortMallocTagged(size_t xWantedSize, BaseType_t tag);

/**
 * @brief Give back a block, whichever call it came from. NULL is fine.
 *
 * A pointer that is no live block's is always recognised, and stops the program; see
 * capheap/esp_idf_v1.h for how to be told instead.
 *
 * @param pv the block. O(regions).
 */
void vPortFreeTagged(void *pv);

/**
 * @brief The sum of the least bytes that were ever free in each region with this tag.
 *
 * @param tag of the memory
 * @return bytes; 0 for a tag without regions. O(regions).
 */
size_t xPortGetMinimumEverFreeHeapSizeTagged(BaseType_t tag);

/**
 * @brief Bytes free in the regions with this tag.
 *
 * @param tag of the memory
 * @return bytes; 0 for a tag without regions. O(regions).
 */
size_t xPortGetFreeHeapSizeTagged(BaseType_t tag);

#ifdef __cplusplus
}
#endif

#endif
