/* SPDX-License-Identifier: MIT */
#include "count.h"

#include "board.h"
#include "print.h"

struct tally tallies[CALLS];
uint32_t last_cost;

static uint32_t empty[CALLS];

/* The call itself: not inlined, the function in a register, so that all are measured alike. */
__attribute__((noinline)) static void *time_malloc(void *(*function)(size_t), size_t size) {
    uint32_t before = board_now();
    void *ptr = function(size);
    last_cost = board_between(before, board_now());
    return ptr;
}

__attribute__((noinline)) static void time_free(void (*function)(void *), void *ptr) {
    uint32_t before = board_now();
    function(ptr);
    last_cost = board_between(before, board_now());
}

__attribute__((noinline)) static void *time_realloc(void *(*function)(void *, size_t), void *ptr,
                                                    size_t size) {
    uint32_t before = board_now();
    void *moved = function(ptr, size);
    last_cost = board_between(before, board_now());
    return moved;
}

__attribute__((noinline)) static void *time_memalign(void *(*function)(size_t, size_t),
                                                     size_t alignment, size_t size) {
    uint32_t before = board_now();
    void *ptr = function(alignment, size);
    last_cost = board_between(before, board_now());
    return ptr;
}

__attribute__((noinline)) static void *empty_malloc(size_t size) {
    return (void *)size;
}

__attribute__((noinline)) static void empty_free(void *ptr) {
    (void)ptr;
}

__attribute__((noinline)) static void *empty_realloc(void *ptr, size_t size) {
    (void)size;
    return ptr;
}

__attribute__((noinline)) static void *empty_memalign(size_t alignment, size_t size) {
    (void)size;
    return (void *)alignment;
}

void count_calibrate(void) {
    for (int i = 0; i < 3; i++) { /* the last is kept */
        time_malloc(empty_malloc, 8);
        empty[CALL_MALLOC] = last_cost;
        time_free(empty_free, NULL);
        empty[CALL_FREE] = last_cost;
        time_realloc(empty_realloc, NULL, 8);
        empty[CALL_REALLOC] = last_cost;
        time_memalign(empty_memalign, 8, 8);
        empty[CALL_MEMALIGN] = last_cost;
    }
}

static void add(enum call call) {
    struct tally *tally = &tallies[call];
    last_cost -= empty[call];
    tally->calls++;
    tally->sum += last_cost;
    tally->most = last_cost > tally->most ? last_cost : tally->most;
    tally->histogram[last_cost < HISTOGRAM ? last_cost : HISTOGRAM - 1]++;
}

void *counted_malloc(size_t size) {
    void *ptr = time_malloc(allocator.malloc, size);
    add(CALL_MALLOC);
    tallies[CALL_MALLOC].failures += ptr == NULL;
    return ptr;
}

void counted_free(void *ptr) {
    time_free(allocator.free, ptr);
    add(CALL_FREE);
}

void *counted_realloc(void *ptr, size_t size) {
    void *moved = time_realloc(allocator.realloc, ptr, size);
    add(CALL_REALLOC);
    return moved;
}

void *counted_memalign(size_t alignment, size_t size) {
    void *ptr = time_memalign(allocator.memalign, alignment, size);
    add(CALL_MEMALIGN);
    return ptr;
}

/* The least cost that is not exceeded by all but `rest` of 1000 calls. */
static uint32_t percentile(const struct tally *tally, uint32_t rest) {
    uint64_t limit = (uint64_t)tally->calls * (1000 - rest) / 1000;
    uint64_t seen = 0;
    for (uint32_t cost = 0; cost < HISTOGRAM; cost++) {
        seen += tally->histogram[cost];
        if (seen > limit) {
            return cost;
        }
    }
    return HISTOGRAM - 1;
}

void count_print(const char *prefix) {
    static const char *const names[CALLS] = {"malloc", "free", "realloc", "aligned"};
    for (int call = 0; call < CALLS; call++) {
        const struct tally *tally = &tallies[call];
        if (tally->calls == 0) {
            continue;
        }
        print_figure(prefix, names[call], "calls", tally->calls);
        print_figure(prefix, names[call], "mean10", (uint32_t)(tally->sum * 10 / tally->calls));
        print_figure(prefix, names[call], "p99", percentile(tally, 10));
        print_figure(prefix, names[call], "max", tally->most);
    }
}

void count_clear(void) {
    for (int call = 0; call < CALLS; call++) {
        tallies[call] = (struct tally){0};
    }
}
