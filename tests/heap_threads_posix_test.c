/* SPDX-License-Identifier: MIT */
/*
 * Several threads in one heap while its set of regions changes under them. Meant to be run with
 * ThreadSanitizer too.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

#include "capheap/heap.h"
#include "capheap/inspect.h"
#include "test.h"
#include "test_random.h"

#define THREADS 4u
#define STEPS   20000
#define LIVE    24u
#define MOST    400u

static const capheap_type_t inner = {"inner", {CAPHEAP_8BIT | CAPHEAP_DMA, CAPHEAP_32BIT, 0}, 0, 0};
static const capheap_type_t words = {"words", {CAPHEAP_EXEC | CAPHEAP_32BIT, 0, 0}, 0, 0};
static const capheap_type_t outer = {"outer", {CAPHEAP_SPIRAM, CAPHEAP_8BIT, CAPHEAP_32BIT}, 0, 0};
enum {
    INNER,
    WORDS,
    OUTER
};

/* Room for all that the threads can have at once, in `inner` alone and in `words` alone: so no
 * request for these may ever fail. */
#define ENOUGH ((size_t)THREADS * LIVE * MOST * 4)
static _Alignas(8) unsigned char inner_memory[ENOUGH], words_memory[ENOUGH];
static _Alignas(8) unsigned char outer_memory[16384], late_memory[8192];

static capheap_slot_t slots[6];
static capheap_heap_t heap;

static capheap_memory_t whole(unsigned char *bytes, size_t size) {
    return (capheap_memory_t){.start = (uintptr_t)bytes, .size = size};
}

static void open_heap(const capheap_hooks_t *hooks) {
    capheap_memory_t a = whole(inner_memory, ENOUGH), b = whole(words_memory, ENOUGH);
    capheap_init(&heap, slots, 6);
    capheap_set_hooks(&heap, hooks);
    CHECK_EQ(capheap_add_region(&heap, &inner, INNER, &a), CAPHEAP_OK);
    CHECK_EQ(capheap_add_region(&heap, &words, WORDS, &b), CAPHEAP_OK);
}

/* A worker counts what went wrong; CHECK is for the main thread. */
typedef struct worker {
    pthread_t thread;
    unsigned number;
    uint32_t *blocks[LIVE];
    size_t sizes[LIVE]; /* in words */
    unsigned refused;   /* of requests that can't be refused */
    unsigned spoilt;    /* contents that were not what was written */
} worker_t;

static void write_block(worker_t *worker, size_t at, size_t size) {
    worker->sizes[at] = size;
    for (size_t i = 0; i < size; i++) {
        worker->blocks[at][i] = worker->number << 24 | (uint32_t)(at << 16 | i);
    }
}

static void check_block(worker_t *worker, size_t at, size_t size) {
    for (size_t i = 0; i < size; i++) {
        worker->spoilt +=
            worker->blocks[at][i] != (worker->number << 24 | (uint32_t)(at << 16 | i));
    }
}

static capheap_caps_t some_caps(test_random_t *random, bool *sure) {
    static const capheap_caps_t caps[] = {CAPHEAP_DMA, CAPHEAP_8BIT, CAPHEAP_32BIT, CAPHEAP_EXEC,
                                          CAPHEAP_SPIRAM};
    uint32_t which = test_random_below(random, 5);
    *sure = which < 4;
    return caps[which];
}

static void replace(worker_t *worker, test_random_t *random, size_t at) {
    bool sure;
    capheap_caps_t caps = some_caps(random, &sure);
    size_t size = test_random_between(random, 1, MOST / 4);
    capheap_free(&heap, worker->blocks[at]);
    worker->blocks[at] = test_random_chance(random, 50) ? capheap_malloc(&heap, size * 4, caps)
                                                        : capheap_calloc(&heap, size, 4, caps);
    if (worker->blocks[at] != NULL) {
        write_block(worker, at, size);
    } else if (sure) {
        worker->refused++;
    }
}

static void resize(worker_t *worker, test_random_t *random, size_t at) {
    bool sure;
    capheap_caps_t caps = some_caps(random, &sure);
    size_t size = test_random_between(random, 1, MOST / 4), old = worker->sizes[at];
    void *changed = capheap_realloc(&heap, worker->blocks[at], size * 4, caps);
    if (changed != NULL) {
        worker->blocks[at] = changed;
        check_block(worker, at, size < old ? size : old);
        write_block(worker, at, size);
    } else {
        worker->refused += sure;
        check_block(worker, at, old);
    }
}

static void *work(void *argument) {
    worker_t *worker = argument;
    test_random_t random = test_random_start(worker->number);
    for (int step = 0; step < STEPS; step++) {
        size_t at = test_random_below(&random, LIVE);
        if (worker->blocks[at] != NULL) {
            check_block(worker, at, worker->sizes[at]);
        }
        if (worker->blocks[at] != NULL && test_random_chance(&random, 40)) {
            resize(worker, &random, at);
        } else {
            replace(worker, &random, at);
        }
    }
    for (size_t at = 0; at < LIVE; at++) {
        capheap_free(&heap, worker->blocks[at]);
    }
    return NULL;
}

static worker_t workers[THREADS];

static void start_workers(void) {
    for (unsigned i = 0; i < THREADS; i++) {
        workers[i] = (worker_t){.number = i + 1};
        CHECK_EQ(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
}

static void join_workers(void) {
    for (unsigned i = 0; i < THREADS; i++) {
        CHECK_EQ(pthread_join(workers[i].thread, NULL), 0);
        CHECK_EQ(workers[i].refused, 0);
        CHECK_EQ(workers[i].spoilt, 0);
    }
    capheap_figures_t figures;
    capheap_get_figures(&heap, 0, &figures);
    CHECK_EQ(figures.blocks, 0);
    CHECK_EQ(figures.used, 0);
    CHECK(capheap_check(&heap, 0));
}

TEST(many_threads_in_many_regions) {
    open_heap(NULL); /* a report would stop the program */
    capheap_memory_t c = whole(outer_memory, sizeof(outer_memory));
    CHECK_EQ(capheap_add_region(&heap, &outer, OUTER, &c), CAPHEAP_OK);
    start_workers();
    join_workers();
}

/* Regions come, go and change their order; nobody may be refused what is there. */
TEST(the_set_changes_meanwhile) {
    open_heap(NULL);
    start_workers();
    static const uint32_t order[] = {OUTER, WORDS};
    capheap_memory_t c = whole(outer_memory, sizeof(outer_memory)),
                     d = whole(late_memory, sizeof(late_memory));
    unsigned removed = 0, refused = 0;
    /* On a busy machine the workers may not get a turn in so many rounds; in the end they go home.
     */
    for (int round = 0; round < 2000 || removed + refused == 0; round++) {
        capheap_status_t added = capheap_add_region(&heap, &outer, OUTER, &c);
        CHECK(added == CAPHEAP_OK || added == CAPHEAP_ERROR_OVERLAP);
        capheap_set_order(&heap, round % 2 == 0 ? order : NULL, 2);
        added = capheap_add_region(&heap, &inner, INNER, &d);
        CHECK(added == CAPHEAP_OK || added == CAPHEAP_ERROR_OVERLAP);
        capheap_heap_check_t check = {0};
        CHECK(capheap_check_step(&heap, &check, 10));
        capheap_figures_t figures;
        capheap_get_figures(&heap, CAPHEAP_8BIT, &figures);
        CHECK(figures.regions >= 1 && figures.total >= figures.free);
        capheap_region_info_t info;
        CHECK(capheap_find_region(&heap, inner_memory, &info));
        CHECK_EQ(info.tag, INNER);
        removed += capheap_remove_region(&heap, outer_memory) == CAPHEAP_OK;
        refused += capheap_remove_region(&heap, late_memory) == CAPHEAP_ERROR_BUSY;
    }
    join_workers();
}

/* ---- Two threads in two regions at once: one stays inside, in the report hook, which is called
 * under its region's lock; the other goes on. */

static sem_t inside, go_on;

static void wait_inside(void *context, const capheap_report_t *report) {
    (void)context;
    (void)report;
    sem_post(&inside);
    sem_wait(&go_on);
}

static void *misuse(void *ptr) {
    capheap_free(&heap, ptr);
    return NULL;
}

TEST(two_regions_at_once) {
    capheap_hooks_t hooks = {NULL, NULL, wait_inside, NULL};
    CHECK_EQ(sem_init(&inside, 0, 0), 0);
    CHECK_EQ(sem_init(&go_on, 0, 0), 0);
    open_heap(&hooks);
    void *block = capheap_malloc(&heap, 40, CAPHEAP_DMA);
    capheap_free(&heap, block);
    pthread_t thread;
    CHECK_EQ(pthread_create(&thread, NULL, misuse, block), 0);
    sem_wait(&inside);
    uint32_t *other = capheap_malloc(&heap, 40, CAPHEAP_EXEC);
    other = capheap_realloc(&heap, other, 4000, CAPHEAP_EXEC);
    CHECK(other != NULL);
    CHECK_EQ(capheap_usable_size(&heap, other), 4000);
    capheap_free(&heap, other);
    sem_post(&go_on);
    CHECK_EQ(pthread_join(thread, NULL), 0);
}

/* Of many threads that free one block, one does and the others are reported. */

static unsigned twice;
static pthread_mutex_t twice_mutex = PTHREAD_MUTEX_INITIALIZER;

static void count_report(void *context, const capheap_report_t *report) {
    (void)context;
    pthread_mutex_lock(&twice_mutex);
    twice += report->fault == CAPHEAP_FAULT_FREED;
    pthread_mutex_unlock(&twice_mutex);
}

TEST(freed_by_all_at_once) {
    capheap_hooks_t hooks = {NULL, NULL, count_report, NULL};
    open_heap(&hooks);
    for (int round = 0; round < 50; round++) {
        void *block = capheap_malloc(&heap, 40, CAPHEAP_DMA);
        pthread_t threads[THREADS];
        twice = 0;
        for (unsigned i = 0; i < THREADS; i++) {
            CHECK_EQ(pthread_create(&threads[i], NULL, misuse, block), 0);
        }
        for (unsigned i = 0; i < THREADS; i++) {
            CHECK_EQ(pthread_join(threads[i], NULL), 0);
        }
        CHECK_EQ(twice, THREADS - 1);
    }
    CHECK(capheap_check(&heap, 0));
}

TEST_MAIN(many_threads_in_many_regions, the_set_changes_meanwhile, two_regions_at_once,
          freed_by_all_at_once)
