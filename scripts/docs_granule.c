/* SPDX-License-Identifier: MIT */
/* For scripts/docs-figures: the region engine with a granule of GRANULE bytes, as the measuring
 * programs of bench/ see it. */
#include "../bench/allocator.h"
#include "../ports/none.c"
#include "capheap/region.h"

static capheap_region_t region;

static int init(void *pool, size_t size) {
    capheap_region_config_t config = {.start = pool, .size = size, .granule = GRANULE};
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
    "granule", init, do_malloc, do_free, do_realloc, do_memalign, sizeof region, 0,
};
