/* SPDX-License-Identifier: MIT */
/*
 * Two cores allocate from one heap, and a timer interrupt of the first does too. With a port for
 * one core, which masks interrupts only, the heap is found damaged (the program cores-one-core,
 * which has to fail).
 */
#include "board_heap.h"
#include "semihost.h"

#define STEPS        6000u
#define START_CORE_1 0x100u /* the emulator's, see rp2040/run.cjs */

enum {
    MAIN,
    SECOND,
    TICK,
    PLAYERS
};

static board_block_t blocks[PLAYERS][TARGET_BLOCKS / PLAYERS];
static board_player_t players[PLAYERS];
static volatile uint32_t ticks;
static volatile bool stop, second_done;
static uint64_t second_stack[512];

static bool sound(void) {
    return players[MAIN].wrong == 0 && players[SECOND].wrong == 0 && players[TICK].wrong == 0 &&
           board_reports == 0;
}

static void next_tick(void) {
    target_timer_next(test_random_between(&players[TICK].random, TARGET_TICK_MIN, TARGET_TICK_MAX));
}

static void tick(void) {
    ticks++;
    board_play(&players[TICK]);
    if (!stop)
        next_tick();
}

static void play(board_player_t *player) {
    for (uint32_t step = 0; step < STEPS && sound(); step++)
        board_play(player);
}

static void second_core(void) {
    play(&players[SECOND]);
    second_done = true;
    for (;;) {
    }
}

TEST(two_cores_and_an_interrupt_allocate) {
    board_open(target_board.fitted);
    for (uint32_t i = 0; i < PLAYERS; i++) {
        players[i] = (board_player_t){.random = test_random_start(i),
                                      .blocks = blocks[i],
                                      .count = TARGET_BLOCKS / PLAYERS,
                                      .largest = 300};
    }
    const uintptr_t start[2] = {(uintptr_t)second_core, (uintptr_t)&second_stack[512]};
    target_timer_start(tick);
    next_tick();
    (void)semihost(START_CORE_1, (uintptr_t)start);
    play(&players[MAIN]);
    while (!second_done && sound()) {
    }
    stop = true;
    target_timer_stop();
    target_print("     ");
    target_print_number(ticks);
    target_print(" interrupts beside two cores\n");
    REQUIRE(sound());
    REQUIRE(capheap_check(&board_heap, 0));
    for (uint32_t i = 0; i < PLAYERS; i++) {
        CHECK(players[i].served > 100);
        board_free_all(&players[i]);
    }
    CHECK(sound());
    CHECK(ticks > 1000);
    CHECK_EQ(board_figures(0).used, 0);
    CHECK(capheap_check(&board_heap, 0));
}

TEST_MAIN(two_cores_and_an_interrupt_allocate)
