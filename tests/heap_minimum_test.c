/* SPDX-License-Identifier: MIT */
/* The least that was ever free: of a set together, and in a stretch; the largest block to be had.
 */
#include "capheap/minimum.h"
#include "capheap/policy.h"

#include "heap_fixture.h"
#include "test_random.h"

static capheap_minimum_t all, dma;

static void watch(void) {
    all = (capheap_minimum_t){.caps = 0};
    dma = (capheap_minimum_t){.caps = CAPHEAP_DMA};
    CHECK_EQ(capheap_watch_minimum(&heap, &all), CAPHEAP_OK);
    CHECK_EQ(capheap_watch_minimum(&heap, &dma), CAPHEAP_OK);
}

static size_t least_of(const capheap_minimum_t *minimum) {
    return capheap_get_minimum(&heap, minimum).least;
}

/* Two regions that are low at different moments: together they never were. */
TEST(of_a_set_at_one_moment) {
    open_all();
    watch();
    size_t free = figures_of(0).free;
    CHECK_EQ(least_of(&all), free);
    for (int round = 0; round < 3; round++) {
        void *a = capheap_malloc(&heap, 2000, CAPHEAP_DMA);
        capheap_free(&heap, a);
        void *b = capheap_malloc(&heap, 1504, CAPHEAP_SPIRAM);
        capheap_free(&heap, b);
    }
    CHECK_EQ(least_of(&all), free - 2000);
    CHECK_EQ(figures_of(0).minimum_free, free - 3504); /* the sum of each one's own */
    CHECK_EQ(capheap_get_minimum(&heap, &all).free, free);
    CHECK_EQ(least_of(&dma), figures_of(CAPHEAP_DMA).free - 2000);
    capheap_restart_minimum(&heap, &all);
    CHECK_EQ(least_of(&all), free);
}

TEST(watched_and_dropped) {
    open_all();
    watch();
    CHECK_EQ(capheap_watch_minimum(&heap, &all), CAPHEAP_ERROR_ARGUMENT);
    CHECK_EQ(capheap_drop_minimum(&heap, &all), CAPHEAP_OK);
    CHECK_EQ(capheap_drop_minimum(&heap, &all), CAPHEAP_ERROR_UNKNOWN);
    char *block = capheap_malloc(&heap, 800, CAPHEAP_DMA);
    CHECK_EQ(capheap_get_minimum(&heap, &dma).free, figures_of(CAPHEAP_DMA).free);
    CHECK_EQ(capheap_drop_minimum(&heap, &dma), CAPHEAP_OK);
    capheap_free(&heap, block); /* by the short way */
    watch();
    CHECK_EQ(least_of(&all), figures_of(0).free);
    /* Aligned, cleared, resized in place and moved. */
    block = capheap_aligned_alloc(&heap, 256, 100, CAPHEAP_DMA);
    block = capheap_realloc(&heap, block, 1000, CAPHEAP_DMA);
    block = capheap_realloc(&heap, block, 10, CAPHEAP_DMA);
    block = capheap_realloc(&heap, block, 500, CAPHEAP_SPIRAM);
    char *other = capheap_calloc(&heap, 10, 10, CAPHEAP_EXEC);
    CHECK(block != NULL && other != NULL);
    CHECK_EQ(capheap_get_minimum(&heap, &all).free, figures_of(0).free);
    CHECK_EQ(capheap_get_minimum(&heap, &dma).free, figures_of(CAPHEAP_DMA).free);
    capheap_free(&heap, other);
    capheap_free(&heap, block);
    CHECK_EQ(capheap_get_minimum(&heap, &all).free, figures_of(0).free);
}

/* A region that comes late changes no minimum of the time before; one that leaves takes its own. */
TEST(regions_come_and_go) {
    open_internal();
    watch();
    size_t before = least_of(&all);
    void *block = capheap_malloc(&heap, 1000, CAPHEAP_DMA);
    CHECK_EQ(least_of(&all), before - 1000);
    CHECK_EQ(add(&psram), CAPHEAP_OK);
    CHECK_EQ(least_of(&all), before - 1000);
    size_t with = capheap_get_minimum(&heap, &all).free;
    CHECK_EQ(with, figures_of(0).free);
    CHECK(with > before);
    CHECK_EQ(least_of(&dma), capheap_get_minimum(&heap, &dma).free); /* not that one's memory */
    capheap_free(&heap, block);
    CHECK_EQ(capheap_remove_region(&heap, (void *)psram.start), CAPHEAP_OK);
    CHECK_EQ(capheap_get_minimum(&heap, &all).free, before);
    CHECK_EQ(least_of(&all), before - 1000);
}

static size_t minimum_free(void) {
    return figures_of(CAPHEAP_DMA).minimum_free;
}

TEST(a_stretch) {
    open_internal();
    CHECK(!capheap_end_stretch(&heap));
    size_t free = minimum_free();
    capheap_free(&heap, capheap_malloc(&heap, 2000, CAPHEAP_DMA));
    CHECK_EQ(minimum_free(), free - 2000);
    capheap_start_stretch(&heap);
    CHECK_EQ(minimum_free(), free);
    capheap_free(&heap, capheap_malloc(&heap, 800, CAPHEAP_DMA));
    CHECK_EQ(minimum_free(), free - 800);
    capheap_start_stretch(&heap);
    CHECK_EQ(minimum_free(), free);
    capheap_free(&heap, capheap_malloc(&heap, 400, CAPHEAP_DMA));
    CHECK(capheap_end_stretch(&heap));
    CHECK_EQ(minimum_free(), free - 2000);
    CHECK(!capheap_end_stretch(&heap));
    capheap_start_stretch(&heap);
    capheap_free(&heap, capheap_malloc(&heap, 3000, CAPHEAP_DMA));
    CHECK(capheap_end_stretch(&heap));
    CHECK_EQ(minimum_free(), free - 3000); /* lower than before it: that stays */
}

TEST(a_stretch_with_late_regions) {
    open_heap();
    CHECK_EQ(add(&dram), CAPHEAP_OK);
    CHECK_EQ(capheap_end_startup(&heap), CAPHEAP_OK);
    CHECK_EQ(add(&psram), CAPHEAP_OK);
    CHECK_EQ(figures_of(CAPHEAP_SPIRAM).minimum_free, 0);
    capheap_start_stretch(&heap);
    CHECK_EQ(figures_of(CAPHEAP_SPIRAM).minimum_free, figures_of(CAPHEAP_SPIRAM).free);
    CHECK_EQ(add(&diram), CAPHEAP_OK); /* while it is on */
    CHECK_EQ(capheap_remove_region(&heap, (void *)dram.start), CAPHEAP_OK);
    CHECK(capheap_end_stretch(&heap));
    CHECK_EQ(figures_of(CAPHEAP_SPIRAM).minimum_free, 0);
}

/* ---- The largest: of that size it is served, of a granule more it is not */

static void *try_size(capheap_request_t request, size_t size) {
    request.size = size;
    return capheap_allocate(&heap, &request);
}

TEST(the_largest_is_exact) {
    static const capheap_caps_t caps[] = {CAPHEAP_8BIT,
                                          CAPHEAP_DMA,
                                          CAPHEAP_EXEC,
                                          CAPHEAP_SPIRAM,
                                          CAPHEAP_SPIRAM | CAPHEAP_CACHE_ALIGNED,
                                          CAPHEAP_DMA | CAPHEAP_INTERNAL};
    static void *blocks[48];
    test_random_t random = test_random_start(3);
    unsigned exact_figures = 0;
    open_all();
    for (unsigned i = 0; i < 48; i++) {
        blocks[i] = NULL;
    }
    for (unsigned step = 0; step < 3000; step++) {
        void **block = &blocks[test_random_below(&random, 48)];
        capheap_caps_t asked = caps[test_random_below(&random, 6)];
        if (*block != NULL) {
            capheap_free(&heap, *block);
            *block = NULL;
        } else {
            *block = capheap_malloc(&heap, test_random_between(&random, 1, 900), asked);
        }
        if (step % 500 == 200) {
            capheap_set_reserve(&heap, CAPHEAP_DMA | CAPHEAP_INTERNAL,
                                test_random_below(&random, 2000), 0);
            capheap_set_reserve(&heap, CAPHEAP_SPIRAM | CAPHEAP_ATOMIC, 0, 0);
            capheap_set_reserve(&heap, CAPHEAP_INTERNAL, 700, step % 1000 == 200 ? 500 : 0);
        }
        capheap_request_t request = {
            .caps = asked,
            .alignment =
                test_random_chance(&random, 30) ? (size_t)1 << test_random_below(&random, 9) : 0,
        };
        size_t largest = capheap_find_largest(&heap, &request), sure = figures_of(asked).largest;
        void *more = try_size(request, largest + 8);
        CHECK_EQ(more, NULL);
        void *served = largest != 0 ? try_size(request, largest) : NULL;
        CHECK(largest == 0 || served != NULL);
        capheap_free(&heap, served);
        void *plain = sure != 0 ? capheap_malloc(&heap, sure, asked) : NULL;
        CHECK(sure == 0 || plain != NULL);
        capheap_free(&heap, plain);
        exact_figures += request.alignment == 0 && largest == sure;
    }
    CHECK(exact_figures > 800);
    CHECK_EQ(seen.reports, 0);
}

TEST(the_largest_in_steps) {
    open_all();
    capheap_request_t request = {.caps = CAPHEAP_8BIT};
    capheap_largest_t search = {0};
    unsigned steps = 0;
    while (!capheap_largest_step(&heap, &request, &search)) {
        steps++;
    }
    CHECK(steps < 4 * 24);
    CHECK_EQ(search.size, figures_of(CAPHEAP_8BIT).largest);
    request.caps = CAPHEAP_RETENTION;
    CHECK_EQ(capheap_find_largest(&heap, &request), 0);
    request = (capheap_request_t){.caps = CAPHEAP_8BIT, .alignment = 3};
    CHECK_EQ(capheap_find_largest(&heap, &request), 0);
}

TEST_MAIN(of_a_set_at_one_moment, watched_and_dropped, regions_come_and_go, a_stretch,
          a_stretch_with_late_regions, the_largest_is_exact, the_largest_in_steps)
