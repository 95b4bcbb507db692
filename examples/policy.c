/* SPDX-License-Identifier: MIT */
/* Small requests inside, large ones outside, and reserves that ordinary requests can't eat. */
#include <stdio.h>

#include "capheap/policy.h"

#define INSIDE (CAPHEAP_INTERNAL | CAPHEAP_DMA)

static const capheap_type_t inside = {"SRAM", {CAPHEAP_8BIT | CAPHEAP_DEFAULT, INSIDE, 0}, 0, 0};
static const capheap_type_t outside = {
    "PSRAM", {CAPHEAP_SPIRAM | CAPHEAP_DEFAULT, CAPHEAP_8BIT, 0}, 0, 32};

static _Alignas(32) unsigned char sram[8192];
static _Alignas(32) unsigned char psram[32768];

CAPHEAP_HEAP_DEFINE(heap, 2);

static const char *where(const void *block) {
    if (block == NULL) {
        return "nowhere";
    }
    return (uintptr_t)block - (uintptr_t)sram < sizeof(sram) ? "inside" : "outside";
}

int main(void) {
    const capheap_memory_t near = {.start = (uintptr_t)sram, .size = sizeof(sram)};
    const capheap_memory_t far = {.start = (uintptr_t)psram, .size = sizeof(psram)};
    if (capheap_add_region(&heap, &inside, 0, &near) != CAPHEAP_OK ||
        capheap_add_region(&heap, &outside, 1, &far) != CAPHEAP_OK) {
        return 1;
    }
    const capheap_placement_t placement = {.internal_up_to = 512, .external_from = 513};
    capheap_set_placement(&heap, &placement);
    printf("100 bytes go %s, ", where(capheap_malloc(&heap, 100, CAPHEAP_DEFAULT)));
    printf("4000 bytes go %s\n", where(capheap_malloc(&heap, 4000, CAPHEAP_DEFAULT)));

    /* 3000 bytes for DMA, 2048 of them in one piece, whatever ordinary requests do. */
    if (capheap_set_reserve(&heap, INSIDE, 3000, 2048) != CAPHEAP_OK) {
        return 1;
    }
    /* Another one outside, for who asks for external memory by name. */
    if (capheap_set_reserve(&heap, CAPHEAP_SPIRAM, 8000, 8000) != CAPHEAP_OK) {
        return 1;
    }
    size_t count = 0;
    while (where(capheap_malloc(&heap, 500, CAPHEAP_DEFAULT))[0] == 'i') {
        count++;
    }
    void *buffer = capheap_malloc(&heap, 2048, INSIDE);
    printf("%zu small blocks later a DMA buffer of 2048 bytes is %s\n", count, where(buffer));
    while (capheap_malloc(&heap, 1000, CAPHEAP_DEFAULT) != NULL) {
    }
    void *frame = capheap_malloc(&heap, 8000, CAPHEAP_SPIRAM);
    printf("when nothing is left for others a frame of 8000 bytes is %s\n", where(frame));
    return frame != NULL && buffer != NULL && where(buffer)[0] == 'i' && count > 0 ? 0 : 1;
}
