/* SPDX-License-Identifier: MIT */
/* All SRAM that the linker leaves, as one heap by the chip's table. */
#include <stdio.h>

#include "capheap/chips.h"
#include "capheap/heap.h"
#include "hardware/sync.h"
#include "pico/stdlib.h"

extern char __end__; /* of static data, from the SDK's linker script */

#define C_LIBRARY 4096 /* bytes left to the C library's own heap */

CAPHEAP_HEAP_DEFINE(heap, 4);

int main(void) {
    stdio_init_all();
    spin_lock_claim(31);
    capheap_range_t reserved[] = {
        {0x20000000u, (uintptr_t)&__end__ + C_LIBRARY, "static data"},
        {0x20040000u, 0x20042000u, "stacks"}, /* the scratch banks */
    };
    capheap_status_t status = capheap_add_chip(&heap, &capheap_chip_rp2040, reserved, 2, 0);
    void *packet = capheap_malloc(&heap, 1500, CAPHEAP_8BIT | CAPHEAP_DMA);
    printf("capheap: status %d, packet at %p\n", (int)status, packet);
    capheap_free(&heap, packet);
    return packet != NULL ? 0 : 1;
}
