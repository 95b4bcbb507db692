/* SPDX-License-Identifier: MIT */
/*
 * The layout's rules, one by one. chip_layout_random_test.c holds them all together against a
 * model.
 */
#include "test.h"

#include <string.h>

#include "capheap/chips.h"

enum {
    MAX = 64
};

static const capheap_type_t types[] = {
    {"data", {CAPHEAP_8BIT, CAPHEAP_32BIT, 0}, 0, 0},
    {"code", {CAPHEAP_EXEC | CAPHEAP_32BIT, 0, 0}, 0, 0},
    {"coarse", {CAPHEAP_DMA | CAPHEAP_32BIT | CAPHEAP_8BIT, 0, 0}, 64, 64},
};
enum {
    DATA,
    CODE,
    COARSE
};

static capheap_memory_t out[MAX];

static int lay(const capheap_memory_t *memories, size_t count, const capheap_range_t *ranges,
               size_t range_count, size_t fitted) {
    const capheap_chip_t chip = {.name = "test",
                                 .title = "Test",
                                 .types = types,
                                 .type_count = 3,
                                 .memories = memories,
                                 .memory_count = (uint8_t)count};
    return capheap_chip_layout(&chip, ranges, range_count, fitted, out, MAX);
}

static void expect(size_t i, uintptr_t start, size_t size) {
    CHECK_EQ(out[i].start, start);
    CHECK_EQ(out[i].size, size);
}

TEST(a_range_inside_splits) {
    const capheap_memory_t memory = {0x1000, 0x1000, DATA, 0, 0, 0};
    const capheap_range_t range = {0x1400, 0x1500, NULL};
    REQUIRE(lay(&memory, 1, &range, 1, 0) == 2);
    expect(0, 0x1000, 0x400);
    expect(1, 0x1500, 0xB00);
}

TEST(a_range_over_an_edge_trims) {
    const capheap_memory_t memory = {0x1000, 0x1000, DATA, 0, 0, 0};
    const capheap_range_t ranges[] = {{0x1F00, 0x9000, NULL}, {0, 0x1100, NULL}};
    REQUIRE(lay(&memory, 1, ranges, 2, 0) == 1);
    expect(0, 0x1100, 0xE00);
}

TEST(a_range_over_all_leaves_nothing) {
    const capheap_memory_t memory = {0x1000, 0x1000, DATA, 0, 0, 0};
    const capheap_range_t range = {0, UINTPTR_MAX, NULL};
    CHECK_EQ(lay(&memory, 1, &range, 1, 0), 0);
}

TEST(ranges_are_widened_to_words) {
    const capheap_memory_t memory = {0x1000, 0x1000, DATA, 0, 0, 0};
    const capheap_range_t range = {0x1403, 0x1405, NULL};
    REQUIRE(lay(&memory, 1, &range, 1, 0) == 2);
    expect(0, 0x1000, 0x400);
    expect(1, 0x1408, 0xBF8);
}

TEST(empty_ranges_do_nothing) {
    const capheap_memory_t memory = {0x1000, 0x1000, DATA, 0, 0, 0};
    const capheap_range_t ranges[] = {{0x1403, 0x1403, NULL}, {0, 0, NULL}, {7, 7, NULL}};
    REQUIRE(lay(&memory, 1, ranges, 3, 0) == 1);
    expect(0, 0x1000, 0x1000);
}

TEST(ranges_may_overlap_and_come_unsorted) {
    const capheap_memory_t memory = {0x1000, 0x1000, DATA, 0, 0, 0};
    const capheap_range_t ranges[] = {
        {0x1800, 0x1900, NULL}, {0x1400, 0x1500, NULL}, {0x1450, 0x1600, NULL},
        {0x1400, 0x1440, NULL}, {0x1600, 0x1640, NULL},
    };
    REQUIRE(lay(&memory, 1, ranges, 5, 0) == 3);
    expect(0, 0x1000, 0x400);
    expect(1, 0x1640, 0x1C0);
    expect(2, 0x1900, 0x700);
}

TEST(neighbours_of_one_type_are_joined) {
    const capheap_memory_t memories[] = {
        {0x1000, 0x1000, DATA, 0, 0, 0},
        {0x2000, 0x1000, DATA, 0, 0, 0},
        {0x3000, 0x1000, CODE, 0, 0, 0},
        {0x4000, 0x1000, CODE, CAPHEAP_MEMORY_STARTUP, 0, 0},
        {0x5000, 0x1000, CODE, CAPHEAP_MEMORY_STARTUP, 0, 0},
        {0x7000, 0x1000, CODE, CAPHEAP_MEMORY_STARTUP, 0, 0},
    };
    REQUIRE(lay(memories, 6, NULL, 0, 0) == 4);
    expect(0, 0x1000, 0x2000);
    expect(1, 0x3000, 0x1000);
    expect(2, 0x4000, 0x2000);
    expect(3, 0x7000, 0x1000);
}

TEST(aliases_must_go_on_where_memories_do) {
    const capheap_memory_t memories[] = {
        {0x1000, 0x1000, DATA, 0, CAPHEAP_ALIAS_LINEAR, 0x11000},
        {0x2000, 0x1000, DATA, 0, CAPHEAP_ALIAS_LINEAR, 0x12000},
        {0x3000, 0x1000, DATA, 0, CAPHEAP_ALIAS_LINEAR, 0x14000},
        {0x4000, 0x1000, DATA, 0, CAPHEAP_ALIAS_INVERTED, 0x17000},
        {0x5000, 0x1000, DATA, 0, CAPHEAP_ALIAS_INVERTED, 0x16000},
        {0x6000, 0x1000, DATA, 0, CAPHEAP_ALIAS_INVERTED, 0x18000},
        {0x7000, 0x1000, DATA, 0, 0, 0},
    };
    REQUIRE(lay(memories, 7, NULL, 0, 0) == 5);
    expect(0, 0x1000, 0x2000);
    CHECK_EQ(out[0].alias, 0x11000u);
    expect(1, 0x3000, 0x1000);
    expect(2, 0x4000, 0x2000);
    CHECK_EQ(out[2].alias, 0x16000u);
    expect(3, 0x6000, 0x1000);
    expect(4, 0x7000, 0x1000);
}

TEST(a_range_may_be_given_by_the_alias) {
    const capheap_memory_t memories[] = {
        {0x1000, 0x1000, DATA, 0, CAPHEAP_ALIAS_LINEAR, 0x11000},
        {0x4000, 0x1000, CODE, 0, CAPHEAP_ALIAS_INVERTED, 0x17000},
    };
    const capheap_range_t ranges[] = {{0x11100, 0x11200, NULL}, {0x17000, 0x17100, NULL}};
    REQUIRE(lay(memories, 2, ranges, 2, 0) == 3);
    expect(0, 0x1000, 0x100);
    expect(1, 0x1200, 0xE00);
    CHECK_EQ(out[1].alias, 0x11200u);
    expect(2, 0x4000, 0xF00);
    CHECK_EQ(out[2].alias, 0x17100u);
}

TEST(pieces_too_small_for_a_region_are_dropped) {
    const capheap_memory_t memories[] = {
        {0x1000, 0x1000, DATA, 0, 0, 0},
        {0x2000, 0x1000, COARSE, 0, 0, 0},
    };
    const capheap_range_t ranges[] = {
        {0x1040, 0x1100, NULL}, /* leaves 64 bytes below */
        {0x113C, 0x2000, NULL}, /* leaves 60 */
        {0x2200, 0x2300, NULL}, /* leaves 512 */
        {0x24FC, 0x3000, NULL}, /* leaves 508 */
    };
    REQUIRE(lay(memories, 2, ranges, 4, 0) == 2);
    expect(0, 0x1000, 0x40);
    expect(1, 0x2000, 0x200);
}

/* Small pieces count only after they were joined. */
TEST(two_small_neighbours_make_one_piece) {
    const capheap_memory_t memories[] = {
        {0x1000, 0x20, DATA, 0, 0, 0},
        {0x1020, 0x20, DATA, 0, 0, 0},
        {0x1040, 0x20, CODE, 0, 0, 0},
    };
    REQUIRE(lay(memories, 3, NULL, 0, 0) == 1);
    expect(0, 0x1000, 0x40);
}

TEST(external_memory_has_the_fitted_size) {
    const capheap_memory_t memories[] = {
        {0x1000, 0x1000, DATA, CAPHEAP_MEMORY_EXTERNAL, 0, 0},
        {0x2000, 0x1000, CODE, 0, 0, 0},
        {0x3000, 0x1000, DATA, CAPHEAP_MEMORY_EXTERNAL, 0, 0},
    };
    CHECK_EQ(lay(memories, 3, NULL, 0, 0), 1);
    REQUIRE(lay(memories, 3, NULL, 0, 0x803) == 2);
    expect(0, 0x1000, 0x800);
    REQUIRE(lay(memories, 3, NULL, 0, 0x1800) == 3);
    expect(0, 0x1000, 0x1000);
    expect(2, 0x3000, 0x800);
    REQUIRE(lay(memories, 3, NULL, 0, SIZE_MAX) == 3);
    expect(2, 0x3000, 0x1000);
}

/* A fitted piece of a memory with an inverted alias ends where the whole alias ends. */
TEST(external_memory_with_an_inverted_alias) {
    const capheap_memory_t memory = {
        0x1000, 0x1000, DATA, CAPHEAP_MEMORY_EXTERNAL, CAPHEAP_ALIAS_INVERTED, 0x8000};
    REQUIRE(lay(&memory, 1, NULL, 0, 0x400) == 1);
    expect(0, 0x1000, 0x400);
    CHECK_EQ(out[0].alias, 0x8C00u);
}

/* A range over unfitted memory is no mistake: the chip has the place. */
TEST(ranges_over_memory_that_is_not_fitted) {
    const capheap_memory_t memories[] = {
        {0x1000, 0x1000, DATA, CAPHEAP_MEMORY_EXTERNAL, 0, 0},
        {0x2000, 0x1000, CODE, 0, 0, 0},
    };
    const capheap_range_t range = {0x1000, 0x2000, NULL};
    CHECK_EQ(lay(memories, 2, &range, 1, 0), 1);
}

TEST(counting_without_room) {
    const capheap_chip_t *chip = &capheap_chip_esp32;
    int count = capheap_chip_layout(chip, chip->usual, chip->usual_count, 0, NULL, 0);
    CHECK_EQ(count, 5);
    capheap_memory_t guarded[6];
    memset(guarded, 0x5A, sizeof(guarded));
    CHECK_EQ(capheap_chip_layout(chip, chip->usual, chip->usual_count, 0, guarded, 4),
             CAPHEAP_ERROR_FULL);
    CHECK_EQ(guarded[4].size, guarded[5].size);
    CHECK_EQ(capheap_chip_layout(chip, chip->usual, chip->usual_count, 0, guarded, 5), 5);
    CHECK_EQ(capheap_chip_layout(chip, chip->usual, chip->usual_count, 0, guarded, 0),
             CAPHEAP_ERROR_FULL);
}

TEST_MAIN(a_range_inside_splits, a_range_over_an_edge_trims, a_range_over_all_leaves_nothing,
          ranges_are_widened_to_words, empty_ranges_do_nothing,
          ranges_may_overlap_and_come_unsorted, neighbours_of_one_type_are_joined,
          aliases_must_go_on_where_memories_do, a_range_may_be_given_by_the_alias,
          pieces_too_small_for_a_region_are_dropped, two_small_neighbours_make_one_piece,
          external_memory_has_the_fitted_size, external_memory_with_an_inverted_alias,
          ranges_over_memory_that_is_not_fitted, counting_without_room)
