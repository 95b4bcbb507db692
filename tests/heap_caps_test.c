/* SPDX-License-Identifier: MIT */
/* Which memory serves which request, and in which order. */
#include "heap_fixture.h"

#define PLAIN CAPHEAP_DEFAULT

TEST(all_bits_must_be_there) {
    open_all();
    CHECK(lies_in(capheap_malloc(&heap, 100, CAPHEAP_SPIRAM | CAPHEAP_8BIT), &psram));
    CHECK(lies_in(capheap_malloc(&heap, 100, CAPHEAP_DMA | CAPHEAP_8BIT), &dram));
    CHECK(lies_in(capheap_malloc(&heap, 100, CAPHEAP_EXEC), &iram));
    CHECK_EQ(capheap_malloc(&heap, 100, CAPHEAP_SPIRAM | CAPHEAP_DMA), NULL);
    CHECK_EQ(capheap_malloc(&heap, 100, CAPHEAP_RTCRAM), NULL);
    CHECK_EQ(seen.failures, 2);
}

TEST(priorities_come_first) {
    open_internal();
    /* 32BIT: IRAM lists it first, then DRAM, then D/IRAM. */
    CHECK(lies_in(capheap_malloc(&heap, 2000, CAPHEAP_32BIT), &iram));
    CHECK(lies_in(capheap_malloc(&heap, 3000, CAPHEAP_32BIT), &dram));
    CHECK(lies_in(capheap_malloc(&heap, 3000, CAPHEAP_32BIT), &diram));
    /* DEFAULT: DRAM, though the smaller, is full for this size; D/IRAM comes second. */
    CHECK(lies_in(capheap_malloc(&heap, 3000, PLAIN), &diram));
    CHECK(lies_in(capheap_malloc(&heap, 500, PLAIN), &dram));
    CHECK_EQ(capheap_malloc(&heap, 3000, PLAIN), NULL);
}

/* Both walks behind the first one: past a full region, and past one of the other's choice. */
TEST(later_priorities_pass_full_regions) {
    open_heap();
    static const capheap_type_t second = {"second", {0, CAPHEAP_8BIT, 0}, 0, 0};
    static const capheap_type_t third = {"third", {0, 0, CAPHEAP_8BIT}, 0, 0};
    /* By size: second, third, second, third. */
    capheap_memory_t m[4] = {piece(0, 512, 0), piece(1024, 600, 0), piece(4096, 700, 0),
                             piece(8192, 800, 0)};
    for (size_t i = 0; i < 4; i++) {
        CHECK_EQ(capheap_add_region(&heap, i % 2 == 0 ? &second : &third, 0, &m[i]), CAPHEAP_OK);
    }
    static const size_t expected[] = {0, 2, 1, 3};
    for (size_t i = 0; i < 4; i++) {
        CHECK(lies_in(capheap_malloc(&heap, 350, CAPHEAP_8BIT), &m[expected[i]]));
    }
    CHECK_EQ(capheap_malloc(&heap, 350, CAPHEAP_8BIT), NULL);
}

TEST(smaller_region_first) {
    open_heap();
    capheap_memory_t large = piece(0, 8192, DRAM), small = piece(8192, 1024, DRAM),
                     middle = piece(16384, 4096, DRAM);
    CHECK_EQ(add(&large), CAPHEAP_OK);
    CHECK_EQ(add(&small), CAPHEAP_OK);
    CHECK_EQ(add(&middle), CAPHEAP_OK);
    CHECK(lies_in(capheap_malloc(&heap, 600, PLAIN), &small));
    CHECK(lies_in(capheap_malloc(&heap, 600, PLAIN), &middle));
    CHECK(lies_in(capheap_malloc(&heap, 3000, PLAIN), &middle));
    CHECK(lies_in(capheap_malloc(&heap, 600, PLAIN), &large));
}

TEST(of_equal_ones_the_later_first) {
    open_heap();
    capheap_memory_t one = piece(0, 2048, DRAM), two = piece(4096, 2048, DRAM);
    CHECK_EQ(add(&one), CAPHEAP_OK);
    CHECK_EQ(add(&two), CAPHEAP_OK);
    CHECK(lies_in(capheap_malloc(&heap, 64, PLAIN), &two));
}

TEST(words_prefer_word_only_memory) {
    open_heap();
    static const capheap_type_t words = {"words", {CAPHEAP_32BIT, 0, 0}, 0, 0};
    static const capheap_type_t bytes = {"bytes", {CAPHEAP_32BIT | CAPHEAP_8BIT, 0, 0}, 0, 0};
    capheap_memory_t small = piece(0, 1024, 0), large = piece(4096, 4096, 1);
    CHECK_EQ(capheap_add_region(&heap, &bytes, 0, &small), CAPHEAP_OK);
    CHECK_EQ(capheap_add_region(&heap, &words, 1, &large), CAPHEAP_OK);
    CHECK(lies_in(capheap_malloc(&heap, 64, CAPHEAP_32BIT), &large));
    CHECK(lies_in(capheap_malloc(&heap, 64, CAPHEAP_32BIT | CAPHEAP_8BIT), &small));
    capheap_region_info_t info;
    CHECK(capheap_find_region(&heap, (void *)large.start, &info) && info.word_only);
    CHECK(capheap_find_region(&heap, (void *)small.start, &info) && !info.word_only);
}

TEST(bytes_never_come_from_word_only_memory) {
    open_internal();
    exhaust(CAPHEAP_8BIT);
    CHECK_EQ(figures_of(CAPHEAP_8BIT).free, 0);
    CHECK_EQ(capheap_malloc(&heap, 8, CAPHEAP_8BIT), NULL);
    CHECK_EQ(capheap_malloc(&heap, 8, CAPHEAP_8BIT | CAPHEAP_32BIT), NULL);
    CHECK(lies_in(capheap_malloc(&heap, 8, CAPHEAP_32BIT), &iram));
}

TEST(atomics_never_land_in_psram) {
    open_all();
    exhaust(CAPHEAP_ATOMIC);
    CHECK_EQ(figures_of(CAPHEAP_SPIRAM).blocks, 0);
    CHECK_EQ(capheap_malloc(&heap, 8, CAPHEAP_ATOMIC | CAPHEAP_8BIT), NULL);
    CHECK(lies_in(capheap_malloc(&heap, 8, CAPHEAP_8BIT), &psram));
}

TEST(exec_implies_words) {
    open_heap();
    static const capheap_type_t odd = {"no 32BIT", {CAPHEAP_EXEC, 0, 0}, 0, 0};
    capheap_memory_t memory = piece(0, 1024, 0);
    CHECK_EQ(capheap_add_region(&heap, &odd, 0, &memory), CAPHEAP_OK);
    CHECK_EQ(capheap_malloc(&heap, 8, CAPHEAP_EXEC), NULL);
}

/* As on an ESP32-C6 or an STM32, where code runs from any memory by its one address. */
TEST(exec_with_bytes_where_one_address_does_both) {
    open_internal();
    void *both = capheap_malloc(&heap, 64, CAPHEAP_EXEC | CAPHEAP_8BIT | CAPHEAP_DMA);
    CHECK(lies_in(both, &diram));
    capheap_free(&heap, both);
    CHECK_EQ(seen.reports, 0);
}

TEST(no_capabilities_no_block) {
    open_all();
    CHECK_EQ(capheap_malloc(&heap, 8, 0), NULL);
    CHECK_EQ(seen.failures, 1);
    CHECK_EQ(capheap_malloc(&heap, 8, CAPHEAP_INVALID), NULL);
    CHECK_EQ(capheap_malloc(&heap, 8, CAPHEAP_DEFAULT | CAPHEAP_INVALID), NULL);
    CHECK_EQ(capheap_malloc(&heap, 8, CAPHEAP_CACHE_ALIGNED), NULL);
    CHECK_EQ(seen.failures, 4);
}

TEST(cache_aligned_takes_whole_lines) {
    open_all();
    char *one = capheap_malloc(&heap, 1, CAPHEAP_SPIRAM | CAPHEAP_CACHE_ALIGNED);
    char *two = capheap_malloc(&heap, 33, CAPHEAP_SPIRAM | CAPHEAP_CACHE_ALIGNED);
    CHECK(lies_in(one, &psram) && lies_in(two, &psram));
    CHECK_EQ((uintptr_t)one % 32, 0);
    CHECK_EQ((uintptr_t)two % 32, 0);
    CHECK_EQ(capheap_usable_size(&heap, one), 32);
    CHECK_EQ(capheap_usable_size(&heap, two), 64);
    CHECK_EQ(capheap_malloc(&heap, SIZE_MAX, CAPHEAP_SPIRAM | CAPHEAP_CACHE_ALIGNED), NULL);
    /* Memory without a cache: nothing to do. */
    CHECK_EQ(
        capheap_usable_size(&heap, capheap_malloc(&heap, 1, CAPHEAP_DMA | CAPHEAP_CACHE_ALIGNED)),
        8);
    /* A coarser alignment stays. */
    void *page = capheap_aligned_alloc(&heap, 1024, 1, CAPHEAP_SPIRAM | CAPHEAP_CACHE_ALIGNED);
    CHECK(page != NULL && (uintptr_t)page % 1024 == 0);
    CHECK_EQ(capheap_usable_size(&heap, page), 32);
}

TEST(order_given_by_tags) {
    open_all();
    static const uint32_t order[] = {PSRAM, DIRAM};
    capheap_set_order(&heap, order, 2);
    void *first = capheap_malloc(&heap, 64, CAPHEAP_DEFAULT);
    CHECK(lies_in(first, &psram));
    CHECK(lies_in(capheap_malloc(&heap, 64, CAPHEAP_DMA), &diram));
    CHECK(lies_in(capheap_malloc(&heap, 64, CAPHEAP_EXEC), &diram));
    CHECK(lies_in(capheap_malloc(&heap, 64, CAPHEAP_ATOMIC), &diram));
    /* A region that comes later finds its place. */
    CHECK_EQ(capheap_remove_region(&heap, (void *)iram.start), CAPHEAP_OK);
    capheap_memory_t more = piece(12288, 1024, PSRAM);
    CHECK_EQ(add(&more), CAPHEAP_OK);
    CHECK(lies_in(capheap_malloc(&heap, 64, CAPHEAP_DEFAULT), &more));
    /* What the list doesn't name comes after it. */
    exhaust(CAPHEAP_SPIRAM);
    CHECK(lies_in(capheap_malloc(&heap, 64, CAPHEAP_DEFAULT), &diram));
    while (lies_in(capheap_malloc(&heap, 64, CAPHEAP_DEFAULT), &diram)) {
    }
    CHECK(lies_in(capheap_malloc(&heap, 64, CAPHEAP_DEFAULT), &dram));
    static const uint32_t reverse[] = {IRAM, DIRAM, 55, PSRAM};
    capheap_set_order(&heap, reverse, 4);
    exhaust(CAPHEAP_SPIRAM);
    capheap_free(&heap, first);
    CHECK(lies_in(capheap_malloc(&heap, 64, CAPHEAP_DEFAULT), &psram));
    CHECK(lies_in(capheap_malloc(&heap, 64, CAPHEAP_DEFAULT), &dram));
    capheap_set_order(&heap, NULL, 7);
    CHECK(lies_in(capheap_malloc(&heap, 64, CAPHEAP_DEFAULT), &dram));
}

TEST(order_among_those_given) {
    static const uint32_t orders[][3] = {{DRAM, DIRAM, PSRAM}, {DRAM, PSRAM, DIRAM},
                                         {DIRAM, DRAM, PSRAM}, {DIRAM, PSRAM, DRAM},
                                         {PSRAM, DRAM, DIRAM}, {PSRAM, DIRAM, DRAM}};
    open_all();
    for (size_t i = 0; i < 6; i++) {
        capheap_set_order(&heap, orders[i], 3);
        void *block = capheap_malloc(&heap, 64, CAPHEAP_8BIT);
        capheap_region_info_t info;
        CHECK(capheap_find_region(&heap, block, &info));
        CHECK_EQ(info.tag, orders[i][0]);
        block = capheap_malloc_tagged(&heap, 64, orders[i][2]);
        CHECK(capheap_find_region(&heap, block, &info));
        CHECK_EQ(info.tag, orders[i][2]);
        void *large = capheap_malloc(&heap, 4000, CAPHEAP_8BIT); /* DRAM has no room for it */
        CHECK(capheap_find_region(&heap, large, &info));
        CHECK_EQ(info.tag, orders[i][0] != DRAM ? orders[i][0] : orders[i][1]);
        capheap_free(&heap, large);
    }
}

TEST(by_tag) {
    open_all();
    CHECK(lies_in(capheap_malloc_tagged(&heap, 64, PSRAM), &psram));
    CHECK(lies_in(capheap_malloc_tagged(&heap, 64, IRAM), &iram));
    CHECK_EQ(seen.failures, 0);
    CHECK_EQ(capheap_malloc_tagged(&heap, 64, 17), NULL);
    CHECK_EQ(capheap_malloc_tagged(&heap, 5000, IRAM), NULL);
    CHECK_EQ(seen.failures, 2);
    CHECK_EQ(seen.caps, 0);
    CHECK(seen.tagged);
    capheap_figures_t figures;
    capheap_get_figures_tagged(&heap, IRAM, &figures);
    CHECK_EQ(figures.regions, 1);
    CHECK_EQ(figures.used, 64);
    CHECK_EQ(capheap_malloc_tagged(&heap, 0, IRAM), NULL);
    CHECK_EQ(seen.failures, 2);
}

/* A type without capabilities: memory that is only ever asked for by its tag. */
TEST(by_tag_alone) {
    open_heap();
    static const capheap_type_t bare = {"bare", {0, 0, 0}, 0, 0};
    capheap_memory_t memory = piece(0, 1024, 0);
    CHECK_EQ(capheap_add_region(&heap, &bare, UINT32_MAX, &memory), CAPHEAP_OK);
    CHECK_EQ(capheap_malloc(&heap, 8, CAPHEAP_32BIT), NULL);
    void *block = capheap_malloc_tagged(&heap, 8, UINT32_MAX);
    CHECK(lies_in(block, &memory));
    capheap_free(&heap, block);
    CHECK_EQ(seen.reports, 0);
}

TEST(first_of_the_preferences_that_can_be_served) {
    open_internal();
    static const capheap_caps_t prefer[] = {CAPHEAP_SPIRAM, CAPHEAP_DMA, CAPHEAP_32BIT};
    CHECK(lies_in(capheap_malloc_prefer(&heap, 3000, prefer, 3), &dram));
    CHECK(lies_in(capheap_malloc_prefer(&heap, 7000, prefer, 3), &diram));
    CHECK(lies_in(capheap_malloc_prefer(&heap, 3000, prefer, 3), &iram));
    CHECK_EQ(seen.failures, 0);
    CHECK_EQ(seen.events, 3);
    CHECK_EQ(seen.caps, CAPHEAP_32BIT);
    CHECK_EQ(capheap_malloc_prefer(&heap, 3000, prefer, 3), NULL);
    CHECK_EQ(seen.failures, 1);
    CHECK_EQ(seen.preferences, 3);
    CHECK_EQ(seen.caps, 0);
    CHECK_EQ(capheap_malloc_prefer(&heap, 8, NULL, 0), NULL);
    CHECK_EQ(seen.failures, 2);
    CHECK_EQ(seen.preferences, 0);
    CHECK_EQ(capheap_malloc_prefer(&heap, 0, prefer, 3), NULL);
    CHECK_EQ(seen.failures, 2);
}

CAPHEAP_HEAP_DEFINE(at_once, 2);

TEST(a_static_heap_needs_no_constructor) {
    CHECK_EQ(capheap_malloc(&at_once, 8, CAPHEAP_8BIT), NULL);
    capheap_memory_t memory = piece(0, 4096, DRAM);
    CHECK_EQ(capheap_add_region(&at_once, &types[DRAM], DRAM, &memory), CAPHEAP_OK);
    void *block = capheap_malloc(&at_once, 100, CAPHEAP_8BIT);
    CHECK(lies_in(block, &memory));
    capheap_free(&at_once, block);
}

TEST(heaps_side_by_side) {
    static capheap_slot_t slots[1];
    capheap_heap_t other;
    open_internal();
    capheap_init(&other, slots, 1);
    CHECK_EQ(capheap_add_region(&other, &types[PSRAM], PSRAM, &psram), CAPHEAP_OK);
    void *here = capheap_malloc(&heap, 100, CAPHEAP_DEFAULT);
    void *there = capheap_malloc(&other, 100, CAPHEAP_DEFAULT);
    CHECK(lies_in(here, &dram) && lies_in(there, &psram));
    capheap_free(&heap, there);
    CHECK_EQ(seen.reports, 1);
    CHECK_EQ(seen.report.fault, CAPHEAP_FAULT_FOREIGN);
    capheap_free(&other, there);
    capheap_free(&heap, here);
    CHECK_EQ(seen.reports, 1);
}

TEST_MAIN(all_bits_must_be_there, priorities_come_first, later_priorities_pass_full_regions,
          smaller_region_first, of_equal_ones_the_later_first, words_prefer_word_only_memory,
          bytes_never_come_from_word_only_memory, atomics_never_land_in_psram, exec_implies_words,
          exec_with_bytes_where_one_address_does_both, no_capabilities_no_block,
          cache_aligned_takes_whole_lines, order_given_by_tags, order_among_those_given, by_tag,
          by_tag_alone, first_of_the_preferences_that_can_be_served,
          a_static_heap_needs_no_constructor, heaps_side_by_side)
