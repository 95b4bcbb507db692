/* SPDX-License-Identifier: MIT */
/*
 * Zephyr's shared multi-heap (zephyr/multi_heap/shared_multi_heap.h) over one heap: an attribute is
 * a capability that the program's regions have. Regions of an attribute serve in the order in which
 * they were added, as Zephyr's do (lib/heap/shared_multi_heap.c).
 */
#include <errno.h>

#include <zephyr/kernel.h>
#include <zephyr/multi_heap/shared_multi_heap.h>
#include <zephyr/sys/atomic.h>

#include "capheap/zephyr.h"

#define REGIONS CAPHEAP_SHARED_MULTI_HEAP_REGIONS

/* Capabilities that nothing else uses, one for each attribute. */
#define ATTRIBUTE(number) (UINT32_C(1) << (21 + (number)))
#define ATTRIBUTES        8

_Static_assert((int)MAX_SHARED_MULTI_HEAP_ATTR <= ATTRIBUTES,
               "capheap serves 8 attributes of the shared multi-heap");

/* clang-format off */
#define TYPE(number)                                                                               \
    {"SMH attribute " #number, {ATTRIBUTE(number) | CAPHEAP_8BIT | CAPHEAP_32BIT}, 8, 0}
/* clang-format on */

static const capheap_type_t types[ATTRIBUTES] = {TYPE(0), TYPE(1), TYPE(2), TYPE(3),
                                                 TYPE(4), TYPE(5), TYPE(6), TYPE(7)};

static capheap_slot_t slots[REGIONS];
capheap_heap_t capheap_shared_multi_heap = CAPHEAP_HEAP_INITIAL(slots, REGIONS);

/* Each region's tag is its number: those added before it. In this order they are tried. */
static uint32_t order[REGIONS];
static atomic_t added;
static atomic_t ready;

void *shared_multi_heap_realloc(enum shared_multi_heap_attr attr, void *ptr, size_t bytes);

int shared_multi_heap_pool_init(void) {
    if (!atomic_cas(&ready, 0, 1)) {
        return -EALREADY;
    }
    for (uint32_t i = 0; i < REGIONS; i++) {
        order[i] = i;
    }
    capheap_set_order(&capheap_shared_multi_heap, order, REGIONS);
    return 0;
}

static int error_of(capheap_status_t status) {
    switch (status) {
    case CAPHEAP_OK:
        return 0;
    case CAPHEAP_ERROR_FULL:
        return -ENOMEM;
    default:
        return -EINVAL;
    }
}

int shared_multi_heap_add(struct shared_multi_heap_region *region, void *user_data) {
    (void)user_data; /* Zephyr keeps it for choosing functions, which a shared multi-heap has not */
    if (region == NULL || region->attr >= (uint32_t)MAX_SHARED_MULTI_HEAP_ATTR) {
        return -EINVAL;
    }
    capheap_memory_t memory = {.start = region->addr, .size = region->size};
    uint32_t number = (uint32_t)atomic_inc(&added);
    int error = error_of(
        capheap_add_region(&capheap_shared_multi_heap, &types[region->attr], number, &memory));
    if (error != 0) {
        (void)atomic_dec(&added);
    }
    return error;
}

/* Bytes, at a multiple of align (0: any), of memory with the attribute. */
static capheap_request_t request_of(enum shared_multi_heap_attr attr, size_t align, size_t bytes) {
    return (capheap_request_t){.size = bytes, .alignment = align, .caps = ATTRIBUTE(attr)};
}

static bool is_attribute(enum shared_multi_heap_attr attr) {
    return (unsigned)attr < (unsigned)MAX_SHARED_MULTI_HEAP_ATTR;
}

void *shared_multi_heap_aligned_alloc(enum shared_multi_heap_attr attr, size_t align,
                                      size_t bytes) {
    if (!is_attribute(attr)) {
        return NULL;
    }
    capheap_request_t request = request_of(attr, align, bytes);
    return capheap_allocate(&capheap_shared_multi_heap, &request);
}

void *shared_multi_heap_alloc(enum shared_multi_heap_attr attr, size_t bytes) {
    return shared_multi_heap_aligned_alloc(attr, 0, bytes);
}

void *shared_multi_heap_realloc(enum shared_multi_heap_attr attr, void *ptr, size_t bytes) {
    if (!is_attribute(attr)) {
        return NULL;
    }
    capheap_request_t request = request_of(attr, 0, bytes);
    return capheap_reallocate(&capheap_shared_multi_heap, ptr, &request);
}

void shared_multi_heap_free(void *block) {
    capheap_free(&capheap_shared_multi_heap, block);
}
