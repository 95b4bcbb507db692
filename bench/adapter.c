/* SPDX-License-Identifier: MIT */
/*
 * The region engine as the measuring programs see it: one region over the pool, books included.
 * No lock is chosen here, so that it links together with all of src/ too.
 */
#include "../ports/none.c"
#include "allocator.h"
#include "capheap/region.h"

static capheap_region_t region;

static int init(void *pool, size_t size) {
    capheap_region_config_t config = {.start = pool, .size = size};
    return capheap_region_init(&region, &config);
}

static void *do_malloc(size_t size) {
    return capheap_region_malloc(&region, size);
}

static void do_free(void *ptr) {
    capheap_region_free(&region, ptr);
}

static void *do_realloc(void *ptr, size_t size) {
    return capheap_region_realloc(&region, ptr, size);
}

static void *do_memalign(size_t alignment, size_t size) {
    return capheap_region_aligned_alloc(&region, alignment, size);
}

const struct allocator allocator = {
    "capheap", init, do_malloc, do_free, do_realloc, do_memalign, sizeof region, 0,
};
