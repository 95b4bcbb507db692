/* SPDX-License-Identifier: MIT */
/*
 * ST STM32U585: one Cortex-M33, 786 KB of SRAM in two power domains, no cache in front of it.
 *
 * RM is the reference manual RM0456.
 *
 * - Addresses and sizes, non-secure: ST cmsis_device_u5 at 48a64b6, Include/stm32u585xx.h
 *   (SRAM1_BASE_NS to SRAM4_BASE_NS and their sizes, BKPSRAM_BASE_NS); RM 2.3. SRAM 1 to 3 (192,
 *   64 and 512 KB) are contiguous. A secure program has the same memories 10000000 higher.
 * - DMA is GPDMA1's reach. What LPDMA1, which works on in Stop 2, is to use has to name that
 *   master, or ask for SRAM 4 by tag or as RTCRAM.
 * - SRAM 4 stays on in Stop 3; backup SRAM (2 KB) keeps its contents in Standby and on VBAT, with
 *   PWR_BDCR1's BREN (RM 10.4). It needs a clock and write access first (RCC_AHB1ENR, BKPSRAMEN;
 *   PWR_DBPR, DBP), or reserve it. malloc() never gets it.
 * - The data cache, DCACHE1, is in front of external memories only (RM, chapter "Data cache").
 * - ATOMIC: LDREX and STREX with the core's own monitor (PM0264 2.2.5).
 * - Masters: LPDMA1 is on the bus of the smart run domain, whose only memory is SRAM 4; the main
 *   matrix, GPDMA1 with it, is that bus's other master (ST wiki, "Getting started with LPBAM",
 *   1.3). DMA2D's and SDMMC's reach, and GPDMA1's of backup SRAM, were not found in a document.
 */
#include "table.h"

#define WORDS (INTERNAL | BIT32 | ATOMIC)

/* clang-format off */
enum { SRAM, SRAM4, BACKUP };

static const capheap_type_t types[] = {
    [SRAM]   = {"SRAM",   {BIT8 | DEFAULT, DMA | WORDS, EXEC},                0, 0},
    [SRAM4]  = {"SRAM4",  {RTCRAM, 0, BIT8 | DEFAULT | DMA | WORDS | EXEC},   0, 0},
    [BACKUP] = {"backup", {RETENTION, 0, BIT8 | WORDS},                       0, 0},
};

static const capheap_memory_t memories[] = {
    {0x20000000, KIB(768), SRAM,   0, 0, 0},
    {0x28000000, KIB(16),  SRAM4,  0, 0, 0},
    {0x40036400, KIB(2),   BACKUP, 0, 0, 0},
};

/* Round figures of our own for a small program. */
static const capheap_range_t usual[] = {
    {0x20000000, 0x20004000, "static data"},
    {0x200BF000, 0x200C0000, "stack"},
};

static const char *const masters[] = {
    MASTER(STM32U5, GPDMA1), MASTER(STM32U5, LPDMA1),
};

static const capheap_masters_t reach[] = {
    [SRAM]   = CAPHEAP_STM32U5_GPDMA1,
    [SRAM4]  = CAPHEAP_STM32U5_GPDMA1 | CAPHEAP_STM32U5_LPDMA1,
    [BACKUP] = 0,
};
/* clang-format on */

const capheap_chip_t capheap_chip_stm32u585 = {
    .name = "stm32u585",
    .title = "ST STM32U585",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    USUAL(usual),
};
