/* SPDX-License-Identifier: MIT */
/*
 * What another thread does just before a region's lock is taken: between the search, which reads
 * without a lock, and the moment when the region is really looked at. One thread plays both parts:
 * this program has its own pthread_mutex_lock, which lets the other one in.
 */
#include <pthread.h>

#include "heap_fixture.h"

static capheap_lock_t *doorstep; /* the lock at which the other comes in */
static void (*other)(void);      /* what it does, once */
static unsigned held;            /* locks taken and not given back */

int pthread_mutex_lock(pthread_mutex_t *mutex) {
    if (other != NULL && (void *)mutex == (void *)doorstep->words) {
        void (*act)(void) = other;
        other = NULL;
        act();
    }
    held++;
    return 0;
}

int pthread_mutex_unlock(pthread_mutex_t *mutex) {
    (void)mutex;
    held--;
    return 0;
}

/* The lock of the region that holds the address. */
static capheap_lock_t *lock_of(uintptr_t address) {
    for (size_t i = 0; i < FIXTURE_SLOTS; i++) {
        if (address - fixture_slots[i].memory.start < fixture_slots[i].memory.size) {
            return &fixture_slots[i].lock;
        }
    }
    return NULL;
}

static void meet(capheap_lock_t *at, void (*act)(void)) {
    doorstep = at;
    other = act;
}

static void check_met(void) {
    CHECK(other == NULL);
    CHECK_EQ(held, 0);
    other = NULL;
}

static void remove_dram(void) {
    CHECK_EQ(capheap_remove_region(&heap, (void *)dram.start), CAPHEAP_OK);
}

/* The same slot gets another region, of a type that lacks what was asked for. */
static void replace_dram(void) {
    remove_dram();
    capheap_memory_t instead = dram;
    instead.type = IRAM;
    CHECK_EQ(add(&instead), CAPHEAP_OK);
}

static void exchange_dram_for_psram(void) {
    remove_dram();
    CHECK_EQ(add(&psram), CAPHEAP_OK);
}

TEST(the_region_leaves_before_it_is_asked) {
    open_internal();
    meet(lock_of(dram.start), remove_dram);
    CHECK(lies_in(capheap_malloc(&heap, 64, CAPHEAP_8BIT), &diram));
    check_met();
}

TEST(the_region_leaves_before_it_is_asked_by_tag) {
    open_internal();
    meet(lock_of(dram.start), remove_dram);
    CHECK_EQ(capheap_malloc_tagged(&heap, 64, DRAM), NULL);
    check_met();
    open_internal();
    meet(lock_of(dram.start), replace_dram);
    CHECK_EQ(capheap_malloc_tagged(&heap, 64, DRAM), NULL);
    check_met();
    CHECK_EQ(seen.failures, 1);
}

TEST(the_region_is_another_when_it_is_asked) {
    open_internal();
    meet(lock_of(dram.start), replace_dram);
    void *block = capheap_malloc(&heap, 64, CAPHEAP_8BIT);
    check_met();
    CHECK(lies_in(block, &diram));
}

static void add_small(void) {
    capheap_memory_t small = piece(5000, 512, DRAM);
    CHECK_EQ(add(&small), CAPHEAP_OK);
}

TEST(a_region_comes_before_where_the_search_is) {
    open_heap();
    dram = piece(0, 4096, DRAM);
    CHECK_EQ(add(&dram), CAPHEAP_OK);
    exhaust(CAPHEAP_8BIT);
    seen.failures = 0;
    /* It is smaller, so its place in the list is before the one that the search stands at. */
    meet(lock_of(dram.start), add_small);
    void *block = capheap_malloc(&heap, 100, CAPHEAP_8BIT);
    check_met();
    CHECK(block != NULL && (uintptr_t)block - ((uintptr_t)arena + 5000) < 512);
    CHECK_EQ(seen.failures, 0);
}

static void *given; /* to be given back meanwhile */

static void give_back(void) {
    capheap_free(&heap, given);
}

static void check_freed_twice(void) {
    check_met();
    CHECK_EQ(seen.reports, 1);
    CHECK_EQ(seen.report.fault, CAPHEAP_FAULT_FREED);
    CHECK_EQ(seen.report.address, given);
    CHECK_EQ(figures_of(0).blocks, 0);
}

TEST(freed_by_the_other_first) {
    open_internal();
    heap.hooks.event = NULL;
    given = capheap_malloc(&heap, 64, CAPHEAP_DMA);
    meet(lock_of(dram.start), give_back);
    capheap_free(&heap, given);
    check_freed_twice();
}

/* Between the look at a block and its end: while the event tells of it. */
static void give_back_in_event(void *context, const void *old_ptr, const void *new_ptr, size_t size,
                               capheap_caps_t caps) {
    (void)context;
    (void)old_ptr;
    (void)size;
    (void)caps;
    heap.hooks.event = NULL;
    if (new_ptr == NULL) {
        capheap_free(&heap, given);
    }
}

TEST(freed_by_the_other_during_the_event) {
    open_heap();
    diram = piece(0, 8192, DIRAM);
    diram.alias_kind = CAPHEAP_ALIAS_INVERTED;
    diram.alias = (uintptr_t)arena + 16384;
    CHECK_EQ(add(&diram), CAPHEAP_OK);
    given = capheap_malloc(&heap, 64, CAPHEAP_EXEC);
    CHECK((uintptr_t)given - diram.alias < diram.size);
    heap.hooks.event = give_back_in_event;
    meet(NULL, NULL);
    capheap_free(&heap, given);
    check_freed_twice();
}

static void give_back_and_remove(void) {
    capheap_free(&heap, given);
    remove_dram();
}

TEST(the_region_leaves_before_its_pointer_is_looked_at) {
    for (int with_event = 0; with_event < 2; with_event++) {
        open_internal();
        if (!with_event) {
            heap.hooks.event = NULL;
        }
        given = capheap_malloc(&heap, 64, CAPHEAP_DMA);
        meet(lock_of(dram.start), give_back_and_remove);
        capheap_free(&heap, given);
        check_met();
        CHECK_EQ(seen.reports, 1);
        CHECK_EQ(seen.report.fault, CAPHEAP_FAULT_FOREIGN);
        CHECK_EQ(seen.report.region, NULL);
    }
}

static size_t true_size;

static void end_the_change(void) {
    fixture_slots[0].memory.size = true_size;
}

/* The bounds of the first slot are read in the middle of a change, and seem to hold everything. */
TEST(another_region_seems_to_hold_the_pointer) {
    for (int how = 0; how < 4; how++) {
        open_internal();
        if (how == 0) {
            heap.hooks.event = NULL;
        }
        given = capheap_malloc(&heap, 64, CAPHEAP_EXEC);
        CHECK(lies_in(given, &iram));
        true_size = fixture_slots[0].memory.size;
        fixture_slots[0].memory.size = SIZE_MAX;
        meet(&fixture_slots[0].lock, end_the_change);
        if (how < 2) {
            capheap_free(&heap, given);
            CHECK_EQ(figures_of(0).blocks, 0);
        } else if (how == 2) {
            CHECK_EQ(capheap_usable_size(&heap, given), 64);
        } else {
            CHECK(capheap_realloc(&heap, given, 80, CAPHEAP_EXEC) != NULL);
        }
        check_met();
        CHECK_EQ(seen.reports, 0);
    }
}

TEST(the_region_leaves_during_a_walk) {
    open_internal();
    capheap_region_info_t info;
    capheap_block_t block = {0};
    CHECK(capheap_find_region(&heap, (void *)dram.start, &info));
    CHECK(capheap_next_block(&heap, &info, &block));
    meet(&heap.lock, exchange_dram_for_psram);
    CHECK(!capheap_next_block(&heap, &info, &block));
    check_met();
    CHECK(capheap_check(&heap, 0));
}

TEST_MAIN(the_region_leaves_before_it_is_asked, the_region_leaves_before_it_is_asked_by_tag,
          the_region_is_another_when_it_is_asked, a_region_comes_before_where_the_search_is,
          freed_by_the_other_first, freed_by_the_other_during_the_event,
          the_region_leaves_before_its_pointer_is_looked_at,
          another_region_seems_to_hold_the_pointer, the_region_leaves_during_a_walk)
