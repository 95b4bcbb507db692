/* SPDX-License-Identifier: MIT */
/* Regions come and go: late ones, start-up memory, overlap, removal, whole chips. */
#include "heap_fixture.h"

TEST(late_psram_by_its_type) {
    open_internal();
    CHECK_EQ(capheap_malloc(&heap, 9000, CAPHEAP_DEFAULT), NULL);
    CHECK_EQ(add(&psram), CAPHEAP_OK);
    CHECK(lies_in(capheap_malloc(&heap, 9000, CAPHEAP_DEFAULT), &psram));
}

TEST(ones_own_capabilities) {
    open_internal();
    static const capheap_type_t own = {"video", {UINT32_C(1) << 25, CAPHEAP_8BIT, 0}, 0, 0};
    CHECK_EQ(capheap_add_region(&heap, &own, 99, &psram), CAPHEAP_OK);
    CHECK(lies_in(capheap_malloc(&heap, 40, UINT32_C(1) << 25), &psram));
    CHECK(lies_in(capheap_malloc_tagged(&heap, 40, 99), &psram));
}

TEST(startup_memory_is_held_back) {
    open_heap();
    dram = piece(0, 2048, DRAM);
    capheap_memory_t stack = piece(4096, 2048, DRAM);
    stack.flags = CAPHEAP_MEMORY_STARTUP;
    for (size_t i = 0; i < stack.size; i++) {
        arena[4096 + i] = (unsigned char)i;
    }
    CHECK_EQ(add(&dram), CAPHEAP_OK);
    CHECK_EQ(add(&stack), CAPHEAP_OK);
    exhaust(CAPHEAP_DEFAULT);
    CHECK_EQ(figures_of(0).regions, 1);
    for (size_t i = 0; i < stack.size; i++) {
        CHECK_EQ(arena[4096 + i], (unsigned char)i);
    }
    capheap_region_info_t info;
    CHECK(capheap_find_region(&heap, (void *)stack.start, &info));
    CHECK(!info.serving && info.figures.regions == 0);
    /* It counts as taken, and has no blocks. */
    capheap_memory_t over = piece(5000, 64, DRAM);
    CHECK_EQ(add(&over), CAPHEAP_ERROR_OVERLAP);
    capheap_free(&heap, (void *)(stack.start + 8));
    CHECK_EQ(seen.report.fault, CAPHEAP_FAULT_FOREIGN);

    CHECK_EQ(capheap_end_startup(&heap), CAPHEAP_OK);
    CHECK(lies_in(capheap_malloc(&heap, 1000, CAPHEAP_DEFAULT), &stack));
    CHECK_EQ(figures_of(0).regions, 2);
    CHECK_EQ(capheap_end_startup(&heap), CAPHEAP_OK);
    CHECK_EQ(figures_of(0).blocks, figures_of(CAPHEAP_DEFAULT).blocks);
    /* After that there is nothing to wait for. */
    capheap_memory_t later = piece(8192, 2048, DRAM);
    later.flags = CAPHEAP_MEMORY_STARTUP;
    CHECK_EQ(add(&later), CAPHEAP_OK);
    CHECK(lies_in(capheap_malloc(&heap, 1500, CAPHEAP_DEFAULT), &later));
}

TEST(startup_memory_too_small) {
    open_heap();
    capheap_memory_t tiny = piece(0, 16, DRAM), stack = piece(4096, 1024, DRAM);
    tiny.flags = stack.flags = CAPHEAP_MEMORY_STARTUP;
    CHECK_EQ(add(&tiny), CAPHEAP_OK);
    CHECK_EQ(add(&stack), CAPHEAP_OK);
    CHECK_EQ(capheap_end_startup(&heap), CAPHEAP_ERROR_TOO_SMALL);
    CHECK_EQ(figures_of(0).regions, 1);
    CHECK_EQ(capheap_end_startup(&heap), CAPHEAP_ERROR_TOO_SMALL);
    CHECK_EQ(capheap_remove_region(&heap, (void *)tiny.start), CAPHEAP_OK);
    CHECK_EQ(capheap_end_startup(&heap), CAPHEAP_OK);
}

TEST(overlap) {
    open_heap();
    capheap_memory_t first = piece(4096, 4096, DRAM);
    CHECK_EQ(add(&first), CAPHEAP_OK);
    static const size_t bad[][2] = {{4096, 4096}, {0, 4097},    {8191, 100}, {5000, 100},
                                    {0, 32768},   {4096, 8192}, {0, 8192}};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        capheap_memory_t memory = piece(bad[i][0], bad[i][1], DRAM);
        CHECK_EQ(add(&memory), CAPHEAP_ERROR_OVERLAP);
    }
    capheap_memory_t before = piece(0, 4096, DRAM), after = piece(8192, 4096, DRAM);
    CHECK_EQ(add(&before), CAPHEAP_OK);
    CHECK_EQ(add(&after), CAPHEAP_OK);
}

TEST(overlap_with_an_alias) {
    open_heap();
    capheap_memory_t first = piece(0, 4096, DIRAM);
    first.alias_kind = CAPHEAP_ALIAS_LINEAR;
    first.alias = (uintptr_t)arena + 16384;
    CHECK_EQ(add(&first), CAPHEAP_OK);
    capheap_memory_t on_alias = piece(16384 + 4088, 4096, DRAM);
    CHECK_EQ(add(&on_alias), CAPHEAP_ERROR_OVERLAP);
    capheap_memory_t by_alias = piece(8192, 4096, DIRAM);
    by_alias.alias_kind = CAPHEAP_ALIAS_INVERTED;
    by_alias.alias = first.start - 4088;
    CHECK_EQ(add(&by_alias), CAPHEAP_ERROR_OVERLAP);
    by_alias.alias = first.alias + 4088;
    CHECK_EQ(add(&by_alias), CAPHEAP_ERROR_OVERLAP);
    by_alias.alias = first.alias + 4096;
    CHECK_EQ(add(&by_alias), CAPHEAP_OK);
}

TEST(bad_arguments) {
    open_heap();
    capheap_memory_t good = piece(0, 4096, DRAM), bad;
    CHECK_EQ(capheap_add_region(NULL, &types[DRAM], 0, &good), CAPHEAP_ERROR_ARGUMENT);
    CHECK_EQ(capheap_add_region(&heap, NULL, 0, &good), CAPHEAP_ERROR_ARGUMENT);
    CHECK_EQ(capheap_add_region(&heap, &types[DRAM], 0, NULL), CAPHEAP_ERROR_ARGUMENT);
    bad = good, bad.start = 0;
    CHECK_EQ(add(&bad), CAPHEAP_ERROR_ARGUMENT);
    bad = good, bad.size = 0;
    CHECK_EQ(add(&bad), CAPHEAP_ERROR_ARGUMENT);
    bad = good, bad.flags = 0x80;
    CHECK_EQ(add(&bad), CAPHEAP_ERROR_ARGUMENT);
    bad = good, bad.size = SIZE_MAX;
    CHECK_EQ(add(&bad), CAPHEAP_ERROR_WRAPS);
    bad = good, bad.alias_kind = CAPHEAP_ALIAS_LINEAR, bad.alias = UINTPTR_MAX - 7;
    CHECK_EQ(add(&bad), CAPHEAP_ERROR_WRAPS);
    bad = good, bad.size = 16;
    CHECK_EQ(add(&bad), CAPHEAP_ERROR_TOO_SMALL);
    capheap_type_t type = types[DRAM];
    type.granule = 24;
    CHECK_EQ(capheap_add_region(&heap, &type, 0, &good), CAPHEAP_ERROR_ARGUMENT);
    type = types[DRAM], type.cache_line = 48;
    CHECK_EQ(capheap_add_region(&heap, &type, 0, &good), CAPHEAP_ERROR_ARGUMENT);
    type = types[DRAM], type.caps[2] = CAPHEAP_INVALID;
    CHECK_EQ(capheap_add_region(&heap, &type, 0, &good), CAPHEAP_ERROR_ARGUMENT);
    CHECK_EQ(capheap_remove_region(NULL, arena), CAPHEAP_ERROR_ARGUMENT);
    /* None of it left anything behind. */
    capheap_region_info_t info;
    CHECK(!capheap_next_region(&heap, 0, &info));
    CHECK_EQ(add(&good), CAPHEAP_OK);
}

TEST(no_slot_left) {
    open_heap();
    for (size_t i = 0; i < FIXTURE_SLOTS; i++) {
        capheap_memory_t memory = piece(i * 1024, 1024, DRAM);
        CHECK_EQ(add(&memory), CAPHEAP_OK);
    }
    capheap_memory_t more = piece(30000, 1024, DRAM);
    CHECK_EQ(add(&more), CAPHEAP_ERROR_FULL);
    CHECK_EQ(capheap_remove_region(&heap, arena + 2048), CAPHEAP_OK);
    CHECK_EQ(add(&more), CAPHEAP_OK);
    CHECK_EQ(figures_of(0).regions, FIXTURE_SLOTS);
}

TEST(removal) {
    open_all();
    char *block = capheap_malloc(&heap, 40, CAPHEAP_SPIRAM);
    CHECK_EQ(capheap_remove_region(&heap, block), CAPHEAP_ERROR_BUSY);
    CHECK_EQ(capheap_remove_region(&heap, (void *)psram.start), CAPHEAP_ERROR_BUSY);
    block[0] = 1;
    capheap_free(&heap, block);
    CHECK_EQ(capheap_remove_region(&heap, block), CAPHEAP_OK);
    CHECK_EQ(capheap_remove_region(&heap, block), CAPHEAP_ERROR_UNKNOWN);
    CHECK_EQ(capheap_malloc(&heap, 40, CAPHEAP_SPIRAM), NULL);
    CHECK_EQ(figures_of(CAPHEAP_SPIRAM).regions, 0);
    capheap_free(&heap, block);
    CHECK_EQ(seen.report.fault, CAPHEAP_FAULT_FOREIGN);
    CHECK_EQ(seen.report.region, NULL);
    /* From the middle and the front of the list, and back again. */
    CHECK_EQ(capheap_remove_region(&heap, (void *)dram.start), CAPHEAP_OK);
    CHECK_EQ(capheap_remove_region(&heap, (void *)iram.start), CAPHEAP_OK);
    CHECK(lies_in(capheap_malloc(&heap, 40, CAPHEAP_32BIT), &diram));
    CHECK_EQ(add(&psram), CAPHEAP_OK);
    CHECK_EQ(add(&iram), CAPHEAP_OK);
    CHECK_EQ(add(&dram), CAPHEAP_OK);
    CHECK(lies_in(capheap_malloc(&heap, 40, CAPHEAP_32BIT), &iram));
    CHECK(lies_in(capheap_malloc(&heap, 40, CAPHEAP_DEFAULT), &dram));
    CHECK(lies_in(capheap_malloc(&heap, 40, CAPHEAP_SPIRAM), &psram));
}

TEST(books_in_other_memory) {
    open_heap();
    static uint32_t books[512];
    capheap_memory_t memory = piece(0, 8192, PSRAM);
    size_t need = capheap_region_books_size(8192, 8);
    CHECK(need <= sizeof(books));
    CHECK_EQ(capheap_add_region_with_books(&heap, &types[PSRAM], PSRAM, &memory, books, 8),
             CAPHEAP_ERROR_TOO_SMALL);
    CHECK_EQ(capheap_add_region_with_books(&heap, &types[PSRAM], PSRAM, &memory, (char *)books + 1,
                                           need),
             CAPHEAP_ERROR_ARGUMENT);
    for (size_t i = 0; i < 8192; i++) {
        arena[i] = 0x5A;
    }
    CHECK_EQ(capheap_add_region_with_books(&heap, &types[PSRAM], PSRAM, &memory, books, need),
             CAPHEAP_OK);
    CHECK_EQ(figures_of(0).total, 8192);
    unsigned char *all = capheap_malloc(&heap, 8192, CAPHEAP_8BIT);
    CHECK_EQ((void *)all, (void *)arena);
}

/* A chip whose memories are pieces of the arena; the addresses are known at run time only. */
static capheap_memory_t chip_memories[3];
static const capheap_chip_t *chip_here(void) {
    static capheap_chip_t chip = {.name = "test",
                                  .title = "Test",
                                  .types = types,
                                  .type_count = TYPES,
                                  .memories = chip_memories,
                                  .memory_count = 3};
    chip_memories[0] = piece(0, 8192, DRAM);
    chip_memories[1] = piece(8192, 4096, DIRAM);
    chip_memories[1].flags = CAPHEAP_MEMORY_STARTUP;
    chip_memories[1].alias_kind = CAPHEAP_ALIAS_INVERTED;
    chip_memories[1].alias = (uintptr_t)arena + 28672;
    chip_memories[2] = piece(16384, 8192, PSRAM);
    chip_memories[2].flags = CAPHEAP_MEMORY_EXTERNAL;
    return &chip;
}

TEST(a_whole_chip) {
    const capheap_chip_t *chip = chip_here();
    CHECK_EQ(capheap_chip_check(chip, NULL), CAPHEAP_OK);
    capheap_range_t data = {(uintptr_t)arena, (uintptr_t)arena + 1024, "data"};
    open_heap();
    CHECK_EQ(capheap_add_chip(&heap, chip, &data, 1, 0), CAPHEAP_OK);
    CHECK_EQ(figures_of(0).regions, 1);
    CHECK_EQ(capheap_end_startup(&heap), CAPHEAP_OK);
    char *code = capheap_malloc(&heap, 64, CAPHEAP_EXEC);
    CHECK((uintptr_t)code - chip_memories[1].alias < 4096);
    capheap_region_info_t info;
    CHECK(capheap_next_region(&heap, 0, &info));
    CHECK_EQ(info.memory.start, data.end);
    CHECK_EQ(info.tag, DRAM);
    capheap_free(&heap, code);
    /* PSRAM comes later, and can come only once. */
    CHECK_EQ(capheap_add_chip_memory(&heap, chip, (uintptr_t)arena + 16384, 4096), CAPHEAP_OK);
    CHECK_EQ(capheap_add_chip_memory(&heap, chip, (uintptr_t)arena + 16384, 8192),
             CAPHEAP_ERROR_OVERLAP);
    CHECK(capheap_malloc(&heap, 100, CAPHEAP_SPIRAM) != NULL);
    CHECK_EQ(seen.reports, 0);
}

TEST(a_whole_chip_with_what_is_fitted) {
    open_heap();
    CHECK_EQ(capheap_add_chip(&heap, chip_here(), NULL, 0, 2048), CAPHEAP_OK);
    CHECK(capheap_malloc(&heap, 100, CAPHEAP_SPIRAM) != NULL);
    CHECK(figures_of(CAPHEAP_SPIRAM).total < 2048);
}

TEST(a_chip_is_added_whole_or_not_at_all) {
    const capheap_chip_t *chip = chip_here();
    open_heap();
    CHECK_EQ(capheap_add_chip(NULL, chip, NULL, 0, 0), CAPHEAP_ERROR_ARGUMENT);
    CHECK_EQ(capheap_add_chip(&heap, NULL, NULL, 0, 0), CAPHEAP_ERROR_ARGUMENT);
    capheap_range_t elsewhere = {64, 128, "elsewhere"};
    CHECK_EQ(capheap_add_chip(&heap, chip, &elsewhere, 1, 0), CAPHEAP_ERROR_UNKNOWN);
    capheap_memory_t taken = piece(10000, 512, DRAM);
    CHECK_EQ(add(&taken), CAPHEAP_OK);
    CHECK_EQ(capheap_add_chip(&heap, chip, NULL, 0, 0), CAPHEAP_ERROR_OVERLAP);
    CHECK_EQ(figures_of(0).regions, 1);
    CHECK_EQ(capheap_remove_region(&heap, (void *)taken.start), CAPHEAP_OK);
    CHECK_EQ(capheap_add_chip(&heap, chip, NULL, 0, 0), CAPHEAP_OK);

    static capheap_slot_t one[1];
    capheap_heap_t small;
    capheap_init(&small, one, 1);
    CHECK_EQ(capheap_add_chip(&small, chip, NULL, 0, 0), CAPHEAP_ERROR_FULL);
    capheap_region_info_t info;
    CHECK(!capheap_next_region(&small, 0, &info));
}

TEST(a_part_of_a_chips_memory) {
    const capheap_chip_t *chip = chip_here();
    open_heap();
    uintptr_t start = (uintptr_t)arena + 8192 + 1024;
    CHECK_EQ(capheap_end_startup(&heap), CAPHEAP_OK);
    CHECK_EQ(capheap_add_chip_memory(NULL, chip, start, 1024), CAPHEAP_ERROR_ARGUMENT);
    CHECK_EQ(capheap_add_chip_memory(&heap, NULL, start, 1024), CAPHEAP_ERROR_ARGUMENT);
    CHECK_EQ(capheap_add_chip_memory(&heap, chip, start, 0), CAPHEAP_ERROR_ARGUMENT);
    CHECK_EQ(capheap_add_chip_memory(&heap, chip, start, 3073), CAPHEAP_ERROR_UNKNOWN);
    CHECK_EQ(capheap_add_chip_memory(&heap, chip, start, SIZE_MAX), CAPHEAP_ERROR_UNKNOWN);
    CHECK_EQ(capheap_add_chip_memory(&heap, chip, 64, 64), CAPHEAP_ERROR_UNKNOWN);
    CHECK_EQ(capheap_add_chip_memory(&heap, chip, start, 1024), CAPHEAP_OK);
    /* Its alias is the same stretch seen from the other end: bytes 2048 to 3072. */
    capheap_region_info_t info;
    CHECK(capheap_find_region(&heap, (void *)start, &info));
    CHECK_EQ(info.memory.alias, chip_memories[1].alias + 2048);
    CHECK_EQ(info.tag, DIRAM);
    void *code = capheap_malloc(&heap, 64, CAPHEAP_EXEC);
    CHECK((uintptr_t)code - info.memory.alias < 1024);
    capheap_free(&heap, code);
    CHECK_EQ(seen.reports, 0);
}

TEST_MAIN(late_psram_by_its_type, ones_own_capabilities, startup_memory_is_held_back,
          startup_memory_too_small, overlap, overlap_with_an_alias, bad_arguments, no_slot_left,
          removal, books_in_other_memory, a_whole_chip, a_whole_chip_with_what_is_fitted,
          a_chip_is_added_whole_or_not_at_all, a_part_of_a_chips_memory)
