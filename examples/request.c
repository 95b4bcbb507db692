/* SPDX-License-Identifier: MIT */
/*
 * One request that says it all: a receive buffer for the memory card's controller of an STM32H7,
 * which reaches AXI SRAM and external memory only, in memory behind the data cache. The chip's
 * table knows that; here its AXI SRAM and its tightly coupled memory are two arrays, so that it
 * runs on a PC.
 */
#include <stdio.h>

#include "capheap/chips.h"
#include "capheap/heap.h"
#include "capheap/masters.h"

enum {
    DTCM,
    AXI,
    BANKS
};

static _Alignas(32) unsigned char banks[BANKS][16384];

CAPHEAP_HEAP_DEFINE(heap, BANKS);

/* The two memories as the chip's table has them, at the addresses of the arrays. */
static capheap_status_t add_banks(void) {
    const capheap_chip_t *chip = &capheap_chip_stm32h743;
    capheap_memory_t memories[BANKS];
    size_t count = 0;
    for (size_t i = 0; i < chip->memory_count; i++) {
        if (chip->memories[i].start == 0x20000000 || chip->memories[i].start == 0x24000000) {
            memories[count] = chip->memories[i];
            memories[count].start = (uintptr_t)banks[count];
            memories[count].size = sizeof(banks[count]);
            count++;
        }
    }
    capheap_chip_t here = *chip;
    here.memories = memories;
    here.memory_count = BANKS;
    here.reserved_count = 0;
    here.usual_count = 0;
    return capheap_add_chip(&heap, &here, NULL, 0, 0);
}

int main(void) {
    capheap_status_t status = add_banks();
    if (status != CAPHEAP_OK) {
        printf("the chip was refused: %s\n", capheap_status_text(status));
        return 1;
    }
    /* An odd size, so that something would share the last line if nobody took care. */
    capheap_request_t request = {
        .size = 1000,
        .caps = CAPHEAP_8BIT,
        .without = CAPHEAP_SPIRAM,
        .masters = CAPHEAP_STM32H7_SDMMC1,
        .zero = true,
    };
    unsigned char *buffer = capheap_allocate(&heap, &request);
    bool in_axi = (uintptr_t)buffer - (uintptr_t)banks[AXI] < sizeof(banks[AXI]);
    printf("1000 bytes for SDMMC1: %s, at a multiple of 32: %s, of %zu bytes\n",
           in_axi ? "AXI SRAM" : "elsewhere", (uintptr_t)buffer % 32 == 0 ? "yes" : "no",
           capheap_usable_size(&heap, buffer));
    bool right = in_axi && (uintptr_t)buffer % 32 == 0 &&
                 capheap_usable_size(&heap, buffer) == 1024 && buffer[999] == 0;

    /* What no master can have is refused, never served from the wrong place. */
    request.caps = CAPHEAP_SPM;
    void *wrong = capheap_allocate(&heap, &request);
    printf("the same in tightly coupled memory: %s\n", wrong == NULL ? "refused" : "served");
    capheap_free(&heap, buffer);
    return right && wrong == NULL ? 0 : 1;
}
