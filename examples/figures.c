/* SPDX-License-Identifier: MIT */
/* What is free, what was free at the worst moment, and how large a buffer could be had. */
#include <stdio.h>

#include "capheap/inspect.h"
#include "capheap/minimum.h"

#define BUFFER (CAPHEAP_8BIT | CAPHEAP_DMA)

static const capheap_type_t near_type = {"TCM", {CAPHEAP_8BIT, 0, 0}, 0, 0};
static const capheap_type_t far_type = {"SRAM", {CAPHEAP_DMA, CAPHEAP_8BIT, 0}, 0, 32};

static _Alignas(32) unsigned char tcm[4096];
static _Alignas(32) unsigned char sram[8192];

CAPHEAP_HEAP_DEFINE(heap, 2);

static capheap_minimum_t together; /* of all regions */

int main(void) {
    const capheap_memory_t near = {.start = (uintptr_t)tcm, .size = sizeof(tcm)};
    const capheap_memory_t far = {.start = (uintptr_t)sram, .size = sizeof(sram)};
    if (capheap_add_region(&heap, &near_type, 0, &near) != CAPHEAP_OK ||
        capheap_add_region(&heap, &far_type, 1, &far) != CAPHEAP_OK ||
        capheap_watch_minimum(&heap, &together) != CAPHEAP_OK) {
        return 1;
    }
    size_t all = capheap_get_minimum(&heap, &together).free;

    /* Each region is low for a while, but not at the same time. */
    capheap_free(&heap, capheap_malloc(&heap, 3000, CAPHEAP_8BIT));
    capheap_free(&heap, capheap_malloc(&heap, 5000, CAPHEAP_DMA));
    capheap_figures_t figures;
    capheap_get_figures(&heap, 0, &figures);
    size_t least = capheap_get_minimum(&heap, &together).least;
    printf("in use at once: %zu bytes at most; by the sum of the regions' minima: %zu\n",
           all - least, all - figures.minimum_free);

    /* In a stretch of the program. */
    capheap_start_stretch(&heap);
    capheap_free(&heap, capheap_malloc(&heap, 200, CAPHEAP_8BIT));
    capheap_get_figures(&heap, CAPHEAP_8BIT, &figures);
    printf("in this stretch: %zu bytes\n", figures.free - figures.minimum_free);
    bool stretched = capheap_end_stretch(&heap);

    /* The largest buffer for DMA: whole cache lines. */
    const capheap_request_t buffer = {.caps = BUFFER};
    size_t largest = capheap_find_largest(&heap, &buffer);
    capheap_get_figures(&heap, BUFFER, &figures);
    void *served = capheap_malloc(&heap, largest, BUFFER);
    printf("largest buffer: %zu bytes, %zu for sure; it is %s\n", largest, figures.largest,
           served != NULL ? "served" : "refused");
    return stretched && served != NULL && figures.largest <= largest && all - least < 5100 ? 0 : 1;
}
