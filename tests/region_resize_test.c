/* SPDX-License-Identifier: MIT */
/* Realloc in parts: begin, anything else, copy, end; and resizing in place. */
#include <string.h>

#include "region_resize.h"
#include "test.h"
#include "test_random.h"

#define SIZE   32768u
#define BLOCKS 40u

static _Alignas(128) unsigned char memory[SIZE];
static capheap_region_t region;
static unsigned reports;

static void on_report(void *context, const capheap_report_t *report) {
    (void)context;
    (void)report;
    reports++;
}

static void open_region(uint32_t granule, uint32_t flags) {
    capheap_region_config_t config = {
        .start = memory, .size = SIZE, .granule = granule, .flags = flags, .report = on_report};
    reports = 0;
    REQUIRE(capheap_region_init(&region, &config) == CAPHEAP_OK);
}

typedef struct block {
    unsigned char *at;
    size_t size;
    unsigned char key;
} block_t;

static bool holds(const block_t *block, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (block->at[i] != (unsigned char)(block->key + i * 7)) {
            return false;
        }
    }
    return true;
}

static void fill(block_t *block, size_t size) {
    block->size = size;
    block->key++;
    for (size_t i = 0; i < size; i++) {
        block->at[i] = (unsigned char)(block->key + i * 7);
    }
}

typedef struct counts {
    unsigned in_place, moved, refused;
} counts_t;

/* Other blocks come and go between the beginning and the end. */
static void resize_slowly(block_t *blocks, block_t *block, size_t size, test_random_t *random,
                          counts_t *counts) {
    size_t bytes, used = capheap_region_used_bytes(&region), old = block->size;
    unsigned char *to = capheap_region_begin_realloc(&region, block->at, size, &bytes);
    if (to == NULL) {
        counts->refused++;
        CHECK_EQ(capheap_region_used_bytes(&region), used);
        CHECK(holds(block, block->size));
        return;
    }
    unsigned char *from = block->at;
    if (to != from) {
        CHECK(capheap_region_check(&region));
        for (unsigned i = test_random_below(random, 6); i > 0; i--) {
            block_t *other = &blocks[test_random_below(random, BLOCKS)];
            if (other != block && other->at != NULL) {
                CHECK(holds(other, other->size));
                capheap_region_free(&region, other->at);
                other->at = NULL;
            } else if (other != block) {
                size_t want = test_random_between(random, 1, 700);
                other->at = capheap_region_malloc(&region, want);
                if (other->at != NULL) {
                    fill(other, want);
                }
            }
        }
        CHECK(holds(block, old));
        capheap_region_copy(to, from, bytes, &region);
        block->at = to;
        capheap_region_free(&region, from);
    }
    counts->in_place += to == from;
    counts->moved += to != from;
    block->at = to;
    CHECK(holds(block, size < old ? size : old));
    size_t granule = (size_t)1 << region.shift;
    CHECK_EQ(capheap_region_usable_size(&region, to), (size + granule - 1) / granule * granule);
    fill(block, size);
}

static void play(uint32_t granule, uint32_t flags) {
    static block_t blocks[BLOCKS];
    test_random_t random = test_random_start(granule + flags);
    counts_t counts = {0};
    memset(blocks, 0, sizeof(blocks));
    open_region(granule, flags);
    for (unsigned step = 0; step < 500 + TEST_STEPS(20000); step++) {
        block_t *block = &blocks[test_random_below(&random, BLOCKS)];
        size_t size = test_random_between(&random, 1, test_random_chance(&random, 80) ? 900 : 4000);
        if (block->at == NULL) {
            block->at = capheap_region_malloc(&region, size);
            if (block->at != NULL) {
                fill(block, size);
            }
        } else if (test_random_chance(&random, 25)) {
            CHECK(holds(block, block->size));
            capheap_region_free(&region, block->at);
            block->at = NULL;
        } else {
            resize_slowly(blocks, block, size, &random, &counts);
        }
        if (step % 64 == 0) {
            CHECK(capheap_region_check(&region));
        }
    }
    CHECK(counts.in_place > TEST_STEPS(100) && counts.moved > TEST_STEPS(100) &&
          counts.refused > TEST_STEPS(20));
    for (unsigned i = 0; i < BLOCKS; i++) {
        capheap_region_free(&region, blocks[i].at);
    }
    CHECK_EQ(capheap_region_used_bytes(&region), 0);
    CHECK_EQ(capheap_region_blocks(&region), 0);
    CHECK_EQ(capheap_region_largest(&region), capheap_region_size(&region));
    CHECK_EQ(reports, 0);
}

TEST(others_work_between_begin_and_end) {
    play(8, 0);
    play(32, 0);
    play(8, CAPHEAP_REGION_WORD_ONLY);
}

TEST(in_place) {
    open_region(8, 0);
    char *a = capheap_region_malloc(&region, 800);
    char *b = capheap_region_malloc(&region, 800);
    CHECK(a != NULL && b == a + 800);
    CHECK(!capheap_region_resize(&region, a, 801));
    CHECK(capheap_region_resize(&region, a, 797));
    CHECK_EQ(capheap_region_usable_size(&region, a), 800);
    CHECK(capheap_region_resize(&region, a, 8));
    CHECK_EQ(capheap_region_usable_size(&region, a), 8);
    CHECK(capheap_region_resize(&region, a, 800));
    CHECK(capheap_region_resize(&region, b, 8000));
    CHECK(!capheap_region_resize(&region, b, SIZE));
    CHECK(!capheap_region_resize(&region, b, SIZE_MAX));
    CHECK_EQ(capheap_region_used_bytes(&region), 8800);
    CHECK(capheap_region_check(&region));
}

TEST(no_live_block) {
    open_region(8, 0);
    char *a = capheap_region_malloc(&region, 80);
    size_t bytes;
    CHECK_EQ(capheap_region_begin_realloc(&region, a + 8, 10, &bytes), NULL);
    CHECK_EQ(bytes, 0);
    CHECK_EQ(reports, 1);
    CHECK_EQ(capheap_region_begin_realloc(&region, a, SIZE_MAX, &bytes), NULL);
    CHECK(bytes != 0);
    CHECK_EQ(reports, 1);
    capheap_region_free(&region, a);
    CHECK(!capheap_region_resize(&region, a, 10));
    CHECK_EQ(reports, 2);
}

TEST_MAIN(others_work_between_begin_and_end, in_place, no_live_block)
