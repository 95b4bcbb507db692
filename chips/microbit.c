/* SPDX-License-Identifier: MIT */
/*
 * BBC micro:bit, a Nordic nRF51822 (Cortex-M0), as QEMU emulates it and as it is.
 *
 * - 16 KB of RAM at 20000000 (nRF51822 Product Specification, chapter "Memory"). No DMA but that
 *   of a few peripherals, which reach all of it.
 * - ATOMIC: Cortex-M0 has no exclusive access; masking interrupts serves every memory of a chip
 *   with one core.
 * - Masters: those with pointers into RAM (Nordic nrfx at aa83d4d, bsp/stable/mdk/nrf51.h:
 *   PACKETPTR, RXDPTR, ECBDATAPTR, CNFPTR, IRKPTR). QEMU 7.2 has none of them.
 */
#include "table.h"

#define WORDS (INTERNAL | BIT32 | ATOMIC)

/* clang-format off */
enum { RAM };

static const capheap_type_t types[] = {
    [RAM] = {"RAM", {BIT8 | DEFAULT, DMA | WORDS, EXEC}, 0, 0},
};

static const capheap_memory_t memories[] = {
    {0x20000000, KIB(16), RAM, 0, 0, 0},
};

/* Round figures of our own for a test program. */
static const capheap_range_t usual[] = {
    {0x20000000, 0x20000400, "static data"},
    {0x20003800, 0x20004000, "stack"},
};

static const char *const masters[] = {
    MASTER(NRF51, RADIO), MASTER(NRF51, SPIS), MASTER(NRF51, CRYPTO),
};

static const capheap_masters_t reach[] = {
    [RAM] = ALL_OF(masters),
};
/* clang-format on */

const capheap_chip_t capheap_chip_microbit = {
    .name = "microbit",
    .title = "BBC micro:bit, Nordic nRF51822",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    USUAL(usual),
};
