/* SPDX-License-Identifier: MIT */
/**
 * @file multi_heap.h
 * @brief One contiguous memory as a heap, by the names of ESP-IDF: capheap's region engine
 *        (capheap/region.h) with its state in the memory itself, and a lock.
 *
 * Blocks are aligned to 8 bytes and have no header. Behind each is a guard of one to eight bytes: a
 * block takes of what is free its size and one byte, rounded up to 8. With
 * CAPHEAP_ESP_IDF_MULTI_HEAP_GUARD 0 (capheap/esp_idf.h) there are no guards, and it takes its size
 * rounded up to 8. A pointer that is no live block's, and a block that was written past its end
 * when it is freed, resized or asked for its size, stop the program with a line that says what it
 * is.
 *
 * Calls on one heap must not overlap unless it has a lock (multi_heap_set_lock()). Complexity is
 * O(1) unless said. Facts: ESP-IDF at 102122904ade (v6.2-dev), components/heap/include/multi_heap.h
 * and components/heap/multi_heap.c.
 */
#ifndef MULTI_HEAP_H
#define MULTI_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A heap. It lies at the start of its memory. */
typedef struct multi_heap_info *multi_heap_handle_t;

/**
 * @brief Make a heap of memory that nothing else uses.
 *
 * There is no way to give it up: when no block of it is in use, use the memory for something else.
 *
 * @param start any address but NULL, which stops the program; memory that takes single bytes
 * @param size  bytes
 * @return the heap; NULL if the memory is too small for it (some 100 bytes) or larger than
 *         4 GiB. O(size): it clears the map.
 */
multi_heap_handle_t multi_heap_register(void *start, size_t size);

/**
 * @brief The lock to be taken by each call from now on.
 *
 * @param heap the heap; it has none at first
 * @param lock a capheap_lock_t that the port made ready (capheap/port.h), which in ports/esp_idf.c
 *             is a portMUX_TYPE; or NULL. Only a walker needs it to be recursive, and only if it
 *             calls the same heap.
 */
void multi_heap_set_lock(multi_heap_handle_t heap, void *lock);

/**
 * @brief Allocate.
 * @param heap the heap; NULL gives NULL
 * @param size bytes; 0 gives NULL
 * @return the block, its contents whatever was there; NULL if there is no room
 */
void *multi_heap_malloc(multi_heap_handle_t heap, size_t size);

/**
 * @brief Allocate at a multiple of an alignment. Free it like any other block.
 * @param heap      the heap; NULL gives NULL
 * @param size      bytes; 0 gives NULL
 * @param alignment bytes; no power of two gives NULL
 * @return the block; NULL if there is no room
 */
void *multi_heap_aligned_alloc(multi_heap_handle_t heap, size_t size, size_t alignment);

/**
 * @brief Allocate so that block + offset is a multiple of an alignment.
 *
 * Where offset is no multiple of the alignment, the block takes up to two alignments more, and
 * while such blocks are in use every free, realloc and size query looks through them: O(their
 * number).
 *
 * @param heap      the heap; NULL gives NULL
 * @param size      bytes; 0 gives NULL
 * @param alignment bytes; no power of two gives NULL
 * @param offset    bytes
 * @return the block; NULL if there is no room
 */
void *multi_heap_aligned_alloc_offs(multi_heap_handle_t heap, size_t size, size_t alignment,
                                    size_t offset);

/**
 * @brief The same as multi_heap_free().
 * @param heap the heap
 * @param p    the block
 */
void multi_heap_aligned_free(multi_heap_handle_t heap, void *p) __attribute__((deprecated));

/**
 * @brief Give a block back.
 * @param heap the heap; NULL does nothing
 * @param p    the block, or NULL
 */
void multi_heap_free(multi_heap_handle_t heap, void *p);

/**
 * @brief Change a block's size; its contents are kept up to the smaller of both.
 * @param heap the heap
 * @param p    the block; NULL: allocate
 * @param size bytes; 0: give it back, and NULL
 * @return the block, perhaps elsewhere; NULL if there is no room, and p is as it was. O(1) and the
 *         copy.
 */
void *multi_heap_realloc(multi_heap_handle_t heap, void *p, size_t size);

/**
 * @brief Bytes that a block's owner may write: what was asked for. Without guards: rounded up to 8.
 * @param heap the heap
 * @param p    the block
 * @return bytes
 */
size_t multi_heap_get_allocated_size(multi_heap_handle_t heap, void *p);

/**
 * @brief Bytes that a block takes of the heap, with its guard.
 * @param heap the heap
 * @param p    the block
 * @return bytes
 */
size_t multi_heap_get_full_block_size(multi_heap_handle_t heap, void *p);

/**
 * @brief The block in use that holds an address; where there is none the program stops. O(blocks).
 * @param heap the heap
 * @param ptr  the address
 * @return where the block begins
 */
void *multi_heap_find_containing_block(multi_heap_handle_t heap, void *ptr);

/**
 * @brief Bytes that are not in use, perhaps in many pieces.
 * @param heap the heap; NULL gives 0
 * @return bytes
 */
size_t multi_heap_free_size(multi_heap_handle_t heap);

/**
 * @brief The least that was ever free.
 * @param heap the heap; NULL gives 0
 * @return bytes
 */
size_t multi_heap_minimum_free_size(multi_heap_handle_t heap);

/**
 * @brief Count the minimum afresh, from what is free now.
 * @param heap the heap
 * @return what it was
 */
size_t multi_heap_reset_minimum_free_bytes(multi_heap_handle_t heap);

/**
 * @brief Make the minimum a given number, if that is less than it is now.
 * @param heap                         the heap
 * @param new_minimum_free_bytes_value bytes
 */
void multi_heap_restore_minimum_free_bytes(multi_heap_handle_t heap,
                                           const size_t new_minimum_free_bytes_value);

/** Figures of a heap. */
typedef struct {
    size_t total_free_bytes;      /**< bytes not in use */
    size_t total_allocated_bytes; /**< bytes of the blocks in use, without their guards */
    size_t largest_free_block;    /**< the largest size that malloc would serve */
    size_t minimum_free_bytes;    /**< the least that was ever free */
    size_t allocated_blocks;      /**< blocks in use */
    size_t free_blocks;           /**< pieces that are free */
    size_t total_blocks;          /**< both together */
} multi_heap_info_t;

/**
 * @brief Figures of a heap, all of one moment. O(blocks): it counts the free ones.
 * @param heap the heap; NULL gives zeros
 * @param info is filled
 */
void multi_heap_get_info(multi_heap_handle_t heap, multi_heap_info_t *info);

/**
 * @brief Is everything that the heap keeps of itself sound, and every guard? O(blocks), under the
 *        lock.
 * @param heap         the heap
 * @param print_errors tell what is damaged (capheap_esp_idf_write())
 * @return true if it is
 */
bool multi_heap_check(multi_heap_handle_t heap, bool print_errors);

/**
 * @brief Print every block (capheap_esp_idf_write()). O(blocks).
 * @param heap the heap
 */
void multi_heap_dump(multi_heap_handle_t heap);

/**
 * @brief What multi_heap_walk() calls for each block.
 * @param block_ptr  where the block begins
 * @param block_size bytes, without the guard unless that was written to
 * @param block_used 1: in use, 0: free
 * @param user_data  the caller's
 * @return false ends the walk
 */
typedef bool (*multi_heap_walker_cb_t)(void *block_ptr, size_t block_size, int block_used,
                                       void *user_data);

/**
 * @brief Call a function for every block, in order of address, under the lock.
 * @param heap        the heap
 * @param walker_func the function
 * @param user_data   handed to it
 */
void multi_heap_walk(multi_heap_handle_t heap, multi_heap_walker_cb_t walker_func, void *user_data);

#ifdef __cplusplus
}
#endif

#endif
