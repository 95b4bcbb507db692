/* SPDX-License-Identifier: MIT */
/*
 * ST STM32H743: one Cortex-M7 with 16 KB of data cache, 1 MB of SRAM in three power domains.
 *
 * RM is the reference manual RM0433.
 *
 * - Addresses and sizes: RM 2.3.2 "Memory map", 2.4 "Embedded SRAM"; ST cmsis_device_h7
 *   Include/stm32h743xx.h (D1_ITCMRAM_BASE, D1_DTCMRAM_BASE, D1_AXISRAM_BASE, D2_AHBSRAM_BASE,
 *   D3_SRAM_BASE, D3_BKPSRAM_BASE). SRAM 1 to 3 (128, 128 and 32 KB) are contiguous. Their second
 *   address at 10000000 is left out: they can be executed where they are.
 * - DMA is DMA1's and DMA2's reach: AXI SRAM and SRAM 1 to 4, not the tightly coupled memories,
 *   which only MDMA reaches besides the core. Backup SRAM, which they reach too, doesn't claim it:
 *   it is for what has to last. Who else reaches what is told by master, below.
 * - SRAM 1 to 3 and backup SRAM have no clock after reset: enable it (RCC_AHB2ENR, RCC_AHB4ENR; RM
 *   8.7) before they become heap, and write access to the backup domain (PWR_CR1, DBP), or reserve
 *   them.
 * - Backup SRAM keeps its contents in Standby and on VBAT (RM 6.4.6); malloc() never gets it.
 * - ITCM begins at address 0, which is NULL: its first 8 bytes are reserved.
 * - The cache's lines have 32 bytes and it is in front of all but the tightly coupled memories (Arm
 *   Cortex-M7 TRM, 5.1; PM0253 4.6).
 * - ATOMIC: LDREX and STREX with the core's own monitor (PM0253 2.2.5).
 * - External SDRAM at C0000000 (FMC bank 5; RM 22.6, "FMC bank memory mapping"), for boards that
 *   have it. In the core's default map that address is device memory: make it normal memory with
 *   the MPU first, or unaligned accesses fault (PM0253 2.2).
 * - Masters: RM (revision 8) 2.1.6 "Bus master peripherals" and table 3 "Bus-master-to-bus-slave
 *   interconnect". DMA1, DMA2, Ethernet and USB reach all but the tightly coupled memories, MDMA
 *   all, BDMA SRAM 4 and backup SRAM only, SDMMC1 and LTDC AXI SRAM and external memory only, DMA2D
 *   also SRAM 1 to 3. Of SDMMC2 the text says AXI SRAM, SRAM 1 to 3 and external memory, the table
 *   SRAM 4 and backup SRAM too: the row follows the text. NuttX, which cites ST's AN5200, agrees
 *   about SDMMC1 (4ebc8a7, arch/arm/src/stm32h7/stm32_sdmmc.c).
 */
#include "table.h"

#define WORDS (INTERNAL | BIT32 | ATOMIC)

/* clang-format off */
enum { ITCM, DTCM, AXI, AHB, SRAM4, BACKUP, SDRAM };

static const capheap_type_t types[] = {
    [ITCM]   = {"ITCM",     {EXEC, SPM, BIT8 | WORDS},                              0, 0},
    [DTCM]   = {"DTCM",     {SPM, 0, BIT8 | DEFAULT | WORDS},                       0, 0},
    [AXI]    = {"AXI SRAM", {BIT8 | DEFAULT, DMA | WORDS, EXEC},                    0, 32},
    [AHB]    = {"AHB SRAM", {0, BIT8 | DEFAULT | DMA | WORDS, EXEC},                0, 32},
    [SRAM4]  = {"SRAM4",    {0, 0, BIT8 | DEFAULT | DMA | WORDS | EXEC},            0, 32},
    [BACKUP] = {"backup",   {RETENTION | RTCRAM, 0, BIT8 | WORDS},                  0, 32},
    [SDRAM]  = {"SDRAM",    {SPIRAM, 0, BIT8 | DEFAULT | BIT32},                    0, 32},
};

static const capheap_memory_t memories[] = {
    {0x00000000, KIB(64),  ITCM,   0,        0, 0},
    {0x20000000, KIB(128), DTCM,   0,        0, 0},
    {0x24000000, KIB(512), AXI,    0,        0, 0},
    {0x30000000, KIB(288), AHB,    0,        0, 0},
    {0x38000000, KIB(64),  SRAM4,  0,        0, 0},
    {0x38800000, KIB(4),   BACKUP, 0,        0, 0},
    {0xC0000000, MIB(256), SDRAM,  EXTERNAL, 0, 0},
};

static const capheap_range_t reserved[] = {
    {0x00000000, 0x00000008, "NULL"},
};

/* Round figures of our own: vectors and fast code in ITCM, the stack in DTCM, data in AXI SRAM. */
static const capheap_range_t usual[] = {
    {0x00000000, 0x00004000, "vectors and fast code"},
    {0x2001E000, 0x20020000, "stack"},
    {0x24000000, 0x24006000, "static data"},
};

static const char *const masters[] = {
    MASTER(STM32H7, DMA1), MASTER(STM32H7, DMA2), MASTER(STM32H7, BDMA), MASTER(STM32H7, MDMA),
    MASTER(STM32H7, SDMMC1), MASTER(STM32H7, SDMMC2), MASTER(STM32H7, ETH), MASTER(STM32H7, USB1),
    MASTER(STM32H7, USB2), MASTER(STM32H7, LTDC), MASTER(STM32H7, DMA2D),
};

#define M(name)      BIT(CAPHEAP_STM32H7_##name)
#define FROM_DOMAIN2 (M(MDMA) | M(DMA1) | M(DMA2) | M(ETH) | M(USB1) | M(USB2))

static const capheap_masters_t reach[] = {
    [ITCM]   = M(MDMA),
    [DTCM]   = M(MDMA),
    [AXI]    = ALL_OF(masters) & ~M(BDMA),
    [AHB]    = FROM_DOMAIN2 | M(SDMMC2) | M(DMA2D),
    [SRAM4]  = FROM_DOMAIN2 | M(BDMA),
    [BACKUP] = FROM_DOMAIN2 | M(BDMA),
    [SDRAM]  = ALL_OF(masters) & ~M(BDMA),
};
/* clang-format on */

const capheap_chip_t capheap_chip_stm32h743 = {
    .name = "stm32h743",
    .title = "ST STM32H743",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved),
    USUAL(usual),
};
