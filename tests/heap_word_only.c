/* SPDX-License-Identifier: MIT */
/*
 * heap_word_only words|bytes: random calls of every kind on a heap of three memories: one whose
 * type lacks 8BIT (or has it, for comparison), one with an inverted alias, one ordinary. Prints
 * where the first is, and never touches it itself. heap_word_only_test.py looks at the heap's
 * accesses.
 */
#include <stdio.h>
#include <string.h>

#include "capheap/heap.h"
#include "test_random.h"

#define SIZE  8192
#define SLOTS 48

static _Alignas(4096) unsigned char first[SIZE], second[SIZE], third[SIZE];
static void *blocks[SLOTS];
static unsigned faults;

CAPHEAP_HEAP_DEFINE(heap, 3);

static void on_report(void *context, const capheap_report_t *report) {
    (void)context;
    (void)report;
    faults++;
}

static capheap_caps_t some_caps(test_random_t *random) {
    static const capheap_caps_t caps[] = {CAPHEAP_IRAM_8BIT, CAPHEAP_IRAM_8BIT, CAPHEAP_EXEC,
                                          CAPHEAP_32BIT,     CAPHEAP_DMA,       CAPHEAP_32BIT};
    return caps[test_random_below(random, 6)];
}

static void call(test_random_t *random) {
    size_t size = test_random_between(random, 1, 400);
    void **block = &blocks[test_random_below(random, SLOTS)];
    void *moved;
    switch (test_random_below(random, 6)) {
    case 0:
        capheap_free(&heap, *block);
        *block = capheap_calloc(&heap, size, 2, some_caps(random));
        break;
    case 1:
        capheap_free(&heap, *block);
        *block = capheap_aligned_alloc(&heap, 64, size, some_caps(random));
        break;
    case 2:
    case 3:
        moved = capheap_realloc(&heap, *block, size, some_caps(random));
        *block = moved != NULL ? moved : *block;
        break;
    case 4:
        capheap_free(&heap, *block);
        *block = capheap_malloc(&heap, size, some_caps(random));
        break;
    default:
        capheap_free(&heap, *block);
        capheap_free(&heap, *block); /* twice: reported */
        *block = NULL;
    }
}

static bool add(unsigned char *bytes, const capheap_type_t *type, uint8_t alias_kind) {
    capheap_memory_t memory = {.start = (uintptr_t)bytes, .size = SIZE, .alias_kind = alias_kind};
    memory.alias = alias_kind != CAPHEAP_ALIAS_NONE ? ~(uintptr_t)0 - 0xFFFF : 0;
    return capheap_add_region(&heap, type, 0, &memory) == CAPHEAP_OK;
}

int main(int argc, char **argv) {
    static const capheap_type_t words = {"words", {CAPHEAP_32BIT | CAPHEAP_IRAM_8BIT, 0, 0}, 0, 0};
    static const capheap_type_t bytes = {
        "bytes", {CAPHEAP_32BIT | CAPHEAP_IRAM_8BIT | CAPHEAP_8BIT, 0, 0}, 0, 0};
    static const capheap_type_t both = {
        "both", {CAPHEAP_EXEC, CAPHEAP_32BIT | CAPHEAP_8BIT, 0}, 0, 0};
    static const capheap_type_t plain = {
        "plain", {CAPHEAP_DMA | CAPHEAP_8BIT | CAPHEAP_32BIT, 0, 0}, 0, 0};
    if (argc != 2)
        return 2;
    capheap_hooks_t hooks = {.report = on_report};
    capheap_set_hooks(&heap, &hooks);
    printf("%llx %llx\n", (unsigned long long)(uintptr_t)first,
           (unsigned long long)(uintptr_t)first + SIZE);
    fflush(stdout);
    if (!add(first, strcmp(argv[1], "words") == 0 ? &words : &bytes, CAPHEAP_ALIAS_NONE) ||
        !add(second, &both, CAPHEAP_ALIAS_INVERTED) || !add(third, &plain, CAPHEAP_ALIAS_NONE))
        return 3;
    test_random_t random = test_random_start(7);
    for (unsigned i = 0; i < 300; i++)
        call(&random);
    return faults > 0 ? 0 : 1;
}
