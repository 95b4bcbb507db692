/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "capheap/inspect.h"

/* Both take bytes. PSRAM is there for that first, SRAM for DMA: plain requests leave SRAM alone. */
static const capheap_type_t sram = {"SRAM", {CAPHEAP_DMA, CAPHEAP_8BIT | CAPHEAP_32BIT}, 8, 0};
static const capheap_type_t psram = {"PSRAM", {CAPHEAP_8BIT | CAPHEAP_32BIT}, 8, 0};
static uint64_t inside[2048], outside[65536]; /* 16 KiB and 512 KiB, in place of the chip's */

CAPHEAP_HEAP_DEFINE(heap, 2);

static void show(const char *what, const void *block) {
    capheap_region_info_t region;
    if (capheap_find_region(&heap, block, &region))
        printf("%s: %zu bytes in %s\n", what, capheap_usable_size(&heap, block), region.type->name);
}

int main(void) {
    capheap_memory_t first = {.start = (uintptr_t)inside, .size = sizeof inside};
    capheap_memory_t second = {.start = (uintptr_t)outside, .size = sizeof outside};
    capheap_add_region(&heap, &sram, 0, &first);
    capheap_add_region(&heap, &psram, 1, &second);
    void *text = capheap_malloc(&heap, 100, CAPHEAP_8BIT);
    void *packet = capheap_malloc(&heap, 1500, CAPHEAP_8BIT | CAPHEAP_DMA);
    show("text", text);
    show("packet", packet);
    capheap_free(&heap, text);
    capheap_free(&heap, packet);
    return text != NULL && packet != NULL ? 0 : 1;
}
