/* SPDX-License-Identifier: MIT */
/*
 * Regions added at run time, next to others, inside blocks, over ends; and heap_memory_layout.h's
 * tables. On a simulated ESP32 as ESP-IDF starts it (ESP-IDF at 102122904ade, components/heap/
 * include/esp_heap_caps_init.h, components/heap/heap_caps_init.c).
 */
#define _DEFAULT_SOURCE
#include "compat_esp_idf_fixture.h"
#include "heap_memory_layout.h"

int heap_caps_check_add_region_allowed(intptr_t heap_start, intptr_t heap_end, intptr_t start,
                                       intptr_t end);

#define INVENTED(n) ((uint32_t)1 << (24 + (n)))

static const uint32_t none[3];

TEST(wrong_arguments) {
    boot();
    CHECK_EQ(heap_caps_add_region(0, 100), ESP_ERR_INVALID_ARG);
    CHECK_EQ(heap_caps_add_region(0x1000, 0x2000), ESP_ERR_NOT_FOUND);
    CHECK_EQ(heap_caps_add_region_with_caps(NULL, 0x1000, 0x2000), ESP_ERR_INVALID_ARG);
    CHECK_EQ(heap_caps_add_region_with_caps(none, 0, 0x2000), ESP_ERR_INVALID_ARG);
    CHECK_EQ(heap_caps_add_region_with_caps(none, 0x2000, 0), ESP_ERR_INVALID_ARG);
    CHECK_EQ(heap_caps_add_region_with_caps(none, 0x2000, 0x2000), ESP_ERR_INVALID_ARG);
    CHECK_EQ(heap_caps_add_region_with_caps(none, 0x2000, 0x1000), ESP_ERR_INVALID_ARG);
    static _Alignas(8) char room[4096];
    const uint32_t invalid[3] = {MALLOC_CAP_INVALID};
    CHECK_EQ(heap_caps_add_region_with_caps(invalid, (intptr_t)room, (intptr_t)room + 4096),
             ESP_ERR_INVALID_ARG);
    size_t before = heap_caps_get_free_size(MALLOC_CAP_INTERNAL);
    CHECK_EQ(heap_caps_add_region_with_caps(none, (intptr_t)room, (intptr_t)room + 16),
             ESP_ERR_INVALID_SIZE);
    CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_INTERNAL), before); /* nothing is left behind */
}

TEST(which_places_are_allowed) {
    struct {
        intptr_t start, end;
        bool allowed;
    } cases[] = {
        {0x0, 0x1000, true},     {0x3000, 0x4000, true},  {0x1000, 0x2000, true},
        {0x1008, 0x3000, true},  {0x1008, 0x2ff8, true},  {0x0800, 0x2000, false},
        {0x0800, 0x4000, false}, {0x1000, 0x4000, false}, {0x2000, 0x4000, false},
        {0x1000, 0x3000, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CHECK_EQ(heap_caps_check_add_region_allowed(0x1000, 0x3000, cases[i].start, cases[i].end),
                 cases[i].allowed);
    }
}

/* Code's memory after start-up: the chip says what it can do, on both buses. */
TEST(a_part_of_the_chip_gets_its_capabilities) {
    boot();
    size_t before = heap_caps_get_total_size(MALLOC_CAP_DMA);
    CHECK_EQ(heap_caps_add_region(0x3FFB0000, 0x3FFB2EC8), ESP_OK); /* was static data */
    CHECK_EQ(heap_caps_get_total_size(MALLOC_CAP_DMA), before + 0x2EC8);
    CHECK_EQ(heap_caps_add_region(0x3FFB0000, 0x3FFB2EC8), ESP_FAIL);
    CHECK_EQ(heap_caps_add_region(0x3FFAFFF0, 0x3FFB1000), ESP_FAIL);
    CHECK(lies_in(heap_caps_malloc(1000, MALLOC_CAP_DMA), 0x3FFB0000, 0x2EC8));
    CHECK_EQ(heap_caps_get_minimum_free_size(MALLOC_CAP_8BIT | MALLOC_CAP_INTERNAL),
             heap_caps_get_minimum_free_size(MALLOC_CAP_DMA));
    CHECK_EQ(heap_caps_add_region(0x40080000, 0x40089448), ESP_OK); /* was code */
    uint32_t *code = heap_caps_malloc(64, MALLOC_CAP_EXEC);
    CHECK(lies_in(code, 0x40080000, 0x9448));
    heap_caps_free(code);
    CHECK_EQ(heap_caps_add_region(0x3FFE0000, 0x3FFE0440), ESP_OK); /* was the ROM's */
    CHECK(heap_caps_check_integrity_all(true));
}

/* As ESP-IDF's own tests do it: a region in a block of another one. */
static char *add_inside(size_t size, const uint32_t *caps, uint32_t from) {
    char *block = heap_caps_malloc(size, from);
    CHECK(block != NULL);
    CHECK_EQ(
        heap_caps_add_region_with_caps(caps, (intptr_t)block, (intptr_t)block + (intptr_t)size),
        ESP_OK);
    return block;
}

TEST(a_region_inside_a_block_serves_what_only_it_can) {
    boot();
    const uint32_t caps[3] = {INVENTED(0)};
    CHECK(heap_caps_malloc(64, INVENTED(0)) == NULL);
    char *block = add_inside(3504, caps, MALLOC_CAP_DMA);
    CHECK_EQ(heap_caps_get_total_size(INVENTED(0)), 3504);
    CHECK_EQ(heap_caps_get_minimum_free_size(INVENTED(0)), 0); /* it came after start-up */
    size_t all = heap_caps_get_free_size(INVENTED(0));
    CHECK(all > 3000);
    char *a = heap_caps_malloc(100, INVENTED(0));
    char *b = heap_caps_calloc(10, 10, INVENTED(0));
    char *c = heap_caps_aligned_alloc(256, 100, INVENTED(0));
    CHECK(lies_in(a, (uintptr_t)block, 3504) && lies_in(b, (uintptr_t)block, 3504));
    CHECK_EQ((uintptr_t)c % 256, 0);
    CHECK(b[0] == 0 && b[99] == 0);
    CHECK_EQ(heap_caps_get_allocated_size(a), 104);
    CHECK_EQ(heap_caps_get_containing_block_size(b + 99), 104);
    CHECK(heap_caps_check_integrity(INVENTED(0), true));
    CHECK(heap_caps_check_integrity_addr((intptr_t)a, true));
    multi_heap_info_t info;
    heap_caps_get_info(&info, INVENTED(0));
    CHECK_EQ(info.allocated_blocks, 3);
    CHECK_EQ(info.total_free_bytes, heap_caps_get_free_size(INVENTED(0)));
    memset(a, 0x77, 100);
    a = heap_caps_realloc(a, 1000, INVENTED(0)); /* stays in the region */
    CHECK(lies_in(a, (uintptr_t)block, 3504) && a[99] == 0x77);
    char *out = heap_caps_realloc(a, 1200, MALLOC_CAP_SPIRAM); /* to the heap */
    CHECK(in_psram(out) && out[0] == 0x77 && out[99] == 0x77);
    char *in = heap_caps_realloc(out, 120, INVENTED(0)); /* and back */
    CHECK(lies_in(in, (uintptr_t)block, 3504) && in[0] == 0x77 && in[99] == 0x77);
    CHECK(heap_caps_realloc(in, 5000, INVENTED(0)) == NULL);
    heap_caps_free(in);
    heap_caps_free(b);
    heap_caps_free(c);
    CHECK_EQ(heap_caps_get_free_size(INVENTED(0)), all);
}

TEST(its_low_of_a_stretch) {
    boot();
    const uint32_t caps[3] = {INVENTED(1)};
    add_inside(2048, caps, MALLOC_CAP_SPIRAM);
    size_t all = heap_caps_get_free_size(INVENTED(1));
    heap_caps_monitor_local_minimum_free_size_start();
    CHECK_EQ(heap_caps_get_minimum_free_size(INVENTED(1)), all);
    heap_caps_free(heap_caps_malloc(160, INVENTED(1)));
    CHECK_EQ(heap_caps_get_minimum_free_size(INVENTED(1)), all - 160);
    heap_caps_monitor_local_minimum_free_size_start(); /* begins anew */
    CHECK_EQ(heap_caps_get_minimum_free_size(INVENTED(1)), all);
    const uint32_t later[3] = {INVENTED(6)};
    add_inside(2048, later, MALLOC_CAP_SPIRAM);
    CHECK_EQ(heap_caps_get_minimum_free_size(INVENTED(6)), 0);
    heap_caps_monitor_local_minimum_free_size_stop();
    CHECK_EQ(heap_caps_get_minimum_free_size(INVENTED(1)), 0);
    CHECK_EQ(heap_caps_get_minimum_free_size(INVENTED(6)), 0);
}

/* A region in a block of a region in a block. */
TEST(regions_within_regions) {
    boot();
    const uint32_t outer_caps[3] = {0, INVENTED(2) | INVENTED(3)};
    const uint32_t inner_caps[3] = {0, 0, INVENTED(3) | INVENTED(4)};
    char *outer = add_inside(8192, outer_caps, MALLOC_CAP_SPIRAM);
    char *inner = add_inside(4096, inner_caps, INVENTED(2));
    CHECK(lies_in(inner, (uintptr_t)outer, 8192));
    char *first = heap_caps_malloc(100, INVENTED(3)); /* by priority: the outer one */
    CHECK(lies_in(first, (uintptr_t)outer, 8192) && !lies_in(first, (uintptr_t)inner, 4096));
    char *only = heap_caps_malloc(100, INVENTED(4));
    CHECK(lies_in(only, (uintptr_t)inner, 4096));
    only[0] = 42;
    only = heap_caps_realloc(only, 2000, INVENTED(2));
    CHECK(!lies_in(only, (uintptr_t)inner, 4096) && only[0] == 42);
    heap_caps_free(only);
    heap_caps_free(first);
    CHECK(heap_caps_check_integrity_all(true));
}

TEST(nothing_is_executed_in_a_block_of_data) {
    boot();
    const uint32_t caps[3] = {INVENTED(5) | MALLOC_CAP_EXEC | MALLOC_CAP_32BIT};
    char *block = heap_caps_malloc(1024, MALLOC_CAP_DMA);
    while (!in_diram(block)) {
        block = heap_caps_malloc(1024, MALLOC_CAP_DMA); /* used up: the last case but one */
        REQUIRE(block != NULL);
    }
    CHECK_EQ(heap_caps_add_region_with_caps(caps, (intptr_t)block, (intptr_t)block + 1024), ESP_OK);
    CHECK(heap_caps_malloc(16, INVENTED(5)) != NULL);
    CHECK(heap_caps_malloc(16, INVENTED(5) | MALLOC_CAP_EXEC) == NULL);
    char *words = heap_caps_malloc(1024, MALLOC_CAP_EXEC);
    REQUIRE(in_iram(words));
    CHECK_EQ(heap_caps_add_region_with_caps(caps, (intptr_t)words, (intptr_t)words + 1024),
             ESP_ERR_INVALID_ARG); /* word-only memory can't hold a multi_heap */
}

/* More than the heap has slots for. */
TEST(any_number_of_regions) {
    boot();
    static _Alignas(8) char rooms[12][1024];
    const uint32_t caps[3] = {0, 0, MALLOC_CAP_SPM};
    size_t before = heap_caps_get_total_size(MALLOC_CAP_SPM);
    for (size_t i = 0; i < 12; i++) {
        intptr_t start = (intptr_t)rooms[i];
        CHECK_EQ(heap_caps_add_region_with_caps(caps, start, start + 1000), ESP_OK);
    }
    CHECK_EQ(heap_caps_get_total_size(MALLOC_CAP_SPM), before + 12000);
    void *blocks[100];
    size_t count = 0;
    while (count < 100 && (blocks[count] = heap_caps_malloc(400, MALLOC_CAP_SPM)) != NULL) {
        count++;
    }
    CHECK(count >= 12 && count <= 24);
    CHECK(lies_in(blocks[0], (uintptr_t)rooms[11], 1000)); /* the latest first */
    while (count > 0) {
        heap_caps_free(blocks[--count]);
    }
    CHECK(heap_caps_check_integrity_all(true));
}

/* ------------------------------------------------------------------------- heap_memory_layout.h */

TEST(the_tables_are_those_of_the_chip) {
    CHECK_EQ(soc_memory_type_count, capheap_chip_esp32.type_count);
    CHECK_EQ(soc_memory_region_count, capheap_chip_esp32.memory_count);
    CHECK(strcmp(soc_memory_types[0].name, "DRAM") == 0);
    bool found = false;
    for (size_t i = 0; i < soc_memory_region_count; i++) {
        const soc_memory_region_t *region = &soc_memory_regions[i];
        CHECK(region->type < soc_memory_type_count);
        CHECK(i == 0 || region[-1].start < region->start);
        if (region->start == 0x3FFE0000) {
            found = region->size == KIB(128) && region->iram_address == 0x400A0000 &&
                    region->startup_stack;
        }
    }
    CHECK(found);
    uint32_t dram = soc_memory_types[0].caps[0] | soc_memory_types[0].caps[1];
    CHECK_EQ(dram, MALLOC_CAP_8BIT | MALLOC_CAP_DEFAULT | MALLOC_CAP_DMA | MALLOC_CAP_INTERNAL |
                       MALLOC_CAP_32BIT);
}

TEST(what_is_reserved_is_not_available) {
    soc_memory_region_t regions[32];
    REQUIRE(soc_get_available_memory_region_max_count() <= 32);
    size_t count = soc_get_available_memory_regions(regions);
    CHECK(count > 4 && count <= soc_get_available_memory_region_max_count());
    for (size_t i = 0; i < count; i++) {
        intptr_t end = regions[i].start + (intptr_t)regions[i].size;
        CHECK(i == 0 || regions[i - 1].start < regions[i].start);
        for (size_t k = 0; k < 3; k++) {
            CHECK(end <= (intptr_t)taken[k].start || regions[i].start >= (intptr_t)taken[k].end);
        }
    }
}

TEST_MAIN(wrong_arguments, which_places_are_allowed, a_part_of_the_chip_gets_its_capabilities,
          a_region_inside_a_block_serves_what_only_it_can, its_low_of_a_stretch,
          regions_within_regions, any_number_of_regions, nothing_is_executed_in_a_block_of_data,
          the_tables_are_those_of_the_chip, what_is_reserved_is_not_available)
