/* SPDX-License-Identifier: MIT */
/* A chip's memories on this PC: true addresses, guards, aliases, what can't be mapped. */
#include <setjmp.h>
#include <signal.h>
#include <string.h>

#include "capheap/chips.h"
#include "memory.h"
#include "test.h"

/* A made-up chip in a part of the address space that every build leaves free. */
enum {
    PLAIN,
    CODE
};

static const capheap_type_t types[] = {
    [PLAIN] = {"plain", {CAPHEAP_8BIT | CAPHEAP_DEFAULT, CAPHEAP_32BIT, 0}, 0, 0},
    [CODE] = {"code", {CAPHEAP_8BIT, CAPHEAP_32BIT, CAPHEAP_EXEC}, 0, 0},
};

/* clang-format off */
static const capheap_memory_t memories[] = {
    {0x00000000, 0x4000, PLAIN, 0, 0, 0},
    {0x11000100, 0x1f00, PLAIN, 0, 0, 0},                                  /* begins in a page */
    {0x11002000, 0x2000, CODE, 0, CAPHEAP_ALIAS_LINEAR, 0x11102000},       /* goes on there */
    {0x11004000, 0x2000, CODE, 0, CAPHEAP_ALIAS_LINEAR, 0x11104000},
    {0x11010000, 0x1000, CODE, 0, CAPHEAP_ALIAS_INVERTED, 0x11110000},
    {0x11020000, 0x1000, CODE, 0, CAPHEAP_ALIAS_LINEAR, 0x11120400},       /* not page by page */
    {0x11030000, 0x8000, PLAIN, CAPHEAP_MEMORY_EXTERNAL, 0, 0},
};
static const capheap_range_t reserved[] = {{0x00000000, 0x00000010, "zero"}};
/* clang-format on */

static const capheap_chip_t chip = {
    .name = "test",
    .title = "Test",
    .types = types,
    .type_count = 2,
    .memories = memories,
    .memory_count = 7,
    .reserved = reserved,
    .reserved_count = 1,
};

static memory_t memory;
static problem_t problem;

static bool open_test_chip(size_t fitted) {
    return memory_open(&memory, &chip, fitted, &problem) == MEMORY_OK;
}

static volatile uint32_t *word(uintptr_t address) {
    return (volatile uint32_t *)address;
}

/* Does reading a byte fault? */
static sigjmp_buf back;

static void jump_back(int signal_number) {
    siglongjmp(back, signal_number);
}

static bool faults(uintptr_t address) {
    struct sigaction action = {.sa_handler = jump_back};
    struct sigaction before;
    sigaction(SIGSEGV, &action, &before);
    volatile bool faulted = true;
    if (sigsetjmp(back, 1) == 0) {
        (void)*(volatile unsigned char *)address;
        faulted = false;
    }
    sigaction(SIGSEGV, &before, NULL);
    return faulted;
}

TEST(memories_are_at_their_true_addresses) {
    REQUIRE(open_test_chip(0));
    for (uintptr_t at = 0x11000100; at < 0x11006000; at += 4) {
        *word(at) = (uint32_t)at;
    }
    CHECK_EQ(*word(0x11000100), 0x11000100u);
    CHECK_EQ(*word(0x11005ffc), 0x11005ffcu);
    CHECK_EQ(memory_chip_address(&memory, 0x11000100), 0x11000100u);
    memory_close(&memory);
    CHECK(faults(0x11000100));
}

TEST(memories_begin_with_noise) {
    REQUIRE(open_test_chip(0));
    CHECK(*word(0x11000100) != 0);
    *word(0x11000100) = 0;
    memory_fill(&memory);
    CHECK(*word(0x11000100) != 0);
    memory_close(&memory);
}

TEST(guards_stand_around_them) {
    REQUIRE(open_test_chip(0));
    CHECK(faults(0x11000000 - 1));
    CHECK(!faults(0x11000000)); /* the rest of the page */
    CHECK(!faults(0x11002000)); /* a neighbour */
    CHECK(!faults(0x11006000 - 1));
    CHECK(faults(0x11006000));
    CHECK(faults(0x11102000 - 1));
    CHECK(faults(0x11106000));
    CHECK(memory.guard_count >= 6);
    memory_close(&memory);
}

TEST(linear_aliases_are_the_same_bytes) {
    REQUIRE(open_test_chip(0));
    *word(0x11002000) = 0x12345678;
    CHECK_EQ(*word(0x11102000), 0x12345678u);
    *word(0x11105ffc) = 0x9abcdef0;
    CHECK_EQ(*word(0x11005ffc), 0x9abcdef0u);
    CHECK_EQ(memory_offset(&memory, 0x11105ffc), memory_offset(&memory, 0x11005ffc));
    CHECK(memory_offset(&memory, 0x11002000) != memory_offset(&memory, 0x11004000));
    memory_close(&memory);
}

TEST(other_aliases_are_addresses_only) {
    REQUIRE(open_test_chip(0));
    CHECK(faults(0x11110000));
    CHECK(faults(0x11120400));
    CHECK_EQ(memory.flat_alias_count, 1u); /* the inverted one never could be */
    CHECK_EQ(memory_offset(&memory, 0x11110000), UINT64_MAX);
    memory_close(&memory);
}

TEST(low_memory_moves_up_and_is_told_as_it_is) {
    REQUIRE(open_test_chip(0));
    uintptr_t here = memory.pieces[0].start;
    CHECK(here >= 0x1000000);
    CHECK_EQ(here % 0x1000000, 0u);
    *word(here) = 7;
    CHECK_EQ(memory_chip_address(&memory, here), 0u);
    CHECK_EQ(memory_chip_address(&memory, here + 0x3ff8), 0x3ff8u);
    CHECK_EQ(memory.here.reserved[0].start, here);
    capheap_range_t range = memory_range_here(&memory, &(capheap_range_t){0x100, 0x200, "x"});
    CHECK_EQ(range.start, here + 0x100);
    CHECK_EQ(range.end, here + 0x200);
    CHECK_EQ(capheap_chip_check(&memory.here, NULL), CAPHEAP_OK);
    memory_close(&memory);
}

TEST(external_memory_is_as_large_as_fitted) {
    REQUIRE(open_test_chip(0));
    CHECK(faults(0x11030000));
    memory_close(&memory);
    REQUIRE(open_test_chip(0x2000));
    CHECK(!faults(0x11031fff));
    CHECK(faults(0x11032000));
    memory_close(&memory);
}

TEST(what_is_in_the_way_is_named) {
    REQUIRE(open_test_chip(0));
    memory_t second;
    CHECK_EQ(memory_open(&second, &chip, 0, &problem), MEMORY_TAKEN);
    CHECK(strstr(problem.text, "can't be mapped there") != NULL);
    CHECK(strstr(problem.text, "memfd:capheap") != NULL);
    CHECK(!faults(0x11002000)); /* the first is as it was */
    memory_close(&memory);
    REQUIRE(open_test_chip(0)); /* and nothing stayed behind */
    memory_close(&memory);
}

TEST(the_end_of_the_address_space_is_refused) {
    static const capheap_memory_t last[] = {
        {UINTPTR_MAX - 0x1fff, 0x1000, PLAIN, 0, 0, 0},
    };
    static const capheap_chip_t high = {
        .name = "high", .types = types, .type_count = 2, .memories = last, .memory_count = 1};
    CHECK_EQ(memory_open(&memory, &high, 0, &problem), MEMORY_FAILED);
    CHECK(strstr(problem.text, "very end") != NULL);
}

TEST_MAIN(memories_are_at_their_true_addresses, memories_begin_with_noise, guards_stand_around_them,
          linear_aliases_are_the_same_bytes, other_aliases_are_addresses_only,
          low_memory_moves_up_and_is_told_as_it_is, external_memory_is_as_large_as_fitted,
          what_is_in_the_way_is_named, the_end_of_the_address_space_is_refused)
