/* SPDX-License-Identifier: MIT */
/*
 * Microchip SAMV71, -21: one Cortex-M7 with 16 KB of data cache, 384 KB of SRAM of which up to 256
 * KB can be tightly coupled memory.
 *
 * DS is the SAM E70/S70/V70/V71 Family Data Sheet, DS60001527.
 *
 * - Addresses and sizes: FreeRTOS
 *   Demo/CORTEX_M7_SAMV71_Xplained_AtmelStudio/libchip_samv7/include/samv7/samv71j21.h
 *   (IRAM_ADDR, IRAM_SIZE, ITCM_ADDR, DTCM_ADDR, SDRAM_CS_ADDR).
 * - Without tightly coupled memory, as the chip comes; samv71-tcm has the most that can be chosen
 *   by the GPNVM bits 7 and 8, 128 KB of each kind, which the SRAM loses (DS, "TCM interface").
 * - ITCM begins at address 0, which is NULL: its first 8 bytes are reserved.
 * - Cache lines: 32 bytes, in front of all but the tightly coupled memories (Arm Cortex-M7 TRM,
 *   5.1).
 * - ATOMIC: LDREX and STREX with the core's own monitor (Armv7-M ARM, A3.4); SDRAM is left out.
 * - DMA: XDMAC reaches SRAM and DTCM, which serves it last; for ITCM and SDRAM no document was
 *   found, so they don't claim it.
 * - Masters: XDMAC reaches DTCM (Microchip Harmony, csp_apps_sam_e70_s70_v70_v71,
 *   apps/tcm/data_tcm/readme.md); it and Ethernet, USB and CAN reach SRAM, where NuttX at 4ebc8a7
 *   has all their buffers (arch/arm/src/samv7: sam_xdmac.c, sam_emac.c, sam_usbdevhs.c, sam_mcan.c;
 *   boards/arm/samv7/common/scripts/flash.ld.template). Whether these three reach the tightly
 *   coupled memories or SDRAM was not found. ISI, MLB and ICM are left out.
 */
#include "table.h"

#define WORDS (INTERNAL | BIT32 | ATOMIC)

/* clang-format off */
enum { SRAM, SDRAM, ITCM, DTCM };

static const capheap_type_t types[] = {
    [SRAM]  = {"SRAM",  {BIT8 | DEFAULT, DMA | WORDS, EXEC},    0, 32},
    [SDRAM] = {"SDRAM", {SPIRAM, 0, BIT8 | DEFAULT | BIT32},    0, 32},
};

static const capheap_memory_t memories[] = {
    {0x20400000, KIB(384), SRAM,  0,        0, 0},
    {0x70000000, MIB(256), SDRAM, EXTERNAL, 0, 0},
};

/* Round figures of our own for a small program. */
static const capheap_range_t usual[] = {
    {0x20400000, 0x20404000, "static data and stack"},
};

static const char *const masters[] = {
    MASTER(SAMV71, XDMAC), MASTER(SAMV71, GMAC), MASTER(SAMV71, USBHS), MASTER(SAMV71, MCAN),
};

static const capheap_masters_t reach[] = {
    [SRAM]  = ALL_OF(masters),
    [SDRAM] = 0,
    [ITCM]  = 0,
    [DTCM]  = CAPHEAP_SAMV71_XDMAC,
};
/* clang-format on */

const capheap_chip_t capheap_chip_samv71 = {
    .name = "samv71",
    .title = "Microchip SAMV71",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    USUAL(usual),
};

/* clang-format off */
static const capheap_type_t types_tcm[] = {
    [SRAM]  = {"SRAM",  {BIT8 | DEFAULT, DMA | WORDS, EXEC},    0, 32},
    [SDRAM] = {"SDRAM", {SPIRAM, 0, BIT8 | DEFAULT | BIT32},    0, 32},
    [ITCM]  = {"ITCM",  {EXEC, SPM, BIT8 | WORDS},              0, 0},
    [DTCM]  = {"DTCM",  {SPM, 0, BIT8 | DEFAULT | DMA | WORDS}, 0, 0},
};

static const capheap_memory_t memories_tcm[] = {
    {0x00000000, KIB(128), ITCM,  0,        0, 0},
    {0x20000000, KIB(128), DTCM,  0,        0, 0},
    {0x20400000, KIB(128), SRAM,  0,        0, 0},
    {0x70000000, MIB(256), SDRAM, EXTERNAL, 0, 0},
};

static const capheap_range_t reserved_tcm[] = {
    {0x00000000, 0x00000008, "NULL"},
};

static const capheap_range_t usual_tcm[] = {
    {0x00000000, 0x00008000, "fast code"},
    {0x2001F000, 0x20020000, "stack"},
    {0x20400000, 0x20404000, "static data"},
};
/* clang-format on */

const capheap_chip_t capheap_chip_samv71_tcm = {
    .name = "samv71-tcm",
    .title = "Microchip SAMV71, 256 KB tightly coupled",
    TYPES(types_tcm),
    MEMORIES(memories_tcm),
    MASTERS(masters, reach),
    RESERVED(reserved_tcm),
    USUAL(usual_tcm),
};
