/* SPDX-License-Identifier: MIT */
/* Two components with a limit each; the one that leaks is stopped, the other one works on. */
#include <stdio.h>

#include "capheap/quota.h"

static const capheap_type_t type = {"SRAM", {CAPHEAP_8BIT | CAPHEAP_DEFAULT, 0, 0}, 0, 0};

static _Alignas(8) unsigned char sram[16384];
static uint8_t table[sizeof(sram) / 8]; /* a byte per granule: whose block begins there */

CAPHEAP_HEAP_DEFINE(heap, 1);

enum {
    NETWORK,
    DISPLAY,
    OWNERS
};

static capheap_owner_t owners[OWNERS] = {
    [NETWORK] = {.name = "network", .limit = 4000},
    [DISPLAY] = {.name = "display", .limit = 8000},
};

static void *allocate(size_t size, unsigned owner) {
    capheap_request_t request = {.size = size, .caps = CAPHEAP_8BIT, .owner = &owners[owner]};
    return capheap_allocate(&heap, &request);
}

int main(void) {
    const capheap_memory_t memory = {.start = (uintptr_t)sram, .size = sizeof(sram)};
    if (capheap_add_region(&heap, &type, 0, &memory) != CAPHEAP_OK ||
        capheap_set_owners(&heap, owners, OWNERS) != CAPHEAP_OK ||
        capheap_keep_owners(&heap, sram, table, sizeof(table)) != CAPHEAP_OK) {
        return 1;
    }
    void *picture = allocate(6000, DISPLAY);
    unsigned packets = 0;
    while (allocate(500, NETWORK) != NULL) {
        packets++;
    }
    void *text = allocate(1000, DISPLAY);
    for (unsigned i = 0; i < OWNERS; i++) {
        capheap_owner_t owner = capheap_get_owner(&heap, &owners[i]);
        printf("%s uses %zu of %zu bytes, %zu refused\n", owner.name, owner.used, owner.limit,
               owner.refused);
    }
    capheap_free(&heap, picture);
    return packets == 7 && text != NULL && capheap_get_owner(&heap, &owners[DISPLAY]).used == 1000
               ? 0
               : 1;
}
