/* SPDX-License-Identifier: MIT */
/* malloc, calloc, aligned allocation, free, and the figures that follow them. */
#include "test.h"

#include "region_model.h"
#include "test_random.h"

static model_t model;

static void open_plain(size_t size) {
    CHECK_EQ(model_open(&model, size, 0, 8, 0, 0), CAPHEAP_OK);
}

static void close_plain(void) {
    model_check(&model, 0);
    CHECK_TEXT(model.failure, NULL);
    model_close(&model);
}

TEST(zero_bytes_is_null) {
    open_plain(4096);
    CHECK_EQ(capheap_region_malloc(&model.region, 0), NULL);
    CHECK_EQ(capheap_region_calloc(&model.region, 0, 8), NULL);
    CHECK_EQ(capheap_region_calloc(&model.region, 8, 0), NULL);
    CHECK_EQ(capheap_region_aligned_alloc(&model.region, 64, 0), NULL);
    CHECK_EQ(capheap_region_realloc(&model.region, NULL, 0), NULL);
    close_plain();
}

TEST(absurd_sizes_are_null) {
    open_plain(65536);
    for (size_t less = 0; less < 600; less++) {
        size_t size = SIZE_MAX - less;
        CHECK_EQ(capheap_region_malloc(&model.region, size), NULL);
        CHECK_EQ(capheap_region_calloc(&model.region, 1, size), NULL);
        CHECK_EQ(capheap_region_calloc(&model.region, size, 1), NULL);
        CHECK_EQ(capheap_region_aligned_alloc(&model.region, 16, size), NULL);
        CHECK_EQ(capheap_region_aligned_alloc(&model.region, 4096, size), NULL);
        CHECK_EQ(capheap_region_realloc(&model.region, NULL, size), NULL);
    }
    for (unsigned bit = 0; bit < 8 * sizeof(size_t); bit++) {
        size_t size = (size_t)1 << bit;
        if (size <= 65536)
            continue;
        for (size_t around = 0; around < 20; around++)
            CHECK_EQ(capheap_region_malloc(&model.region, size - 10 + around), NULL);
    }
    close_plain();
}

TEST(calloc_overflow_is_null) {
    open_plain(65536);
    size_t half = (size_t)1 << (4 * sizeof(size_t));
    CHECK_EQ(capheap_region_calloc(&model.region, half, half), NULL);
    CHECK_EQ(capheap_region_calloc(&model.region, half + 1, half), NULL);
    CHECK_EQ(capheap_region_calloc(&model.region, SIZE_MAX / 2 + 1, 2), NULL);
    CHECK_EQ(capheap_region_calloc(&model.region, SIZE_MAX, SIZE_MAX), NULL);
    /* The product wraps round to a small number: 3 * (SIZE_MAX / 3 + 2) = 5. */
    CHECK_EQ(capheap_region_calloc(&model.region, 3, SIZE_MAX / 3 + 2), NULL);
    close_plain();
}

TEST(calloc_clears_used_memory) {
    open_plain(4096);
    for (size_t size = 1; size < 300; size += TEST_STRIDE) {
        /* The model fills what it frees, so that calloc finds it dirty. */
        CHECK(model_malloc(&model, 0, size));
        model_free(&model, 0);
        CHECK(model_calloc(&model, 1, size, 1));
        model_free(&model, 1);
    }
    close_plain();
}

TEST(a_block_takes_its_size_in_granules) {
    static const uint32_t granules[] = {8, 16, 32, 64, 128};
    for (size_t i = 0; i < sizeof(granules) / sizeof(granules[0]); i++) {
        REQUIRE(model_open(&model, 32768, 0, granules[i], 0, 0) == CAPHEAP_OK);
        for (size_t size = 1; size <= 1024; size += TEST_STRIDE) {
            CHECK(model_malloc(&model, 0, size)); /* the model compares the usable size */
            CHECK_EQ(model.blocks[0].usable, (size + granules[i] - 1) / granules[i] * granules[i]);
        }
        close_plain();
    }
}

TEST(fills_up_with_single_granules) {
    open_plain(4096);
    size_t count = 0;
    void *last = NULL;
    for (void *ptr; (ptr = capheap_region_malloc(&model.region, 1)) != NULL; count++) {
        *(void **)ptr = last;
        last = ptr;
    }
    CHECK_EQ(count, model.size / 8);
    CHECK_EQ(capheap_region_free_bytes(&model.region), 0);
    CHECK_EQ(capheap_region_largest(&model.region), 0);
    CHECK_EQ(capheap_region_minimum_free(&model.region), 0);
    CHECK(capheap_region_check(&model.region));
    while (last != NULL) {
        void *before = *(void **)last;
        capheap_region_free(&model.region, last);
        last = before;
    }
    CHECK_EQ(capheap_region_largest(&model.region), model.size);
    model.minimum_low = 0;
    model.minimum_high = 0;
    close_plain();
}

TEST(free_joins_neighbours_in_any_order) {
    /* The six orders in which three neighbours can be freed. */
    static const unsigned char orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                               {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (size_t i = 0; i < 6; i++) {
        open_plain(4096);
        size_t whole = capheap_region_largest(&model.region);
        for (size_t slot = 0; slot < 3; slot++)
            CHECK(model_malloc(&model, slot, 200 + 100 * slot));
        for (size_t j = 0; j < 3; j++) {
            model_free(&model, orders[i][j]);
            model_check(&model, 0);
        }
        CHECK_EQ(capheap_region_largest(&model.region), whole);
        close_plain();
    }
}

TEST(every_power_of_two_is_an_alignment) {
    static const uint32_t granules[] = {8, 128};
    size_t size_of_all = TEST_STRIDE == 1 ? 1 << 18 : 1 << 16;
    for (size_t i = 0; i < 2; i++) {
        REQUIRE(model_open(&model, size_of_all, 1000, granules[i], 0, 0) == CAPHEAP_OK);
        for (unsigned bit = 0; bit < 8 * sizeof(size_t); bit++) {
            size_t alignment = (size_t)1 << bit;
            for (size_t size = 1; size < 700; size += 37) {
                bool served = model_aligned_alloc(&model, 0, alignment, size);
                CHECK(served || bit > 12);
                CHECK(!served || bit < 8 * sizeof(size_t) - 1);
            }
        }
        close_plain();
    }
}

TEST(other_alignments_are_null) {
    open_plain(65536);
    for (size_t alignment = 0; alignment < 5000; alignment += TEST_STRIDE) {
        if ((alignment & (alignment - 1)) != 0 || alignment == 0)
            CHECK_EQ(capheap_region_aligned_alloc(&model.region, alignment, 32), NULL);
    }
    CHECK_EQ(capheap_region_aligned_alloc(&model.region, SIZE_MAX, 32), NULL);
    CHECK_EQ(capheap_region_aligned_alloc(&model.region, SIZE_MAX / 2, 32), NULL);
    CHECK_EQ(capheap_region_aligned_alloc(&model.region, SIZE_MAX / 2 + 2, 32), NULL);
    close_plain();
}

TEST(aligned_blocks_leave_no_waste) {
    open_plain(16384);
    size_t whole = capheap_region_largest(&model.region);
    for (size_t slot = 0; slot < 20; slot++)
        CHECK(model_aligned_alloc(&model, slot, 256, 40));
    CHECK_EQ(model.used, 20 * 40);
    for (size_t slot = 0; slot < 20; slot++)
        model_free(&model, slot);
    CHECK_EQ(capheap_region_largest(&model.region), whole);
    close_plain();
}

TEST(an_aligned_request_finds_the_only_place) {
    /* One free block whose start is aligned already and which is exactly large enough. */
    size_t needed = capheap_region_books_size(8192, 8);
    REQUIRE(model_open(&model, 8192, 0, 8, 0, needed) == CAPHEAP_OK);
    CHECK(model_aligned_alloc(&model, 0, 4096, 8192));
    close_plain();
}

/* largest: malloc of it succeeds, of one byte more fails; in many states of a region. */
TEST(largest_is_exact) {
    static const uint32_t granules[] = {8, 16, 64};
    test_random_t random = test_random_start(1);
    for (size_t i = 0; i < 3; i++) {
        REQUIRE(model_open(&model, 40000, 24, granules[i], 0, 0) == CAPHEAP_OK);
        for (unsigned round = 0; round < TEST_STEPS(3000); round++) {
            uint32_t slot = test_random_below(&random, 400);
            if (test_random_chance(&random, 60))
                (void)model_malloc(&model, slot, test_random_between(&random, 1, 400));
            else
                model_free(&model, slot);
            size_t largest = capheap_region_largest(&model.region);
            CHECK_EQ(capheap_region_malloc(&model.region, largest + 1), NULL);
            /* The model compares every malloc with what largest said before it. */
            CHECK(model_malloc(&model, 500, largest) || largest == 0);
            model_free(&model, 500);
        }
        close_plain();
    }
}

TEST(minimum_is_the_least_ever) {
    open_plain(8192);
    size_t all = capheap_region_free_bytes(&model.region);
    CHECK_EQ(capheap_region_minimum_free(&model.region), all);
    CHECK(model_malloc(&model, 0, 1000));
    CHECK_EQ(capheap_region_minimum_free(&model.region), all - 1000);
    CHECK(model_malloc(&model, 1, 2000));
    model_free(&model, 0);
    model_free(&model, 1);
    CHECK_EQ(capheap_region_minimum_free(&model.region), all - 3000);
    CHECK(model_malloc(&model, 0, 504));
    CHECK_EQ(capheap_region_minimum_free(&model.region), all - 3000);
    capheap_region_reset_minimum(&model.region);
    model.minimum_low = model.minimum_high = all - 504;
    CHECK_EQ(capheap_region_minimum_free(&model.region), all - 504);
    model_free(&model, 0);
    CHECK_EQ(capheap_region_minimum_free(&model.region), all - 504);
    capheap_region_reset_minimum(&model.region);
    CHECK_EQ(capheap_region_minimum_free(&model.region), all);
    model.minimum_low = model.minimum_high = all;
    close_plain();
}

TEST(owns_its_block_memory_only) {
    static const uint32_t granules[] = {8, 128};
    for (size_t i = 0; i < 2; i++) {
        REQUIRE(model_open(&model, 4096, 3, granules[i], 0, 0) == CAPHEAP_OK);
        CHECK(capheap_region_owns(&model.region, model.base));
        CHECK(capheap_region_owns(&model.region, model.base + 1));
        CHECK(capheap_region_owns(&model.region, model.base + model.size - 1));
        CHECK(!capheap_region_owns(&model.region, model.base + model.size));
        CHECK(!capheap_region_owns(&model.region, model.base - 1));
        CHECK(!capheap_region_owns(&model.region, NULL));
        CHECK(!capheap_region_owns(&model.region, (void *)UINTPTR_MAX));
        CHECK(!capheap_region_owns(&model.region, &model));
        close_plain();
    }
}

TEST(block_before_finds_live_blocks_by_their_end) {
    open_plain(65536);
    static const size_t sizes[] = {8, 16, 24, 240, 248, 256, 264, 512, 1000};
    enum {
        COUNT = sizeof(sizes) / sizeof(sizes[0])
    };
    for (size_t i = 0; i < COUNT; i++)
        CHECK(model_malloc(&model, i, sizes[i]));
    for (size_t i = 0; i < COUNT; i++) {
        unsigned char *start = model.blocks[i].start;
        for (size_t at = 1; at < sizes[i]; at++) {
            void *before = capheap_region_block_before(&model.region, start + at);
            CHECK_EQ(before, NULL);
        }
        CHECK_EQ(capheap_region_block_before(&model.region, start + sizes[i]), start);
    }
    unsigned char *end = model.blocks[4].start + sizes[4];
    model_free(&model, 4);
    CHECK_EQ(capheap_region_block_before(&model.region, end), NULL);
    CHECK_EQ(capheap_region_block_before(&model.region, model.base), NULL);
    CHECK_EQ(capheap_region_block_before(&model.region, model.base + model.size), NULL);
    CHECK_EQ(capheap_region_block_before(&model.region, NULL), NULL);
    CHECK_EQ(capheap_region_block_before(&model.region, (void *)UINTPTR_MAX), NULL);
    CHECK_EQ(capheap_region_block_before(&model.region, &model), NULL);
    CHECK(model_malloc(&model, 20, capheap_region_largest(&model.region)));
    CHECK_EQ(capheap_region_block_before(&model.region, model.base + model.size),
             model.blocks[20].start);
    close_plain();
}

TEST(two_regions_do_not_touch_each_other) {
    static model_t other;
    open_plain(4096);
    CHECK_EQ(model_open(&other, 4096, 0, 16, 0, 0), CAPHEAP_OK);
    for (size_t slot = 0; slot < 30; slot++) {
        CHECK(model_malloc(&model, slot, 10 + slot));
        CHECK(model_malloc(&other, slot, 50 - slot));
    }
    for (size_t slot = 0; slot < 30; slot += 2) {
        model_free(&model, slot);
        model_check(&other, 0);
    }
    model_misuse(&other, model.blocks[1].start, 0);
    CHECK_TEXT(other.failure, NULL);
    model_close(&other);
    close_plain();
}

TEST_MAIN(zero_bytes_is_null, absurd_sizes_are_null, calloc_overflow_is_null,
          calloc_clears_used_memory, a_block_takes_its_size_in_granules,
          fills_up_with_single_granules, free_joins_neighbours_in_any_order,
          every_power_of_two_is_an_alignment, other_alignments_are_null,
          aligned_blocks_leave_no_waste, an_aligned_request_finds_the_only_place, largest_is_exact,
          minimum_is_the_least_ever, owns_its_block_memory_only,
          block_before_finds_live_blocks_by_their_end, two_regions_do_not_touch_each_other)
