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
 * - ATOMIC: LDREX and STREX with the core's own monitor (Armv7-M ARM, A3.4); external memory is
 *   left out.
 * - DMA: eDMA reaches on-chip RAM, external memory and DTCM; DTCM serves it last. Whether any
 *   master reaches ITCM was not found in a document.
 * - Masters: the linker scripts and drivers of NXP mcux-sdk at 8a28976 show it by where they put
 *   what a master reads and writes. Ethernet's descriptors (cmsis_drivers/enet/fsl_enet_cmsis.c),
 *   USDHC's (boards/evkbmimxrt1060/wireless_config_template/sdmmc_config.c) and eDMA's
 *   (cmsis_drivers/lpspi/fsl_lpspi_cmsis.c) are in the section NonCacheable, USB's buffers in
 *   m_usb_dma_*; these are DTCM in devices/MIMXRT1062/gcc/MIMXRT1062xxxxx_flexspi_nor.ld and SDRAM
 *   in MIMXRT1062xxxxx_flexspi_nor_sdram.ld, where the frames of LCDIF and CSI are too
 *   (mcux-sdk-examples at a6fa0d5, evkbmimxrt1060/driver_examples/csi/raw8/csi_raw8.c). On-chip
 *   RAM: NuttX at 4ebc8a7 links its data there (boards/arm/imxrt/imxrt1060-evk/scripts/flash.ld)
 *   and runs eDMA, Ethernet, USB, SD cards and the display (CONFIG_IMXRT_LCD_VRAMBASE) from it. PXP
 *   and DCP are left out: nothing was found.
 */
#include "table.h"

#define WORDS (INTERNAL | BIT32 | ATOMIC)

/* clang-format off */
enum { ITCM, DTCM, OCRAM, SDRAM };

static const capheap_type_t types[] = {
    [ITCM]  = {"ITCM",  {EXEC, SPM, BIT8 | WORDS},               0, 0},
    [DTCM]  = {"DTCM",  {SPM, BIT8 | DEFAULT, DMA | WORDS},      0, 0},
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

static const char *const masters[] = {
    MASTER(IMXRT, EDMA), MASTER(IMXRT, USB), MASTER(IMXRT, ENET), MASTER(IMXRT, USDHC),
    MASTER(IMXRT, LCDIF), MASTER(IMXRT, CSI),
};

#define M(name)  BIT(CAPHEAP_IMXRT_##name)
#define INTO_TCM (M(EDMA) | M(USB) | M(ENET) | M(USDHC))

static const capheap_masters_t reach[] = {
    [ITCM]  = 0,
    [DTCM]  = INTO_TCM,
    [OCRAM] = INTO_TCM | M(LCDIF),
    [SDRAM] = ALL_OF(masters),
};
/* clang-format on */

const capheap_chip_t capheap_chip_imxrt1062 = {
    .name = "imxrt1062",
    .title = "NXP i.MX RT1062",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved),
    USUAL(usual),
};
