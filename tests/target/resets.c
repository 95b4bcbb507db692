/* SPDX-License-Identifier: MIT */
/*
 * The board is reset again and again, by a timer interrupt that comes at any instruction, while the
 * main loop takes, fills and gives back blocks of a region in memory that start-up leaves alone.
 * Each time the region must be there again, with every block that the program has written down.
 * Linked with the port `none`: a lock that masks the interrupt would keep it out of the calls.
 */
#include <stdbool.h>

#include "capheap/inspect.h"
#include "capheap/sleep.h"
#include "target.h"
#include "test.h"
#include "test_random.h"

#define RESETS      TARGET_RESETS
#define BLOCKS      16u
#define LARGEST     250u
#define MICROS_MOST 400u /* until the next reset, but for those of a slow clock */
#define BEGUN       UINT32_C(0x51EE9001)

/* From sections.ld: 4 KB that are no section's. Before the region stands what tells that it should
 * be there. */
extern uint32_t target_kept_start[];
extern char target_kept_end[];

/* A block that the program has: `start` is written last and cleared first. */
typedef struct owned {
    uint32_t *volatile start;
    volatile uint32_t words, key;
} owned_t;

/* All that the program knows, itself a block of the region, found by root 0. */
typedef struct life {
    uint32_t interrupted; /* resets that came in the middle of a call */
    uint32_t orphans;     /* blocks that were taken and not written down, or the other way round */
    uint32_t verified;    /* blocks that were there again */
    owned_t blocks[BLOCKS];
} life_t;

static const capheap_type_t type = {
    "kept", {CAPHEAP_RETENTION, CAPHEAP_8BIT | CAPHEAP_32BIT, 0}, 0, 0};
CAPHEAP_HEAP_DEFINE(heap, 1);
static capheap_retained_t retained;
static uint32_t reports;

static void count_report(void *context, const capheap_report_t *report) {
    (void)context, (void)report;
    reports++;
}

static capheap_status_t attach(void) {
    static const capheap_hooks_t hooks = {.report = count_report};
    const capheap_attach_t how = {.roots = 1, .key = RESETS};
    uintptr_t start = (uintptr_t)&target_kept_start[4];
    capheap_memory_t memory = {.start = start, .size = (uintptr_t)target_kept_end - start};
    capheap_set_hooks(&heap, &hooks);
    return capheap_attach_region(&heap, &type, 0, &memory, &how, &retained);
}

static void fence(void) {
    __asm__ volatile("" ::: "memory");
}

static void fill(owned_t *block, uint32_t *start, uint32_t words, uint32_t key) {
    for (uint32_t i = 0; i < words; i++)
        start[i] = key + i;
    block->words = words;
    block->key = key;
    fence();
    block->start = start;
    fence();
}

static uint32_t wrong_words(const owned_t *block) {
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < block->words; i++)
        wrong += block->start[i] != block->key + i;
    return wrong;
}

/* Each block that was written down is live, as large as it was, and holds what it did. */
static bool verify(life_t *life) {
    for (uint32_t i = 0; i < BLOCKS; i++) {
        const owned_t *block = &life->blocks[i];
        if (block->start == NULL)
            continue;
        size_t size = capheap_usable_size(&heap, block->start);
        if (size != (block->words * 4 + 7) / 8 * 8 || wrong_words(block) != 0)
            return false;
        life->verified++;
    }
    return reports == 0 && capheap_check(&heap, 0);
}

static bool is_known(const life_t *life, const void *start) {
    bool known = start == life;
    for (uint32_t i = 0; i < BLOCKS; i++)
        known = known || life->blocks[i].start == start;
    return known;
}

/* What was taken and not written down before the reset, or no longer, is given back. */
static void sweep(life_t *life) {
    capheap_region_info_t info;
    capheap_block_t block = {0};
    bool found = capheap_find_region(&heap, life, &info);
    while (found && capheap_next_block(&heap, &info, &block)) {
        if (block.used && !is_known(life, block.start)) {
            life->orphans++;
            capheap_free(&heap, block.start);
        }
    }
}

static void play(life_t *life, test_random_t *random) {
    owned_t *block = &life->blocks[test_random_below(random, BLOCKS)];
    uint32_t *start = block->start;
    if (start != NULL) {
        block->start = NULL;
        fence();
        capheap_free(&heap, start);
        return;
    }
    uint32_t words = test_random_between(random, 1, LARGEST / 4);
    size_t alignment = test_random_chance(random, 20) ? 64 : 8;
    start = capheap_aligned_alloc(&heap, alignment, words * 4, CAPHEAP_RETENTION);
    if (start != NULL)
        fill(block, start, words, test_random_next(random));
}

/* The first start: the memory is what it is when power comes on. */
static life_t *begin(void) {
    CHECK_EQ(retained.status, CAPHEAP_ERROR_NOT_KEPT);
    life_t *life = capheap_calloc(&heap, 1, sizeof *life, CAPHEAP_RETENTION);
    if (!CHECK(life != NULL) || !CHECK(capheap_set_root(&retained, 0, life)))
        return NULL;
    target_kept_start[1] = 0;
    target_kept_start[0] = BEGUN;
    return life;
}

static life_t *resume(void) {
    life_t *life = capheap_get_root(&retained, 0);
    if (!CHECK_EQ(retained.status, CAPHEAP_OK) || !CHECK(life != NULL) || !CHECK(verify(life)))
        return NULL;
    life->interrupted += retained.interrupted;
    sweep(life);
    return life;
}

static void print_count(const char *before, uint32_t count, const char *after) {
    target_print(before);
    target_print_number(count);
    target_print(after);
}

TEST(blocks_outlive_resets) {
    REQUIRE(attach() == CAPHEAP_OK);
    life_t *life = target_kept_start[0] == BEGUN ? resume() : begin();
    REQUIRE(life != NULL);
    uint32_t resets = target_kept_start[1];
    if (resets < RESETS) {
        target_kept_start[1] = resets + 1;
        test_random_t random = test_random_start(resets);
        uint32_t least = TARGET_TICK_MAX;
        uint32_t most = least > MICROS_MOST ? 4 * least : MICROS_MOST;
        target_timer_start(target_reset_board);
        target_timer_next(test_random_between(&random, least, most));
        for (;;)
            play(life, &random);
    }
    print_count("     ", resets, " resets, ");
    print_count("", life->interrupted, " within calls; ");
    print_count("", life->verified, " blocks were there again, ");
    print_count("", life->orphans, " nobody's were given back\n");
    CHECK(life->interrupted > RESETS / 10 && life->verified > RESETS);
}

TEST_MAIN(blocks_outlive_resets)
