/* SPDX-License-Identifier: MIT */
/* What is free, what was free at the worst moment, and how large a buffer could be had. */
#include <stdio.h>

#include "capheap/inspect.h"
#include "capheap/minimum.h"

#define BUFFER (CAPHEAP_8BIT | CAPHEAP_DMA)

static const capheap_type_t near_type = {"TCM", {CAPHEAP_8BIT, 0, 0}, 0, 0};
static const capheap_type_t far_type = {"SRAM", {CAPHEAP_DMA, CAPHEAP_8BIT, 0}, 0, 32};
static const capheap_type_t code_type = {"IRAM", {CAPHEAP_EXEC, CAPHEAP_32BIT, 0}, 0, 0};

static _Alignas(32) unsigned char tcm[4096];
static _Alignas(32) unsigned char sram[8192];

static uint32_t iram[256];

CAPHEAP_HEAP_DEFINE(heap, 3);

/* What was least free in all regions together is always known; in others together, if watched. */
static capheap_minimum_t bytes = {.caps = CAPHEAP_8BIT};

int main(void) {
    const capheap_memory_t near = {.start = (uintptr_t)tcm, .size = sizeof(tcm)};
    const capheap_memory_t far = {.start = (uintptr_t)sram, .size = sizeof(sram)};
    const capheap_memory_t code = {.start = (uintptr_t)iram, .size = sizeof(iram)};
    if (capheap_add_region(&heap, &near_type, 0, &near) != CAPHEAP_OK ||
        capheap_add_region(&heap, &far_type, 1, &far) != CAPHEAP_OK ||
        capheap_add_region(&heap, &code_type, 2, &code) != CAPHEAP_OK ||
        capheap_watch_minimum(&heap, &bytes) != CAPHEAP_OK) {
        return 1;
    }

    /* Each region is low for a while, but not at the same time. */
    capheap_free(&heap, capheap_malloc(&heap, 3000, CAPHEAP_8BIT));
    capheap_free(&heap, capheap_malloc(&heap, 5000, CAPHEAP_DMA));
    capheap_figures_t all, figures;
    capheap_get_figures(&heap, 0, &all);
    capheap_get_figures(&heap, CAPHEAP_8BIT, &figures);
    size_t most = figures.free - capheap_get_minimum(&heap, &bytes).least;
    printf("in use at once: %zu bytes at most in all, %zu for bytes; by the sum of minima: %zu\n",
           all.free - all.minimum_free, most, figures.free - figures.minimum_free);

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
    return stretched && served != NULL && figures.largest <= largest && most < 5100 ? 0 : 1;
}
