/* SPDX-License-Identifier: MIT */
/*
 * The main loop allocates, and so does a timer interrupt that comes at any instruction. With a port
 * that masks interrupts all is well at the end; with none the heap is found damaged, which shows
 * that the test can tell (the program interrupts-unlocked, which has to fail).
 */
#include "board_heap.h"

#define PREEMPTIONS 5000u /* of calls into the heap */
#define TICKS_MAX   200000u

static board_block_t main_blocks[TARGET_BLOCKS / 2], tick_blocks[TARGET_BLOCKS / 4];
static board_player_t main_player, tick_player;
static volatile uint32_t ticks, preemptions;
static volatile bool in_heap, stop;

static void next_tick(void) {
    target_timer_next(test_random_between(&tick_player.random, TARGET_TICK_MIN, TARGET_TICK_MAX));
}

static void tick(void) {
    ticks++;
    preemptions += in_heap;
    board_play(&tick_player);
    if (!stop)
        next_tick();
}

static void start(board_player_t *player, uint64_t seed, board_block_t *blocks, uint32_t count) {
    *player = (board_player_t){
        .random = test_random_start(seed), .blocks = blocks, .count = count, .largest = 300};
}

static bool sound(void) {
    return main_player.wrong == 0 && tick_player.wrong == 0 && board_reports == 0;
}

TEST(an_interrupt_allocates_while_the_main_loop_does) {
    board_open(target_board.fitted);
    start(&main_player, 1, main_blocks, TARGET_BLOCKS / 2);
    start(&tick_player, 2, tick_blocks, TARGET_BLOCKS / 4);
    target_timer_start(tick);
    next_tick();
    for (uint32_t step = 0; preemptions < PREEMPTIONS && ticks < TICKS_MAX && sound(); step++) {
        in_heap = true;
        board_play(&main_player);
        in_heap = false;
        if (step % 128 == 0)
            CHECK(capheap_check(&board_heap, 0));
    }
    stop = true;
    target_timer_stop();
    target_print("     ");
    target_print_number(ticks);
    target_print(" interrupts, ");
    target_print_number(preemptions);
    target_print(" within calls\n");
    CHECK(sound());
    REQUIRE(capheap_check(&board_heap, 0));
    board_free_all(&main_player);
    board_free_all(&tick_player);
    CHECK(sound());
    CHECK(preemptions >= PREEMPTIONS);
    CHECK_EQ(board_figures(0).used, 0);
    CHECK(capheap_check(&board_heap, 0));
}

TEST_MAIN(an_interrupt_allocates_while_the_main_loop_does)
