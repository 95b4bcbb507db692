/* SPDX-License-Identifier: MIT */
/**
 * @file esp_heap_caps.h
 * @brief Heap allocation by capabilities, by the names of ESP-IDF.
 *
 * A program ORs together what its memory must be able to do and gets a block from the least
 * precious memory that can do it all. All blocks are given back by heap_caps_free(), whichever call
 * gave them.
 *
 * Blocks are aligned to 8 bytes and have no header. Every call may be made from several tasks at
 * once, and from interrupts where the port's lock may be taken (capheap/port.h). What the heap is
 * made of and what happens on misuse: capheap/esp_idf.h. What differs from ESP-IDF:
 * docs/from-esp-idf.md.
 *
 * Facts: ESP-IDF at 102122904ade (v6.2-dev), components/heap/include/esp_heap_caps.h,
 * components/heap/heap_caps.c and heap_caps_base.c.
 */
#ifndef ESP_HEAP_CAPS_H
#define ESP_HEAP_CAPS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "capheap/esp_idf_environment.h"
#include "multi_heap.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Puts the program's hooks into RAM: the flash cache may be off when they are called. */
#if defined(CONFIG_HEAP_PLACE_FUNCTION_INTO_FLASH) && CONFIG_HEAP_PLACE_FUNCTION_INTO_FLASH
#define HEAP_IRAM_ATTR
#else
#define HEAP_IRAM_ATTR IRAM_ATTR
#endif

#if defined(CONFIG_HEAP_HAS_EXEC_HEAP) && CONFIG_HEAP_HAS_EXEC_HEAP
#define MALLOC_CAP_EXEC (1 << 0) /**< instructions can be fetched from it */
#endif
#define MALLOC_CAP_32BIT     (1 << 1)  /**< aligned 32-bit accesses work */
#define MALLOC_CAP_8BIT      (1 << 2)  /**< accesses of 8 and 16 bits work too */
#define MALLOC_CAP_DMA       (1 << 3)  /**< the DMA engine reaches it */
#define MALLOC_CAP_PID2      (1 << 4)  /**< process 2 reaches it */
#define MALLOC_CAP_PID3      (1 << 5)  /**< process 3 reaches it */
#define MALLOC_CAP_PID4      (1 << 6)  /**< process 4 reaches it */
#define MALLOC_CAP_PID5      (1 << 7)  /**< process 5 reaches it */
#define MALLOC_CAP_PID6      (1 << 8)  /**< process 6 reaches it */
#define MALLOC_CAP_PID7      (1 << 9)  /**< process 7 reaches it */
#define MALLOC_CAP_SPIRAM    (1 << 10) /**< external RAM */
#define MALLOC_CAP_INTERNAL  (1 << 11) /**< internal: there when the flash cache is off */
#define MALLOC_CAP_DEFAULT   (1 << 12) /**< may serve malloc() */
#define MALLOC_CAP_IRAM_8BIT (1 << 13) /**< instruction RAM that takes any access */
#define MALLOC_CAP_RETENTION (1 << 14) /**< the retention DMA reaches it */
#define MALLOC_CAP_RTCRAM    (1 << 15) /**< fast memory of the real-time clock's domain */
#define MALLOC_CAP_SPM       (1 << 16) /**< scratch-pad memory */
/** The older name of #MALLOC_CAP_SPM; using it draws a warning. */
#define MALLOC_CAP_TCM                                                                             \
    MALLOC_CAP_SPM _Pragma("GCC warning \"MALLOC_CAP_TCM is deprecated: use MALLOC_CAP_SPM\"")
#define MALLOC_CAP_DMA_DESC_AHB  (1 << 17)  /**< can hold descriptors of the AHB's DMA */
#define MALLOC_CAP_DMA_DESC_AXI  (1 << 18)  /**< can hold descriptors of the AXI's DMA */
#define MALLOC_CAP_CACHE_ALIGNED (1 << 19)  /**< starts and ends with a cache line */
#define MALLOC_CAP_SIMD          (1 << 20)  /**< the vector unit's accesses work */
#define MALLOC_CAP_SPIRAM_NO_ENC (1 << 21)  /**< external RAM that is not encrypted */
#define MALLOC_CAP_INVALID       (1u << 31) /**< no memory has it; "all heaps" for some calls */

/* ------------------------------------------------------------------------------------ hooks */

/**
 * @brief Called when a request can't be served.
 * @param size          bytes asked for
 * @param caps          capabilities asked for; the last ones tried, where there was a list
 * @param function_name which function of this header it was
 */
typedef void (*esp_alloc_failed_hook_t)(size_t size, uint32_t caps, const char *function_name);

/**
 * @brief Register the function that is called when a request can't be served. There is one.
 * @param callback called with no lock held, in the task that asked
 * @return ESP_OK; ESP_ERR_INVALID_ARG if it is NULL
 */
esp_err_t heap_caps_register_failed_alloc_callback(esp_alloc_failed_hook_t callback);

#ifdef CONFIG_HEAP_USE_HOOKS
/**
 * @brief A program's own function of this name is called after each allocation.
 * @param ptr  the block
 * @param size bytes asked for, rounded up to words if the memory may be word-only
 * @param caps capabilities asked for
 */
__attribute__((weak)) HEAP_IRAM_ATTR void esp_heap_trace_alloc_hook(void *ptr, size_t size,
                                                                    uint32_t caps);

/**
 * @brief A program's own function of this name is called after a block was given back.
 * @param ptr where it was
 */
__attribute__((weak)) HEAP_IRAM_ATTR void esp_heap_trace_free_hook(void *ptr);
#endif

/* ------------------------------------------------------------------------------- allocation */

/**
 * @brief Allocate memory that has all the given capabilities.
 *
 * MALLOC_CAP_EXEC gives an address from which instructions are fetched and that takes aligned
 * 32-bit accesses only; together with #MALLOC_CAP_8BIT or #MALLOC_CAP_DMA it gives NULL. With
 * #MALLOC_CAP_DMA or #MALLOC_CAP_CACHE_ALIGNED the block shares no cache line with another.
 *
 * @param size bytes; 0 gives NULL, and is no failure
 * @param caps MALLOC_CAP_* flags, ORed; 0 gives NULL
 * @return the block, its contents whatever was there; NULL if no memory with these capabilities has
 *         room. O(regions).
 */
void *heap_caps_malloc(size_t size, uint32_t caps);

/**
 * @brief Give a block back.
 * @param ptr the block, or NULL. O(regions).
 */
void heap_caps_free(void *ptr);

/**
 * @brief Change a block's size, and its memory where that lacks one of the capabilities.
 *
 * @param ptr  the block; NULL: allocate
 * @param size bytes; 0: give it back, and NULL
 * @param caps MALLOC_CAP_* flags, ORed; 0: any memory, if the block can stay in its region
 * @return the block, perhaps elsewhere; NULL if there is no room, and ptr is as it was. O(regions)
 *         and the copy.
 */
void *heap_caps_realloc(void *ptr, size_t size, uint32_t caps);

/**
 * @brief Allocate at a multiple of an alignment.
 *
 * @param alignment bytes; no power of two gives NULL, and is no failure
 * @param size      bytes; 0 gives NULL, and is no failure
 * @param caps      MALLOC_CAP_* flags, ORed
 * @return as heap_caps_malloc()
 */
void *heap_caps_aligned_alloc(size_t alignment, size_t size, uint32_t caps);

/**
 * @brief The same as heap_caps_free().
 * @param ptr the block
 */
void heap_caps_aligned_free(void *ptr) __attribute__((deprecated));

/**
 * @brief Allocate n * size bytes at a multiple of an alignment, all zero.
 *
 * @param alignment bytes; no power of two gives NULL, and is no failure
 * @param n         how many
 * @param size      bytes of each; a product that overflows gives NULL, and is no failure
 * @param caps      MALLOC_CAP_* flags, ORed
 * @return as heap_caps_malloc(). O(bytes).
 */
void *heap_caps_aligned_calloc(size_t alignment, size_t n, size_t size, uint32_t caps);

/**
 * @brief Allocate n * size bytes, all zero.
 *
 * @param n    how many
 * @param size bytes of each; a product that overflows gives NULL, and is a failure
 * @param caps MALLOC_CAP_* flags, ORed
 * @return as heap_caps_malloc(). O(bytes).
 */
void *heap_caps_calloc(size_t n, size_t size, uint32_t caps);

/**
 * @brief Allocate with the first of `num` sets of capabilities that can be served.
 *
 * @param size bytes
 * @param num  how many sets follow, each a uint32_t; none gives NULL
 * @return as heap_caps_malloc()
 */
void *heap_caps_malloc_prefer(size_t size, size_t num, ...);

/**
 * @brief Change a block's size with the first of `num` sets of capabilities that can be served.
 *
 * @param ptr  the block; NULL: allocate
 * @param size bytes; 0: give it back, and NULL, if num is not 0
 * @param num  how many sets follow, each a uint32_t; none gives NULL
 * @return as heap_caps_realloc()
 */
void *heap_caps_realloc_prefer(void *ptr, size_t size, size_t num, ...);

/**
 * @brief Allocate n * size bytes, all zero, with the first of `num` sets of capabilities that can
 *        be served.
 *
 * @param n    how many
 * @param size bytes of each
 * @param num  how many sets follow, each a uint32_t; none gives NULL
 * @return as heap_caps_calloc()
 */
void *heap_caps_calloc_prefer(size_t n, size_t size, size_t num, ...);

/**
 * @brief malloc() may use external memory from now on, for more than `limit` bytes at first.
 *
 * Until it is called, malloc() (heap_caps_malloc_default) uses internal memory alone.
 *
 * @param limit bytes: up to so many come from internal memory, more from external memory, as long
 *              as there is some
 */
void heap_caps_malloc_extmem_enable(size_t limit);

/* ---------------------------------------------------------------------------------- figures */

/**
 * @brief Bytes of all regions that have the given capabilities, in use or not, books included.
 * @param caps MALLOC_CAP_* flags, ORed; 0: all regions
 * @return bytes. O(regions).
 */
size_t heap_caps_get_total_size(uint32_t caps);

/**
 * @brief Bytes free in all regions that have the given capabilities, perhaps in many pieces.
 * @param caps MALLOC_CAP_* flags, ORed; 0: all regions
 * @return bytes. O(regions^2).
 */
size_t heap_caps_get_free_size(uint32_t caps);

/**
 * @brief The sum of the least bytes that were ever free in each of these regions: never more than
 *        what was free in them together. Regions added after start-up count 0.
 * @param caps MALLOC_CAP_* flags, ORed; 0: all regions
 * @return bytes. O(regions^2).
 */
size_t heap_caps_get_minimum_free_size(uint32_t caps);

/**
 * @brief The largest size that heap_caps_malloc() would serve from one of these regions; whole
 * cache lines that it may have to keep free are not taken off.
 * @param caps MALLOC_CAP_* flags, ORed; 0: all regions
 * @return bytes. O(regions^2).
 */
size_t heap_caps_get_largest_free_block(uint32_t caps);

/**
 * @brief Count the minimum ever free from now on, to find the low of a stretch of the program.
 *
 * @return ESP_OK, also if it is on already: then the stretch begins anew. Not from two tasks at
 *         once. O(regions^2).
 */
esp_err_t heap_caps_monitor_local_minimum_free_size_start(void);

/**
 * @brief The end of the stretch: the minimum is again that since start-up.
 * @return ESP_OK; ESP_FAIL if it was not on
 */
esp_err_t heap_caps_monitor_local_minimum_free_size_stop(void);

/**
 * @brief Figures of all regions that have the given capabilities, added up; the largest is the
 *        largest of one. O(blocks): it counts the free ones, under no lock for longer than a step.
 * @param info is filled
 * @param caps MALLOC_CAP_* flags, ORed; 0: all regions
 */
void heap_caps_get_info(multi_heap_info_t *info, uint32_t caps);

/**
 * @brief Print the figures of each of these regions and of all together. O(blocks).
 * @param caps MALLOC_CAP_* flags, ORed; 0: all regions
 */
void heap_caps_print_heap_info(uint32_t caps);

/* ---------------------------------------------------------------------------------- looking */

/**
 * @brief Is everything that the heap keeps of itself sound? O(blocks), 32 blocks under each taking
 *        of a region's lock. Not from two tasks at once.
 * @param print_errors tell what is damaged (capheap_esp_idf_write())
 * @return true if it is
 */
bool heap_caps_check_integrity_all(bool print_errors);

/**
 * @brief The same for the regions that have the given capabilities.
 * @param caps         MALLOC_CAP_* flags, ORed; #MALLOC_CAP_INVALID among them, or 0: all regions
 * @param print_errors tell what is damaged
 * @return true if it is sound, or if there are none
 */
bool heap_caps_check_integrity(uint32_t caps, bool print_errors);

/**
 * @brief The same for the region that holds an address.
 * @param addr         the address, as data are read there
 * @param print_errors tell what is damaged
 * @return true if it is sound; false if no region holds the address
 */
bool heap_caps_check_integrity_addr(intptr_t addr, bool print_errors);

/**
 * @brief Print every block of the regions that have the given capabilities. O(blocks).
 * @param caps MALLOC_CAP_* flags, ORed; #MALLOC_CAP_INVALID among them, or 0: all regions
 */
void heap_caps_dump(uint32_t caps);

/**
 * @brief Print every block of all regions.
 *
 * The same as heap_caps_dump(#MALLOC_CAP_INVALID).
 */
void heap_caps_dump_all(void);

/**
 * @brief Bytes that a block has, its request rounded up.
 * @param ptr the block
 * @return bytes; 0 for NULL
 */
size_t heap_caps_get_allocated_size(void *ptr);

/**
 * @brief Bytes of the block in use that holds an address; where there is none the program stops.
 *        O(blocks of its region).
 * @param ptr the address, as data are read there
 * @return bytes
 */
size_t heap_caps_get_containing_block_size(void *ptr);

/** A region, as a walker sees it. */
typedef struct walker_heap_info {
    intptr_t start; /**< first address */
    intptr_t end;   /**< one past the last */
} walker_heap_into_t;

/** A block, as a walker sees it. */
typedef struct walker_block_info {
    void *ptr;   /**< where it begins */
    size_t size; /**< bytes */
    bool used;   /**< in use */
} walker_block_info_t;

/**
 * @brief What heap_caps_walk() calls for each block.
 * @param heap_info  the region
 * @param block_info the block
 * @param user_data  the caller's
 * @return false: go on with the next region
 */
typedef bool (*heap_caps_walker_cb_t)(walker_heap_into_t heap_info, walker_block_info_t block_info,
                                      void *user_data);

/**
 * @brief Call a function for every block of the regions that have the given capabilities, region by
 *        region, by address in each. No lock is held while it runs: it may allocate and free, but
 *        if the block at hand is freed meanwhile, the walk of its region ends.
 * @param caps        MALLOC_CAP_* flags, ORed; #MALLOC_CAP_INVALID among them, or 0: all regions
 * @param walker_func the function; NULL stops the program
 * @param user_data   handed to it
 */
void heap_caps_walk(uint32_t caps, heap_caps_walker_cb_t walker_func, void *user_data);

/**
 * @brief The same for all regions.
 * @param walker_func the function; NULL stops the program
 * @param user_data   handed to it
 */
void heap_caps_walk_all(heap_caps_walker_cb_t walker_func, void *user_data);

#ifdef __cplusplus
}
#endif

#endif
