/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "capheap/heap.h"
#include "capheap/inspect.h"

/* Both kinds take bytes. PSRAM lists that first, SRAM second: so plain requests go to PSRAM, and
 * SRAM is kept for those that need DMA. */
static const capheap_type_t sram = {"SRAM", {CAPHEAP_DMA, CAPHEAP_8BIT | CAPHEAP_32BIT}, 8, 0};
static const capheap_type_t psram = {"PSRAM", {CAPHEAP_8BIT | CAPHEAP_32BIT}, 8, 0};
static uint64_t inside[2048], outside[65536]; /* 16 KiB and 512 KiB: in place of the chip's */

CAPHEAP_HEAP_DEFINE(heap, 2);

static void *get(const char *what, size_t size, capheap_caps_t caps) {
    capheap_region_info_t region;
    void *ptr = capheap_malloc(&heap, size, caps);
    if (capheap_find_region(&heap, ptr, &region))
        printf("%s: %zu bytes in %s\n", what, capheap_usable_size(&heap, ptr), region.type->name);
    return ptr;
}

int main(void) {
    capheap_memory_t first = {.start = (uintptr_t)inside, .size = sizeof inside};
    capheap_memory_t second = {.start = (uintptr_t)outside, .size = sizeof outside};
    capheap_add_region(&heap, &sram, 0, &first);
    capheap_add_region(&heap, &psram, 1, &second);
    void *text = get("text", 100, CAPHEAP_8BIT);
    void *packet = get("packet", 1500, CAPHEAP_8BIT | CAPHEAP_DMA);
    capheap_free(&heap, text);
    capheap_free(&heap, packet);
    return text != NULL && packet != NULL ? 0 : 1;
}
