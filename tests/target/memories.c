/* SPDX-License-Identifier: MIT */
/* The board's real memories as regions of one heap: they are there, they are several, each request
 * gets one that can do what it names. */
#include "board_heap.h"

#define STEPS (2000u + TEST_STEPS(18000))
#define EDGE  1024u /* words at either end of a block that are all written; between them a few */
#define STEP  1024u

static uint32_t *all_of[BOARD_REGIONS];
static size_t words_of[BOARD_REGIONS];

static void print_region(const capheap_region_info_t *info) {
    target_print("     ");
    target_print_hex(info->memory.start);
    target_print(" ");
    target_print_number((uint32_t)(info->figures.free / 1024));
    target_print(" KiB ");
    target_print(info->type->name);
    target_print("\n");
}

TEST(the_chip_table_is_the_board) {
    board_open(target_board.fitted);
    capheap_region_info_t info;
    size_t regions = 0;
    for (uintptr_t from = 0; capheap_next_region(&board_heap, from, &info);
         from = info.memory.start + 1) {
        print_region(&info);
        regions++;
    }
    CHECK_EQ(regions, target_board.regions);
    CHECK(capheap_check(&board_heap, 0));
}

/* Words that depend on their address, so that one memory which shows up twice is found out. */
static size_t next_word(size_t i, size_t words) {
    return i + 1 < EDGE || i + EDGE >= words ? i + 1 : i + STEP;
}

static void write_addresses(uint32_t *start, size_t words) {
    for (size_t i = 0; i < words; i = next_word(i, words))
        start[i] = (uint32_t)(uintptr_t)&start[i] ^ UINT32_C(0xA5A50000);
}

static size_t wrong_addresses(const uint32_t *start, size_t words) {
    size_t wrong = 0;
    for (size_t i = 0; i < words; i = next_word(i, words))
        wrong += start[i] != ((uint32_t)(uintptr_t)&start[i] ^ UINT32_C(0xA5A50000));
    return wrong;
}

TEST(all_of_every_memory_is_there) {
    board_open(target_board.fitted);
    capheap_region_info_t info;
    size_t count = 0;
    for (uintptr_t from = 0; capheap_next_region(&board_heap, from, &info);
         from = info.memory.start + 1) {
        size_t size = info.figures.largest;
        REQUIRE(count < BOARD_REGIONS);
        all_of[count] = capheap_malloc_tagged(&board_heap, size, info.tag);
        words_of[count] = size / sizeof(uint32_t);
        REQUIRE(all_of[count] != NULL);
        count++;
    }
    CHECK_EQ(board_figures(0).free, 0);
    for (size_t i = 0; i < count; i++)
        write_addresses(all_of[i], words_of[i]);
    for (size_t i = 0; i < count; i++)
        CHECK_EQ(wrong_addresses(all_of[i], words_of[i]), 0);
    CHECK(capheap_check(&board_heap, 0));
    for (size_t i = 0; i < count; i++)
        capheap_free(&board_heap, all_of[i]);
    CHECK_EQ(board_figures(0).used, 0);
    CHECK_EQ(board_reports, 0);
}

static bool some_memory_has(capheap_caps_t caps) {
    capheap_region_info_t info;
    for (uintptr_t from = 0; capheap_next_region(&board_heap, from, &info);
         from = info.memory.start + 1) {
        if (board_type_has(info.type, caps))
            return true;
    }
    return false;
}

TEST(a_request_gets_what_it_names) {
    static const capheap_caps_t sets[] = {
        CAPHEAP_DEFAULT,
        CAPHEAP_8BIT,
        CAPHEAP_32BIT,
        CAPHEAP_INTERNAL,
        CAPHEAP_DMA,
        CAPHEAP_EXEC,
        CAPHEAP_SPIRAM,
        CAPHEAP_SPM,
        CAPHEAP_ATOMIC,
        CAPHEAP_RTCRAM,
        CAPHEAP_DMA | CAPHEAP_SPM,
        CAPHEAP_SPIRAM | CAPHEAP_8BIT,
        CAPHEAP_INTERNAL | CAPHEAP_8BIT,
    };
    board_open(target_board.fitted);
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        capheap_region_info_t info;
        void *block = capheap_malloc(&board_heap, 100, sets[i]);
        CHECK_EQ(block != NULL, some_memory_has(sets[i]));
        if (block == NULL)
            continue;
        REQUIRE(capheap_find_region(&board_heap, block, &info));
        CHECK(board_type_has(info.type, sets[i]));
        capheap_free(&board_heap, block);
    }
    CHECK_EQ(board_figures(0).used, 0);
}

TEST(cache_lines_are_whole) {
    static const capheap_caps_t sets[] = {CAPHEAP_DEFAULT, CAPHEAP_DMA, CAPHEAP_32BIT};
    board_open(target_board.fitted);
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        capheap_region_info_t info;
        void *block = capheap_malloc(&board_heap, 5, sets[i] | CAPHEAP_CACHE_ALIGNED);
        REQUIRE(block != NULL && capheap_find_region(&board_heap, block, &info));
        uintptr_t line = info.type->cache_line > 8 ? info.type->cache_line : 8;
        CHECK_EQ((uintptr_t)block % line, 0);
        CHECK_EQ(capheap_usable_size(&board_heap, block) % line, 0);
        capheap_free(&board_heap, block);
    }
}

TEST(code_runs_in_exec_memory) {
    board_open(target_board.fitted);
    uint32_t *code = capheap_malloc(&board_heap, sizeof(target_code), CAPHEAP_EXEC);
    REQUIRE(code != NULL);
    code[0] = target_code[0];
    code[1] = target_code[1];
    CHECK_EQ(target_call(code), 42);
    capheap_free(&board_heap, code);
}

static const capheap_memory_t *external_memory(void) {
    for (size_t i = 0; i < target_board.chip->memory_count; i++) {
        if ((target_board.chip->memories[i].flags & CAPHEAP_MEMORY_EXTERNAL) != 0)
            return &target_board.chip->memories[i];
    }
    return NULL;
}

/* On a board without external memory nothing can be asked of it. */
TEST(external_memory_comes_late_and_goes) {
    const capheap_memory_t *external = external_memory();
    board_open(0);
    void *block = capheap_malloc(&board_heap, 1000, CAPHEAP_SPIRAM);
    CHECK_EQ(block, NULL);
    if (external == NULL || target_board.fitted == 0)
        return;
    uintptr_t start =
        external->start + target_board.fitted - 65536; /* this program may be before */
    capheap_status_t status = capheap_add_chip_memory(&board_heap, target_board.chip, start, 65536);
    CHECK_EQ(status, CAPHEAP_OK);
    uint32_t *inside = capheap_malloc(&board_heap, 1000, CAPHEAP_INTERNAL | CAPHEAP_8BIT);
    REQUIRE(inside != NULL);
    for (uint32_t i = 0; i < 250; i++)
        inside[i] = i;
    uint32_t *outside = capheap_realloc(&board_heap, inside, 2000, CAPHEAP_SPIRAM);
    REQUIRE(outside != NULL);
    CHECK((uintptr_t)outside - external->start < external->size);
    CHECK_EQ(outside[249], 249);
    CHECK_EQ(capheap_remove_region(&board_heap, outside), CAPHEAP_ERROR_BUSY);
    capheap_free(&board_heap, outside);
    CHECK_EQ(capheap_remove_region(&board_heap, outside), CAPHEAP_OK);
    CHECK_EQ(capheap_malloc(&board_heap, 8, CAPHEAP_SPIRAM), NULL);
}

TEST(random_calls_on_all_memories) {
    static board_block_t blocks[TARGET_BLOCKS];
    board_player_t player = {
        .random = test_random_start(1),
        .blocks = blocks,
        .count = TARGET_BLOCKS,
        .largest = 700,
    };
    board_open(target_board.fitted);
    for (uint32_t step = 0; step < STEPS; step++) {
        board_play(&player);
        if (step % 256 == 0)
            CHECK(capheap_check(&board_heap, 0));
    }
    board_free_all(&player);
    CHECK_EQ(player.wrong, 0);
    CHECK_EQ(board_reports, 0);
    CHECK_EQ(board_figures(0).used, 0);
    CHECK(capheap_check(&board_heap, 0));
    CHECK(player.served > STEPS / 4 && player.moved > 0);
}

TEST(wrong_pointers_are_reported) {
    board_open(target_board.fitted);
    char *block = capheap_malloc(&board_heap, 100, CAPHEAP_DEFAULT);
    REQUIRE(block != NULL);
    capheap_free(&board_heap, block + 8);
    CHECK_EQ(board_reports, 1);
    capheap_free(&board_heap, block);
    CHECK_EQ(board_reports, 1);
    capheap_free(&board_heap, block);
    CHECK_EQ(board_reports, 2);
    capheap_free(&board_heap, &board_heap);
    CHECK_EQ(board_reports, 3);
}

TEST_MAIN(the_chip_table_is_the_board, all_of_every_memory_is_there, a_request_gets_what_it_names,
          cache_lines_are_whole, code_runs_in_exec_memory, external_memory_comes_late_and_goes,
          random_calls_on_all_memories, wrong_pointers_are_reported)
