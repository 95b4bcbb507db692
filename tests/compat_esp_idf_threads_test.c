/* SPDX-License-Identifier: MIT */
/* esp_heap_caps.h from several threads at once, with locks that are there (ports/posix.c): blocks
 * keep their contents while others allocate, move and free, regions come, and all is looked at. */
#define _DEFAULT_SOURCE
#include "compat_esp_idf_fixture.h"

#include <pthread.h>

#include "test_random.h"

enum {
    THREADS = 4,
    STEPS = 20000,
    BLOCKS = 24
};

static const uint32_t sets[] = {
    MALLOC_CAP_8BIT,
    MALLOC_CAP_DEFAULT,
    MALLOC_CAP_DMA,
    MALLOC_CAP_SPIRAM,
    MALLOC_CAP_DEFAULT | MALLOC_CAP_INTERNAL,
    MALLOC_CAP_SPM,
};

typedef struct worker {
    pthread_t thread;
    unsigned number;
    unsigned spoilt;
} worker_t;

static bool holds(const unsigned char *block, size_t size, unsigned char value) {
    for (size_t i = 0; block != NULL && i < size; i++) {
        if (block[i] != value) {
            return false;
        }
    }
    return true;
}

static void *work(void *data) {
    worker_t *worker = data;
    test_random_t random = test_random_start(worker->number);
    unsigned char *blocks[BLOCKS] = {0};
    size_t sizes[BLOCKS] = {0};
    for (unsigned step = 0; step < STEPS; step++) {
        size_t i = test_random_below(&random, BLOCKS);
        size_t size = test_random_between(&random, 1, 600);
        unsigned char value = (unsigned char)(worker->number * BLOCKS + i);
        uint32_t caps = sets[test_random_below(&random, sizeof sets / sizeof sets[0])];
        worker->spoilt += !holds(blocks[i], sizes[i], value);
        if (test_random_chance(&random, 30)) {
            unsigned char *moved = heap_caps_realloc(blocks[i], size, caps);
            if (moved == NULL) {
                continue;
            }
            worker->spoilt +=
                blocks[i] != NULL && !holds(moved, size < sizes[i] ? size : sizes[i], value);
            blocks[i] = moved;
        } else {
            heap_caps_free(blocks[i]);
            blocks[i] = heap_caps_malloc(size, caps);
        }
        sizes[i] = blocks[i] != NULL ? size : 0;
        if (blocks[i] != NULL) {
            memset(blocks[i], value, size);
        }
    }
    for (size_t i = 0; i < BLOCKS; i++) {
        heap_caps_free(blocks[i]);
    }
    return NULL;
}

/* Regions in blocks of PSRAM, with a capability that nothing else has. */
static void add_regions(void) {
    const uint32_t caps[3] = {MALLOC_CAP_SPM | MALLOC_CAP_8BIT};
    for (unsigned i = 0; i < 6; i++) {
        intptr_t block = (intptr_t)heap_caps_malloc(8192, MALLOC_CAP_SPIRAM);
        CHECK_EQ(heap_caps_add_region_with_caps(caps, block, block + 8192), ESP_OK);
        multi_heap_info_t info;
        heap_caps_get_info(&info, 0);
        CHECK_EQ(info.total_blocks, info.allocated_blocks + info.free_blocks);
        usleep(2000);
    }
}

TEST(threads_share_a_heap_that_grows) {
    boot();
    worker_t workers[THREADS] = {0};
    for (unsigned i = 0; i < THREADS; i++) {
        workers[i].number = i;
        CHECK_EQ(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    add_regions();
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        CHECK_EQ(workers[i].spoilt, 0);
    }
    CHECK(heap_caps_check_integrity_all(true));
    multi_heap_info_t info;
    heap_caps_get_info(&info, MALLOC_CAP_SPM);
    CHECK_EQ(info.allocated_blocks, 0);
    heap_caps_get_info(&info, MALLOC_CAP_SPIRAM);
    CHECK_EQ(info.allocated_blocks, 6);
}

TEST_MAIN(threads_share_a_heap_that_grows)
