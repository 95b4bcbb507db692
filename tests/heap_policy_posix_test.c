/* SPDX-License-Identifier: MIT */
/*
 * Several threads with owners while policy, limits, marks and minima change under them. Meant to be
 * run with ThreadSanitizer too.
 */
#include <pthread.h>

#include "capheap/explain.h"
#include "capheap/inspect.h"
#include "capheap/mark.h"
#include "capheap/minimum.h"
#include "capheap/policy.h"
#include "capheap/quota.h"
#include "test.h"
#include "test_random.h"

#define THREADS 4u
#define STEPS   6000
#define LIVE    20u
#define MOST    600u
#define ROUNDS  300

static const capheap_type_t inner = {
    "inner", {CAPHEAP_8BIT | CAPHEAP_DEFAULT, CAPHEAP_DMA | CAPHEAP_INTERNAL, 0}, 0, 0};
static const capheap_type_t outer = {
    "outer", {CAPHEAP_SPIRAM | CAPHEAP_DEFAULT, CAPHEAP_8BIT, 0}, 0, 32};

static _Alignas(64) unsigned char memories[2][32768];
static uint8_t tables[2][4096];
static capheap_slot_t slots[3];
static capheap_heap_t heap;
static capheap_owner_t owners[THREADS + 1]; /* the last is the others' parent */

static void open_heap(void) {
    const capheap_type_t *types[] = {&inner, &outer};
    capheap_init(&heap, slots, 3);
    for (uint32_t i = 0; i < 2; i++) {
        capheap_memory_t memory = {.start = (uintptr_t)memories[i], .size = sizeof(memories[i])};
        CHECK_EQ(capheap_add_region(&heap, types[i], i, &memory), CAPHEAP_OK);
        CHECK_EQ(capheap_keep_owners(&heap, memories[i], tables[i], sizeof(tables[i])), CAPHEAP_OK);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        owners[i] = (capheap_owner_t){.limit = 6000, .parent = &owners[THREADS]};
    }
    owners[THREADS] = (capheap_owner_t){.limit = 18000};
    CHECK_EQ(capheap_set_owners(&heap, owners, THREADS + 1), CAPHEAP_OK);
}

/* A worker counts what went wrong; CHECK is for the main thread. */
typedef struct worker {
    pthread_t thread;
    unsigned number;
    unsigned char *blocks[LIVE];
    size_t sizes[LIVE];
    unsigned char keys[LIVE];
    bool owned[LIVE];
    unsigned served, refused, spoilt, wrong_owner;
} worker_t;

static worker_t workers[THREADS];

static unsigned char pattern(const worker_t *worker, size_t at, size_t i) {
    return (unsigned char)(worker->keys[at] + worker->number * 41 + i * 3);
}

static void write_block(worker_t *worker, size_t at, size_t size) {
    worker->sizes[at] = size;
    worker->keys[at]++;
    for (size_t i = 0; i < size; i++) {
        worker->blocks[at][i] = pattern(worker, at, i);
    }
}

static void read_block(worker_t *worker, size_t at, size_t size) {
    bool same = true;
    for (size_t i = 0; i < size; i++) {
        same = same && worker->blocks[at][i] == pattern(worker, at, i);
    }
    worker->spoilt += !same;
}

static capheap_request_t any_request(worker_t *worker, test_random_t *random) {
    static const capheap_caps_t caps[] = {CAPHEAP_8BIT, CAPHEAP_DEFAULT, CAPHEAP_DMA,
                                          CAPHEAP_SPIRAM, CAPHEAP_DMA | CAPHEAP_INTERNAL};
    bool owned = test_random_chance(random, 60);
    return (capheap_request_t){
        .size = test_random_between(random, 1, MOST),
        .caps = caps[test_random_below(random, 5)],
        .alignment = test_random_chance(random, 10) ? 64 : 0,
        .owner = owned ? &owners[worker->number] : NULL,
    };
}

static void get_block(worker_t *worker, test_random_t *random, size_t at) {
    capheap_request_t request = any_request(worker, random);
    bool plain = request.owner == NULL && request.alignment == 0;
    worker->blocks[at] = plain ? capheap_malloc(&heap, request.size, request.caps)
                               : capheap_allocate(&heap, &request);
    worker->owned[at] = request.owner != NULL;
    worker->refused += worker->blocks[at] == NULL;
    if (worker->blocks[at] != NULL) {
        worker->served++;
        write_block(worker, at, request.size);
    }
}

static void change_block(worker_t *worker, test_random_t *random, size_t at) {
    capheap_request_t request = any_request(worker, random);
    size_t old = worker->sizes[at];
    void *changed = capheap_realloc(&heap, worker->blocks[at], request.size, request.caps);
    if (changed == NULL) {
        read_block(worker, at, old);
        return;
    }
    worker->blocks[at] = changed;
    read_block(worker, at, request.size < old ? request.size : old);
    write_block(worker, at, request.size);
    const capheap_owner_t *owner = capheap_find_owner(&heap, changed);
    worker->wrong_owner += owner != (worker->owned[at] ? &owners[worker->number] : NULL);
}

static void *work(void *argument) {
    worker_t *worker = argument;
    test_random_t random = test_random_start(worker->number);
    for (int step = 0; step < STEPS; step++) {
        size_t at = test_random_below(&random, LIVE);
        if (worker->blocks[at] == NULL) {
            get_block(worker, &random, at);
        } else if (test_random_chance(&random, 40)) {
            change_block(worker, &random, at);
        } else {
            read_block(worker, at, worker->sizes[at]);
            capheap_free(&heap, worker->blocks[at]);
            worker->blocks[at] = NULL;
        }
    }
    for (size_t at = 0; at < LIVE; at++) {
        capheap_free(&heap, worker->blocks[at]);
        worker->blocks[at] = NULL;
    }
    return NULL;
}

static void start_workers(void) {
    for (unsigned i = 0; i < THREADS; i++) {
        workers[i] = (worker_t){.number = i};
        CHECK_EQ(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
}

/* All is given back: nobody uses anything, and what is watched knows it. */
static void join_workers(void) {
    unsigned served = 0;
    for (unsigned i = 0; i < THREADS; i++) {
        CHECK_EQ(pthread_join(workers[i].thread, NULL), 0);
        CHECK_EQ(workers[i].spoilt, 0);
        CHECK_EQ(workers[i].wrong_owner, 0);
        served += workers[i].served;
    }
    CHECK(served > 100);
    for (unsigned i = 0; i <= THREADS; i++) {
        CHECK_EQ(capheap_get_owner(&heap, &owners[i]).used, 0);
        CHECK(capheap_get_owner(&heap, &owners[i]).peak != 0);
    }
    capheap_figures_t figures;
    capheap_get_figures(&heap, 0, &figures);
    CHECK_EQ(figures.blocks, 0);
    CHECK(capheap_check(&heap, 0));
}

TEST(owners_under_limits) {
    open_heap();
    start_workers();
    for (unsigned round = 0; round < ROUNDS; round++) {
        capheap_owner_t *owner = &owners[round % (THREADS + 1)];
        capheap_owner_t now = capheap_get_owner(&heap, owner);
        CHECK(now.peak <= now.limit); /* used may have one block twice, while it is moved */
    }
    join_workers();
    for (unsigned i = 0; i < THREADS; i++) {
        CHECK(owners[i].peak <= owners[i].limit);
    }
    CHECK(owners[THREADS].peak <= owners[THREADS].limit);
}

static void change_policy(unsigned round) {
    capheap_placement_t placement = {round % 300, round % 500};
    capheap_set_placement(&heap, round % 3 == 0 ? NULL : &placement);
    capheap_set_limit(&heap, &owners[round % THREADS], 3000 + round % 4000);
    capheap_status_t status = CAPHEAP_OK;
    if (round % 4 == 0) {
        status = capheap_set_reserve(&heap, CAPHEAP_DMA | CAPHEAP_INTERNAL, 3000, 1000);
    } else if (round % 4 == 1) {
        status = capheap_set_reserve(&heap, CAPHEAP_SPIRAM, 2000, 500);
    } else if (round % 4 == 3) {
        status = capheap_set_reserve(&heap, 0, 0, 0);
    }
    CHECK(status == CAPHEAP_OK || status == CAPHEAP_ERROR_TOO_SMALL);
}

static void look_around(void) {
    capheap_reserve_t reserves[CAPHEAP_RESERVES];
    capheap_refusal_t refusals[3];
    const capheap_request_t request = {.caps = CAPHEAP_DMA, .size = 900, .alignment = 128};
    CHECK(capheap_get_reserves(&heap, reserves, CAPHEAP_RESERVES) <= 2);
    CHECK_EQ(capheap_explain(&heap, &request, refusals, 3), 2);
    capheap_largest_t search = {0};
    for (int i = 0; i < 10; i++) {
        capheap_largest_step(&heap, &request, &search);
    }
    CHECK(search.size <= sizeof(memories[0]));
}

TEST(policy_changes_meanwhile) {
    open_heap();
    start_workers();
    for (unsigned round = 0; round < ROUNDS; round++) {
        change_policy(round);
        look_around();
    }
    CHECK_EQ(capheap_set_reserve(&heap, 0, 0, 0), CAPHEAP_OK);
    join_workers();
}

/* Once a reserve is set it is there, whatever calls were on their way: no ordinary request cuts it.
 * The workers ask for it by name now and then, so only the other memory's is looked at. */
TEST(a_reserve_holds_at_once) {
    open_heap();
    start_workers();
    unsigned set = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        const capheap_caps_t caps = CAPHEAP_SPIRAM | CAPHEAP_8BIT;
        if (capheap_set_reserve(&heap, caps, 4000, 1000) != CAPHEAP_OK) {
            continue;
        }
        set++;
        for (int look = 0; look < 5; look++) {
            capheap_region_info_t info;
            CHECK(capheap_find_region(&heap, memories[1], &info));
            CHECK(info.figures.free >= 4000 && info.figures.largest >= 1000);
        }
        CHECK_EQ(capheap_set_reserve(&heap, caps, 0, 0), CAPHEAP_OK);
    }
    join_workers();
    CHECK(set > 0);
}

TEST(minima_come_and_go) {
    static capheap_minimum_t minima[2];
    open_heap();
    start_workers();
    minima[1].caps = CAPHEAP_DMA;
    CHECK_EQ(capheap_watch_minimum(&heap, &minima[1]), CAPHEAP_OK);
    for (unsigned round = 0; round < ROUNDS; round++) {
        CHECK_EQ(capheap_watch_minimum(&heap, &minima[0]), CAPHEAP_OK);
        capheap_minimum_t now = capheap_get_minimum(&heap, &minima[0]);
        CHECK(now.least <= now.free && now.free <= sizeof(memories));
        capheap_start_stretch(&heap);
        CHECK(capheap_end_stretch(&heap));
        if (round + 1 < ROUNDS) {
            CHECK_EQ(capheap_drop_minimum(&heap, &minima[0]), CAPHEAP_OK);
        }
    }
    join_workers();
    for (int i = 0; i < 2; i++) {
        capheap_figures_t figures;
        capheap_get_figures(&heap, minima[i].caps, &figures);
        CHECK_EQ(capheap_get_minimum(&heap, &minima[i]).free, figures.free);
        CHECK(capheap_get_minimum(&heap, &minima[i]).least >= figures.minimum_free);
    }
}

static pthread_mutex_t signal_mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned lows, highs;

/* It may use the heap. */
static void on_signal(const capheap_mark_t *mark, bool low) {
    capheap_figures_t figures;
    capheap_get_figures(&heap, mark->caps, &figures);
    capheap_free(&heap, capheap_malloc(&heap, 8, CAPHEAP_8BIT));
    pthread_mutex_lock(&signal_mutex);
    lows += low;
    highs += !low;
    pthread_mutex_unlock(&signal_mutex);
}

/* Each time low is followed by recovered, whichever threads tell it. */
TEST(marks_signal_by_turns) {
    static capheap_mark_t mark;
    mark = (capheap_mark_t){
        .caps = CAPHEAP_SPIRAM, .free_low = 26000, .free_high = 29000, .signal = on_signal};
    lows = highs = 0;
    open_heap();
    CHECK_EQ(capheap_watch_mark(&heap, &mark), CAPHEAP_OK);
    start_workers();
    join_workers();
    unsigned before = lows;
    capheap_free(&heap, capheap_malloc(&heap, 8000, CAPHEAP_SPIRAM)); /* if they never met */
    CHECK_EQ(lows, before + 1);
    CHECK_EQ(lows, highs);
    CHECK_EQ(capheap_drop_mark(&heap, &mark), CAPHEAP_OK);
}

TEST_MAIN(owners_under_limits, policy_changes_meanwhile, a_reserve_holds_at_once,
          minima_come_and_go, marks_signal_by_turns)
