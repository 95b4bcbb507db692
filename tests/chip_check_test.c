/* SPDX-License-Identifier: MIT */
/* Tables with a mistake and absurd ranges: each gets its own status, and the place. */
#include "test.h"

#include "capheap/chips.h"

enum {
    MAX = 16
};

static const capheap_type_t good_types[] = {
    {"one", {CAPHEAP_8BIT, CAPHEAP_32BIT, 0}, 0, 32},
    {"two", {CAPHEAP_EXEC, 0, 0}, 128, 0},
};
static const capheap_memory_t good_memories[] = {
    {0x1000, 0x1000, 0, 0, CAPHEAP_ALIAS_LINEAR, 0x8000},
    {0x2000, 0x1000, 1, 0, CAPHEAP_ALIAS_NONE, 0},
};
static const capheap_range_t good_reserved[] = {{0x1000, 0x1010, NULL}};

static const capheap_chip_t good = {
    .name = "good",
    .title = "A chip of this test's own",
    .types = good_types,
    .memories = good_memories,
    .reserved = good_reserved,
    .type_count = 2,
    .memory_count = 2,
    .reserved_count = 1,
};

static void expect(const capheap_chip_t *chip, capheap_status_t status, size_t index) {
    size_t at = 99;
    CHECK_EQ(capheap_chip_check(chip, &at), status);
    CHECK_EQ(at, index);
    CHECK_EQ(capheap_chip_check(chip, NULL), status);
    capheap_memory_t out[MAX];
    CHECK_EQ(capheap_chip_layout(chip, NULL, 0, 0, out, MAX), (int)status);
}

TEST(a_good_table_passes) {
    CHECK_EQ(capheap_chip_check(&good, NULL), CAPHEAP_OK);
    capheap_memory_t out[MAX];
    CHECK_EQ(capheap_chip_layout(&good, NULL, 0, 0, out, MAX), 2);
}

TEST(something_missing) {
    expect(NULL, CAPHEAP_ERROR_ARGUMENT, 0);
    capheap_chip_t chip = good;
    chip.name = NULL;
    expect(&chip, CAPHEAP_ERROR_ARGUMENT, 0);
    chip = good;
    chip.title = NULL;
    expect(&chip, CAPHEAP_ERROR_ARGUMENT, 0);
    chip = good;
    chip.types = NULL;
    expect(&chip, CAPHEAP_ERROR_ARGUMENT, 0);
    chip = good;
    chip.memories = NULL;
    expect(&chip, CAPHEAP_ERROR_ARGUMENT, 0);
    chip = good;
    chip.memory_count = 0;
    expect(&chip, CAPHEAP_ERROR_ARGUMENT, 0);
    chip = good;
    chip.reserved = NULL;
    expect(&chip, CAPHEAP_ERROR_ARGUMENT, 0);
    chip = good;
    chip.usual_count = 1;
    expect(&chip, CAPHEAP_ERROR_ARGUMENT, 0);
}

static void expect_type(capheap_type_t type, capheap_status_t status) {
    capheap_type_t types[] = {good_types[0], type};
    capheap_chip_t chip = good;
    chip.types = types;
    expect(&chip, status, 1);
}

TEST(types_with_mistakes) {
    expect_type((capheap_type_t){NULL, {CAPHEAP_8BIT, 0, 0}, 0, 0}, CAPHEAP_ERROR_ARGUMENT);
    expect_type((capheap_type_t){"twice", {CAPHEAP_8BIT, 0, CAPHEAP_8BIT}, 0, 0},
                CAPHEAP_ERROR_ARGUMENT);
    expect_type((capheap_type_t){"request", {CAPHEAP_CACHE_ALIGNED, 0, 0}, 0, 0},
                CAPHEAP_ERROR_ARGUMENT);
    expect_type((capheap_type_t){"invalid", {0, CAPHEAP_INVALID, 0}, 0, 0}, CAPHEAP_ERROR_ARGUMENT);
    const uint32_t granules[] = {1, 4, 12, 129, 256, UINT32_MAX};
    for (size_t i = 0; i < sizeof(granules) / sizeof(granules[0]); i++) {
        expect_type((capheap_type_t){"granule", {CAPHEAP_8BIT, 0, 0}, granules[i], 0},
                    CAPHEAP_ERROR_ARGUMENT);
    }
    expect_type((capheap_type_t){"line", {CAPHEAP_8BIT, 0, 0}, 0, 48}, CAPHEAP_ERROR_ARGUMENT);
}

static void expect_memory(capheap_memory_t memory, capheap_status_t status) {
    capheap_memory_t memories[] = {good_memories[0], memory};
    capheap_chip_t chip = good;
    chip.memories = memories;
    expect(&chip, status, 1);
}

TEST(memories_with_mistakes) {
    expect_memory((capheap_memory_t){0x2000, 0x100, 2, 0, 0, 0}, CAPHEAP_ERROR_UNKNOWN);
    expect_memory((capheap_memory_t){0x2000, 0x100, 255, 0, 0, 0}, CAPHEAP_ERROR_UNKNOWN);
    expect_memory((capheap_memory_t){0x2000, 0, 1, 0, 0, 0}, CAPHEAP_ERROR_ARGUMENT);
    expect_memory((capheap_memory_t){0x2001, 0x100, 1, 0, 0, 0}, CAPHEAP_ERROR_ARGUMENT);
    expect_memory((capheap_memory_t){0x2000, 0x102, 1, 0, 0, 0}, CAPHEAP_ERROR_ARGUMENT);
    expect_memory((capheap_memory_t){0x2000, 0x100, 1, 0x80, 0, 0}, CAPHEAP_ERROR_ARGUMENT);
    expect_memory((capheap_memory_t){0x2000, 0x100, 1, 0, 3, 0x9000}, CAPHEAP_ERROR_ARGUMENT);
    expect_memory((capheap_memory_t){0x2000, 0x100, 1, 0, 0, 0x9000}, CAPHEAP_ERROR_ARGUMENT);
    expect_memory((capheap_memory_t){0x2000, 0x100, 1, 0, 1, 0}, CAPHEAP_ERROR_ARGUMENT);
    expect_memory((capheap_memory_t){0x2000, 0x100, 1, 0, 1, 0x9002}, CAPHEAP_ERROR_ARGUMENT);
    expect_memory((capheap_memory_t){0x0800, 0x100, 1, 0, 0, 0}, CAPHEAP_ERROR_ARGUMENT);
}

TEST(memories_that_wrap) {
    expect_memory((capheap_memory_t){UINTPTR_MAX - 0xFF, 0x200, 1, 0, 0, 0}, CAPHEAP_ERROR_WRAPS);
    expect_memory((capheap_memory_t){UINTPTR_MAX - 0xFF, 0x100, 1, 0, 0, 0}, CAPHEAP_ERROR_WRAPS);
    expect_memory((capheap_memory_t){0x2000, SIZE_MAX & ~(size_t)3, 1, 0, 0, 0},
                  CAPHEAP_ERROR_WRAPS);
    expect_memory((capheap_memory_t){0x2000, 0x200, 1, 0, 1, UINTPTR_MAX - 0xFF},
                  CAPHEAP_ERROR_WRAPS);
}

TEST(memories_that_overlap) {
    expect_memory((capheap_memory_t){0x1FFC, 0x100, 1, 0, 0, 0}, CAPHEAP_ERROR_OVERLAP);
    expect_memory((capheap_memory_t){0x1000, 0x1000, 1, 0, 0, 0}, CAPHEAP_ERROR_OVERLAP);
    expect_memory((capheap_memory_t){0x8FFC, 0x100, 1, 0, 0, 0}, CAPHEAP_ERROR_OVERLAP);
    expect_memory((capheap_memory_t){0x2000, 0x100, 1, 0, 1, 0x1000}, CAPHEAP_ERROR_OVERLAP);
    expect_memory((capheap_memory_t){0x2000, 0x100, 1, 0, 1, 0x8F80}, CAPHEAP_ERROR_OVERLAP);
    expect_memory((capheap_memory_t){0x2000, 0x100, 1, 0, 1, 0x2080}, CAPHEAP_ERROR_OVERLAP);
}

/* The second memory has granules of 128 bytes; both of its addresses must tell where they begin. */
TEST(alias_out_of_step_with_the_granule) {
    expect_memory((capheap_memory_t){0x2000, 0x100, 1, 0, 1, 0xA040}, CAPHEAP_ERROR_ARGUMENT);
    expect_memory((capheap_memory_t){0x2000, 0x104, 1, 0, 2, 0xA000}, CAPHEAP_ERROR_ARGUMENT);
    capheap_memory_t memories[] = {good_memories[0], {0x2040, 0x104, 1, 0, 1, 0xA0C0}};
    capheap_chip_t chip = good;
    chip.memories = memories;
    CHECK_EQ(capheap_chip_check(&chip, NULL), CAPHEAP_OK);
    memories[1] = (capheap_memory_t){0x2040, 0x104, 1, 0, 2, 0xA0BC};
    CHECK_EQ(capheap_chip_check(&chip, NULL), CAPHEAP_OK);
}

/* Address 0 is a fine place for a memory, and not for an alias. */
TEST(memory_at_address_0) {
    const capheap_memory_t memories[] = {
        {0, 0x1000, 0, 0, 0, 0},
        {0x1000, 0x1000, 0, 0, 0, 0},
    };
    capheap_chip_t chip = good;
    chip.memories = memories;
    CHECK_EQ(capheap_chip_check(&chip, NULL), CAPHEAP_OK);
}

static void expect_range(uintptr_t start, uintptr_t end, capheap_status_t status) {
    const capheap_range_t range = {start, end, "test"};
    CHECK_EQ(capheap_chip_check_range(&good, &range), status);
    capheap_memory_t out[MAX];
    int count = capheap_chip_layout(&good, &range, 1, 0, out, MAX);
    CHECK_EQ(count < 0 ? count : 0, (int)status);
    capheap_chip_t chip = good;
    chip.reserved = &range;
    expect(&chip, status, 0);
}

TEST(absurd_ranges) {
    expect_range(0x1800, 0x1400, CAPHEAP_ERROR_ARGUMENT);
    expect_range(UINTPTR_MAX, 1, CAPHEAP_ERROR_ARGUMENT);
    expect_range(0x1800, 0, CAPHEAP_ERROR_WRAPS);
    expect_range(0x4000, 0x5000, CAPHEAP_ERROR_UNKNOWN);
    expect_range(0x3000, 0x3004, CAPHEAP_ERROR_UNKNOWN);
    expect_range(UINTPTR_MAX - 1, UINTPTR_MAX, CAPHEAP_ERROR_UNKNOWN);
}

TEST(range_arguments) {
    const capheap_range_t range = {0x1000, 0x1004, NULL};
    capheap_memory_t out[MAX];
    CHECK_EQ(capheap_chip_check_range(NULL, &range), CAPHEAP_ERROR_ARGUMENT);
    CHECK_EQ(capheap_chip_check_range(&good, NULL), CAPHEAP_ERROR_ARGUMENT);
    CHECK_EQ(capheap_chip_layout(&good, NULL, 1, 0, out, MAX), CAPHEAP_ERROR_ARGUMENT);
    CHECK_EQ(capheap_chip_layout(NULL, NULL, 0, 0, out, MAX), CAPHEAP_ERROR_ARGUMENT);
    CHECK_EQ(capheap_chip_layout(&good, NULL, 0, 4096, out, MAX), CAPHEAP_ERROR_UNKNOWN);
}

TEST_MAIN(a_good_table_passes, something_missing, types_with_mistakes, memories_with_mistakes,
          memories_that_wrap, memories_that_overlap, alias_out_of_step_with_the_granule,
          memory_at_address_0, absurd_ranges, range_arguments)
