/* SPDX-License-Identifier: MIT */
/* A refusal that explains itself: the failure hook prints why each region could not serve. */
#include <stdio.h>

#include "capheap/explain.h"

static const capheap_type_t inside = {
    "SRAM", {CAPHEAP_8BIT | CAPHEAP_DMA | CAPHEAP_INTERNAL, 0, 0}, 0, 0};
static const capheap_type_t outside = {"PSRAM", {CAPHEAP_SPIRAM, CAPHEAP_8BIT, 0}, 0, 32};

static _Alignas(32) unsigned char sram[2048];
static _Alignas(32) unsigned char psram[8192];

CAPHEAP_HEAP_DEFINE(heap, 2);

static int refusals;

static void explain(void *context, const capheap_request_t *request) {
    char text[256];
    capheap_explain_text(context, request, text, sizeof(text));
    fputs(text, stdout);
    refusals++;
}

int main(void) {
    const capheap_hooks_t hooks = {.failure = explain, .context = &heap};
    const capheap_memory_t near = {.start = (uintptr_t)sram, .size = sizeof(sram)};
    const capheap_memory_t far = {.start = (uintptr_t)psram, .size = sizeof(psram)};
    capheap_set_hooks(&heap, &hooks);
    if (capheap_add_region(&heap, &inside, 0, &near) != CAPHEAP_OK ||
        capheap_add_region(&heap, &outside, 1, &far) != CAPHEAP_OK) {
        return 1;
    }
    void *buffer = capheap_malloc(&heap, 4096, CAPHEAP_DMA);
    return buffer == NULL && refusals == 1 ? 0 : 1;
}
