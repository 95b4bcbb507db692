/* SPDX-License-Identifier: MIT */
/* Figures per capability set, the walks, the checks. */
#include "heap_fixture.h"

TEST(figures_are_sums_over_the_set) {
    open_all();
    capheap_figures_t all = figures_of(0), dma = figures_of(CAPHEAP_DMA),
                      spiram = figures_of(CAPHEAP_SPIRAM), exec = figures_of(CAPHEAP_EXEC);
    CHECK_EQ(all.regions, 4);
    CHECK_EQ(dma.regions, 2);
    CHECK_EQ(exec.regions, 2);
    CHECK_EQ(spiram.regions, 1);
    CHECK(all.total < 32768 && all.total > 28000);
    CHECK_EQ(all.free, all.total);
    CHECK_EQ(all.minimum_free, all.total);
    CHECK_EQ(all.largest, spiram.largest);
    CHECK_EQ(spiram.largest, spiram.free);
    CHECK_EQ(figures_of(CAPHEAP_RTCRAM).regions, 0);
    CHECK_EQ(figures_of(CAPHEAP_RTCRAM).largest, 0);

    void *block = capheap_malloc(&heap, 1000, CAPHEAP_DMA);
    CHECK_EQ(figures_of(CAPHEAP_DMA).free, dma.free - 1000);
    CHECK_EQ(figures_of(CAPHEAP_DMA).used, 1000);
    CHECK_EQ(figures_of(CAPHEAP_DMA).blocks, 1);
    CHECK_EQ(figures_of(CAPHEAP_DMA).largest, dma.largest);
    CHECK_EQ(figures_of(0).used, 1000);
    CHECK_EQ(figures_of(CAPHEAP_SPIRAM).used, 0);
    capheap_free(&heap, block);
    CHECK_EQ(figures_of(CAPHEAP_DMA).free, dma.free);
    CHECK_EQ(figures_of(CAPHEAP_DMA).minimum_free, dma.free - 1000);
}

TEST(largest_is_exact) {
    open_all();
    static const capheap_caps_t sets[] = {CAPHEAP_DMA, CAPHEAP_EXEC, CAPHEAP_SPIRAM,
                                          CAPHEAP_DEFAULT};
    for (unsigned i = 0; i < 40; i++) {
        capheap_caps_t caps = sets[i % 4];
        size_t largest = figures_of(caps).largest;
        CHECK_EQ(capheap_malloc(&heap, largest + 1, caps), NULL);
        void *block = capheap_malloc(&heap, largest, caps);
        CHECK((block != NULL) == (largest != 0));
        if (i % 3 != 0) {
            capheap_free(&heap, block);
        }
        capheap_malloc(&heap, 100 + i, caps);
    }
}

TEST(minimum_and_late_regions) {
    open_internal();
    CHECK_EQ(capheap_end_startup(&heap), CAPHEAP_OK);
    capheap_figures_t before = figures_of(CAPHEAP_DEFAULT);
    capheap_free(&heap, capheap_malloc(&heap, 2000, CAPHEAP_DEFAULT));
    CHECK_EQ(figures_of(CAPHEAP_DEFAULT).minimum_free, before.free - 2000);
    /* While it wasn't there, nothing of it was free. */
    CHECK_EQ(add(&psram), CAPHEAP_OK);
    CHECK_EQ(figures_of(CAPHEAP_DEFAULT).minimum_free, before.free - 2000);
    CHECK_EQ(figures_of(CAPHEAP_SPIRAM).minimum_free,
             figures_of(CAPHEAP_SPIRAM).free); /* its own */
    void *block = capheap_malloc(&heap, 1000, CAPHEAP_SPIRAM);
    capheap_reset_minimum(&heap, CAPHEAP_SPIRAM);
    CHECK_EQ(figures_of(CAPHEAP_SPIRAM).minimum_free, figures_of(CAPHEAP_SPIRAM).free);
    capheap_free(&heap, block);
    CHECK_EQ(figures_of(CAPHEAP_SPIRAM).minimum_free, figures_of(CAPHEAP_SPIRAM).free - 1000);
    CHECK_EQ(figures_of(CAPHEAP_DMA).minimum_free, before.free - 2000);
    capheap_reset_minimum(&heap, 0);
    CHECK_EQ(figures_of(0).minimum_free, figures_of(0).free);
}

TEST(regions_in_order_of_address) {
    open_all();
    CHECK_EQ(capheap_remove_region(&heap, (void *)dram.start), CAPHEAP_OK);
    dram.flags = CAPHEAP_MEMORY_EXTERNAL;
    CHECK_EQ(add(&dram), CAPHEAP_OK);
    const capheap_memory_t *expected[] = {&dram, &diram, &iram, &psram};
    capheap_region_info_t info;
    uintptr_t from = 0;
    size_t count = 0, total = 0;
    while (capheap_next_region(&heap, from, &info) && count < 4) {
        CHECK_EQ(info.memory.start, expected[count]->start);
        CHECK_EQ(info.memory.size, expected[count]->size);
        CHECK_EQ(info.memory.flags, expected[count]->flags);
        CHECK_EQ((void *)info.type, (void *)&types[expected[count]->type]);
        CHECK_EQ(info.tag, expected[count]->type);
        CHECK_EQ(info.caps, capheap_type_caps(info.type));
        CHECK_EQ(info.granule, 8);
        CHECK(info.serving);
        CHECK_EQ(info.figures.regions, 1);
        total += info.figures.total;
        from = info.memory.start + 1;
        count++;
    }
    CHECK_EQ(count, 4);
    CHECK_EQ(total, figures_of(0).total);
    CHECK(!capheap_find_region(&heap, arena + ARENA_SIZE, &info));
    CHECK(capheap_find_region(&heap, arena + ARENA_SIZE - 1, &info));
    CHECK_EQ(info.tag, PSRAM);
}

TEST(blocks_in_order_of_address) {
    open_internal();
    void *blocks[6];
    for (size_t i = 0; i < 6; i++) {
        blocks[i] = capheap_malloc(&heap, 40 + 8 * i, CAPHEAP_DMA);
    }
    capheap_free(&heap, blocks[2]);
    capheap_region_info_t info;
    CHECK(capheap_find_region(&heap, blocks[0], &info));
    capheap_block_t block = {0};
    size_t used = 0, unused = 0, live = 0;
    uintptr_t end = 0;
    while (capheap_next_block(&heap, &info, &block)) {
        CHECK(end == 0 || (uintptr_t)block.start == end);
        end = (uintptr_t)block.start + block.size;
        used += block.used ? block.size : 0;
        unused += block.used ? 0 : block.size;
        live += block.used;
    }
    CHECK_EQ(used, info.figures.used);
    CHECK_EQ(unused, info.figures.free);
    CHECK_EQ(live, 5);
    for (size_t i = 0; i < 6; i++) {
        if (i != 2) {
            capheap_free(&heap, blocks[i]);
        }
    }
    CHECK_EQ(capheap_remove_region(&heap, (void *)info.memory.start), CAPHEAP_OK);
    block = (capheap_block_t){0};
    CHECK(!capheap_next_block(&heap, &info, &block));
}

TEST(check_in_steps) {
    open_all();
    for (size_t i = 0; i < 60; i++) {
        capheap_malloc(&heap, 8 + i, i % 2 == 0 ? CAPHEAP_DMA : CAPHEAP_SPIRAM);
    }
    capheap_heap_check_t check = {0};
    for (int round = 0; round < 2; round++) {
        size_t steps = 0;
        do {
            CHECK(capheap_check_step(&heap, &check, 5));
            CHECK(check.sound);
            steps++;
        } while (!check.done && steps < 1000);
        CHECK(steps >= 60 / 5 && steps <= 60 / 5 + 2 * 4);
    }
    /* Several free blocks, for one alone may be in no list and have no links to damage. */
    char *freed[4];
    for (size_t i = 0; i < 4; i++) {
        freed[i] = capheap_malloc(&heap, 64, CAPHEAP_SPIRAM);
        CHECK(capheap_malloc(&heap, 8, CAPHEAP_SPIRAM) != NULL);
    }
    for (size_t i = 0; i < 4; i++) {
        capheap_free(&heap, freed[i]);
    }
    for (size_t i = 0; i < 4 * 64; i++) {
        freed[i / 64][i % 64] = (char)0xEE;
    }
    bool sound = true;
    check = (capheap_heap_check_t){0};
    while (!check.done) {
        sound = capheap_check_step(&heap, &check, 5) && sound;
    }
    CHECK(!sound);
    CHECK(seen.reports > 0);
    CHECK(capheap_check(&heap, CAPHEAP_DMA));
    CHECK(!capheap_check(&heap, CAPHEAP_SPIRAM));
}

TEST(an_empty_heap) {
    open_heap();
    capheap_heap_check_t check = {0};
    capheap_region_info_t info;
    CHECK(capheap_check(&heap, 0));
    CHECK(capheap_check_step(&heap, &check, 8));
    CHECK(check.done);
    CHECK(!capheap_next_region(&heap, 0, &info));
    CHECK(!capheap_find_region(&heap, arena, &info));
    CHECK_EQ(figures_of(0).regions, 0);
    CHECK_EQ(capheap_remove_region(&heap, arena), CAPHEAP_ERROR_UNKNOWN);
    CHECK_EQ(capheap_end_startup(&heap), CAPHEAP_OK);
    CHECK_EQ(capheap_malloc(&heap, 8, CAPHEAP_8BIT), NULL);
    CHECK_EQ(seen.failures, 1);
    capheap_free(&heap, arena);
    CHECK_EQ(seen.reports, 1);
}

TEST_MAIN(figures_are_sums_over_the_set, largest_is_exact, minimum_and_late_regions,
          regions_in_order_of_address, blocks_in_order_of_address, check_in_steps, an_empty_heap)
