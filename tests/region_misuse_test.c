/* SPDX-License-Identifier: MIT */
/*
 * Pointers that are no live block's: each is reported with its kind, address, region and block, and
 * nothing changes. model_misuse compares the region, its books and all of its memory before and
 * after, and the report with the walk.
 */
#include "test.h"

#include <string.h>

#include "region_model.h"
#include "test_random.h"

static model_t model;

static void close_model(void) {
    model_check(&model, 0);
    CHECK_TEXT(model.failure, NULL);
    model_close(&model);
}

static void misuse_all_ways(void *ptr) {
    for (unsigned which = 0; which < 3; which++)
        model_misuse(&model, ptr, which);
}

/* An address made from an integer, since it may lie outside of any object. */
static void *at(uintptr_t address) {
    return (void *)address;
}

TEST(null_is_fine_everywhere) {
    CHECK_EQ(model_open(&model, 4096, 0, 8, 0, 0), CAPHEAP_OK);
    capheap_region_free(&model.region, NULL);
    CHECK_EQ(capheap_region_usable_size(&model.region, NULL), 0);
    CHECK_EQ(model.reports, 0);
    close_model();
}

TEST(double_free) {
    CHECK_EQ(model_open(&model, 4096, 0, 8, 0, 0), CAPHEAP_OK);
    for (size_t size = 1; size < 600; size += 7 * TEST_STRIDE) {
        CHECK(model_malloc(&model, 0, size));
        CHECK(model_malloc(&model, 1, 24));
        unsigned char *start = model.blocks[0].start;
        model_free(&model, 0);
        misuse_all_ways(start);
        CHECK_EQ(model.last.fault, CAPHEAP_FAULT_FREED);
        CHECK_EQ(model.last.address, start);
        CHECK_EQ(model.last.region, &model.region);
        CHECK(model.last.block != NULL && model.last.block_size >= size);
        model_free(&model, 1);
    }
    close_model();
}

TEST(interior) {
    static const uint32_t granules[] = {8, 16, 128};
    for (size_t i = 0; i < 3; i++) {
        REQUIRE(model_open(&model, 8192, 5, granules[i], 0, 0) == CAPHEAP_OK);
        for (size_t size = 1; size < 1500; size = size * 5 / 3 + 1) {
            CHECK(model_malloc(&model, 0, size));
            const model_block_t *block = &model.blocks[0];
            for (size_t offset = 1; offset < block->usable; offset += TEST_STRIDE) {
                misuse_all_ways(block->start + offset);
                CHECK_EQ(model.last.fault, CAPHEAP_FAULT_INTERIOR);
                CHECK_EQ(model.last.block, block->start);
                CHECK_EQ(model.last.block_size, block->usable);
            }
        }
        close_model();
    }
}

TEST(never_given_out) {
    CHECK_EQ(model_open(&model, 8192, 0, 16, 0, 0), CAPHEAP_OK);
    CHECK(model_malloc(&model, 0, 100));
    CHECK(model_malloc(&model, 1, 1000));
    model_free(&model, 0);
    for (size_t offset = 0; offset < model.size; offset += TEST_STRIDE)
        model_misuse(&model, model.base + offset, (unsigned)(offset % 3));
    close_model();
}

TEST(foreign) {
    static const size_t apart[] = {0, 4096};
    for (size_t i = 0; i < 2; i++) {
        CHECK_EQ(model_open(&model, 8192, 0, 8, 0, apart[i]), CAPHEAP_OK);
        CHECK(model_malloc(&model, 0, 100));
        uintptr_t start = (uintptr_t)model.config.start;
        uintptr_t base = (uintptr_t)model.base;
        /* The books at the head of the region belong to no block. */
        for (uintptr_t address = start; address < base; address += 3 * TEST_STRIDE)
            misuse_all_ways(at(address));
        const uintptr_t addresses[] = {
            start - 1,
            base - 8,
            base - 1,
            base + model.size,
            base + model.size + 8,
            (uintptr_t)model.config.books,
            (uintptr_t)&model,
            (uintptr_t)&apart,
            1,
            8,
            UINTPTR_MAX,
            UINTPTR_MAX - 7,
            UINTPTR_MAX / 2 + 1,
        };
        for (size_t j = 0; j < sizeof(addresses) / sizeof(addresses[0]); j++)
            misuse_all_ways(at(addresses[j]));
        CHECK_EQ(model.last.fault, CAPHEAP_FAULT_FOREIGN);
        CHECK_EQ(model.last.block, NULL);
        CHECK_EQ(model.last.block_size, 0);
        close_model();
    }
}

#if UINTPTR_MAX > UINT32_MAX
TEST(foreign_by_4_gib) {
    /* The same low 32 bits as a live block: granule numbers must not be cut short. */
    CHECK_EQ(model_open(&model, 8192, 0, 8, 0, 0), CAPHEAP_OK);
    CHECK(model_malloc(&model, 0, 100));
    uintptr_t start = (uintptr_t)model.blocks[0].start;
    for (unsigned bit = 32; bit < 64; bit++) {
        misuse_all_ways(at(start ^ ((uintptr_t)1 << bit)));
        misuse_all_ways(at(start + ((uintptr_t)1 << bit)));
        misuse_all_ways(at(start - ((uintptr_t)1 << bit)));
    }
    for (unsigned shift = 3; shift < 8; shift++)
        misuse_all_ways(at(start + ((uintptr_t)1 << (32 + shift))));
    close_model();
}
#else
TEST(foreign_by_4_gib) {
    CHECK_EQ(sizeof(void *), 4); /* there is no address 4 GiB away */
}
#endif

TEST(of_another_region) {
    static model_t other;
    CHECK_EQ(model_open(&model, 4096, 0, 8, 0, 0), CAPHEAP_OK);
    CHECK_EQ(model_open(&other, 4096, 0, 8, 0, 0), CAPHEAP_OK);
    CHECK(model_malloc(&other, 0, 64));
    misuse_all_ways(other.blocks[0].start);
    CHECK_EQ(model.last.fault, CAPHEAP_FAULT_FOREIGN);
    model_check(&other, 0);
    CHECK_TEXT(other.failure, NULL);
    model_close(&other);
    close_model();
}

TEST(moved_by_realloc) {
    CHECK_EQ(model_open(&model, 8192, 0, 8, 0, 0), CAPHEAP_OK);
    CHECK(model_malloc(&model, 0, 200));
    CHECK(model_malloc(&model, 1, 200));
    unsigned char *old = model.blocks[0].start;
    CHECK(model_realloc(&model, 0, 1000));
    REQUIRE(model.blocks[0].start != old);
    misuse_all_ways(old);
    CHECK_EQ(model.last.fault, CAPHEAP_FAULT_FREED);
    close_model();
}

TEST(wild_pointers_into_a_busy_region) {
    test_random_t random = test_random_start(7);
    CHECK_EQ(model_open(&model, 20000, 16, 8, 0, 0), CAPHEAP_OK);
    for (unsigned step = 0; step < TEST_STEPS(4000); step++) {
        uint32_t slot = test_random_below(&random, 200);
        if (test_random_chance(&random, 55))
            (void)model_malloc(&model, slot, test_random_between(&random, 1, 300));
        else
            model_free(&model, slot);
        unsigned char *memory = model.config.start;
        model_misuse(&model, memory + test_random_below(&random, 20000), step % 3);
    }
    close_model();
}

TEST_MAIN(null_is_fine_everywhere, double_free, interior, never_given_out, foreign,
          foreign_by_4_gib, of_another_region, moved_by_realloc, wild_pointers_into_a_busy_region)
