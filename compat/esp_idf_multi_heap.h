/* SPDX-License-Identifier: MIT */
/* Between the parts of multi_heap.h. */
#ifndef CAPHEAP_ESP_IDF_MULTI_HEAP_H
#define CAPHEAP_ESP_IDF_MULTI_HEAP_H

#include "capheap/port.h"
#include "capheap/region.h"
#include "esp_idf_internal.h"

struct multi_heap_shifted;

struct multi_heap_info {
    capheap_lock_t *lock;               /* NULL: none */
    size_t minimum_limit;               /* the minimum is no more, whatever the engine counted */
    struct multi_heap_shifted *shifted; /* blocks handed out from inside */
    idf_damage_t *damage;               /* where a check notes what it finds; NULL: none is on */
    capheap_region_t region;
};

/* ESP-IDF's own names. */
void multi_heap_internal_lock(multi_heap_handle_t heap);
void multi_heap_internal_unlock(multi_heap_handle_t heap);

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
