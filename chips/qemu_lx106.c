/* SPDX-License-Identifier: MIT */
/*
 * QEMU's Xtensa machine sim with the core lx106, which is the ESP8266's.
 *
 * - RAM at 3FF80000, 3FFC0000 and 40100000, as QEMU 7.2 lists it (monitor command `info mtree`;
 *   hw/xtensa/sim.c). The memory at 60000000 holds the program.
 * - The rule that instruction memory takes words only is not emulated; the table keeps it, so that
 *   a test proves that the heap does.
 * - ATOMIC: the core has no atomic instructions; masking interrupts serves every memory of a chip
 *   with one core.
 * - Masters: the machine has none.
 */
#include "table.h"

#define WORDS (INTERNAL | BIT32 | ATOMIC)

/* clang-format off */
enum { DRAM, IRAM };

static const capheap_type_t types[] = {
    [DRAM] = {"DRAM", {BIT8 | DEFAULT, DMA | WORDS, 0},   0, 0},
    [IRAM] = {"IRAM", {EXEC | WORDS, 0, 0},               0, 0},
};

static const capheap_memory_t memories[] = {
    {0x3FF80000, KIB(256), DRAM, 0, 0, 0},
    {0x3FFC0000, KIB(256), DRAM, 0, 0, 0},
    {0x40100000, MIB(1),   IRAM, 0, 0, 0},
};

/* Round figures of our own for a test program. */
static const capheap_range_t usual[] = {
    {0x3FFC0000, 0x3FFC8000, "static data and stack"},
    {0x40100000, 0x40104000, "fast code"},
};
/* clang-format on */

const capheap_chip_t capheap_chip_qemu_lx106 = {
    .name = "qemu-lx106",
    .title = "QEMU Xtensa sim, lx106",
    TYPES(types),
    MEMORIES(memories),
    USUAL(usual),
};
