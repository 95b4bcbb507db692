/* SPDX-License-Identifier: MIT */
/*
 * No chip: what a program on a PC has, so that a trace can be replayed without any limit of
 * hardware. All of it is alike and does everything but execute. The address is one that Linux
 * leaves free on i386 and x86-64, below all that a loader or a sanitizer puts there; it means
 * nothing outside of the simulator. 64 bytes are the cache line of common PCs.
 */
#include "table.h"

/* clang-format off */
static const capheap_type_t types[] = {
    {"RAM", {BIT8 | DEFAULT, INTERNAL | DMA | BIT32 | SIMD | ATOMIC, 0}, 0, 64},
};

static const capheap_memory_t memories[] = {
    {0x10000000, MIB(64), 0, 0, 0, 0},
};
/* clang-format on */

const capheap_chip_t capheap_chip_host = {
    .name = "host",
    .title = "A PC: 64 MB, all alike",
    TYPES(types),
    MEMORIES(memories),
};
