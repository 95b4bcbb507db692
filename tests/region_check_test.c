/* SPDX-License-Identifier: MIT */
/* The walk over all blocks, and the check in one go and in steps. */
#include "test.h"

#include "region_model.h"
#include "test_random.h"

static model_t model;

static void open_mixed(void) {
    CHECK_EQ(model_open(&model, 30000, 0, 8, 0, 0), CAPHEAP_OK);
    for (size_t slot = 0; slot < 150; slot++)
        CHECK(model_malloc(&model, slot, 1 + slot));
    for (size_t slot = 0; slot < 150; slot += 3)
        model_free(&model, slot);
}

static void close_mixed(void) {
    model_check(&model, 0);
    CHECK_TEXT(model.failure, NULL);
    model_close(&model);
}

TEST(walk_of_a_new_region_is_one_free_block) {
    CHECK_EQ(model_open(&model, 4096, 0, 8, 0, 0), CAPHEAP_OK);
    capheap_block_t block = {0};
    CHECK(capheap_region_next_block(&model.region, &block));
    CHECK_EQ(block.start, model.base);
    CHECK_EQ(block.size, model.size);
    CHECK(!block.used);
    CHECK(!capheap_region_next_block(&model.region, &block));
    close_mixed();
}

TEST(walk_meets_every_block_once_in_order) {
    open_mixed();
    capheap_block_t block = {0};
    size_t used = 0;
    size_t live = 0;
    unsigned char *end = model.base;
    while (capheap_region_next_block(&model.region, &block)) {
        CHECK_EQ(block.start, end);
        end += block.size;
        live += block.used;
        used += block.used ? block.size : 0;
    }
    CHECK_EQ(end, model.base + model.size);
    CHECK_EQ(live, capheap_region_blocks(&model.region));
    CHECK_EQ(used, capheap_region_used_bytes(&model.region));
    close_mixed();
}

TEST(walk_goes_on_while_others_change) {
    open_mixed();
    capheap_block_t block = {0};
    size_t steps = 0;
    unsigned char *end = model.base;
    while (capheap_region_next_block(&model.region, &block)) {
        CHECK((unsigned char *)block.start >= end);
        end = (unsigned char *)block.start + block.size;
        /* Blocks far behind and ahead of the one at hand come and go. */
        size_t slot = 200 + steps++ % 100;
        (void)model_malloc(&model, slot, 8 + steps % 40);
        if (steps % 7 == 0)
            model_free(&model, 200 + (steps * 13) % 100);
        if (block.used)
            continue;
        /* A free block may have been taken or merged: go on from a live one. */
        while (capheap_region_next_block(&model.region, &block) && !block.used) {
        }
        if (block.start == NULL || !block.used)
            break;
        end = (unsigned char *)block.start + block.size;
    }
    close_mixed();
}

TEST(check_passes_sound_regions) {
    open_mixed();
    CHECK(capheap_region_check(&model.region));
    close_mixed();
}

TEST(steps_of_any_size_make_one_round) {
    open_mixed();
    size_t blocks = 0;
    for (capheap_block_t block = {0}; capheap_region_next_block(&model.region, &block);)
        blocks++;
    for (size_t step = 1; step <= blocks + 3; step++) {
        capheap_check_t check = {0};
        size_t calls = 0;
        do {
            CHECK(capheap_region_check_step(&model.region, &check, step));
            CHECK(check.sound);
            calls++;
        } while (!check.done && calls <= blocks + 3);
        CHECK(check.done);
        CHECK(calls + 1 >= blocks / step && calls <= blocks / step + 2);
    }
    close_mixed();
}

TEST(steps_go_on_while_the_region_changes) {
    open_mixed();
    test_random_t random = test_random_start(9);
    for (unsigned round = 0; round < 100; round++) {
        capheap_check_t check = {0};
        unsigned calls = 0;
        do {
            CHECK(capheap_region_check_step(&model.region, &check, 3));
            uint32_t slot = test_random_below(&random, 200);
            if (test_random_chance(&random, 50))
                (void)model_malloc(&model, slot, test_random_between(&random, 1, 200));
            else
                model_free(&model, slot);
        } while (!check.done && ++calls < 5000);
        CHECK(check.done);
    }
    CHECK_TEXT(model.failure, NULL);
    close_mixed();
}

TEST(a_step_of_no_blocks_does_nothing_harmful) {
    open_mixed();
    capheap_check_t check = {0};
    for (unsigned i = 0; i < 100; i++)
        CHECK(capheap_region_check_step(&model.region, &check, 0));
    CHECK(!check.done);
    close_mixed();
}

TEST(heal_keeps_blocks_and_figures) {
    open_mixed();
    size_t largest = capheap_region_largest(&model.region);
    model_heal(&model);
    CHECK_EQ(capheap_region_largest(&model.region), largest);
    close_mixed();
}

/* The books themselves are overwritten: a bin without blocks is said to have some. */
TEST(a_head_that_leads_nowhere_is_found) {
    open_mixed();
    capheap_region_t *region = &model.region;
    uint32_t bin = 31;
    uint32_t *books = (uint32_t *)region->map;
    CHECK_EQ(books[-2 - (int)bin], 0);
    books[-1] |= UINT32_C(1) << bin;
    books[-2 - (int)bin] = UINT32_C(0x55AA55AA);
    model.faults = 0;
    CHECK(!capheap_region_check(region));
    CHECK_EQ(model.faults, 1);
    model.faults = 0;
    model.reports = 0;
    CHECK_EQ(model.last.fault, CAPHEAP_FAULT_LINK);
    CHECK_EQ(model.last.block, NULL);
    books[-1] &= ~(UINT32_C(1) << bin);
    books[-2 - (int)bin] = 0;
    close_mixed();
}

TEST_MAIN(walk_of_a_new_region_is_one_free_block, walk_meets_every_block_once_in_order,
          walk_goes_on_while_others_change, check_passes_sound_regions,
          steps_of_any_size_make_one_round, steps_go_on_while_the_region_changes,
          a_step_of_no_blocks_does_nothing_harmful, heal_keeps_blocks_and_figures,
          a_head_that_leads_nowhere_is_found)
