/* SPDX-License-Identifier: MIT */
/*
 * Arm MPS2 and MPS2+ boards as QEMU emulates them: AN385 (Cortex-M3), AN386 (M4), AN500 (M7),
 * AN505 (M33), AN521 (two M33).
 *
 * - Memories: as QEMU 7.2 lists them (monitor command `info mtree`; hw/arm/mps2.c, mps2-tz.c). All
 *   of it is flat in QEMU: no cache, no bus that a master lacks; the capabilities are those of the
 *   board that it stands for, as far as they make a difference there.
 * - AN385, AN386, AN500: 4 MB of SRAM for code at 0, 4 MB for data at 20000000, 16 MB of PSRAM at
 *   21000000, on AN500 at 60000000 (Arm DAI0385, DAI0386, DAI0500, "Memory map").
 * - AN505: 32 KB at 30000000, 2 MB at 38200000, code at 10000000 and 38000000, 16 MB of PSRAM at
 *   80000000; AN521: four banks of 32 KB from 30000000 (Arm DAI0505, DAI0521, "Memory map"),
 *   secure addresses.
 * - Memory at address 0 is NULL: its first 8 bytes are reserved.
 * - Masters: AN505 and AN521 have four PL081, whose bus goes through a security controller to all
 *   memory (QEMU 7.2, monitor commands `info qom-tree` and `info mtree`: dma0 to dma3, tz-msc).
 *   AN385, AN386 and AN500 have none.
 */
#include "table.h"

#define WORDS (INTERNAL | BIT32 | ATOMIC)

/* clang-format off */
enum { SRAM, PSRAM, CODE };

static const capheap_type_t types[] = {
    [SRAM]  = {"SRAM",      {BIT8 | DEFAULT, DMA | WORDS, EXEC},    0, 0},
    [PSRAM] = {"PSRAM",     {SPIRAM, 0, BIT8 | DEFAULT | BIT32},    0, 0},
    [CODE]  = {"code SRAM", {EXEC, 0, BIT8 | WORDS},                0, 0},
};

static const capheap_memory_t memories[] = {
    {0x00000000, MIB(4),  CODE,  0,        0, 0},
    {0x20000000, MIB(4),  SRAM,  0,        0, 0},
    {0x21000000, MIB(16), PSRAM, EXTERNAL, 0, 0},
};

static const capheap_memory_t memories_an500[] = {
    {0x00000000, MIB(4),  CODE,  0,        0, 0},
    {0x20000000, MIB(4),  SRAM,  0,        0, 0},
    {0x60000000, MIB(16), PSRAM, EXTERNAL, 0, 0},
};

static const capheap_range_t reserved[] = {
    {0x00000000, 0x00000008, "NULL"},
};

/* Round figures of our own: a test program with its code at 0 and its stack at the top. */
static const capheap_range_t usual[] = {
    {0x00000000, 0x00040000, "code"},
    {0x20000000, 0x20008000, "static data"},
    {0x203FE000, 0x20400000, "stack"},
};
/* clang-format on */

const capheap_chip_t capheap_chip_mps2_an385 = {
    .name = "mps2-an385",
    .title = "Arm MPS2 AN385, Cortex-M3",
    TYPES(types),
    MEMORIES(memories),
    RESERVED(reserved),
    USUAL(usual),
};

const capheap_chip_t capheap_chip_mps2_an386 = {
    .name = "mps2-an386",
    .title = "Arm MPS2 AN386, Cortex-M4",
    TYPES(types),
    MEMORIES(memories),
    RESERVED(reserved),
    USUAL(usual),
};

const capheap_chip_t capheap_chip_mps2_an500 = {
    .name = "mps2-an500",
    .title = "Arm MPS2 AN500, Cortex-M7",
    TYPES(types),
    MEMORIES(memories_an500),
    RESERVED(reserved),
    USUAL(usual),
};

/* clang-format off */
static const capheap_memory_t memories_an505[] = {
    {0x30000000, KIB(32), SRAM,  0,        0, 0},
    {0x38200000, MIB(2),  SRAM,  0,        0, 0},
    {0x80000000, MIB(16), PSRAM, EXTERNAL, 0, 0},
};

static const capheap_memory_t memories_an521[] = {
    {0x30000000, KIB(128), SRAM,  0,        0, 0},
    {0x38200000, MIB(2),   SRAM,  0,        0, 0},
    {0x80000000, MIB(16),  PSRAM, EXTERNAL, 0, 0},
};

/* A test program with its code at 10000000. */
static const capheap_range_t usual_m33[] = {
    {0x38200000, 0x38208000, "static data"},
    {0x383FE000, 0x38400000, "stack"},
};

static const capheap_type_t types_m33[] = {
    [SRAM]  = {"SRAM",      {BIT8 | DEFAULT, DMA | WORDS, EXEC},    0, 0},
    [PSRAM] = {"PSRAM",     {SPIRAM, 0, BIT8 | DEFAULT | BIT32},    0, 0},
};

static const char *const masters[] = {
    MASTER(MPS2, DMA0), MASTER(MPS2, DMA1), MASTER(MPS2, DMA2), MASTER(MPS2, DMA3),
};

static const capheap_masters_t reach[] = {
    [SRAM]  = ALL_OF(masters),
    [PSRAM] = ALL_OF(masters),
};
/* clang-format on */

const capheap_chip_t capheap_chip_mps2_an505 = {
    .name = "mps2-an505",
    .title = "Arm MPS2+ AN505, Cortex-M33",
    TYPES(types_m33),
    MEMORIES(memories_an505),
    MASTERS(masters, reach),
    USUAL(usual_m33),
};

const capheap_chip_t capheap_chip_mps2_an521 = {
    .name = "mps2-an521",
    .title = "Arm MPS2+ AN521, two Cortex-M33",
    TYPES(types_m33),
    MEMORIES(memories_an521),
    MASTERS(masters, reach),
    USUAL(usual_m33),
};
