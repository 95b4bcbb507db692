/* SPDX-License-Identifier: MIT */
/* Placement orders and never refuses; the reserve refuses and never allocates. */
#include "capheap/explain.h"
#include "capheap/policy.h"

#include "heap_fixture.h"

#define PLAIN CAPHEAP_8BIT

static const capheap_caps_t dma_reserve = CAPHEAP_DMA | CAPHEAP_INTERNAL;

static void place(size_t internal_up_to, size_t external_from) {
    capheap_placement_t placement = {internal_up_to, external_from};
    capheap_set_placement(&heap, &placement);
}

static bool internal(const void *block) {
    return block != NULL && !lies_in(block, &psram);
}

TEST(small_inside_large_outside) {
    open_all();
    place(100, 1000);
    CHECK(internal(capheap_malloc(&heap, 100, PLAIN)));
    CHECK(internal(capheap_malloc(&heap, 101, PLAIN))); /* between: by the heap's order */
    CHECK(lies_in(capheap_malloc(&heap, 1000, PLAIN), &psram));
    CHECK(lies_in(capheap_calloc(&heap, 10, 100, CAPHEAP_DEFAULT), &psram));
    CHECK(lies_in(capheap_aligned_alloc(&heap, 64, 1000, PLAIN | CAPHEAP_32BIT), &psram));
    CHECK_EQ(capheap_get_placement(&heap).internal_up_to, 100);
    CHECK_EQ(capheap_get_placement(&heap).external_from, 1000);
}

/* ESP-IDF's always-internal and extmem-enable: {n, n + 1}. Its malloc asks for DEFAULT. */
TEST(as_in_esp_idf) {
    open_all();
    place(256, 257);
    CHECK(internal(capheap_malloc(&heap, 256, CAPHEAP_DEFAULT)));
    CHECK(lies_in(capheap_malloc(&heap, 257, CAPHEAP_DEFAULT), &psram));
    place(0, 1);
    CHECK(lies_in(capheap_malloc(&heap, 1, CAPHEAP_DEFAULT), &psram));
    place(SIZE_MAX, 0);
    CHECK(internal(capheap_malloc(&heap, 3000, CAPHEAP_DEFAULT)));
}

TEST(it_never_refuses) {
    open_all();
    place(64, 65);
    exhaust(CAPHEAP_SPIRAM);
    CHECK(internal(capheap_malloc(&heap, 2000, PLAIN)));
    exhaust(CAPHEAP_INTERNAL);
    CHECK_EQ(capheap_malloc(&heap, 8, PLAIN), NULL);
    open_internal();
    place(0, 1);
    CHECK(internal(capheap_malloc(&heap, 8, PLAIN)));
}

TEST(who_names_a_memory_is_not_placed) {
    open_all();
    static const capheap_caps_t prefer[] = {PLAIN};
    place(0, 1);
    CHECK(internal(capheap_malloc(&heap, 500, CAPHEAP_DMA)));
    CHECK(internal(capheap_malloc(&heap, 500, CAPHEAP_INTERNAL | PLAIN)));
    CHECK(internal(capheap_malloc_prefer(&heap, 500, prefer, 1)));
    CHECK(lies_in(capheap_malloc_tagged(&heap, 500, DRAM), &dram));
    place(SIZE_MAX, 0);
    CHECK(lies_in(capheap_malloc(&heap, 8, CAPHEAP_SPIRAM), &psram));
}

TEST(changed_and_taken_back) {
    open_all();
    place(0, 1);
    char *block = capheap_malloc(&heap, 8, PLAIN);
    CHECK(lies_in(block, &psram));
    place(SIZE_MAX, 0);
    block = capheap_realloc(&heap, block, 64, PLAIN); /* it can stay */
    CHECK(lies_in(block, &psram));
    capheap_set_placement(&heap, NULL);
    CHECK(internal(capheap_malloc(&heap, 8, PLAIN)));
    CHECK_EQ(capheap_get_placement(&heap).internal_up_to, 0);
}

/* ---- The reserve */

/* The only one that there is; all 0 if there is none. */
static capheap_reserve_t the_reserve(void) {
    capheap_reserve_t reserve = {0};
    CHECK(capheap_get_reserves(&heap, &reserve, 1) <= 1);
    return reserve;
}

TEST(it_allocates_nothing) {
    open_all();
    capheap_figures_t before = figures_of(0);
    CHECK_EQ(capheap_set_reserve(&heap, dma_reserve, 3000, 1000), CAPHEAP_OK);
    capheap_figures_t after = figures_of(0);
    CHECK_EQ(after.used, before.used);
    CHECK_EQ(after.blocks, 0);
    CHECK_EQ(after.free, before.free);
    CHECK_EQ(the_reserve().bytes, 3000);
    CHECK_EQ(the_reserve().piece, 1000);
    CHECK_EQ(the_reserve().caps, dma_reserve);
}

TEST(ordinary_requests_cannot_have_it) {
    open_internal();
    CHECK_EQ(capheap_set_reserve(&heap, dma_reserve, 3000, 2000), CAPHEAP_OK);
    exhaust(PLAIN);
    exhaust(CAPHEAP_DMA);
    exhaust(CAPHEAP_DEFAULT | CAPHEAP_INTERNAL);
    CHECK_EQ(figures_of(CAPHEAP_DMA).largest, 0);
    CHECK_EQ(figures_of(CAPHEAP_DMA).kept, 3000);
    capheap_figures_t figures = figures_of(dma_reserve);
    CHECK_EQ(figures.kept, 0);
    CHECK(figures.free >= 3000 && figures.free < 3000 + 64);
    CHECK(figures.largest >= 2000);
    /* Who names all of its capabilities can, and others besides. */
    CHECK(capheap_malloc(&heap, 2000, dma_reserve) != NULL);
    CHECK(capheap_malloc(&heap, 300, dma_reserve | CAPHEAP_8BIT) != NULL);
    CHECK_EQ(capheap_malloc(&heap, 8, PLAIN), NULL);
    /* Memory that it doesn't lie in is not kept. */
    CHECK(capheap_malloc(&heap, 3000, CAPHEAP_32BIT) != NULL);
}

TEST(what_is_free_above_it_is_everybodys) {
    open_internal();
    CHECK_EQ(capheap_set_reserve(&heap, dma_reserve, 3000, 0), CAPHEAP_OK);
    exhaust(PLAIN);
    void *buffer = capheap_malloc(&heap, 1000, dma_reserve);
    CHECK(buffer != NULL);
    CHECK_EQ(capheap_malloc(&heap, 8, PLAIN), NULL);
    capheap_free(&heap, buffer);
    CHECK_EQ(capheap_malloc(&heap, 500, PLAIN), NULL);
    CHECK_EQ(capheap_set_reserve(&heap, dma_reserve, 1000, 0), CAPHEAP_OK);
    CHECK(capheap_malloc(&heap, 500, PLAIN) != NULL);
    CHECK_EQ(capheap_set_reserve(&heap, 0, 0, 0), CAPHEAP_OK);
    CHECK_EQ(the_reserve().caps, 0);
    exhaust(PLAIN);
    CHECK(figures_of(CAPHEAP_DMA).free < 64);
}

TEST(several_reserves) {
    open_all();
    const capheap_caps_t exec = CAPHEAP_EXEC, outer = CAPHEAP_SPIRAM;
    CHECK_EQ(capheap_set_reserve(&heap, dma_reserve, 2000, 1000), CAPHEAP_OK);
    CHECK_EQ(capheap_set_reserve(&heap, exec, 1000, 1000), CAPHEAP_OK);
    CHECK_EQ(capheap_set_reserve(&heap, outer, 500, 0), CAPHEAP_OK);
    capheap_reserve_t reserves[CAPHEAP_RESERVES];
    CHECK_EQ(capheap_get_reserves(&heap, reserves, CAPHEAP_RESERVES), 3);
    CHECK_EQ(reserves[1].caps, CAPHEAP_EXEC | CAPHEAP_32BIT);
    CHECK_EQ(reserves[1].bytes, 1000);
    CHECK_EQ(reserves[2].caps, outer);
    exhaust(PLAIN);
    exhaust(CAPHEAP_32BIT);
    CHECK(capheap_malloc(&heap, 1000, dma_reserve) != NULL);
    CHECK(capheap_malloc(&heap, 1000, exec) != NULL);
    CHECK(capheap_malloc(&heap, 400, outer) != NULL);
    /* Dropped one by one, and all at once. */
    CHECK_EQ(capheap_set_reserve(&heap, exec, 0, 0), CAPHEAP_OK);
    CHECK_EQ(capheap_get_reserves(&heap, reserves, 1), 2);
    CHECK_EQ(capheap_set_reserve(&heap, exec, 0, 0), CAPHEAP_OK);
    CHECK_EQ(capheap_set_reserve(&heap, 0, 0, 0), CAPHEAP_OK);
    CHECK_EQ(capheap_get_reserves(&heap, NULL, 0), 0);
}

/* In one region: the pieces side by side, and neither for who may have the other. */
TEST(two_reserves_in_one_region) {
    open_heap();
    dram = piece(0, 8192, DRAM);
    CHECK_EQ(add(&dram), CAPHEAP_OK);
    size_t all = figures_of(0).largest;
    CHECK_EQ(capheap_set_reserve(&heap, CAPHEAP_DMA, 2000, 2000), CAPHEAP_OK);
    CHECK_EQ(capheap_set_reserve(&heap, CAPHEAP_ATOMIC, 1000, 1000), CAPHEAP_OK);
    CHECK_EQ(capheap_set_reserve(&heap, CAPHEAP_8BIT, all - 3000 + 8, 0), CAPHEAP_ERROR_TOO_SMALL);
    exhaust(CAPHEAP_32BIT);
    CHECK(figures_of(0).largest >= 3000 && figures_of(0).free < 3000 + 160);
    CHECK_EQ(capheap_malloc(&heap, 2100, CAPHEAP_DMA), NULL);
    void *block = capheap_malloc(&heap, 2000, CAPHEAP_DMA);
    CHECK(block != NULL);
    CHECK_EQ(capheap_malloc(&heap, 100, CAPHEAP_DMA), NULL); /* that is the other's */
    CHECK(capheap_malloc(&heap, 1000, CAPHEAP_ATOMIC) != NULL);
    capheap_free(&heap, block);
    CHECK_EQ(capheap_malloc(&heap, 8, CAPHEAP_32BIT), NULL);
    CHECK(capheap_malloc(&heap, 1000, CAPHEAP_DMA) != NULL);
}

/* Shorter free blocks of its size class come to stand before the last piece, so that the engine,
 * which looks at two, doesn't see it: a piece that is left must be long enough for any of its
 * class.
 */
TEST(a_piece_is_found_behind_shorter_ones) {
    static const capheap_caps_t caps[3] = {CAPHEAP_DMA, CAPHEAP_ATOMIC, CAPHEAP_INTERNAL};
    static void *blocks[3];
    for (unsigned last = 0; last < 3; last++) {
        open_heap();
        dram = piece(0, 8192, DRAM);
        CHECK_EQ(add(&dram), CAPHEAP_OK);
        for (unsigned i = 0; i < 3; i++) {
            CHECK_EQ(capheap_set_reserve(&heap, caps[i], 520, 520), CAPHEAP_OK);
            blocks[i] = capheap_malloc(&heap, 512, CAPHEAP_32BIT);
            CHECK(blocks[i] != NULL && capheap_malloc(&heap, 8, CAPHEAP_32BIT) != NULL);
        }
        void *other = capheap_malloc(&heap, 256, CAPHEAP_32BIT);
        CHECK(other != NULL && capheap_malloc(&heap, 8, CAPHEAP_32BIT) != NULL);
        exhaust(CAPHEAP_32BIT);
        for (unsigned i = 0; i < 3; i++) {
            for (size_t size = i != last ? 4096 : 0; size > 0; size -= 8) {
                (void)capheap_malloc(&heap, size, caps[i]);
            }
        }
        capheap_free(&heap, other); /* what is cut next is kept at hand, the piece no more */
        CHECK(capheap_malloc(&heap, 8, caps[(last + 1) % 3]) != NULL);
        for (unsigned i = 0; i < 3; i++) {
            capheap_free(&heap, blocks[i]);
        }
        CHECK(capheap_malloc(&heap, 520, caps[last]) != NULL);
    }
    CHECK_EQ(seen.reports, 0);
}

TEST(one_reserve_too_many) {
    static const capheap_caps_t caps[] = {CAPHEAP_DMA, CAPHEAP_8BIT, CAPHEAP_32BIT,
                                          CAPHEAP_INTERNAL, CAPHEAP_ATOMIC};
    open_internal();
    for (size_t i = 0; i < CAPHEAP_RESERVES && i < 5; i++) {
        CHECK_EQ(capheap_set_reserve(&heap, caps[i], 100, 0), CAPHEAP_OK);
    }
    if (CAPHEAP_RESERVES < 5) {
        CHECK_EQ(capheap_set_reserve(&heap, caps[CAPHEAP_RESERVES], 100, 0), CAPHEAP_ERROR_FULL);
    }
    CHECK_EQ(capheap_set_reserve(&heap, caps[0], 200, 0), CAPHEAP_OK);
}

/* The piece kept is so large that a block of it fits in whole cache lines. */
TEST(a_reserve_in_whole_lines) {
    static const capheap_type_t lined = {"LINED", {CAPHEAP_DMA | CAPHEAP_8BIT, 0, 0}, 0, 64};
    open_heap();
    dram = piece(8, 8184, DRAM);
    CHECK_EQ(capheap_add_region(&heap, &lined, 0, &dram), CAPHEAP_OK);
    CHECK_EQ(capheap_set_reserve(&heap, CAPHEAP_DMA, 1000, 1000), CAPHEAP_OK);
    for (size_t size = 2048; size >= 8; size = size > 64 ? size - 24 : size - 8) {
        while (capheap_malloc(&heap, size, CAPHEAP_8BIT) != NULL) {
        }
    }
    char *block = capheap_malloc(&heap, 1000, CAPHEAP_DMA);
    CHECK(block != NULL && (uintptr_t)block % 64 == 0);
    CHECK_EQ(capheap_usable_size(&heap, block), 1024);
}

/* To see what a block would leave it is not taken: the minimum is what was really free. */
TEST(a_refusal_shows_in_no_minimum) {
    open_heap();
    dram = piece(0, 4096, DRAM);
    CHECK_EQ(add(&dram), CAPHEAP_OK);
    size_t all = figures_of(0).free;
    CHECK_EQ(capheap_set_reserve(&heap, dma_reserve, 2500, 2500), CAPHEAP_OK);
    CHECK_EQ(capheap_malloc(&heap, 2000, PLAIN), NULL);
    CHECK_EQ(capheap_aligned_alloc(&heap, 1024, 1500, PLAIN), NULL);
    CHECK_EQ(figures_of(0).minimum_free, all);
    char *block = capheap_malloc(&heap, 400, PLAIN);
    CHECK_EQ(capheap_realloc(&heap, block, 2000, PLAIN), NULL);
    CHECK_EQ(figures_of(0).minimum_free, all - 400);
}

TEST(realloc_does_not_grow_into_it) {
    open_heap();
    dram = piece(0, 4096, DRAM);
    CHECK_EQ(add(&dram), CAPHEAP_OK);
    CHECK_EQ(capheap_set_reserve(&heap, dma_reserve, 2500, 2500), CAPHEAP_OK);
    char *block = capheap_malloc(&heap, 400, PLAIN);
    CHECK(block != NULL);
    CHECK_EQ(capheap_realloc(&heap, block, 2000, PLAIN), NULL);
    CHECK(figures_of(0).largest >= 2500);
    block = capheap_realloc(&heap, block, 200, PLAIN);
    CHECK(block != NULL);
    CHECK(capheap_realloc(&heap, block, 3000, PLAIN | dma_reserve) != NULL);
}

TEST(a_reserve_that_cannot_be_had) {
    open_internal();
    CHECK_EQ(capheap_set_reserve(&heap, dma_reserve, 1000, 500), CAPHEAP_OK);
    CHECK_EQ(capheap_set_reserve(&heap, dma_reserve, 100000, 0), CAPHEAP_ERROR_TOO_SMALL);
    CHECK_EQ(capheap_set_reserve(&heap, dma_reserve, 9000, 9000), CAPHEAP_ERROR_TOO_SMALL);
    CHECK_EQ(capheap_set_reserve(&heap, CAPHEAP_SPIRAM, 8, 0), CAPHEAP_ERROR_TOO_SMALL);
    CHECK_EQ(capheap_set_reserve(&heap, dma_reserve, 10, 11), CAPHEAP_ERROR_ARGUMENT);
    CHECK_EQ(capheap_set_reserve(&heap, 0, 10, 0), CAPHEAP_ERROR_ARGUMENT);
    CHECK_EQ(capheap_set_reserve(&heap, dma_reserve, SIZE_MAX, SIZE_MAX), CAPHEAP_ERROR_TOO_SMALL);
    CHECK_EQ(the_reserve().bytes, 1000);
    /* Over two regions, in parts. */
    CHECK_EQ(capheap_set_reserve(&heap, dma_reserve, 9000, 4000), CAPHEAP_OK);
    CHECK_EQ(the_reserve().bytes, 9000);
    CHECK_EQ(the_reserve().piece, 4000);
}

TEST(it_explains_itself) {
    open_heap();
    dram = piece(0, 4096, DRAM);
    CHECK_EQ(add(&dram), CAPHEAP_OK);
    CHECK_EQ(capheap_set_reserve(&heap, dma_reserve, 3000, 0), CAPHEAP_OK);
    capheap_request_t request = {.size = 2000, .caps = PLAIN};
    CHECK_EQ(capheap_allocate(&heap, &request), NULL);
    capheap_refusal_t refusal;
    CHECK_EQ(capheap_explain(&heap, &request, &refusal, 1), 1);
    CHECK_EQ(refusal.reasons, CAPHEAP_REFUSED_RESERVE);
    CHECK_EQ(refusal.kept, 3000);
    request.caps = dma_reserve;
    capheap_explain(&heap, &request, &refusal, 1);
    CHECK_EQ(refusal.reasons, 0);
    CHECK_EQ(refusal.kept, 0);
}

/* The region that has the whole reserve in the test below. */
static capheap_figures_t kept_region(void) {
    capheap_region_info_t info;
    CHECK(capheap_find_region(&heap, (void *)diram.start, &info));
    return info.figures;
}

/* An ordinary request never leaves less than is kept, unless it was less before; and if it is
 * refused there is a reason. */
TEST(kept_through_random_calls) {
    static void *blocks[64];
    uint32_t state = 7;
    unsigned refused = 0;
    open_internal();
    CHECK_EQ(capheap_set_reserve(&heap, dma_reserve, 5000, 1500), CAPHEAP_OK);
    for (unsigned i = 0; i < 64; i++) {
        blocks[i] = NULL;
    }
    for (unsigned step = 0; step < TEST_STEPS(20000); step++) {
        state = state * 1664525u + 1013904223u;
        unsigned at = (state >> 10) % 64;
        bool ordinary = (state >> 16) % 8 != 0;
        capheap_request_t request = {
            .size = 1 + (state >> 17) % 600,
            .alignment = (state >> 5) % 6 == 0 ? 64 : 0,
            .caps = ordinary ? CAPHEAP_DEFAULT : dma_reserve,
        };
        capheap_figures_t before = kept_region();
        if ((state >> 28) < 7) {
            capheap_free(&heap, blocks[at]);
            blocks[at] = NULL;
            continue;
        }
        capheap_refusal_t refusals[3];
        void *block;
        if ((state >> 28) < 9) {
            block = capheap_reallocate(&heap, blocks[at], &request);
            blocks[at] = block != NULL ? block : blocks[at];
        } else if (blocks[at] == NULL) {
            block = blocks[at] = capheap_allocate(&heap, &request);
        } else {
            continue;
        }
        capheap_figures_t after = kept_region();
        CHECK(!ordinary || after.free >= 5000 || after.free >= before.free);
        CHECK(!ordinary || after.largest >= 1500 || after.largest >= before.largest ||
              before.largest < 1500);
        if (block == NULL) {
            CHECK_EQ(capheap_explain(&heap, &request, refusals, 3), 3);
            CHECK(refusals[0].reasons != 0 && refusals[1].reasons != 0 && refusals[2].reasons != 0);
            refused++;
        }
    }
    CHECK(refused > TEST_STEPS(100));
    CHECK(capheap_check(&heap, 0));
    CHECK_EQ(seen.reports, 0);
}

TEST_MAIN(small_inside_large_outside, as_in_esp_idf, it_never_refuses,
          who_names_a_memory_is_not_placed, changed_and_taken_back, it_allocates_nothing,
          ordinary_requests_cannot_have_it, what_is_free_above_it_is_everybodys, several_reserves,
          two_reserves_in_one_region, a_piece_is_found_behind_shorter_ones, one_reserve_too_many,
          a_reserve_in_whole_lines, a_refusal_shows_in_no_minimum, realloc_does_not_grow_into_it,
          a_reserve_that_cannot_be_had, it_explains_itself, kept_through_random_calls)
