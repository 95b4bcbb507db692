/* SPDX-License-Identifier: MIT */
/**
 * @file heap_memory_layout.h
 * @brief The chip's memories and what is reserved of them, by the names of ESP-IDF.
 *
 * The tables are made of capheap's own table of the chip (capheap/chip.h) when they are first
 * asked for; a program that doesn't ask has none. Facts: ESP-IDF at 102122904ade (v6.2-dev),
 * components/heap/include/heap_memory_layout.h and components/heap/port/memory_layout_utils.c.
 */
#ifndef HEAP_MEMORY_LAYOUT_H
#define HEAP_MEMORY_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "capheap/esp_idf_environment.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SOC_MEMORY_TYPE_NO_PRIOS 3 /**< priorities of capabilities */

/** A kind of memory. */
typedef struct {
    const char *name;                        /**< as listings print it */
    uint32_t caps[SOC_MEMORY_TYPE_NO_PRIOS]; /**< MALLOC_CAP_* flags by priority */
} soc_memory_type_desc_t;

/** A memory of the chip, or what is left of it. */
typedef struct {
    intptr_t start;        /**< first address */
    size_t size;           /**< bytes */
    size_t type;           /**< index into #soc_memory_types */
    intptr_t iram_address; /**< its lowest address on the instruction bus; 0 if it has none */
    bool startup_stack;    /**< used by start-up code */
} soc_memory_region_t;

/** A reserved range. */
typedef struct {
    intptr_t start; /**< first address */
    intptr_t end;   /**< one past the last */
} soc_reserved_region_t;

/**
 * @brief The types of the chip. Not for interrupts: the first call makes the table.
 * @return the first of them
 */
const soc_memory_type_desc_t *capheap_esp_idf_memory_types(void);
/**
 * @brief How many there are.
 * @return a count
 */
size_t capheap_esp_idf_memory_type_count(void);
/**
 * @brief The memories of the chip, by address. Not for interrupts: the first call makes the table.
 * @return the first of them
 */
const soc_memory_region_t *capheap_esp_idf_memory_regions(void);
/**
 * @brief How many there are.
 * @return a count
 */
size_t capheap_esp_idf_memory_region_count(void);

#define soc_memory_types        (capheap_esp_idf_memory_types())        /**< array of types */
#define soc_memory_type_count   (capheap_esp_idf_memory_type_count())   /**< its length */
#define soc_memory_regions      (capheap_esp_idf_memory_regions())      /**< array of memories */
#define soc_memory_region_count (capheap_esp_idf_memory_region_count()) /**< its length */

/**
 * @brief Keep a range out of the heap: at file scope, START and END constants or addresses of
 *        linker symbols, NAME unique in its file.
 *
 * It takes effect in heap_caps_init(), if the linker script collects the section between
 * soc_reserved_memory_region_start and _end, as ESP-IDF's do and compat/esp_idf_reserved.ld does.
 */
#define SOC_RESERVE_MEMORY_REGION(START, END, NAME)                                                \
    __attribute__((section(".reserved_memory_address"),                                            \
                   used)) static soc_reserved_region_t reserved_region_##NAME = {START, END};

/**
 * @brief What is left for a heap: the chip's memories less what is reserved, by address.
 *
 * @param regions room for soc_get_available_memory_region_max_count() of them
 * @return how many were written. O(memories * ranges^2).
 */
size_t soc_get_available_memory_regions(soc_memory_region_t *regions);

/**
 * @brief The most that can be left: each reserved range may split a memory in two.
 * @return a count
 */
size_t soc_get_available_memory_region_max_count(void);

#ifdef __cplusplus
}
#endif

#endif
