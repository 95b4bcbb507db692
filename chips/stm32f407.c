/* SPDX-License-Identifier: MIT */
/*
 * ST STM32F407: one Cortex-M4, 192 KB of SRAM of which 64 KB are the core's own, no cache.
 *
 * RM is the reference manual RM0090.
 *
 * - Addresses and sizes: RM 2.3.1 "Embedded SRAM"; ST cmsis_device_f4 at cdbad76,
 *   Include/stm32f407xx.h (CCMDATARAM_BASE, SRAM1_BASE, SRAM2_BASE, BKPSRAM_BASE). SRAM 1 and 2
 *   (112 and 16 KB) are contiguous.
 * - CCM is not on the bus matrix: the core's data bus alone reaches it, no DMA, no instruction
 *   fetch (RM 2.1, 2.3.1). Data that asks for no more gets it only after SRAM, because many a
 *   program hands what malloc() gave it to a DMA.
 * - Backup SRAM keeps its contents in Standby and on VBAT (RM 5.1.2); it needs a clock and write
 *   access first (RCC_AHB1ENR, BKPSRAMEN; PWR_CR, DBP), or reserve it. malloc() never gets it.
 * - ATOMIC: LDREX and STREX with the core's own monitor (PM0214 2.2.7).
 * - Masters: DMA1 and DMA2, Ethernet and USB OTG HS reach SRAM 1 and 2 (RM 2.1.4 to 2.1.7, revision
 *   4); CCM is not on the bus matrix, the core alone reaches it (RM 2.1, note). Backup SRAM, on the
 *   peripherals' bus, is not claimed. USB OTG FS masters no bus.
 */
#include "table.h"

#define WORDS (INTERNAL | BIT32 | ATOMIC)

/* clang-format off */
enum { CCM, SRAM, BACKUP };

static const capheap_type_t types[] = {
    [CCM]    = {"CCM",    {SPM, BIT8 | DEFAULT, WORDS},            0, 0},
    [SRAM]   = {"SRAM",   {BIT8 | DEFAULT, DMA | WORDS, EXEC},     0, 0},
    [BACKUP] = {"backup", {RETENTION | RTCRAM, 0, BIT8 | WORDS},   0, 0},
};

static const capheap_memory_t memories[] = {
    {0x10000000, KIB(64),  CCM,    0, 0, 0},
    {0x20000000, KIB(128), SRAM,   0, 0, 0},
    {0x40024000, KIB(4),   BACKUP, 0, 0, 0},
};

/* Round figures of our own for a small program, its stack in CCM. */
static const capheap_range_t usual[] = {
    {0x1000F000, 0x10010000, "stack"},
    {0x20000000, 0x20003000, "static data"},
};

static const char *const masters[] = {
    MASTER(STM32F4, DMA1), MASTER(STM32F4, DMA2), MASTER(STM32F4, ETH), MASTER(STM32F4, USB_HS),
};

static const capheap_masters_t reach[] = {
    [CCM]    = 0,
    [SRAM]   = ALL_OF(masters),
    [BACKUP] = 0,
};
/* clang-format on */

const capheap_chip_t capheap_chip_stm32f407 = {
    .name = "stm32f407",
    .title = "ST STM32F407",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    USUAL(usual),
};
