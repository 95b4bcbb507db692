/* SPDX-License-Identifier: MIT */
/*
 * Arm MPS3 board with AN547 (Cortex-M55) as QEMU emulates it.
 *
 * - Memories: as QEMU 7.2 lists them (monitor command `info mtree`; hw/arm/mps2-tz.c). All of it
 *   is flat in QEMU: no cache, no bus that a master lacks; the capabilities are those of the board
 *   that it stands for, as far as they make a difference there.
 * - 512 KB of ITCM at 10000000 and of DTCM at 30000000, 2 MB of SRAM at 31000000, DDR at 60000000
 *   (Arm DAI0547, "Memory map"; secure addresses); 512 MB of DDR here.
 * - ITCM at its secure address is not at NULL.
 * - Masters: none in QEMU 7.2 (monitor command `info qom-tree`).
 */
#include "table.h"

#define WORDS (INTERNAL | BIT32 | ATOMIC)

/* clang-format off */
enum { ITCM, DTCM, SRAM, DDR };

static const capheap_type_t types[] = {
    [ITCM] = {"ITCM", {EXEC, SPM, BIT8 | WORDS},               0, 0},
    [DTCM] = {"DTCM", {SPM, 0, BIT8 | DEFAULT | WORDS},        0, 0},
    [SRAM] = {"SRAM", {BIT8 | DEFAULT, DMA | WORDS, EXEC},     0, 32},
    [DDR]  = {"DDR",  {SPIRAM, 0, BIT8 | DEFAULT | BIT32},     0, 32},
};

static const capheap_memory_t memories[] = {
    {0x10000000, KIB(512), ITCM, 0,        0, 0},
    {0x30000000, KIB(512), DTCM, 0,        0, 0},
    {0x31000000, MIB(2),   SRAM, 0,        0, 0},
    {0x60000000, MIB(512), DDR,  EXTERNAL, 0, 0},
};

/* Round figures of our own: a test program with its code in ITCM and its data in DTCM. */
static const capheap_range_t usual[] = {
    {0x10000000, 0x10040000, "code"},
    {0x30000000, 0x30008000, "static data"},
    {0x3007E000, 0x30080000, "stack"},
};
/* clang-format on */

const capheap_chip_t capheap_chip_mps3_an547 = {
    .name = "mps3-an547",
    .title = "Arm MPS3 AN547, Cortex-M55",
    TYPES(types),
    MEMORIES(memories),
    USUAL(usual),
};
