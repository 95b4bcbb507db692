/* SPDX-License-Identifier: MIT */
/* Events, failures and reports: who is told what, when, and with which lock held. */
#include "heap_fixture.h"

static void check_report(capheap_fault_t fault, const void *given) {
    CHECK_EQ(seen.reports, 1);
    CHECK_EQ(seen.report.fault, fault);
    CHECK_EQ(seen.report.address, given);
    seen.reports = 0;
}

TEST(events_of_a_blocks_life) {
    open_all();
    void *block = capheap_malloc(&heap, 100, CAPHEAP_DMA | CAPHEAP_CACHE_ALIGNED);
    CHECK_EQ(seen.events, 1);
    CHECK_EQ(seen.old_ptr, NULL);
    CHECK_EQ(seen.new_ptr, block);
    CHECK_EQ(seen.size, 100);
    CHECK_EQ(seen.caps, CAPHEAP_DMA | CAPHEAP_CACHE_ALIGNED);
    capheap_free(&heap, block);
    CHECK_EQ(seen.events, 2);
    CHECK_EQ(seen.old_ptr, block);
    CHECK_EQ(seen.new_ptr, NULL);
    CHECK_EQ(seen.size, 104);
    CHECK_EQ(seen.caps, 0);
    block = capheap_calloc(&heap, 3, 30, CAPHEAP_EXEC);
    CHECK_EQ(seen.events, 3);
    CHECK_EQ(seen.size, 90);
    CHECK_EQ(seen.caps, CAPHEAP_EXEC);
    block = capheap_malloc_tagged(&heap, 7, PSRAM);
    CHECK_EQ(seen.events, 4);
    CHECK_EQ(seen.caps, 0);
    CHECK_EQ(seen.size, 7);
    CHECK_EQ(seen.failures, 0);
}

TEST(failures_say_what_was_asked) {
    open_internal();
    CHECK_EQ(capheap_aligned_alloc(&heap, 64, 100000, CAPHEAP_DEFAULT), NULL);
    CHECK_EQ(seen.failures, 1);
    CHECK_EQ(seen.size, 100000);
    CHECK_EQ(seen.alignment, 64);
    CHECK_EQ(seen.caps, CAPHEAP_DEFAULT);
    CHECK_EQ(capheap_malloc(&heap, 1, CAPHEAP_EXEC | CAPHEAP_SPIRAM), NULL);
    CHECK_EQ(seen.caps, CAPHEAP_EXEC | CAPHEAP_SPIRAM);
    CHECK_EQ(seen.events, 0);
}

/* The block at hand when the hook is called, so that it can call back. */
static size_t usable_in_hook;

static void look_back(void *context, const void *old_ptr, const void *new_ptr, size_t size,
                      capheap_caps_t caps) {
    (void)size;
    (void)caps;
    usable_in_hook = capheap_usable_size(context, new_ptr != NULL ? new_ptr : old_ptr);
}

TEST(a_hook_may_use_the_heap) {
    open_all();
    capheap_hooks_t hooks = {look_back, NULL, NULL, &heap};
    capheap_set_hooks(&heap, &hooks);
    void *block = capheap_malloc(&heap, 24, CAPHEAP_DMA);
    CHECK_EQ(usable_in_hook, 24);
    block = capheap_realloc(&heap, block, 800, CAPHEAP_SPIRAM);
    CHECK_EQ(usable_in_hook, 800);
    /* Before it is given back it is still there. */
    usable_in_hook = 0;
    capheap_free(&heap, block);
    CHECK_EQ(usable_in_hook, 800);
    /* No failure hook: nothing happens. */
    CHECK_EQ(capheap_malloc(&heap, SIZE_MAX, CAPHEAP_DMA), NULL);
    capheap_set_hooks(&heap, NULL);
    CHECK(capheap_malloc(&heap, 24, CAPHEAP_DMA) != NULL);
}

static void check_refused(char *ptr, capheap_fault_t fault) {
    unsigned events = seen.events;
    capheap_free(&heap, ptr);
    check_report(fault, ptr);
    CHECK_EQ(capheap_usable_size(&heap, ptr), 0);
    check_report(fault, ptr);
    CHECK_EQ(capheap_realloc(&heap, ptr, 40, CAPHEAP_8BIT), NULL);
    check_report(fault, ptr);
    CHECK_EQ(capheap_realloc(&heap, ptr, 40, CAPHEAP_SPIRAM), NULL);
    check_report(fault, ptr);
    CHECK_EQ(capheap_realloc(&heap, ptr, 0, CAPHEAP_SPIRAM), NULL);
    check_report(fault, ptr);
    CHECK_EQ(seen.events, events);
    CHECK_EQ(seen.failures, 0);
    CHECK(capheap_check(&heap, 0));
}

static void refuse_all_kinds(void) {
    char *block = capheap_malloc(&heap, 100, CAPHEAP_DMA);
    char *other = capheap_malloc(&heap, 100, CAPHEAP_DMA);
    char local = 0;
    check_refused(block + 1, CAPHEAP_FAULT_INTERIOR);
    check_refused(block + 8, CAPHEAP_FAULT_INTERIOR);
    CHECK_EQ(seen.report.block, block);
    CHECK_EQ(seen.report.block_size, 104);
    check_refused(&local, CAPHEAP_FAULT_FOREIGN);
    CHECK_EQ(seen.report.region, NULL);
    CHECK_EQ(seen.report.block, NULL);
    check_refused((char *)dram.start, CAPHEAP_FAULT_FOREIGN);
    check_refused((char *)psram.start + psram.size, CAPHEAP_FAULT_FOREIGN);
    check_refused((char *)1, CAPHEAP_FAULT_FOREIGN);
    check_refused((char *)UINTPTR_MAX, CAPHEAP_FAULT_FOREIGN);
    capheap_free(&heap, block);
    CHECK_EQ(seen.reports, 0);
    check_refused(block, CAPHEAP_FAULT_FREED);
    CHECK(seen.report.region != NULL);
    check_refused(block + 3, CAPHEAP_FAULT_FREED);
    capheap_free(&heap, other);
    CHECK_EQ(seen.reports, 0);
    CHECK_EQ(figures_of(0).blocks, 0);
}

TEST(misuse_is_reported_and_changes_nothing) {
    open_all();
    refuse_all_kinds();
}

/* The way through capheap_free is a shorter one then. */
TEST(the_same_without_events) {
    open_all();
    heap.hooks.event = NULL;
    refuse_all_kinds();
}

TEST(damage_is_reported_and_healed) {
    open_internal();
    void *pins[8];
    char *blocks[8];
    for (int i = 0; i < 8; i++) {
        blocks[i] = capheap_malloc(&heap, 64, CAPHEAP_DMA);
        pins[i] = capheap_malloc(&heap, 8, CAPHEAP_DMA);
    }
    for (int i = 0; i < 8; i++) {
        capheap_free(&heap, blocks[i]);
    }
    for (int i = 0; i < 8; i++) {
        for (int at = 0; at < 64; at++) {
            blocks[i][at] = (char)0xEE; /* used after it was freed */
        }
    }
    CHECK(!capheap_check(&heap, CAPHEAP_DMA));
    CHECK(seen.reports > 0);
    CHECK_EQ(seen.report.fault, CAPHEAP_FAULT_LINK);
    for (int i = 0; i < 8; i++) {
        CHECK(lies_in(capheap_malloc(&heap, 64, CAPHEAP_DMA), &dram));
        CHECK_EQ(capheap_usable_size(&heap, pins[i]), 8);
    }
    unsigned reports = seen.reports;
    CHECK(capheap_check(&heap, 0));
    CHECK_EQ(seen.reports, reports);
}

TEST_MAIN(events_of_a_blocks_life, failures_say_what_was_asked, a_hook_may_use_the_heap,
          misuse_is_reported_and_changes_nothing, the_same_without_events,
          damage_is_reported_and_healed)
