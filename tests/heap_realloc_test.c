/* SPDX-License-Identifier: MIT */
/* realloc across memories, capabilities and preferences. */
#include "heap_fixture.h"

static void fill(void *ptr, size_t bytes, unsigned key) {
    unsigned char *at = ptr;
    for (size_t i = 0; i < bytes; i++) {
        at[i] = (unsigned char)(key + i * 7);
    }
}

static bool holds(const void *ptr, size_t bytes, unsigned key) {
    const unsigned char *at = ptr;
    for (size_t i = 0; i < bytes; i++) {
        if (at[i] != (unsigned char)(key + i * 7)) {
            return false;
        }
    }
    return true;
}

TEST(null_is_malloc_and_zero_is_free) {
    open_all();
    void *block = capheap_realloc(&heap, NULL, 40, CAPHEAP_DMA);
    CHECK(lies_in(block, &dram));
    CHECK_EQ(seen.events, 1);
    CHECK_EQ(seen.old_ptr, NULL);
    CHECK_EQ(capheap_realloc(&heap, block, 0, CAPHEAP_DMA), NULL);
    CHECK_EQ(seen.events, 2);
    CHECK_EQ(seen.old_ptr, block);
    CHECK_EQ(seen.new_ptr, NULL);
    CHECK_EQ(figures_of(0).blocks, 0);
    CHECK_EQ(seen.failures, 0);
}

TEST(stays_where_the_capabilities_are) {
    open_all();
    char *block = capheap_malloc(&heap, 100, CAPHEAP_DEFAULT);
    fill(block, 100, 1);
    CHECK_EQ((void *)capheap_realloc(&heap, block, 200, CAPHEAP_DMA), block);
    CHECK_EQ(seen.old_ptr, block);
    CHECK_EQ(seen.new_ptr, block);
    CHECK_EQ(seen.size, 200);
    CHECK_EQ(seen.caps, CAPHEAP_DMA);
    CHECK_EQ((void *)capheap_realloc(&heap, block, 150, CAPHEAP_8BIT | CAPHEAP_ATOMIC), block);
    CHECK(holds(block, 100, 1));
    CHECK_EQ(seen.events, 3);
}

TEST(moves_where_they_are_not) {
    open_all();
    char *block = capheap_malloc(&heap, 100, CAPHEAP_DMA);
    fill(block, 100, 2);
    char *moved = capheap_realloc(&heap, block, 300, CAPHEAP_SPIRAM);
    CHECK(lies_in(moved, &psram) && holds(moved, 100, 2));
    CHECK_EQ(seen.events, 2);
    CHECK_EQ(seen.old_ptr, block);
    CHECK_EQ(seen.new_ptr, moved);
    CHECK_EQ(figures_of(CAPHEAP_DMA).blocks, 0);
    fill(moved, 300, 3);
    /* The same size, and smaller. */
    block = capheap_realloc(&heap, moved, 300, CAPHEAP_ATOMIC | CAPHEAP_8BIT);
    CHECK(lies_in(block, &dram) && holds(block, 300, 3));
    block = capheap_realloc(&heap, block, 21, CAPHEAP_SPIRAM);
    CHECK(lies_in(block, &psram) && holds(block, 21, 3));
    CHECK_EQ(figures_of(0).blocks, 1);
    CHECK_EQ(seen.reports, 0);
}

TEST(moves_when_its_region_is_full) {
    open_internal();
    char *block = capheap_malloc(&heap, 2000, CAPHEAP_DEFAULT);
    CHECK(lies_in(block, &dram));
    fill(block, 2000, 4);
    block = capheap_realloc(&heap, block, 5000, CAPHEAP_DEFAULT);
    CHECK(lies_in(block, &diram) && holds(block, 2000, 4));
    CHECK_EQ(figures_of(0).blocks, 1);
}

TEST(word_only_memory_by_words) {
    open_internal();
    CHECK(capheap_malloc(&heap, 3000, CAPHEAP_DMA) != NULL);
    char *words = capheap_calloc(&heap, 1, 999, CAPHEAP_32BIT);
    CHECK(lies_in(words, &iram));
    CHECK_EQ(words[998], 0);
    fill(words, 999, 5);
    char *bytes = capheap_realloc(&heap, words, 1003, CAPHEAP_8BIT);
    CHECK(lies_in(bytes, &diram) && holds(bytes, 999, 5));
    words = capheap_realloc(&heap, bytes, 501, CAPHEAP_EXEC);
    CHECK(words != NULL && holds(words, 501, 5));
    CHECK_EQ(seen.reports, 0);
}

TEST(a_refusal_changes_nothing) {
    open_internal();
    char *block = capheap_malloc(&heap, 600, CAPHEAP_DMA);
    fill(block, 600, 6);
    unsigned events = seen.events;
    CHECK_EQ(capheap_realloc(&heap, block, 9000, CAPHEAP_DMA), NULL);
    CHECK_EQ(capheap_realloc(&heap, block, 600, CAPHEAP_SPIRAM), NULL);
    CHECK_EQ(capheap_realloc(&heap, block, 600, 0), NULL);
    CHECK_EQ(seen.failures, 3);
    CHECK_EQ(seen.events, events);
    CHECK(holds(block, 600, 6));
    CHECK_EQ(capheap_usable_size(&heap, block), 600);
    capheap_free(&heap, block);
    CHECK_EQ(seen.reports, 0);
}

TEST(preferences) {
    open_all();
    static const capheap_caps_t prefer[] = {CAPHEAP_RTCRAM, CAPHEAP_SPIRAM, CAPHEAP_DMA};
    char *block = capheap_realloc_prefer(&heap, NULL, 50, prefer, 3);
    CHECK(lies_in(block, &psram));
    fill(block, 50, 7);
    block = capheap_realloc_prefer(&heap, block, 60, prefer, 3);
    CHECK(lies_in(block, &psram) && holds(block, 50, 7));
    exhaust(CAPHEAP_SPIRAM);
    block = capheap_realloc_prefer(&heap, block, 3000, prefer, 3);
    CHECK(lies_in(block, &dram) && holds(block, 50, 7));
    seen.failures = 0;
    CHECK_EQ(capheap_realloc_prefer(&heap, block, 30000, prefer, 3), NULL);
    CHECK_EQ(seen.failures, 1);
    CHECK_EQ(seen.preferences, 3);
    CHECK_EQ(capheap_realloc_prefer(&heap, block, 10, NULL, 0), NULL);
    CHECK_EQ(seen.failures, 2);
    CHECK_EQ(capheap_realloc_prefer(&heap, block, 0, prefer, 3), NULL);
    CHECK_EQ(figures_of(CAPHEAP_DMA).blocks, 0);
}

TEST(whole_lines_stay_whole) {
    open_all();
    capheap_caps_t caps = CAPHEAP_SPIRAM | CAPHEAP_CACHE_ALIGNED;
    char *block = capheap_malloc(&heap, 40, CAPHEAP_SPIRAM);
    void *pin = capheap_malloc(&heap, 8, CAPHEAP_SPIRAM);
    fill(block, 40, 8);
    static const size_t sizes[] = {40, 64, 65, 500, 100, 2000, 31};
    size_t kept = 40;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        block = capheap_realloc(&heap, block, sizes[i], caps);
        kept = sizes[i] < kept ? sizes[i] : kept;
        CHECK(block != NULL && holds(block, kept, 8));
        CHECK_EQ((uintptr_t)block % 32, 0);
        CHECK_EQ(capheap_usable_size(&heap, block) % 32, 0);
        CHECK(capheap_usable_size(&heap, block) >= sizes[i]);
    }
    capheap_free(&heap, pin);
    CHECK_EQ(figures_of(0).blocks, 1);
}

TEST_MAIN(null_is_malloc_and_zero_is_free, stays_where_the_capabilities_are,
          moves_where_they_are_not, moves_when_its_region_is_full, word_only_memory_by_words,
          a_refusal_changes_nothing, preferences, whole_lines_stay_whole)
