/* SPDX-License-Identifier: MIT */
/*
 * The heap with five regions as the measuring programs see it. The pool is the region numbered
 * SERVING in the order of choice (1 to 5); the others are small and lack what is asked for, so that
 * those in front are passed over and placement in the pool is that of the engine alone.
 */
#include "allocator.h"
#include "capheap/heap.h"

#ifndef SERVING
#define SERVING 1
#endif

enum {
    REGIONS = 5,
    SMALL = 1024
};

static const capheap_type_t with = {"WITH", {CAPHEAP_8BIT | CAPHEAP_32BIT | CAPHEAP_DMA}, 8, 0};
static const capheap_type_t without = {"WITHOUT", {CAPHEAP_8BIT | CAPHEAP_32BIT}, 8, 0};
static uint64_t others[REGIONS][SMALL / 8];
static const uint32_t order[REGIONS] = {1, 2, 3, 4, 5};
static capheap_slot_t slots[REGIONS];
static capheap_heap_t heap;

static int init(void *pool, size_t size) {
    capheap_init(&heap, slots, REGIONS);
    for (uint32_t tag = 1; tag <= REGIONS; tag++) {
        capheap_memory_t memory = {.start = (uintptr_t)others[tag - 1], .size = SMALL};
        if (tag == SERVING) {
            memory.start = (uintptr_t)pool;
            memory.size = size;
        }
        const capheap_type_t *type = tag == SERVING ? &with : &without;
        if (capheap_add_region(&heap, type, tag, &memory) != CAPHEAP_OK) {
            return 1;
        }
    }
    capheap_set_order(&heap, order, REGIONS);
    return 0;
}

static void *do_malloc(size_t size) {
    return capheap_malloc(&heap, size, CAPHEAP_8BIT | CAPHEAP_DMA);
}

static void do_free(void *ptr) {
    capheap_free(&heap, ptr);
}

static void *do_realloc(void *ptr, size_t size) {
    return capheap_realloc(&heap, ptr, size, CAPHEAP_8BIT | CAPHEAP_DMA);
}

static void *do_memalign(size_t alignment, size_t size) {
    return capheap_aligned_alloc(&heap, alignment, size, CAPHEAP_8BIT | CAPHEAP_DMA);
}

const struct allocator allocator = {
    "capheap heap",
    init,
    do_malloc,
    do_free,
    do_realloc,
    do_memalign,
    sizeof heap + sizeof slots,
    0,
};
