/* SPDX-License-Identifier: MIT */
/* What every consumer builds: two memories, a request for each, and both blocks given back. */
#include <stdio.h>

#ifdef CONSUMER_OF_ONE_FILE
#include "capheap.h"
#else
#include "capheap/heap.h"
#include "capheap/inspect.h"
#include "capheap/version.h"
#endif

static const capheap_type_t sram = {"SRAM", {CAPHEAP_DMA, CAPHEAP_8BIT | CAPHEAP_32BIT}, 8, 0};
static const capheap_type_t psram = {"PSRAM", {CAPHEAP_8BIT | CAPHEAP_32BIT}, 8, 0};
static uint64_t inside[256], outside[1024];

CAPHEAP_HEAP_DEFINE(heap, 2);

static const char *where(const void *ptr) {
    capheap_region_info_t region;
    return capheap_find_region(&heap, ptr, &region) ? region.type->name : "nowhere";
}

int main(void) {
    capheap_memory_t first = {.start = (uintptr_t)inside, .size = sizeof inside};
    capheap_memory_t second = {.start = (uintptr_t)outside, .size = sizeof outside};
    if (capheap_add_region(&heap, &sram, 0, &first) != CAPHEAP_OK ||
        capheap_add_region(&heap, &psram, 1, &second) != CAPHEAP_OK) {
        return 1;
    }
    void *text = capheap_malloc(&heap, 100, CAPHEAP_8BIT);
    void *packet = capheap_malloc(&heap, 500, CAPHEAP_8BIT | CAPHEAP_DMA);
    printf("capheap %s: text in %s, packet in %s\n", CAPHEAP_VERSION, where(text), where(packet));
    capheap_free(&heap, text);
    capheap_free(&heap, packet);
    capheap_figures_t figures;
    capheap_get_figures(&heap, 0, &figures);
    return figures.blocks == 0 && figures.regions == 2 ? 0 : 1;
}
