/* SPDX-License-Identifier: MIT */
/*
 * A chip of one's own: a table, and a heap on it. Two arrays stand for the chip's memories, so that
 * the example runs on a PC; on a chip the table is const and holds true addresses (see
 * docs/adding-a-chip.md).
 */
#include <stdio.h>

#include "capheap/heap.h"

enum {
    FAST,
    SHARED
};

static const capheap_type_t types[] = {
    [FAST] = {"fast", {CAPHEAP_SPM, 0, CAPHEAP_8BIT | CAPHEAP_32BIT | CAPHEAP_INTERNAL}, 0, 0},
    [SHARED] = {"shared",
                {CAPHEAP_8BIT | CAPHEAP_DEFAULT, CAPHEAP_32BIT | CAPHEAP_INTERNAL | CAPHEAP_DMA, 0},
                32, /* whole cache lines: a DMA's buffer never shares one with its neighbour */
                32},
};

static _Alignas(32) unsigned char banks[2][4096];

CAPHEAP_HEAP_DEFINE(heap, 4);

static const char *where(const void *block) {
    uintptr_t start = (uintptr_t)banks[FAST];
    return (uintptr_t)block - start < sizeof(banks[FAST]) ? "fast" : "shared";
}

int main(void) {
    const capheap_memory_t memories[] = {
        {.start = (uintptr_t)banks[FAST], .size = sizeof(banks[FAST]), .type = FAST},
        {.start = (uintptr_t)banks[SHARED], .size = sizeof(banks[SHARED]), .type = SHARED},
    };
    const capheap_chip_t chip = {
        .name = "own-chip",
        .title = "Two banks, one of them fast",
        .types = types,
        .type_count = 2,
        .memories = memories,
        .memory_count = 2,
    };
    const capheap_range_t code = {memories[FAST].start, memories[FAST].start + 1000, "code"};

    capheap_status_t status = capheap_add_chip(&heap, &chip, &code, 1, 0);
    if (status != CAPHEAP_OK) {
        printf("the chip was refused: %s\n", capheap_status_text(status));
        return 1;
    }
    void *plain = capheap_malloc(&heap, 100, CAPHEAP_8BIT);
    void *buffer = capheap_malloc(&heap, 100, CAPHEAP_DMA);
    void *table = capheap_malloc(&heap, 100, CAPHEAP_SPM);
    printf("plain data is in %s memory, the DMA's buffer in %s, the table in %s\n", where(plain),
           where(buffer), where(table));
    bool right = plain != NULL && buffer != NULL && table != NULL && (uintptr_t)buffer % 32 == 0 &&
                 capheap_usable_size(&heap, buffer) == 128;
    capheap_free(&heap, table);
    capheap_free(&heap, buffer);
    capheap_free(&heap, plain);
    return right ? 0 : 1;
}
