/* SPDX-License-Identifier: MIT */
/*
 * region_word_only FLAGS BOOKS_APART OFFSET: random calls of every kind on one region, whose memory
 * this program itself never touches; prints where it is. region_word_only_test.py runs it under
 * valgrind's lackey and looks at the width of every access to that memory.
 */
#include <stdio.h>
#include <stdlib.h>

#include "capheap/region.h"
#include "test_random.h"

#define SIZE  8192
#define SLOTS 32

static _Alignas(4096) unsigned char memory[SIZE + 4096];
static _Alignas(8) unsigned char books[4096];
static void *blocks[SLOTS];
static size_t faults;

static void on_report(void *context, const capheap_report_t *report) {
    (void)context;
    (void)report;
    faults++;
}

static void call(capheap_region_t *region, test_random_t *random) {
    size_t size = test_random_between(random, 1, 200);
    void **block = &blocks[test_random_below(random, SLOTS)];
    void *moved;
    switch (test_random_below(random, 6)) {
    case 0:
        capheap_region_free(region, *block);
        *block = capheap_region_calloc(region, size, 2);
        break;
    case 1:
        capheap_region_free(region, *block);
        *block = capheap_region_aligned_alloc(region, 64, size);
        break;
    case 2:
    case 3:
        moved = capheap_region_realloc(region, *block, size * 2);
        *block = moved != NULL ? moved : *block;
        break;
    case 4:
        capheap_region_free(region, *block);
        *block = capheap_region_malloc(region, size);
        break;
    default:
        capheap_region_free(region, *block);
        capheap_region_free(region, *block); /* twice: reported */
        *block = NULL;
    }
}

int main(int argc, char **argv) {
    if (argc != 4)
        return 2;
    bool apart = atoi(argv[2]) != 0;
    unsigned char *start = memory + atoi(argv[3]);
    capheap_region_t region;
    capheap_region_config_t config = {
        .start = start,
        .size = SIZE,
        .flags = (uint32_t)atoi(argv[1]),
        .books = apart ? books : NULL,
        .books_size = apart ? sizeof(books) : 0,
        .report = on_report,
    };
    printf("%llx %llx\n", (unsigned long long)(uintptr_t)start,
           (unsigned long long)(uintptr_t)start + SIZE);
    fflush(stdout);
    if (capheap_region_init(&region, &config) != CAPHEAP_OK)
        return 3;
    test_random_t random = test_random_start(5);
    for (unsigned i = 0; i < 300; i++)
        call(&region, &random);
    capheap_region_heal(&region);
    return capheap_region_check(&region) && faults > 0 ? 0 : 1;
}
