/* SPDX-License-Identifier: MIT */
/*
 * A heap: a set of regions, each of a memory type with capabilities. A request names capabilities;
 * it is served by the first region, in order of priority, whose type has them all and that has
 * room. Any number of heaps live side by side; a pointer is freed through the heap that gave it,
 * whichever of its regions it came from.
 *
 * Threads: all calls may be made from several threads at once. Each region has its own lock
 * (port.h), held for one O(1) operation of the engine at a time, so that two threads work in two
 * regions at once. Interrupts: as the port's lock says. Complexity: O(regions) unless said.
 */
#ifndef CAPHEAP_HEAP_H
#define CAPHEAP_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capheap/caps.h"
#include "capheap/chip.h"
#include "capheap/port.h"
#include "capheap/region.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One region of a heap. The fields are the heap's own. */
typedef struct capheap_slot {
    capheap_region_t region;
    capheap_lock_t lock;
    const capheap_type_t *type;
    uint32_t tag;
    capheap_memory_t memory; /* where it is, its alias and flags, as it was added */
    uint8_t state;           /* empty, held back, serving, leaving */
} capheap_slot_t;

struct capheap_heap;

/* Called after a block was given out (old NULL), resized or moved (both), or before it is given
 * back (new NULL). */
typedef void (*capheap_event_fn)(void *context, void *old_ptr, void *new_ptr, size_t size,
                                 capheap_caps_t caps);
typedef void (*capheap_failure_fn)(void *context, size_t size, size_t alignment,
                                   capheap_caps_t caps);

typedef struct capheap_hooks {
    capheap_event_fn event;
    capheap_failure_fn failure; /* a request could not be served */
    capheap_report_fn report;   /* misuse or damage; NULL: stop the program */
    void *context;
} capheap_hooks_t;

typedef struct capheap_heap {
    capheap_slot_t *slots; /* in order of choice */
    size_t slot_count;
    capheap_lock_t lock; /* of the set of regions */
    capheap_hooks_t hooks;
} capheap_heap_t;

/* A static heap with room for `regions` regions; ready for use without a constructor. */
#define CAPHEAP_HEAP_DEFINE(name, regions)                                                         \
    static capheap_slot_t name##_slots[(regions)];                                                 \
    static capheap_heap_t name = {.slots = name##_slots, .slot_count = (regions)}

/* Where memory comes from: added by hand, ... */
capheap_status_t capheap_heap_add(capheap_heap_t *heap, const capheap_type_t *type, uint32_t tag,
                                  const capheap_memory_t *memory);
/* ... or all that a chip has, less what is reserved. Start-up memory is held back until
 * capheap_heap_startup_over. */
capheap_status_t capheap_heap_add_chip(capheap_heap_t *heap, const capheap_chip_t *chip,
                                       const capheap_range_t *reserved, size_t reserved_count);
capheap_status_t capheap_heap_startup_over(capheap_heap_t *heap);
/* Take the region that holds `address` out again. CAPHEAP_ERROR_BUSY while it has live blocks. */
capheap_status_t capheap_heap_remove(capheap_heap_t *heap, const void *address);

void *capheap_malloc(capheap_heap_t *heap, size_t size, capheap_caps_t caps);
void *capheap_calloc(capheap_heap_t *heap, size_t count, size_t size, capheap_caps_t caps);
void *capheap_realloc(capheap_heap_t *heap, void *ptr, size_t size, capheap_caps_t caps);
void *capheap_aligned_alloc(capheap_heap_t *heap, size_t alignment, size_t size,
                            capheap_caps_t caps);
void *capheap_malloc_prefer(capheap_heap_t *heap, size_t size, const capheap_caps_t *caps,
                            size_t count);
void *capheap_malloc_tagged(capheap_heap_t *heap, size_t size, uint32_t tag);
void capheap_free(capheap_heap_t *heap, void *ptr);
size_t capheap_usable_size(capheap_heap_t *heap, const void *ptr);

#ifdef __cplusplus
}
#endif

#endif
