/* SPDX-License-Identifier: MIT */
/* The request: what each of its fields asks for, alone and together; whole cache lines unasked. */
#include "heap_fixture.h"

#define LINE 32u

/* A chip of three memories, with two bus masters. */
enum {
    TIGHT,
    CACHED,
    FAR
};
enum {
    MOVER = 1,
    CARD = 2
};

static const capheap_type_t chip_types[] = {
    [TIGHT] = {"tight", {CAPHEAP_SPM, CAPHEAP_8BIT | CAPHEAP_INTERNAL, CAPHEAP_32BIT}, 0, 0},
    [CACHED] = {"cached",
                {CAPHEAP_8BIT, CAPHEAP_DMA | CAPHEAP_INTERNAL | CAPHEAP_32BIT | CAPHEAP_ATOMIC, 0},
                0,
                LINE},
    [FAR] = {"far", {CAPHEAP_SPIRAM, 0, CAPHEAP_8BIT | CAPHEAP_32BIT}, 0, LINE},
};
static const char *const master_names[] = {"mover", "card"};
static const capheap_masters_t reach[] = {[TIGHT] = 0, [CACHED] = MOVER, [FAR] = MOVER | CARD};

static capheap_memory_t memories[3];

static void open_chip(void) {
    open_heap();
    memories[TIGHT] = piece(0, 2048, TIGHT);
    memories[CACHED] = piece(4096, 8192, CACHED);
    memories[FAR] = piece(16384, 16384, FAR);
    const capheap_chip_t chip = {
        .name = "three",
        .title = "Three memories",
        .types = chip_types,
        .memories = memories,
        .masters = master_names,
        .reach = reach,
        .type_count = 3,
        .memory_count = 3,
        .master_count = 2,
    };
    CHECK_EQ(capheap_chip_check(&chip, NULL), CAPHEAP_OK);
    CHECK_EQ(capheap_add_chip(&heap, &chip, NULL, 0, 0), CAPHEAP_OK);
}

static void *ask(const capheap_request_t *request) {
    return capheap_allocate(&heap, request);
}

static bool whole_lines(const void *block) {
    return (((uintptr_t)block | capheap_usable_size(&heap, block)) & (LINE - 1)) == 0;
}

TEST(capabilities_alone_are_malloc) {
    open_chip();
    capheap_request_t request = {.size = 100, .caps = CAPHEAP_8BIT};
    void *block = ask(&request);
    CHECK(lies_in(block, &memories[CACHED]));
    CHECK_EQ(capheap_usable_size(&heap, block), 104);
    CHECK_EQ(seen.events, 1);
    CHECK_EQ(seen.caps, CAPHEAP_8BIT);
    request.size = 0;
    CHECK_EQ(ask(&request), NULL);
    CHECK_EQ(seen.failures, 0);
    request = (capheap_request_t){.size = 8};
    CHECK_EQ(ask(&request), NULL);
    CHECK_EQ(seen.failures, 1);
}

TEST(alignment) {
    open_chip();
    capheap_request_t request = {.size = 24, .caps = CAPHEAP_SPM};
    for (request.alignment = 1; request.alignment <= 1024; request.alignment *= 2) {
        void *block = ask(&request);
        CHECK(block != NULL && (uintptr_t)block % request.alignment == 0);
        capheap_free(&heap, block);
    }
    static const size_t bad[] = {3, 12, SIZE_MAX, SIZE_MAX - 1};
    for (size_t i = 0; i < 4; i++) {
        request.alignment = bad[i];
        CHECK_EQ(ask(&request), NULL);
        CHECK_EQ(seen.alignment, bad[i]);
        CHECK_EQ(seen.failures, i + 1);
    }
}

TEST(what_it_must_not_have) {
    open_chip();
    capheap_request_t request = {
        .size = 16, .caps = CAPHEAP_8BIT, .without = CAPHEAP_DMA | CAPHEAP_SPM};
    CHECK(lies_in(ask(&request), &memories[FAR]));
    request.without = CAPHEAP_SPIRAM | CAPHEAP_ATOMIC;
    CHECK(lies_in(ask(&request), &memories[TIGHT]));
    request.without = CAPHEAP_32BIT;
    CHECK_EQ(ask(&request), NULL);
    CHECK_EQ(seen.failures, 1);
    /* Full where it may be: never where it may not. */
    request = (capheap_request_t){.size = 4096, .caps = CAPHEAP_8BIT, .without = CAPHEAP_SPIRAM};
    CHECK(lies_in(ask(&request), &memories[CACHED]));
    CHECK_EQ(ask(&request), NULL);
}

TEST(masters_must_reach_it) {
    open_chip();
    capheap_request_t request = {.size = 40, .caps = CAPHEAP_8BIT, .masters = MOVER};
    CHECK(lies_in(ask(&request), &memories[CACHED]));
    request.masters = CARD;
    CHECK(lies_in(ask(&request), &memories[FAR]));
    request.masters = MOVER | CARD;
    CHECK(lies_in(ask(&request), &memories[FAR]));
    request.masters = 4;
    CHECK_EQ(ask(&request), NULL);
    request = (capheap_request_t){.size = 40, .caps = CAPHEAP_SPM, .masters = MOVER};
    CHECK_EQ(ask(&request), NULL);
    CHECK_EQ(seen.failures, 2);
}

/* Nobody said who reaches memory that was added by itself: no master does. */
TEST(a_region_of_ones_own_is_reached_by_no_master) {
    open_all();
    capheap_request_t request = {.size = 8, .caps = CAPHEAP_8BIT, .masters = 1};
    CHECK_EQ(ask(&request), NULL);
    request.masters = 0;
    CHECK(ask(&request) != NULL);
}

TEST(whole_lines_unasked) {
    open_chip();
    capheap_request_t request = {.size = 1, .caps = CAPHEAP_8BIT, .masters = MOVER};
    unsigned char *last = NULL;
    for (request.size = 1; request.size < 100; request.size += 7) {
        void *pin = capheap_malloc(&heap, 8, CAPHEAP_8BIT);
        CHECK(whole_lines(ask(&request)));
        CHECK(whole_lines(capheap_malloc(&heap, request.size, CAPHEAP_DMA)));
        last = capheap_aligned_alloc(&heap, 16, request.size, CAPHEAP_DMA);
        CHECK(whole_lines(last));
        CHECK(pin != NULL);
    }
    /* A smaller one stays whole too, and so does what it leaves. */
    unsigned char *resized = capheap_realloc(&heap, last, 33, CAPHEAP_DMA);
    CHECK(whole_lines(resized));
    request.size = 200;
    resized = capheap_reallocate(&heap, resized, &request);
    CHECK(whole_lines(resized));
    CHECK_EQ(seen.reports + seen.failures, 0);
}

TEST(no_lines_where_there_is_no_cache) {
    open_internal();
    CHECK_EQ(capheap_usable_size(&heap, capheap_malloc(&heap, 1, CAPHEAP_DMA)), 8);
    open_chip();
    CHECK_EQ(capheap_usable_size(&heap, capheap_malloc(&heap, 1, CAPHEAP_SPIRAM)), 8);
    CHECK_EQ(capheap_usable_size(&heap,
                                 capheap_malloc(&heap, 1, CAPHEAP_SPIRAM | CAPHEAP_CACHE_ALIGNED)),
             LINE);
}

TEST(preferred_order) {
    open_chip();
    static const capheap_caps_t order[] = {CAPHEAP_SPIRAM, CAPHEAP_SPM};
    capheap_request_t request = {
        .size = 6000, .caps = CAPHEAP_8BIT, .prefer = order, .prefer_count = 2};
    CHECK(lies_in(ask(&request), &memories[FAR]));
    CHECK_EQ(seen.caps, CAPHEAP_8BIT | CAPHEAP_SPIRAM);
    CHECK(lies_in(ask(&request), &memories[FAR]));
    CHECK(lies_in(ask(&request), &memories[CACHED])); /* by caps alone: too large for the second */
    CHECK_EQ(seen.caps, CAPHEAP_8BIT);
    CHECK_EQ(ask(&request), NULL);
    CHECK_EQ(seen.preferences, 2);
    CHECK_EQ(seen.failures, 1);
    request.size = 1800;
    CHECK(lies_in(ask(&request), &memories[FAR]));
    CHECK(lies_in(ask(&request), &memories[FAR]));
    CHECK(lies_in(ask(&request), &memories[TIGHT]));
}

TEST(tags_and_zeroes) {
    open_chip();
    __builtin_memset((void *)(memories[FAR].start + 4096), 0xA5, 8192);
    uint32_t far = FAR;
    capheap_request_t request = {.size = 7000, .tag = &far, .zero = true};
    unsigned char *block = ask(&request);
    REQUIRE(lies_in(block, &memories[FAR]));
    size_t sum = 0;
    for (size_t i = 0; i < request.size; i++) {
        sum += block[i];
    }
    CHECK_EQ(sum, 0);
    request.caps = CAPHEAP_DMA; /* with the tag and the capability: there is none */
    CHECK_EQ(ask(&request), NULL);
    CHECK(seen.tagged);
}

TEST(reallocate) {
    open_chip();
    capheap_request_t request = {.size = 40, .caps = CAPHEAP_8BIT, .masters = MOVER};
    unsigned char *block = capheap_reallocate(&heap, NULL, &request);
    REQUIRE(lies_in(block, &memories[CACHED]));
    block[39] = 77;
    request.masters = CARD;
    block = capheap_reallocate(&heap, block, &request);
    REQUIRE(lies_in(block, &memories[FAR]) && whole_lines(block) && block[39] == 77);
    request = (capheap_request_t){.size = 60, .alignment = 512, .caps = CAPHEAP_8BIT};
    block = capheap_reallocate(&heap, block, &request);
    REQUIRE(block != NULL && (uintptr_t)block % 512 == 0 && block[39] == 77);
    request.without = CAPHEAP_SPIRAM | CAPHEAP_DMA;
    block = capheap_reallocate(&heap, block, &request);
    REQUIRE(lies_in(block, &memories[TIGHT]) && block[39] == 77);
    request.alignment = 6;
    CHECK_EQ(capheap_reallocate(&heap, block, &request), NULL);
    request.alignment = 0;
    request.size = SIZE_MAX - 3;
    CHECK_EQ(capheap_reallocate(&heap, block, &request), NULL);
    CHECK_EQ(seen.failures, 2);
    CHECK_EQ(block[39], 77);
    request.size = 0;
    CHECK_EQ(capheap_reallocate(&heap, block, &request), NULL);
    CHECK_EQ(seen.failures, 2);
    CHECK_EQ(figures_of(0).blocks, 0);
}

TEST(absurd_requests) {
    open_chip();
    for (size_t less = 0; less < 100; less++) {
        capheap_request_t request = {.size = SIZE_MAX - less,
                                     .alignment = less % 2 != 0 ? ~(SIZE_MAX >> 1) : 0,
                                     .caps = CAPHEAP_8BIT,
                                     .masters = less % 3 != 0 ? MOVER : 0};
        CHECK_EQ(ask(&request), NULL);
    }
    CHECK_EQ(seen.failures, 100);
    CHECK_EQ(figures_of(0).blocks, 0);
    CHECK(capheap_check(&heap, 0));
}

TEST_MAIN(capabilities_alone_are_malloc, alignment, what_it_must_not_have, masters_must_reach_it,
          a_region_of_ones_own_is_reached_by_no_master, whole_lines_unasked,
          no_lines_where_there_is_no_cache, preferred_order, tags_and_zeroes, reallocate,
          absurd_requests)
