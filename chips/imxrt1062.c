/* SPDX-License-Identifier: MIT */
/*
 * NXP i.MX RT1062: one Cortex-M7, 512 KB of FlexRAM shared out among three kinds of memory, 512 KB
 * of further on-chip RAM, external SDRAM or PSRAM.
 *
 * - FlexRAM as the fuses have it when the chip comes: 128 KB ITCM, 128 KB DTCM, 256 KB on-chip RAM
 *   at 20280000; OCRAM 2 at 20200000, 512 KB (i.MX RT1060 reference manual, chapters "Memory map"
 *   and "FlexRAM"; Zephyr dts/arm/nxp/nxp_rt1060.dtsi). A program that shares FlexRAM out
 *   otherwise (IOMUXC_GPR_GPR17; NXP AN12077) writes a table of its own.
 * - SDRAM on the SEMC at 80000000, up to 1.5 GB; 1 GB here, since no board has more.
 * - ITCM begins at address 0, which is NULL: its first 8 bytes are reserved.
 * - Cache lines: 32 bytes, in front of all but the tightly coupled memories (Arm Cortex-M7 TRM,
 *   5.1).
 * - DMA: on-chip RAM and external memory for sure. Whether eDMA reaches the tightly coupled
 *   memories was not found in a document, so they don't claim it.
 * - ATOMIC: LDREX and STREX with the core's own monitor (Armv7-M ARM, A3.4); external memory is
 *   left out.
 */
#include "table.h"

#define WORDS (INTERNAL | BIT32 | ATOMIC)

/* clang-format off */
enum { ITCM, DTCM, OCRAM, SDRAM };

static const capheap_type_t types[] = {
    [ITCM]  = {"ITCM",  {EXEC, SPM, BIT8 | WORDS},               0, 0},
    [DTCM]  = {"DTCM",  {SPM, BIT8 | DEFAULT, WORDS},            0, 0},
    [OCRAM] = {"OCRAM", {BIT8 | DEFAULT, DMA | WORDS, EXEC},     0, 32},
    [SDRAM] = {"SDRAM", {SPIRAM, 0, BIT8 | DEFAULT | BIT32},     0, 32},
};

static const capheap_memory_t memories[] = {
    {0x00000000, KIB(128),  ITCM,  0,        0, 0},
    {0x20000000, KIB(128),  DTCM,  0,        0, 0},
    {0x20200000, KIB(768),  OCRAM, 0,        0, 0},
    {0x80000000, MIB(1024), SDRAM, EXTERNAL, 0, 0},
};

static const capheap_range_t reserved[] = {
    {0x00000000, 0x00000008, "NULL"},
};

/* Round figures of our own for a small program. */
static const capheap_range_t usual[] = {
    {0x00000000, 0x00008000, "vectors and fast code"},
    {0x20000000, 0x20004000, "static data"},
    {0x2001E000, 0x20020000, "stack"},
};
/* clang-format on */

const capheap_chip_t capheap_chip_imxrt1062 = {
    .name = "imxrt1062",
    .title = "NXP i.MX RT1062",
    TYPES(types),
    MEMORIES(memories),
    RESERVED(reserved),
    USUAL(usual),
};
