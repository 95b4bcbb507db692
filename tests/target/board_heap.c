/* SPDX-License-Identifier: MIT */
#include "board_heap.h"

static capheap_slot_t slots[BOARD_REGIONS];
capheap_heap_t board_heap;
uint32_t board_reports;

static void count_report(void *context, const capheap_report_t *report) {
    (void)context, (void)report;
    board_reports++;
}

void board_open(size_t fitted) {
    static const capheap_hooks_t hooks = {.report = count_report};
    capheap_range_t reserved[2];
    size_t count = target_reserved(reserved, 2);
    capheap_init(&board_heap, slots, BOARD_REGIONS);
    capheap_set_hooks(&board_heap, &hooks);
    board_reports = 0;
    capheap_status_t status =
        capheap_add_chip(&board_heap, target_board.chip, reserved, count, fitted);
    CHECK_EQ(status, CAPHEAP_OK);
}

capheap_figures_t board_figures(capheap_caps_t caps) {
    capheap_figures_t figures;
    capheap_get_figures(&board_heap, caps, &figures);
    return figures;
}

bool board_type_has(const capheap_type_t *type, capheap_caps_t caps) {
    return (caps & ~capheap_type_caps(type)) == 0;
}

/* ---- Random blocks. All contents are written and read by words: some memory takes no less. */

static void fill(board_block_t *block, uint32_t key) {
    block->key = key;
    for (size_t i = 0; i < block->words; i++)
        block->start[i] = key + (uint32_t)i * UINT32_C(0x01000193);
}

static bool holds(const board_block_t *block, const uint32_t *start, size_t words) {
    uint32_t wrong = 0;
    for (size_t i = 0; i < words; i++)
        wrong |= start[i] ^ (block->key + (uint32_t)i * UINT32_C(0x01000193));
    return wrong == 0;
}

static void take(board_player_t *player, board_block_t *block, void *start, size_t size) {
    if (start == NULL) {
        player->refused++;
        return;
    }
    block->start = start;
    block->words = capheap_usable_size(&board_heap, start) / sizeof(uint32_t);
    player->wrong += block->words * sizeof(uint32_t) < size || (uintptr_t)start % 8 != 0;
    player->served++;
    fill(block, test_random_next(&player->random));
}

static capheap_caps_t any_caps(board_player_t *player) {
    static const capheap_caps_t some[] = {
        CAPHEAP_DEFAULT,
        CAPHEAP_DEFAULT,
        CAPHEAP_8BIT,
        CAPHEAP_DMA,
        CAPHEAP_INTERNAL,
        CAPHEAP_32BIT,
        CAPHEAP_EXEC,
        CAPHEAP_SPIRAM,
        CAPHEAP_ATOMIC,
        CAPHEAP_SPM,
        CAPHEAP_8BIT | CAPHEAP_CACHE_ALIGNED,
    };
    return some[test_random_below(&player->random, sizeof(some) / sizeof(some[0]))];
}

static void play_new(board_player_t *player, board_block_t *block) {
    size_t size = test_random_between(&player->random, 1, player->largest);
    capheap_caps_t caps = any_caps(player);
    uint32_t kind = test_random_below(&player->random, 8);
    if (kind == 0) {
        size_t alignment = (size_t)8 << test_random_below(&player->random, 6);
        void *start = capheap_aligned_alloc(&board_heap, alignment, size, caps);
        player->wrong += (uintptr_t)start % alignment != 0;
        take(player, block, start, size);
    } else if (kind == 1) {
        uint32_t *start = capheap_calloc(&board_heap, (size + 3) / 4, 4, caps);
        for (size_t i = 0; start != NULL && i < (size + 3) / 4; i++)
            player->wrong += start[i] != 0;
        take(player, block, start, size);
    } else {
        take(player, block, capheap_malloc(&board_heap, size, caps), size);
    }
}

static void play_realloc(board_player_t *player, board_block_t *block) {
    size_t size = test_random_between(&player->random, 1, player->largest);
    void *start = capheap_realloc(&board_heap, block->start, size, any_caps(player));
    size_t words = size / sizeof(uint32_t) < block->words ? size / sizeof(uint32_t) : block->words;
    const uint32_t *now = start != NULL ? start : block->start;
    player->wrong += !holds(block, now, start != NULL ? words : block->words);
    player->moved += start != NULL && start != block->start;
    take(player, block, start, size);
}

static void play_free(board_player_t *player, board_block_t *block) {
    player->wrong += !holds(block, block->start, block->words);
    capheap_free(&board_heap, block->start);
    block->start = NULL;
}

void board_play(board_player_t *player) {
    board_block_t *block = &player->blocks[test_random_below(&player->random, player->count)];
    if (block->start == NULL)
        play_new(player, block);
    else if (test_random_chance(&player->random, 40))
        play_realloc(player, block);
    else
        play_free(player, block);
}

void board_free_all(board_player_t *player) {
    for (uint32_t i = 0; i < player->count; i++) {
        if (player->blocks[i].start != NULL)
            play_free(player, &player->blocks[i]);
    }
}
