/* SPDX-License-Identifier: MIT */
/* Between the parts of multi_heap.h. */
#ifndef CAPHEAP_ESP_IDF_MULTI_HEAP_H
#define CAPHEAP_ESP_IDF_MULTI_HEAP_H

#include "capheap/port.h"
#include "capheap/region.h"
#include "esp_idf_internal.h"

#define MULTI_HEAP_GRANULE 8u /* bytes: what blocks are aligned to and a multiple of */

#define MULTI_HEAP_OVERRUN "written past the end of a block"

struct multi_heap_shifted;

struct multi_heap_info {
    capheap_lock_t *lock;               /* NULL: none */
    size_t minimum_limit;               /* the minimum is no more, whatever the engine counted */
    struct multi_heap_shifted *shifted; /* blocks handed out from inside */
    idf_damage_t *damage;               /* where a check notes what it finds; NULL: none is on */
    size_t guards;                      /* bytes of all blocks' guards */
    bool guarded;                       /* its blocks have guards */
    capheap_region_t region;
};

/* A heap whose blocks have no guards, whatever CAPHEAP_ESP_IDF_MULTI_HEAP_GUARD says. */
multi_heap_handle_t multi_heap_register_plain(void *start, size_t size);

/* ESP-IDF's own names. */
void multi_heap_internal_lock(multi_heap_handle_t heap);
void multi_heap_internal_unlock(multi_heap_handle_t heap);

/*
 * The engine's blocks, each with the guard behind it if the heap has them. All under the heap's
 * lock. Sizes are what the owner asks for. Where a guard was written to the program stops.
 */
void *multi_heap_block_take(multi_heap_handle_t heap, size_t alignment, size_t size);
void *multi_heap_block_resize(multi_heap_handle_t heap, void *block, size_t size);
void multi_heap_block_give(multi_heap_handle_t heap, void *block);
size_t multi_heap_block_size(multi_heap_handle_t heap, const void *block);

/* Bytes of a block's guard; 0: it has none, or it was written to. */
size_t multi_heap_block_guard(multi_heap_handle_t heap, const capheap_block_t *block);

/* Note guards that were written to; false if there are any. */
bool multi_heap_check_guards(multi_heap_handle_t heap);

/*
 * Blocks whose owners have an address inside them, so that address + offset is aligned. All under
 * the heap's lock.
 */
void *multi_heap_shifted_alloc(multi_heap_handle_t heap, size_t size, size_t alignment,
                               size_t offset);
void *multi_heap_shifted_realloc(multi_heap_handle_t heap, void *ptr, size_t size);

/* The engine's block of an owner's address: another one if it is such a block. */
void *multi_heap_shifted_block(multi_heap_handle_t heap, void *ptr);

/* The same, and it is none any longer. */
void *multi_heap_shifted_forget(multi_heap_handle_t heap, void *ptr);

#endif
