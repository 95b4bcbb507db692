/* SPDX-License-Identifier: MIT */
/* Taking a block that leaves a piece; and telling beforehand. */
#include "region_leave.h"
#include "test.h"
#include "test_random.h"

#define SIZE   16384u
#define BLOCKS 60u

static _Alignas(4096) unsigned char memory[SIZE];
static capheap_region_t region;

static void open_region(uint32_t granule) {
    capheap_region_config_t config = {.start = memory, .size = SIZE, .granule = granule};
    REQUIRE(capheap_region_init(&region, &config) == CAPHEAP_OK);
}

/* Could any free block serve it, by a walk over all? */
static bool could(size_t alignment, size_t size, size_t piece) {
    size_t granule = (size_t)1 << region.shift, largest = 0;
    bool found = false;
    capheap_block_t block = {0}, other = {0};
    size = (size + granule - 1) / granule * granule;
    while (capheap_region_next_block(&region, &block)) {
        largest = !block.used && block.size > largest ? block.size : largest;
    }
    for (block.start = NULL; !found && capheap_region_next_block(&region, &block);) {
        uintptr_t start = (uintptr_t)block.start, end = start + block.size;
        uintptr_t low = (start + alignment - 1) & ~(uintptr_t)(alignment - 1);
        uintptr_t high = (end - size) & ~(uintptr_t)(alignment - 1);
        if (block.used || block.size < size || low + size > end) {
            continue;
        }
        found = low - start >= piece || end - low - size >= piece || high - start >= piece;
        for (other.start = NULL; !found && capheap_region_next_block(&region, &other);) {
            found = !other.used && other.start != block.start && other.size >= piece;
        }
    }
    return found && largest >= piece;
}

static void play(uint32_t granule) {
    static void *blocks[BLOCKS];
    unsigned served = 0, refused = 0, missed = 0, beside = 0;
    test_random_t random = test_random_start(granule);
    for (unsigned i = 0; i < BLOCKS; i++) {
        blocks[i] = NULL;
    }
    open_region(granule);
    for (unsigned step = 0; step < TEST_STEPS(30000); step++) {
        void **block = &blocks[test_random_below(&random, BLOCKS)];
        if (*block != NULL) {
            capheap_region_free(&region, *block);
            *block = NULL;
            continue;
        }
        size_t size = test_random_between(&random, 1, 700);
        size_t alignment =
            test_random_chance(&random, 50) ? 1 : (size_t)1 << test_random_below(&random, 11);
        size_t piece = test_random_chance(&random, 20) ? 0 : test_random_below(&random, 3000);
        piece = capheap_region_sure_piece(&region, piece);
        bool possible = could(alignment, size, piece);
        size_t used = capheap_region_used_bytes(&region);
        bool fits = capheap_region_fits(&region, alignment, size, piece);
        CHECK_EQ(capheap_region_used_bytes(&region), used);
        bool plain = piece == 0;
        *block = plain ? capheap_region_aligned_alloc(&region, alignment, size)
                       : capheap_region_take_leaving(&region, alignment, size, piece);
        CHECK_EQ(*block != NULL, fits);
        CHECK(possible || !fits);
        missed += possible && !fits;
        if (*block != NULL) {
            served++;
            beside += piece > 1000;
            CHECK((uintptr_t)*block % alignment == 0);
            CHECK(capheap_region_usable_size(&region, *block) >= size);
            CHECK(capheap_region_largest(&region) >= piece);
        } else {
            refused++;
            CHECK_EQ(capheap_region_used_bytes(&region), used);
        }
        if (step % 64 == 0) {
            CHECK(capheap_region_check(&region));
        }
    }
    /* A place in a block that no bin's head leads to is not found: O(1) has a price. */
    CHECK(served > TEST_STEPS(5000) && refused > TEST_STEPS(1000) && beside > TEST_STEPS(1000));
    CHECK(missed * 8 < refused);
}

TEST(it_leaves_a_piece) {
    play(8);
    play(32);
}

TEST(the_largest_is_cut_at_the_better_end) {
    open_region(8);
    size_t all = capheap_region_largest(&region);
    /* All that may go: what is left is exactly the piece. */
    char *low = capheap_region_take_leaving(&region, 1, 800, all - 800);
    CHECK(low != NULL);
    CHECK_EQ(capheap_region_largest(&region), all - 800);
    CHECK_EQ(capheap_region_take_leaving(&region, 1, 8, all - 800), NULL);
    CHECK(!capheap_region_fits(&region, 8, 8, all - 800));
    capheap_region_free(&region, low);
    /* Aligned to 4096 the low end would leave less than the high one. */
    char *high = capheap_region_take_leaving(&region, 4096, 100, 8192 + 1000);
    CHECK(high != NULL && (uintptr_t)high % 4096 == 0);
    CHECK(capheap_region_largest(&region) >= 8192 + 1000);
}

TEST(what_cannot_be) {
    open_region(8);
    size_t all = capheap_region_largest(&region);
    CHECK_EQ(capheap_region_take_leaving(&region, 8, 8, all), NULL);
    CHECK_EQ(capheap_region_take_leaving(&region, 8, 8, SIZE_MAX), NULL);
    CHECK_EQ(capheap_region_take_leaving(&region, 8, SIZE_MAX, 8), NULL);
    CHECK_EQ(capheap_region_take_leaving(&region, 8, 0, 8), NULL);
    CHECK_EQ(capheap_region_take_leaving(&region, 24, 8, 8), NULL);
    CHECK_EQ(capheap_region_take_leaving(&region, (SIZE_MAX >> 1) + 1, 8, 8), NULL);
    CHECK(!capheap_region_fits(&region, 8, all + 1, 0));
    CHECK(capheap_region_fits(&region, 8, all, 0));
    CHECK_EQ(capheap_region_used_bytes(&region), 0);
}

TEST_MAIN(it_leaves_a_piece, the_largest_is_cut_at_the_better_end, what_cannot_be)
