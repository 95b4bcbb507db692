/* SPDX-License-Identifier: MIT */
/* Every way in which realloc can resize a block. The model compares contents and figures. */
#include "test.h"

#include "region_model.h"

enum {
    FIRST,
    SECOND,
    THIRD,
    REST
};

static model_t model;

/* Three neighbours of the given sizes, each small for the region, and the rest of it taken if
 * `full`. */
static void open_three(size_t first, size_t second, size_t third, bool full) {
    CHECK_EQ(model_open(&model, 65536, 0, 8, 0, 0), CAPHEAP_OK);
    CHECK(model_malloc(&model, FIRST, first));
    CHECK(model_malloc(&model, SECOND, second));
    CHECK(model_malloc(&model, THIRD, third));
    for (size_t slot = REST; full && capheap_region_largest(&model.region) > 0; slot++)
        CHECK(model_malloc(&model, slot, capheap_region_largest(&model.region)));
    /* The cases below are about neighbours: see that these are. */
    for (size_t slot = SECOND; slot <= THIRD; slot++) {
        const model_block_t *before = &model.blocks[slot - 1];
        CHECK_EQ(model.blocks[slot].start, before->start + before->usable);
    }
    CHECK(!full || capheap_region_free_bytes(&model.region) == 0);
}

static void close_three(void) {
    model_check(&model, 0);
    CHECK_TEXT(model.failure, NULL);
    model_close(&model);
}

static unsigned char *start_of(size_t slot) {
    return model.blocks[slot].start;
}

TEST(null_is_malloc) {
    open_three(8, 8, 8, false);
    CHECK(model_realloc(&model, REST, 100));
    CHECK_EQ(capheap_region_blocks(&model.region), 4);
    close_three();
}

TEST(zero_bytes_is_free) {
    open_three(8, 80, 8, false);
    CHECK(!model_realloc(&model, SECOND, 0));
    CHECK_EQ(capheap_region_blocks(&model.region), 2);
    close_three();
}

TEST(same_granules_stay) {
    open_three(100, 100, 100, true);
    unsigned char *start = start_of(SECOND);
    for (size_t size = 97; size <= 104; size++) {
        CHECK(model_realloc(&model, SECOND, size));
        CHECK_EQ(start_of(SECOND), start);
    }
    close_three();
}

TEST(grows_forward_in_place) {
    open_three(104, 200, 304, true);
    unsigned char *start = start_of(SECOND);
    model_free(&model, THIRD);
    /* A part of the free block after it, then all of it. */
    CHECK(model_realloc(&model, SECOND, 208));
    CHECK_EQ(start_of(SECOND), start);
    CHECK(model_realloc(&model, SECOND, 504));
    CHECK_EQ(start_of(SECOND), start);
    CHECK_EQ(capheap_region_free_bytes(&model.region), 0);
    close_three();
}

TEST(moves_when_neighbours_are_taken) {
    open_three(104, 200, 304, false);
    unsigned char *start = start_of(SECOND);
    CHECK(model_realloc(&model, SECOND, 1000));
    CHECK(start_of(SECOND) != start);
    close_three();
}

TEST(failure_leaves_the_block_untouched) {
    open_three(104, 200, 304, true);
    model_free(&model, FIRST);
    unsigned char *start = start_of(SECOND);
    static const size_t sizes[] = {305, 312, 65536, SIZE_MAX / 2, SIZE_MAX - 8, SIZE_MAX};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        capheap_region_t before = model.region;
        CHECK(!model_realloc(&model, SECOND, sizes[i]));
        CHECK_EQ(start_of(SECOND), start);
        CHECK_EQ(capheap_region_free_bytes(&model.region), capheap_region_free_bytes(&before));
        CHECK_EQ(capheap_region_blocks(&model.region), 3 + (model.live - 2) - 1);
        model_check(&model, 0);
    }
    close_three();
}

TEST(shrinks_and_gives_back) {
    for (size_t size = 1; size <= 1000; size += TEST_STRIDE) {
        open_three(104, 1000, 304, true);
        CHECK(model_realloc(&model, SECOND, size));
        CHECK_EQ(capheap_region_free_bytes(&model.region), 1000 - model_round_up(&model, size));
        close_three();
    }
}

TEST(shrinks_beside_free_neighbours) {
    for (size_t size = 8; size <= 200; size += 8 * TEST_STRIDE) {
        open_three(104, 200, 304, true);
        model_free(&model, THIRD);
        CHECK(model_realloc(&model, SECOND, size));
        close_three();
        open_three(104, 200, 304, true);
        model_free(&model, FIRST);
        CHECK(model_realloc(&model, SECOND, size));
        close_three();
    }
}

TEST(grows_by_one_granule_to_the_end_and_back) {
    CHECK_EQ(model_open(&model, 8192, 8, 8, 0, 0), CAPHEAP_OK);
    size_t whole = model.size;
    for (size_t size = 8; size <= whole; size += 8 * TEST_STRIDE)
        CHECK(model_realloc(&model, 0, size));
    CHECK(!model_realloc(&model, 0, whole + 1));
    for (size_t size = whole; size >= 8 * TEST_STRIDE; size -= 8 * TEST_STRIDE)
        CHECK(model_realloc(&model, 0, size));
    model_free(&model, 0);
    CHECK_EQ(capheap_region_largest(&model.region), whole);
    close_three();
}

TEST(every_granule_keeps_contents) {
    static const uint32_t granules[] = {8, 16, 32, 64, 128};
    for (size_t i = 0; i < sizeof(granules) / sizeof(granules[0]); i++) {
        for (uint32_t flags = 0; flags <= CAPHEAP_REGION_WORD_ONLY; flags++) {
            REQUIRE(model_open(&model, 32768, 16, granules[i], flags, 0) == CAPHEAP_OK);
            for (size_t slot = 0; slot < 8; slot++)
                CHECK(model_malloc(&model, slot, 100 + slot * 50));
            for (size_t step = 0; step < TEST_STEPS(2000); step++)
                (void)model_realloc(&model, step % 8, 1 + (step * 7919) % 3000);
            close_three();
        }
    }
}

TEST_MAIN(null_is_malloc, zero_bytes_is_free, same_granules_stay, grows_forward_in_place,

          moves_when_neighbours_are_taken, failure_leaves_the_block_untouched,
          shrinks_and_gives_back, shrinks_beside_free_neighbours,
          grows_by_one_granule_to_the_end_and_back, every_granule_keeps_contents)
