/* SPDX-License-Identifier: MIT */
/* Sizes, counts and alignments at and past their limits; calloc's zeros. */
#include "heap_fixture.h"

#define PLAIN CAPHEAP_DEFAULT

static bool all_zero(const void *ptr, size_t bytes) {
    const unsigned char *at = ptr;
    while (bytes > 0 && *at == 0) {
        at++;
        bytes--;
    }
    return bytes == 0;
}

static void dirty(void) {
    for (size_t i = 0; i < ARENA_SIZE; i++) {
        arena[i] = 0xA5;
    }
}

TEST(size_zero_is_null_and_no_failure) {
    open_all();
    static const capheap_caps_t prefer[] = {PLAIN};
    CHECK_EQ(capheap_malloc(&heap, 0, PLAIN), NULL);
    CHECK_EQ(capheap_calloc(&heap, 0, 8, PLAIN), NULL);
    CHECK_EQ(capheap_calloc(&heap, 8, 0, PLAIN), NULL);
    CHECK_EQ(capheap_aligned_alloc(&heap, 64, 0, PLAIN), NULL);
    CHECK_EQ(capheap_aligned_calloc(&heap, 64, 0, 3, PLAIN), NULL);
    CHECK_EQ(capheap_realloc(&heap, NULL, 0, PLAIN), NULL);
    CHECK_EQ(capheap_malloc_prefer(&heap, 0, prefer, 1), NULL);
    CHECK_EQ(capheap_calloc_prefer(&heap, 0, 1, prefer, 1), NULL);
    CHECK_EQ(capheap_realloc_prefer(&heap, NULL, 0, prefer, 1), NULL);
    CHECK_EQ(seen.failures + seen.events + seen.reports, 0);
    CHECK_EQ(capheap_usable_size(&heap, NULL), 0);
    capheap_free(&heap, NULL);
    CHECK_EQ(seen.failures + seen.events + seen.reports, 0);
}

TEST(absurd_sizes_fail) {
    open_all();
    void *block = capheap_malloc(&heap, 40, PLAIN);
    unsigned failures = 0;
    for (size_t less = 0; less < 300; less++) {
        size_t size = SIZE_MAX - less;
        CHECK_EQ(capheap_malloc(&heap, size, PLAIN), NULL);
        CHECK_EQ(capheap_malloc(&heap, size, CAPHEAP_EXEC), NULL);
        CHECK_EQ(capheap_malloc_tagged(&heap, size, PSRAM), NULL);
        CHECK_EQ(capheap_aligned_alloc(&heap, 4096, size, PLAIN), NULL);
        CHECK_EQ(capheap_aligned_alloc(&heap, ~(SIZE_MAX >> 1), size, PLAIN), NULL);
        CHECK_EQ(capheap_realloc(&heap, block, size, PLAIN), NULL);
        CHECK_EQ(capheap_realloc(&heap, block, size, CAPHEAP_SPIRAM | CAPHEAP_CACHE_ALIGNED), NULL);
        failures += 7;
        CHECK_EQ(seen.failures, failures);
        CHECK_EQ(seen.size, size);
    }
    CHECK_EQ(capheap_usable_size(&heap, block), 40);
    CHECK_EQ(figures_of(0).blocks, 1);
}

TEST(a_product_that_overflows_fails) {
    open_all();
    static const capheap_caps_t prefer[] = {PLAIN, CAPHEAP_DMA};
    CHECK_EQ(capheap_calloc(&heap, SIZE_MAX / 2 + 1, 2, PLAIN), NULL);
    CHECK_EQ(seen.failures, 1);
    CHECK_EQ(seen.size, SIZE_MAX);
    CHECK_EQ(capheap_calloc(&heap, SIZE_MAX / 4, 5, PLAIN), NULL);
    CHECK_EQ(capheap_calloc(&heap, SIZE_MAX, SIZE_MAX, PLAIN), NULL);
    CHECK_EQ(capheap_aligned_calloc(&heap, 16, SIZE_MAX / 2 + 2, 2, PLAIN), NULL);
    CHECK_EQ(seen.alignment, 16);
    CHECK_EQ(capheap_calloc_prefer(&heap, SIZE_MAX, 2, prefer, 2), NULL);
    CHECK_EQ(seen.preferences, 2);
    CHECK_EQ(capheap_calloc_prefer(&heap, SIZE_MAX, 2, NULL, 0), NULL);
    CHECK_EQ(seen.failures, 6);
}

TEST(alignments) {
    open_all();
    for (size_t alignment = 1; alignment <= 4096; alignment *= 2) {
        void *block = capheap_aligned_alloc(&heap, alignment, 24, CAPHEAP_SPIRAM);
        CHECK(block != NULL);
        CHECK_EQ((uintptr_t)block & (alignment - 1), 0);
        CHECK_EQ(seen.alignment, 0);
        capheap_free(&heap, block);
    }
    CHECK_EQ(seen.reports, 0);
    static const size_t bad[] = {0, 3, 6, 12, 24, 100, SIZE_MAX, SIZE_MAX - 1};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CHECK_EQ(capheap_aligned_alloc(&heap, bad[i], 24, PLAIN), NULL);
        CHECK_EQ(capheap_aligned_calloc(&heap, bad[i], 2, 12, PLAIN), NULL);
        CHECK_EQ(seen.failures, 2 * i + 2);
        CHECK_EQ(seen.alignment, bad[i]);
        CHECK_EQ(seen.size, 24);
    }
    CHECK_EQ(capheap_aligned_alloc(&heap, ~(SIZE_MAX >> 1), 24, PLAIN), NULL);
}

TEST(coarser_granules) {
    open_heap();
    static const capheap_type_t lines = {"lines", {CAPHEAP_8BIT, 0, 0}, 64, 64};
    capheap_memory_t memory = piece(24, 8000, 0);
    CHECK_EQ(capheap_add_region(&heap, &lines, 0, &memory), CAPHEAP_OK);
    void *one = capheap_malloc(&heap, 1, CAPHEAP_8BIT);
    void *two = capheap_aligned_alloc(&heap, 16, 65, CAPHEAP_8BIT | CAPHEAP_CACHE_ALIGNED);
    CHECK_EQ((uintptr_t)one % 64, 0);
    CHECK_EQ((uintptr_t)two % 64, 0);
    CHECK_EQ(capheap_usable_size(&heap, one), 64);
    CHECK_EQ(capheap_usable_size(&heap, two), 128);
}

TEST(calloc_clears) {
    static const capheap_caps_t prefer[] = {CAPHEAP_RTCRAM, CAPHEAP_DMA};
    dirty();
    open_all();
    for (size_t size = 1; size < 40; size++) {
        CHECK(all_zero(capheap_calloc(&heap, 1, size, PLAIN), size));
        CHECK(all_zero(capheap_calloc(&heap, 1, size, CAPHEAP_SPIRAM), size));
        CHECK(all_zero(capheap_calloc(&heap, size, 1, CAPHEAP_EXEC), size));
        CHECK(all_zero(capheap_calloc_prefer(&heap, size, 1, prefer, 2), size));
    }
    void *aligned = capheap_aligned_calloc(&heap, 256, 10, 30, CAPHEAP_SPIRAM);
    CHECK(aligned != NULL && all_zero(aligned, 300));
    CHECK_EQ((uintptr_t)aligned % 256, 0);
    CHECK_EQ(seen.failures, 0);
}

TEST_MAIN(size_zero_is_null_and_no_failure, absurd_sizes_fail, a_product_that_overflows_fails,
          alignments, coarser_granules, calloc_clears)
