/* SPDX-License-Identifier: MIT */
/* Marks: one signal on the way down, one on the way up, none in between. */
#include "capheap/mark.h"

#include "heap_fixture.h"

static unsigned lows, highs;

static void count(const capheap_mark_t *mark, bool low) {
    CHECK_EQ(mark->is_low, low);
    lows += low;
    highs += !low;
    /* It may use the heap. */
    CHECK(figures_of(mark->caps).regions != 0);
}

static void open_marked(void) {
    open_internal();
    lows = highs = 0;
}

TEST(free_bytes_with_hysteresis) {
    open_marked();
    capheap_mark_t mark = {
        .caps = CAPHEAP_EXEC, .free_low = 4000, .free_high = 6000, .signal = count};
    CHECK_EQ(capheap_watch_mark(&heap, &mark), CAPHEAP_OK);
    void *pieces[12];
    unsigned count_of_pieces = 0;
    while (figures_of(CAPHEAP_EXEC).free >= 4000) {
        CHECK_EQ(lows, 0);
        REQUIRE(count_of_pieces < 12);
        pieces[count_of_pieces] = capheap_malloc(&heap, 1000, CAPHEAP_EXEC);
        REQUIRE(pieces[count_of_pieces++] != NULL);
    }
    CHECK_EQ(lows, 1);
    void *more = capheap_calloc(&heap, 1, 200, CAPHEAP_EXEC);
    capheap_free(&heap, more);
    more = capheap_malloc(&heap, 200, CAPHEAP_EXEC);
    capheap_free(&heap, more);
    CHECK_EQ(lows, 1);
    CHECK_EQ(highs, 0);
    unsigned i = 0;
    while (figures_of(CAPHEAP_EXEC).free < 6000) {
        CHECK_EQ(highs, 0);
        REQUIRE(i < count_of_pieces);
        capheap_free(&heap, pieces[i++]);
    }
    CHECK_EQ(highs, 1);
    CHECK_EQ(lows, 1);
    CHECK_EQ(capheap_drop_mark(&heap, &mark), CAPHEAP_OK);
    exhaust(CAPHEAP_EXEC);
    CHECK_EQ(lows + highs, 2);
}

/* Bytes enough, but in pieces. */
TEST(largest_piece) {
    open_marked();
    capheap_mark_t mark = {
        .caps = CAPHEAP_DMA, .largest_low = 1000, .largest_high = 1000, .signal = count};
    CHECK_EQ(capheap_watch_mark(&heap, &mark), CAPHEAP_OK);
    void *pieces[64];
    unsigned served = 0;
    while (served < 64 && (pieces[served] = capheap_malloc(&heap, 400, CAPHEAP_DMA)) != NULL) {
        served++;
    }
    CHECK_EQ(lows, 1);
    for (unsigned i = 0; i < served; i += 2) {
        capheap_free(&heap, pieces[i]);
    }
    CHECK(figures_of(CAPHEAP_DMA).free > 4000);
    CHECK_EQ(highs, 0);
    for (unsigned i = 1; i < served; i += 2) {
        capheap_free(&heap, pieces[i]);
    }
    CHECK_EQ(highs, 1);
    /* By realloc too. */
    void *block = capheap_malloc(&heap, 40, CAPHEAP_DMA);
    void *rest = capheap_malloc(&heap, 3000, CAPHEAP_DMA);
    block = capheap_realloc(&heap, block, figures_of(CAPHEAP_DMA).largest - 500, CAPHEAP_DMA);
    CHECK(block != NULL && rest != NULL);
    CHECK_EQ(lows, 2);
    block = capheap_realloc(&heap, block, 40, CAPHEAP_DMA);
    CHECK_EQ(highs, 2);
}

TEST(several_marks_and_errors) {
    open_marked();
    capheap_mark_t one = {.free_low = SIZE_MAX, .free_high = SIZE_MAX, .signal = count};
    capheap_mark_t two = {
        .caps = CAPHEAP_DMA, .largest_low = 1, .largest_high = 1, .signal = count};
    CHECK_EQ(capheap_drop_mark(&heap, &one), CAPHEAP_ERROR_UNKNOWN);
    CHECK_EQ(capheap_watch_mark(&heap, &one), CAPHEAP_OK);
    CHECK_EQ(capheap_watch_mark(&heap, &two), CAPHEAP_OK);
    CHECK_EQ(capheap_watch_mark(&heap, &one), CAPHEAP_ERROR_ARGUMENT);
    CHECK(capheap_malloc(&heap, 8, CAPHEAP_8BIT) != NULL);
    CHECK_EQ(lows, 1);
    CHECK_EQ(capheap_drop_mark(&heap, &one), CAPHEAP_OK);
    CHECK_EQ(capheap_drop_mark(&heap, &two), CAPHEAP_OK);
    one.free_high = 0;
    CHECK_EQ(capheap_watch_mark(&heap, &one), CAPHEAP_ERROR_ARGUMENT);
    one = (capheap_mark_t){.largest_low = 2, .largest_high = 1, .signal = count};
    CHECK_EQ(capheap_watch_mark(&heap, &one), CAPHEAP_ERROR_ARGUMENT);
    one = (capheap_mark_t){.free_low = 1, .free_high = 1};
    CHECK_EQ(capheap_watch_mark(&heap, &one), CAPHEAP_ERROR_ARGUMENT);
    CHECK(capheap_malloc(&heap, 8, CAPHEAP_8BIT) != NULL);
    CHECK_EQ(lows + highs, 1);
}

TEST_MAIN(free_bytes_with_hysteresis, largest_piece, several_marks_and_errors)
