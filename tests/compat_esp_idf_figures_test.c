/* SPDX-License-Identifier: MIT */
/*
 * What today's esp_heap_caps.h tells of the heap: figures, walks, listings, checks; on a simulated
 * ESP32 with PSRAM. By the same sources as compat_esp_idf_test.c.
 */
#define _DEFAULT_SOURCE
#include "compat_esp_idf_fixture.h"

/* ------------------------------------------------------------------------------------ figures */

TEST(figures_go_down_by_what_a_block_takes_and_no_more) {
    boot();
    size_t before = heap_caps_get_free_size(MALLOC_CAP_DMA);
    size_t all = heap_caps_get_free_size(0);
    void *block = heap_caps_malloc(1001, MALLOC_CAP_DMA);
    CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_DMA), before - 1008);
    CHECK_EQ(heap_caps_get_free_size(0), all - 1008);
    CHECK_EQ(heap_caps_get_allocated_size(block), 1008);
    CHECK_EQ(heap_caps_get_containing_block_size((char *)block + 1000), 1008);
    heap_caps_free(block);
    CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_DMA), before);
    CHECK(heap_caps_get_total_size(MALLOC_CAP_SPIRAM) == KIB(1024));
    CHECK(heap_caps_get_free_size(MALLOC_CAP_SPIRAM) < KIB(1024));
    CHECK_EQ(heap_caps_get_allocated_size(NULL), 0);
}

TEST(the_largest_block_can_be_had_and_no_more) {
    boot();
    const uint32_t sets[] = {MALLOC_CAP_8BIT, MALLOC_CAP_DMA, MALLOC_CAP_SPIRAM, MALLOC_CAP_EXEC,
                             MALLOC_CAP_DEFAULT | MALLOC_CAP_INTERNAL};
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        size_t largest = heap_caps_get_largest_free_block(sets[i]);
        CHECK(heap_caps_malloc(largest + 1, sets[i]) == NULL);
        void *block = heap_caps_malloc(largest, sets[i]);
        CHECK(block != NULL);
        heap_caps_free(block);
    }
}

TEST(info_adds_up) {
    boot();
    multi_heap_info_t before, info;
    heap_caps_get_info(&before, MALLOC_CAP_SPIRAM);
    CHECK_EQ(before.total_blocks, before.free_blocks + before.allocated_blocks);
    CHECK_EQ(before.total_free_bytes, heap_caps_get_free_size(MALLOC_CAP_SPIRAM));
    CHECK_EQ(before.minimum_free_bytes, heap_caps_get_minimum_free_size(MALLOC_CAP_SPIRAM));
    CHECK_EQ(before.largest_free_block, heap_caps_get_largest_free_block(MALLOC_CAP_SPIRAM));
    void *blocks[3];
    for (size_t i = 0; i < 3; i++) {
        blocks[i] = heap_caps_malloc(2000, MALLOC_CAP_SPIRAM);
    }
    heap_caps_free(blocks[1]);
    heap_caps_get_info(&info, MALLOC_CAP_SPIRAM);
    CHECK_EQ(info.allocated_blocks, before.allocated_blocks + 2);
    CHECK_EQ(info.free_blocks, before.free_blocks + 1);
    CHECK_EQ(info.total_allocated_bytes, before.total_allocated_bytes + 4000);
    CHECK_EQ(info.total_free_bytes, before.total_free_bytes - 4000);
    heap_caps_free(blocks[0]);
    heap_caps_free(blocks[2]);
    heap_caps_get_info(&info, MALLOC_CAP_INVALID);
    CHECK_EQ(info.total_blocks, 0);
}

TEST(the_low_of_a_stretch_is_told_and_then_that_since_start_up) {
    boot();
    const uint32_t caps = MALLOC_CAP_DMA;
    void *deep = heap_caps_malloc(KIB(60), caps);
    heap_caps_free(deep);
    heap_caps_free(heap_caps_malloc(400, caps)); /* which another region serves */
    size_t ever = heap_caps_get_minimum_free_size(caps);
    CHECK_EQ(heap_caps_monitor_local_minimum_free_size_stop(), ESP_FAIL);
    CHECK_EQ(heap_caps_monitor_local_minimum_free_size_start(), ESP_OK);
    CHECK_EQ(heap_caps_get_minimum_free_size(caps), heap_caps_get_free_size(caps));
    heap_caps_free(heap_caps_malloc(400, caps));
    CHECK_EQ(heap_caps_get_minimum_free_size(caps), heap_caps_get_free_size(caps) - 400);
    CHECK_EQ(heap_caps_monitor_local_minimum_free_size_start(), ESP_OK); /* begins anew */
    CHECK_EQ(heap_caps_get_minimum_free_size(caps), heap_caps_get_free_size(caps));
    CHECK_EQ(heap_caps_monitor_local_minimum_free_size_stop(), ESP_OK);
    CHECK_EQ(heap_caps_get_minimum_free_size(caps), ever);
    CHECK_EQ(heap_caps_monitor_local_minimum_free_size_stop(), ESP_FAIL);
    /* A new low of the largest region, which no case before this one fills. */
    deep = heap_caps_malloc(heap_caps_get_largest_free_block(caps), caps);
    heap_caps_free(deep);
    CHECK(heap_caps_get_minimum_free_size(caps) < ever);
}

/* ------------------------------------------------------------------------------------ looking */

typedef struct sight {
    void *wanted;
    size_t blocks, used, bytes, regions;
    intptr_t region;
    bool found, in_bounds, ends_early;
} sight_t;

static bool see(walker_heap_into_t heap, walker_block_info_t block, void *data) {
    sight_t *sight = data;
    sight->regions += heap.start != sight->region;
    sight->region = heap.start;
    sight->blocks++;
    sight->used += block.used;
    sight->bytes += block.size;
    sight->found = sight->found || (block.ptr == sight->wanted && block.used);
    sight->in_bounds = sight->in_bounds && (intptr_t)block.ptr >= heap.start &&
                       (intptr_t)block.ptr + (intptr_t)block.size <= heap.end;
    return !sight->ends_early;
}

TEST(a_walk_sees_every_block) {
    boot();
    void *block = heap_caps_malloc(16, MALLOC_CAP_SPIRAM);
    sight_t all = {.wanted = block, .in_bounds = true};
    heap_caps_walk_all(see, &all);
    CHECK(all.found && all.in_bounds);
    multi_heap_info_t info;
    heap_caps_get_info(&info, 0);
    CHECK_EQ(all.blocks, info.total_blocks);
    CHECK_EQ(all.used, info.allocated_blocks);
    CHECK_EQ(all.bytes, info.total_free_bytes + info.total_allocated_bytes);
    sight_t external = {.wanted = block, .in_bounds = true};
    heap_caps_walk(MALLOC_CAP_SPIRAM, see, &external);
    CHECK(external.found && external.blocks == 2 && external.regions == 1);
    sight_t first = {.ends_early = true};
    heap_caps_walk_all(see, &first);
    CHECK_EQ(first.blocks, all.regions); /* one of each region */
    heap_caps_free(block);
}

TEST(figures_are_printed_as_esp_idf_prints_them) {
    boot();
    forget_written();
    heap_caps_print_heap_info(MALLOC_CAP_SPIRAM);
    char expected[256];
    size_t free_bytes = heap_caps_get_free_size(MALLOC_CAP_SPIRAM);
    snprintf(expected, sizeof expected,
             "Heap summary for capabilities 0x00000400:\n"
             "  At 0x3f800000 len 1048576 free %zu allocated 0 min_free ",
             free_bytes);
    CHECK(says(expected));
    snprintf(expected, sizeof expected,
             "    largest_free_block %zu alloc_blocks 0 free_blocks 1 total_blocks 1\n"
             "  Totals:\n    free %zu allocated 0 min_free ",
             free_bytes, free_bytes);
    CHECK(says(expected));
}

TEST(every_block_is_dumped) {
    boot();
    void *block = heap_caps_malloc(40, MALLOC_CAP_SPIRAM);
    char expected[128];
    snprintf(expected, sizeof expected, "Block %p data, size: 40 bytes, Free: No \n", block);
    forget_written();
    heap_caps_dump(MALLOC_CAP_SPIRAM);
    CHECK(says(expected));
    CHECK(says("Showing data for heap: 0x3f800000 \n") && says("Free: Yes \n"));
    forget_written();
    heap_caps_dump(MALLOC_CAP_DMA);
    CHECK(!says(expected));
    forget_written();
    heap_caps_dump_all();
    CHECK(says(expected));
    heap_caps_free(block);
}

/* Damage: the links of a free block, which the heap keeps inside it. */
TEST(a_check_finds_damage_and_says_where) {
    boot();
    CHECK(heap_caps_check_integrity_all(true));
    void *keep[2];
    uint32_t *block = heap_caps_malloc(256, MALLOC_CAP_SPIRAM);
    keep[0] = heap_caps_malloc(8, MALLOC_CAP_SPIRAM);
    heap_caps_free(block);
    uint32_t saved[2] = {block[0], block[1]};
    block[0] = block[1] = 0xDEADBEEF;
    forget_written();
    CHECK(!heap_caps_check_integrity_all(false));
    CHECK(!says("CORRUPT"));
    CHECK(!heap_caps_check_integrity_all(true));
    CHECK(says("CORRUPT HEAP: ") && says("3f80"));
    CHECK(!heap_caps_check_integrity(MALLOC_CAP_SPIRAM, false));
    CHECK(heap_caps_check_integrity(MALLOC_CAP_DMA, true));
    CHECK(heap_caps_check_integrity(MALLOC_CAP_RTCRAM, true)); /* there is none */
    CHECK(!heap_caps_check_integrity_addr((intptr_t)block, false));
    CHECK(heap_caps_check_integrity_addr(0x3FFE8000, true));
    CHECK(!heap_caps_check_integrity_addr(0x1000, false)); /* no region */
    block[0] = saved[0];
    block[1] = saved[1];
    CHECK(heap_caps_check_integrity_all(true));
    keep[1] = heap_caps_malloc(256, MALLOC_CAP_SPIRAM);
    heap_caps_free(keep[1]);
    heap_caps_free(keep[0]);
}

TEST_MAIN(the_low_of_a_stretch_is_told_and_then_that_since_start_up,
          figures_go_down_by_what_a_block_takes_and_no_more,
          the_largest_block_can_be_had_and_no_more, info_adds_up, a_walk_sees_every_block,
          figures_are_printed_as_esp_idf_prints_them, every_block_is_dumped,
          a_check_finds_damage_and_says_where)
