/* SPDX-License-Identifier: MIT */
/* Zephyr's shared multi-heap over one heap of capheap's. */
#include <errno.h>
#include <string.h>

#include "test.h"

#include <zephyr/multi_heap/shared_multi_heap.h>

#include "capheap/inspect.h"
#include "capheap/zephyr.h"

void *shared_multi_heap_realloc(enum shared_multi_heap_attr attr, void *ptr, size_t bytes);

#define CACHED   SMH_REG_ATTR_CACHEABLE
#define UNCACHED SMH_REG_ATTR_NON_CACHEABLE

/* The larger cached one is added first, so it is tried first. */
static uint64_t large[1024], small[256], uncached[512];
static unsigned reports;

static void count_report(void *context, const capheap_report_t *report) {
    (void)context;
    reports += report->fault != 0;
}

static bool lies_in(const void *ptr, const uint64_t *memory, size_t size) {
    return (uintptr_t)ptr - (uintptr_t)memory < size;
}

#define IN(memory, ptr) lies_in((ptr), (memory), sizeof(memory))

static int add(uint32_t attr, void *memory, size_t size) {
    struct shared_multi_heap_region region = {attr, (uintptr_t)memory, size};
    return shared_multi_heap_add(&region, NULL);
}

static size_t live_blocks(void) {
    capheap_figures_t figures;
    capheap_get_figures(&capheap_shared_multi_heap, 0, &figures);
    return figures.blocks;
}

TEST(the_pool_is_made_once) {
    CHECK_EQ(shared_multi_heap_pool_init(), 0);
    CHECK_EQ(shared_multi_heap_pool_init(), -EALREADY);
    CHECK(shared_multi_heap_alloc(CACHED, 8) == NULL);
    capheap_set_hooks(&capheap_shared_multi_heap, &(capheap_hooks_t){.report = count_report});
}

TEST(regions_are_added_by_attribute) {
    CHECK_EQ(add(MAX_SHARED_MULTI_HEAP_ATTR, large, sizeof(large)), -EINVAL);
    CHECK_EQ(add(UINT32_MAX, large, sizeof(large)), -EINVAL);
    CHECK_EQ(shared_multi_heap_add(NULL, NULL), -EINVAL);
    CHECK_EQ(add(CACHED, large, 16), -EINVAL);
    CHECK_EQ(add(CACHED, NULL, 4096), -EINVAL);
    CHECK_EQ(add(CACHED, large, sizeof(large)), 0);
    CHECK_EQ(add(UNCACHED, large, sizeof(large)), -EINVAL);
    CHECK_EQ(add(CACHED, small, sizeof(small)), 0);
    CHECK_EQ(add(UNCACHED, uncached, sizeof(uncached)), 0);
}

TEST(an_attribute_s_regions_serve_in_their_order) {
    void *first = shared_multi_heap_alloc(CACHED, 0x40);
    void *most = shared_multi_heap_alloc(CACHED, 7000);
    void *second = shared_multi_heap_alloc(CACHED, 1000);
    void *other = shared_multi_heap_alloc(UNCACHED, 0x100);
    CHECK(IN(large, first));
    CHECK(IN(large, most));
    CHECK(IN(small, second));
    CHECK(IN(uncached, other));
    CHECK(shared_multi_heap_alloc(UNCACHED, 0x10000) == NULL);
    CHECK(shared_multi_heap_alloc(UNCACHED, 0) == NULL);
    CHECK(shared_multi_heap_alloc(MAX_SHARED_MULTI_HEAP_ATTR, 0x100) == NULL);
    CHECK(shared_multi_heap_alloc((enum shared_multi_heap_attr)77, 0x100) == NULL);
    shared_multi_heap_free(first);
    shared_multi_heap_free(most);
    shared_multi_heap_free(second);
    shared_multi_heap_free(other);
    shared_multi_heap_free(NULL);
    CHECK_EQ(live_blocks(), 0);
    CHECK_EQ(reports, 0);
}

TEST(alignment_is_kept) {
    for (size_t align = 1; align <= 512; align *= 2) {
        void *block = shared_multi_heap_aligned_alloc(UNCACHED, align, 24);
        CHECK(block != NULL);
        CHECK_EQ((uintptr_t)block % align, 0);
        shared_multi_heap_free(block);
    }
    CHECK(shared_multi_heap_aligned_alloc(UNCACHED, 24, 24) == NULL);
    CHECK(shared_multi_heap_aligned_alloc(UNCACHED, (SIZE_MAX >> 1) + 1, 24) == NULL);
}

TEST(realloc_moves_to_the_attribute) {
    char *text = shared_multi_heap_realloc(CACHED, NULL, 16);
    (void)strcpy(text, "fifteen letters");
    text = shared_multi_heap_realloc(CACHED, text, 3000);
    CHECK(IN(large, text) && strcmp(text, "fifteen letters") == 0);
    CHECK(shared_multi_heap_realloc(MAX_SHARED_MULTI_HEAP_ATTR, text, 16) == NULL);
    text = shared_multi_heap_realloc(UNCACHED, text, 100);
    CHECK(IN(uncached, text) && strcmp(text, "fifteen letters") == 0);
    CHECK(shared_multi_heap_realloc(UNCACHED, text, 0) == NULL);
    CHECK_EQ(live_blocks(), 0);
}

TEST(misuse_is_reported) {
    char *block = shared_multi_heap_alloc(CACHED, 64);
    shared_multi_heap_free(block + 8);
    shared_multi_heap_free(&reports);
    shared_multi_heap_free(block);
    shared_multi_heap_free(block);
    CHECK_EQ(reports, 3);
    CHECK_EQ(live_blocks(), 0);
}

TEST(there_is_room_for_so_many_regions) {
    static uint64_t more[CAPHEAP_SHARED_MULTI_HEAP_REGIONS][32];
    int error = 0;
    size_t count = 3;
    for (size_t i = 0; i < CAPHEAP_SHARED_MULTI_HEAP_REGIONS && error == 0; i++) {
        error = add(UNCACHED, more[i], sizeof(more[i]));
        count += error == 0;
    }
    CHECK_EQ(error, -ENOMEM);
    CHECK_EQ(count, CAPHEAP_SHARED_MULTI_HEAP_REGIONS);
}

TEST_MAIN(the_pool_is_made_once, regions_are_added_by_attribute,
          an_attribute_s_regions_serve_in_their_order, alignment_is_kept,
          realloc_moves_to_the_attribute, misuse_is_reported, there_is_room_for_so_many_regions)
