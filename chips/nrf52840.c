/* SPDX-License-Identifier: MIT */
/*
 * Nordic nRF52840: one Cortex-M4, 256 KB of RAM, no cache in front of it.
 *
 * - Addresses: Nordic nrfx at aa83d4d, bsp/stable/mdk/nrf52840_xxaa_memory.h; nRF52840 Product
 *   Specification, chapter "Memory". The same RAM has a second address on the code bus, 00800000;
 *   it is left out, since code runs at the first address too.
 * - EasyDMA of every peripheral reaches all of RAM and nothing else (chapter "EasyDMA").
 * - ATOMIC: LDREX and STREX with the core's own monitor (Armv7-M ARM, A3.4).
 */
#include "table.h"

#define WORDS (INTERNAL | BIT32 | ATOMIC)

/* clang-format off */
enum { RAM };

static const capheap_type_t types[] = {
    [RAM] = {"RAM", {BIT8 | DEFAULT, DMA | WORDS, EXEC}, 0, 0},
};

static const capheap_memory_t memories[] = {
    {0x20000000, KIB(256), RAM, 0, 0, 0},
};

/* Round figures of our own for a program with Bluetooth. */
static const capheap_range_t usual[] = {
    {0x20000000, 0x20008000, "radio and static data"},
    {0x2003E000, 0x20040000, "stack"},
};
/* clang-format on */

const capheap_chip_t capheap_chip_nrf52840 = {
    .name = "nrf52840",
    .title = "Nordic nRF52840",
    TYPES(types),
    MEMORIES(memories),
    USUAL(usual),
};
