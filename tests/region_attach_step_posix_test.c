/* SPDX-License-Identifier: MIT */
/*
 * A reset at every store: calls on a region that is kept run instruction by instruction, by the
 * processor's single-step trap, and the memory is copied after each that changed it. Every copy is
 * attached and must be kept, with all blocks that the call was not about. So is every copy of
 * attaches of such copies. On x86 under Linux; elsewhere there is nothing to run it by, and
 * region_attach_cut_test.c and the emulated boards (docs/targets.md) have to do.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <signal.h>
#include <stdio.h>

#include "attach_model.h"
#include "test.h"

#if defined(__linux__) && (defined(__x86_64__) || defined(__i386__))

/* A trap takes long; -DCALLS=2000 is for a long look. Sanitized code has many more instructions. */
#ifndef CALLS
#if defined(__SANITIZE_ADDRESS__) || defined(__clang__)
#define CALLS 12u
#else
#define CALLS 48u
#endif
#endif
#define ATTACH_EVERY 24u /* calls */
#define CUTS_MOST    400u

static kept_model_t model;
static unsigned char cuts[CUTS_MOST][KEPT_SIZE], attach_cuts[CUTS_MOST][KEPT_SIZE];
static unsigned char (*recorded)[KEPT_SIZE];
static uint32_t count;
static unsigned steps;

/* After each instruction. */
static void step(int signal) {
    (void)signal;
    steps++;
    if (count < CUTS_MOST && memcmp(recorded[count - 1], kept, sizeof kept) != 0)
        memcpy(recorded[count++], kept, sizeof kept);
}

#define TRAP_FLAG 0x100
#ifdef __x86_64__ /* the red zone below the stack pointer is the compiler's */
#define CHANGE_FLAGS(operation)                                                                    \
    __asm__ volatile("sub $128, %%rsp\npushfq\n" operation                                         \
                     " %0, (%%rsp)\npopfq\nlea 128(%%rsp), %%rsp" ::"i"(TRAP_FLAG)                 \
                     : "memory", "cc")
#define SET_TRAP   "orq"
#define CLEAR_TRAP "xorq"
#else
#define CHANGE_FLAGS(operation)                                                                    \
    __asm__ volatile("pushfl\n" operation " %0, (%%esp)\npopfl" ::"i"(TRAP_FLAG) : "memory", "cc")
#define SET_TRAP   "orl"
#define CLEAR_TRAP "xorl"
#endif

/* Record the memory before the call, after each store of it, and when it is done. */
static void begin_recording(unsigned char (*into)[KEPT_SIZE]) {
    recorded = into;
    memcpy(recorded[0], kept, sizeof kept);
    count = 1;
}

static void use_trap(void) {
    struct sigaction action = {.sa_handler = step};
    sigaction(SIGTRAP, &action, NULL);
}

/* Attaches of a cut memory are cut in their turn. The walk over what is found is long and changes
 * nothing, so this is done now and then. */
static void cut_attach(const unsigned char *memory) {
    memcpy(kept, memory, sizeof kept);
    begin_recording(attach_cuts);
    CHANGE_FLAGS(SET_TRAP);
    (void)model_attach(&model, 0);
    CHANGE_FLAGS(CLEAR_TRAP);
    uint32_t made = count;
    CHECK(made < CUTS_MOST);
    for (uint32_t i = 0; i < made; i++) {
        memcpy(kept, attach_cuts[i], sizeof kept);
        CHECK_TEXT(model_verify(&model), NULL);
    }
}

static void verify_cuts(uint32_t made, bool attaches) {
    static unsigned char done[KEPT_SIZE];
    capheap_region_t region = model.region;
    capheap_retained_t retained = model.retained;
    memcpy(done, kept, sizeof kept);
    for (uint32_t i = 0; i < made; i++) {
        memcpy(kept, cuts[i], sizeof kept);
        CHECK_TEXT(model_verify(&model), NULL);
    }
    if (attaches)
        cut_attach(cuts[test_random_below(&model.random, made)]);
    memcpy(kept, done, sizeof kept);
    model.region = region;
    model.retained = retained;
}

static void run(uint32_t calls, uint32_t granule, uint32_t flags, uint64_t seed) {
    unsigned total = 0;
    model_start(&model, granule, seed);
    model.flags = flags;
    (void)model_attach(&model, CAPHEAP_ATTACH_AFRESH);
    for (uint32_t i = 0; i < calls; i++) {
        kept_call_t call = model_choose(&model);
        begin_recording(cuts);
        CHANGE_FLAGS(SET_TRAP);
        model_call(&model, &call);
        CHANGE_FLAGS(CLEAR_TRAP);
        uint32_t made = count;
        CHECK(made < CUTS_MOST);
        total += made;
        verify_cuts(made, i % ATTACH_EVERY == 11);
        model_settle(&model, &call);
    }
    CHECK(total > calls * 5); /* else the trap doesn't work here */
}

TEST(cut_at_every_store) {
    use_trap();
    steps = 0;
    run(CALLS, 8, 0, 1);
    printf("     %u instructions\n", steps);
}

TEST(in_coarser_granules_by_words_alone) {
    use_trap();
    run(CALLS / 2, 16, 0, 2);
    run(CALLS / 2, 8, CAPHEAP_REGION_WORD_ONLY, 3);
}

#else

TEST(cut_at_every_store) {
    printf("     skipped: needs Linux on x86\n");
}

TEST(in_coarser_granules_by_words_alone) {
    printf("     skipped: needs Linux on x86\n");
}

#endif

TEST_MAIN(cut_at_every_store, in_coarser_granules_by_words_alone)
