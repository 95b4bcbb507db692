/* SPDX-License-Identifier: MIT */
/* An early signal: enough bytes are free, but no piece is large enough for the next message. */
#include <stdio.h>

#include "capheap/mark.h"

static const capheap_type_t type = {"SRAM", {CAPHEAP_8BIT | CAPHEAP_DEFAULT, 0, 0}, 0, 0};

static _Alignas(8) unsigned char sram[8192];

CAPHEAP_HEAP_DEFINE(heap, 1);

static unsigned signals;

static void tell(const capheap_mark_t *mark, bool low) {
    capheap_figures_t figures;
    capheap_get_figures(&heap, mark->caps, &figures);
    printf("%s: %zu bytes free, %zu in one piece\n", low ? "low" : "recovered", figures.free,
           figures.largest);
    signals++;
}

int main(void) {
    static capheap_mark_t mark = {
        .caps = CAPHEAP_8BIT, .largest_low = 2048, .largest_high = 3072, .signal = tell};
    const capheap_memory_t memory = {.start = (uintptr_t)sram, .size = sizeof(sram)};
    if (capheap_add_region(&heap, &type, 0, &memory) != CAPHEAP_OK ||
        capheap_watch_mark(&heap, &mark) != CAPHEAP_OK) {
        return 1;
    }
    void *blocks[7];
    for (int i = 0; i < 7; i++) {
        blocks[i] = capheap_malloc(&heap, 1024, CAPHEAP_8BIT);
    }
    for (int i = 0; i < 7; i += 2) { /* every other one: bytes, but no large piece */
        capheap_free(&heap, blocks[i]);
    }
    for (int i = 1; i < 7; i += 2) {
        capheap_free(&heap, blocks[i]);
    }
    return signals == 2 ? 0 : 1;
}
