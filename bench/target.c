/* SPDX-License-Identifier: MIT */
/*
 * The measuring program on a bare chip. QEMU's loader puts parameters and a trace into its memory:
 * words: what to do, bytes of pool, seed or sizes in a row, rounds.
 */
#include "board.h"
#include "count.h"
#include "patterns.h"
#include "print.h"
#include "worst.h"

enum {
    DO_TRACE = 0,
    DO_PATTERNS = 1,
    DO_POOL = 2,
    DO_WORST = 3
};

static const struct trace trace = {BOARD_TRACE, BOARD_SLOTS};

static void measure_trace(size_t pool_size) {
    static const struct calls counted = {counted_malloc, counted_free, counted_realloc,
                                         counted_memalign};
    if (allocator.init(BOARD_POOL, pool_size) != 0) {
        print_text("error init\n");
        return;
    }
    struct outcome outcome = replay(&trace, &counted);
    if (!outcome.complete) {
        print_figure("error", "refused", "operation", outcome.operation);
        return;
    }
    count_print("trace");
    print_figure("trace", "realloc", "moves", outcome.moves);
}

static void measure_pool(unsigned run) {
    struct smallest smallest = smallest_pool(&trace, BOARD_POOL, BOARD_POOL_SIZE, run);
    print_figure("pool", "bytes", "first", (uint32_t)smallest.first);
    print_figure("pool", "bytes", "safe", (uint32_t)smallest.safe);
}

int main(void) {
    const uint32_t *parameters = BOARD_PARAMETERS;
    board_start();
    count_calibrate();
    switch (parameters[0]) {
    case DO_TRACE:
        measure_trace(parameters[1]);
        break;
    case DO_PATTERNS:
        patterns_run(parameters[1]);
        count_print("patterns");
        break;
    case DO_POOL:
        measure_pool(parameters[2]);
        break;
    case DO_WORST:
        worst_search(parameters[1], parameters[2], parameters[3]);
        break;
    default:
        print_text("error unknown task\n");
    }
    print_text("end\n");
    board_stop();
}
