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
    CHECK_EQ(figures_of(0).minimum_free, free - 2000);
    const capheap_figures_t bytes = figures_of(CAPHEAP_8BIT); /* the sum of each one's own */
    CHECK_EQ(bytes.minimum_free, bytes.free - 3504);
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
    size_t own = figures_of(CAPHEAP_SPIRAM).free - 160;
    capheap_free(&heap, capheap_malloc(&heap, 160, CAPHEAP_SPIRAM));
    CHECK_EQ(figures_of(CAPHEAP_SPIRAM).minimum_free, own);
    capheap_start_stretch(&heap);
    CHECK_EQ(figures_of(CAPHEAP_SPIRAM).minimum_free, figures_of(CAPHEAP_SPIRAM).free);
    CHECK_EQ(add(&diram), CAPHEAP_OK); /* while it is on */
    CHECK_EQ(capheap_remove_region(&heap, (void *)dram.start), CAPHEAP_OK);
    CHECK(capheap_end_stretch(&heap));
    CHECK_EQ(figures_of(CAPHEAP_SPIRAM).minimum_free, own);
}

/* ---- All regions together, without anything being watched */

/* Neither low at the same time, nor there all the time. */
TEST(of_all_regions) {
    open_heap();
    CHECK_EQ(figures_of(0).minimum_free, 0);
    CHECK_EQ(add(&dram), CAPHEAP_OK);
    CHECK_EQ(add(&iram), CAPHEAP_OK); /* nothing was taken before: it counts from the start */
    size_t both = figures_of(0).free;
    CHECK_EQ(figures_of(0).minimum_free, both);
    capheap_free(&heap, capheap_malloc(&heap, 2000, CAPHEAP_DMA));
    capheap_free(&heap, capheap_malloc(&heap, 1000, CAPHEAP_EXEC));
    CHECK_EQ(figures_of(0).minimum_free, both - 2000);
    void *most = capheap_malloc(&heap, 2400, CAPHEAP_DMA);
    CHECK_EQ(add(&psram), CAPHEAP_OK); /* which was not there yet at the worst moment */
    capheap_free(&heap, most);
    size_t all = figures_of(0).free;
    CHECK_EQ(figures_of(0).minimum_free, both - 2400);
    /* All of the first is taken while the late one is whole. */
    void *block = capheap_malloc(&heap, figures_of(CAPHEAP_DMA).largest, CAPHEAP_DMA);
    CHECK(block != NULL);
    CHECK_EQ(figures_of(CAPHEAP_DMA).minimum_free, 0);
    CHECK_EQ(figures_of(0).minimum_free, both - 2400);
    /* One that leaves takes what it had. */
    size_t iram_free = figures_of(CAPHEAP_EXEC).free;
    CHECK_EQ(capheap_remove_region(&heap, (void *)psram.start), CAPHEAP_OK);
    CHECK_EQ(figures_of(0).minimum_free, iram_free);
    capheap_free(&heap, block);
    CHECK_EQ(add(&psram), CAPHEAP_OK);
    CHECK_EQ(figures_of(0).free, all);
    CHECK_EQ(figures_of(0).minimum_free, iram_free);
    capheap_reset_minimum(&heap, 0);
    CHECK_EQ(figures_of(0).minimum_free, all);
}

/* Whether it is looked at after each call or only at the end. */
TEST(of_all_regions_in_a_stretch) {
    open_all();
    size_t all = figures_of(0).free;
    capheap_free(&heap, capheap_malloc(&heap, 2000, CAPHEAP_DMA));
    capheap_start_stretch(&heap);
    void *block = capheap_malloc(&heap, 800, CAPHEAP_DMA);
    capheap_free(&heap, capheap_malloc(&heap, 704, CAPHEAP_SPIRAM));
    capheap_free(&heap, block);
    CHECK_EQ(figures_of(0).minimum_free, all - 1504);
    CHECK(capheap_end_stretch(&heap));
    CHECK_EQ(figures_of(0).minimum_free, all - 2000);
}

/* Looking settles the sums, so it is done but now and then; what is expected is found by walking
 * the regions, which changes nothing. */
static size_t free_by_walk(capheap_caps_t caps) {
    size_t sum = 0;
    capheap_region_info_t info;
    for (uintptr_t from = 0; capheap_next_region(&heap, from, &info);) {
        sum += (caps & ~info.caps) == 0 ? info.figures.free : 0;
        from = info.memory.start + 1;
    }
    return sum;
}

enum {
    SETS = 3,
    BLOCKS = 40
};
static const capheap_caps_t set_caps[SETS] = {0, CAPHEAP_8BIT, CAPHEAP_32BIT | CAPHEAP_INTERNAL};

/* The sets after the first are watched now and then. */
typedef struct lows {
    capheap_minimum_t minima[SETS];
    bool watched[SETS];
    size_t least[SETS]; /* as it must be */
    test_random_t random;
    unsigned compared;
} lows_t;

static void note(lows_t *lows) {
    for (size_t i = 0; i < SETS; i++) {
        size_t free = free_by_walk(set_caps[i]);
        lows->least[i] = free < lows->least[i] ? free : lows->least[i];
    }
}

static void compare(lows_t *lows) {
    CHECK_EQ(figures_of(0).minimum_free, lows->least[0]);
    for (size_t i = 1; i < SETS; i++) {
        if (lows->watched[i]) {
            capheap_minimum_t now = capheap_get_minimum(&heap, &lows->minima[i]);
            CHECK_EQ(now.least, lows->least[i]);
            CHECK_EQ(now.free, free_by_walk(set_caps[i]));
        }
    }
    lows->compared++;
}

static void watch_or_drop(lows_t *lows, size_t i) {
    lows->minima[i].caps = set_caps[i];
    capheap_status_t status = lows->watched[i] ? capheap_drop_minimum(&heap, &lows->minima[i])
                                               : capheap_watch_minimum(&heap, &lows->minima[i]);
    CHECK_EQ(status, CAPHEAP_OK);
    lows->watched[i] = !lows->watched[i];
    lows->least[i] = SIZE_MAX;
}

static void come_or_go(lows_t *lows) {
    const capheap_memory_t *const comers[] = {&dram, &iram, &psram, &diram};
    const capheap_memory_t *memory = comers[test_random_below(&lows->random, 4)];
    capheap_status_t status = add(memory);
    if (status == CAPHEAP_ERROR_OVERLAP) {
        (void)capheap_remove_region(&heap, (void *)memory->start);
    }
}

static void take_or_give(lows_t *lows, void **block) {
    static const capheap_caps_t caps[] = {CAPHEAP_8BIT, CAPHEAP_DMA, CAPHEAP_EXEC, CAPHEAP_SPIRAM,
                                          CAPHEAP_32BIT};
    capheap_caps_t asked = caps[test_random_below(&lows->random, 5)];
    size_t size = test_random_between(&lows->random, 1, 3000);
    if (*block != NULL) {
        capheap_free(&heap, *block);
        *block = NULL;
    } else if (test_random_chance(&lows->random, 30)) {
        *block = capheap_aligned_alloc(&heap, 64, size, asked);
    } else {
        *block = capheap_malloc(&heap, size, asked);
    }
}

static void play(const capheap_hooks_t *hooks) {
    static lows_t lows;
    static void *blocks[BLOCKS];
    open_all();
    capheap_set_hooks(&heap, hooks);
    lows = (lows_t){.least = {SIZE_MAX, SIZE_MAX, SIZE_MAX}, .random = test_random_start(5)};
    for (unsigned i = 0; i < BLOCKS; i++) {
        blocks[i] = NULL;
    }
    for (unsigned step = 0; step < 3000; step++) {
        uint32_t kind = test_random_below(&lows.random, 100);
        if (kind < 4) {
            come_or_go(&lows);
        } else if (kind < 6) {
            watch_or_drop(&lows, 1 + test_random_below(&lows.random, SETS - 1));
        } else if (kind == 6 && test_random_chance(&lows.random, 10)) {
            capheap_reset_minimum(&heap, 0);
            lows.least[0] = SIZE_MAX;
        } else {
            take_or_give(&lows, &blocks[test_random_below(&lows.random, 1 + step % BLOCKS)]);
        }
        note(&lows);
        if (test_random_chance(&lows.random, 3)) {
            compare(&lows);
        }
    }
    CHECK(lows.compared > 60);
    CHECK_EQ(seen.reports, 0);
}

/* By the short ways, and by the long ones, which a hook for events makes of all calls. */
TEST(exact_while_regions_come_and_go) {
    capheap_hooks_t hooks = {.report = see_report, .context = &seen};
    play(&hooks);
    hooks.event = see_event;
    play(&hooks);
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
    for (unsigned step = 0; step < TEST_STEPS(3000); step++) {
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
    CHECK(exact_figures > TEST_STEPS(800));
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
          a_stretch_with_late_regions, of_all_regions, of_all_regions_in_a_stretch,
          exact_while_regions_come_and_go, the_largest_is_exact, the_largest_in_steps)
