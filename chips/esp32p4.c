/* SPDX-License-Identifier: MIT */
/*
 * Espressif ESP32-P4, revision 3.0 and above: two RISC-V cores (RV32IMAFC with vectors), 768 KB
 * of L2 memory less the L2 cache, 8 KB of scratch-pad memory, 32 KB of LP memory, PSRAM through
 * the cache.
 *
 * IDF below is ESP-IDF at 102122904ade (v6.2-dev).
 *
 * - Types, their order of choice and memories: IDF components/heap/port/esp32p4/memory_layout.c;
 *   addresses: components/soc/esp32p4/include/soc/soc.h. Both buses use the same addresses.
 *   Revisions below 3.0 have the cache at the other end: esp32p4-rev1.
 * - L2 cache of 128 KB, IDF's default (components/esp_system/port/soc/esp32p4/Kconfig.cache), at
 *   the bottom, below revision 3.0 at the top. Others: the variants with l2cache in their names.
 * - Start-up memory: the ROM's stack, 8 KB below 4FFBCFC0 or 4FF3CFC0 (soc.h,
 *   SOC_ROM_STACK_START*), and all above it.
 * - ROM data: from 4FFBFBB0 up, or from 4FF3FBA4 to 4FF40000 (IDF
 *   components/bootloader/subproject/main/ld/esp32p4/bootloader.memory.ld.in,
 *   _dram0_rtos_reserved_start). The ROM tells it at run time (ets_rom_layout_p).
 * - PSRAM: capabilities as IDF gives them when it adds PSRAM
 *   (components/esp_psram/system_layer/esp_psram.c, esp_psram_extram_add_to_heap_allocator),
 *   window 48000000, 64 MB. The DMA reaches PSRAM too (soc_caps.h, SOC_PSRAM_DMA_CAPABLE), but a
 *   request for DMA alone means internal memory, as in IDF, so the bit is not set.
 * - Cache lines: 64 bytes in front of L2 memory (soc_caps.h, SOC_CACHE_INTERNAL_MEM_VIA_L1CACHE),
 *   up to 128 in front of PSRAM (Kconfig.cache).
 * - ATOMIC: LR and SC, which IDF uses on any address, PSRAM not excepted
 *   (components/riscv/include/riscv/rv_utils.h, rv_utils_compare_and_set); LP and scratch-pad
 *   memory are left out, since no document says that LR and SC work there.
 * - Masters: the peripherals that GDMA serves (IDF
 *   components/esp_hal_dma/esp32p4/include/hal/gdma_channel.h) on the AHB and AXI buses reach L2
 *   memory (soc.h, SOC_DMA_LOW and _HIGH) and PSRAM (gdma_ll.h, GDMA_LL_AHB_PSRAM_CAPABLE and
 *   _AXI_). So do DMA2D, which JPEG and PPA use (components/esp_driver_ppa/src/ppa_core.c),
 *   DW_GDMA, which MIPI uses (dw_gdma_ll.h, DW_GDMA_LL_MASTER_PORT_MEMORY), and SDMMC (soc_caps.h,
 *   SOC_SDMMC_PSRAM_DMA_CAPABLE). EMAC's buffers are taken from internal memory by its driver
 *   (components/esp_eth/src/mac/esp_eth_mac_esp_dma.c). None reaches scratch-pad or LP memory. USB
 *   OTG and H264 are left out: their drivers are not in IDF.
 */
#include "table.h"

#define COMMON  (DEFAULT | BIT32 | BIT8)
#define L2_CAPS (INTERNAL | DMA | DESC_AHB | DESC_AXI | ATOMIC)

/* clang-format off */
enum { L2, RETENT, PSRAM, FAST, RTC };

#define TYPES_WITH(exec) {                                                                    \
    [L2]     = {"RAM",        {COMMON | L2_CAPS | SIMD | (exec), 0, 0},              0, 64},  \
    [RETENT] = {"RETENT_RAM", {RETENTION | SIMD, COMMON | L2_CAPS | (exec), 0},      0, 64},  \
    [PSRAM]  = {"SPIRAM",     {SPIRAM | DEFAULT, 0, BIT8 | BIT32 | SIMD | ATOMIC},   0, 128}, \
    [FAST]   = {"SPM",        {SPM, 0, COMMON | INTERNAL},                           0, 0},   \
    [RTC]    = {"RTCRAM",     {RTCRAM, 0, COMMON | INTERNAL | (exec)},               0, 0},   \
}

static const capheap_type_t types[] = TYPES_WITH(EXEC);
static const capheap_type_t types_memprot[] = TYPES_WITH(0);

static const capheap_memory_t memories[] = {
    {0x30100000, KIB(8),  FAST,   0,        0, 0},
    {0x48000000, MIB(64), PSRAM,  EXTERNAL, 0, 0},
    {0x4FF20000, 0x9AFC0, RETENT, 0,        0, 0},
    {0x4FFBAFC0, 0x05040, L2,     STARTUP,  0, 0},
    {0x50108000, KIB(32), RTC,    0,        0, 0},
};

static const capheap_range_t reserved[] = {
    {0x4FFBFBB0, 0x4FFC0000, "ROM data"},
};

/* The second program of IDF docs/en/security/esp32p4_log.inc. Its listing shows where its data
 * ends; where its code does is a guess, which changes nothing in the sum. */
static const capheap_range_t usual[] = {
    {0x30100000, 0x30100044, "scratch-pad code and data"},
    {0x4FF20000, 0x4FF30000, "code"},
    {0x4FF30000, 0x4FF33B20, "static data"},
    {0x50108000, 0x50108080, "RTC data"},
};

static const char *const masters[] = {
    MASTER(ESP32P4, I3C), MASTER(ESP32P4, UHCI0), MASTER(ESP32P4, I2S0), MASTER(ESP32P4, I2S1),
    MASTER(ESP32P4, I2S2), MASTER(ESP32P4, ADC), MASTER(ESP32P4, RMT), MASTER(ESP32P4, LCD_CAM),
    MASTER(ESP32P4, SPI2), MASTER(ESP32P4, SPI3), MASTER(ESP32P4, PARLIO), MASTER(ESP32P4, AES),
    MASTER(ESP32P4, SHA), MASTER(ESP32P4, M2M), MASTER(ESP32P4, DMA2D), MASTER(ESP32P4, DW_GDMA),
    MASTER(ESP32P4, SDMMC), MASTER(ESP32P4, EMAC),
};

static const capheap_masters_t reach[] = {
    [L2]     = ALL_OF(masters),
    [RETENT] = ALL_OF(masters),
    [PSRAM]  = ALL_OF(masters) & ~BIT(CAPHEAP_ESP32P4_EMAC),
    [FAST]   = 0,
    [RTC]    = 0,
};
/* clang-format on */

const capheap_chip_t capheap_chip_esp32p4 = {
    .name = "esp32p4",
    .title = "Espressif ESP32-P4",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved),
    USUAL(usual),
};

/* CONFIG_ESP_SYSTEM_MEMPROT: nothing that is heap can be executed. */
const capheap_chip_t capheap_chip_esp32p4_memprot = {
    .name = "esp32p4-memprot",
    .title = "Espressif ESP32-P4, memory protection on",
    TYPES(types_memprot),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved),
    USUAL(usual),
};

/* CONFIG_ESP32P4_SELECTS_REV_LESS_V3. The program is the first of the same file. */
/* clang-format off */
static const capheap_memory_t memories_rev1[] = {
    {0x30100000, KIB(8),  FAST,   0,        0, 0},
    {0x48000000, MIB(64), PSRAM,  EXTERNAL, 0, 0},
    {0x4FF00000, 0x3AFC0, RETENT, 0,        0, 0},
    {0x4FF3AFC0, 0x65040, L2,     STARTUP,  0, 0},
    {0x50108000, KIB(32), RTC,    0,        0, 0},
};

static const capheap_range_t reserved_rev1[] = {
    {0x4FF3FBA4, 0x4FF40000, "ROM data"},
};

static const capheap_range_t usual_rev1[] = {
    {0x30100000, 0x30100044, "scratch-pad code and data"},
    {0x4FF00000, 0x4FF0B000, "code"},
    {0x4FF0B000, 0x4FF0ECD0, "static data"},
    {0x5010FFE8, 0x50110000, "RTC reserved"},
};
/* clang-format on */

const capheap_chip_t capheap_chip_esp32p4_rev1 = {
    .name = "esp32p4-rev1",
    .title = "Espressif ESP32-P4 below revision 3.0",
    TYPES(types),
    MEMORIES(memories_rev1),
    MASTERS(masters, reach),
    RESERVED(reserved_rev1),
    USUAL(usual_rev1),
};

/* CONFIG_CACHE_L2_CACHE_256KB and _512KB: the same program behind the cache. */
/* clang-format off */
static const capheap_range_t reserved_l2cache256[] = {
    {0x4FF20000, 0x4FF40000, "more of the L2 cache"},
    {0x4FFBFBB0, 0x4FFC0000, "ROM data"},
};

static const capheap_range_t usual_l2cache256[] = {
    {0x30100000, 0x30100044, "scratch-pad code and data"},
    {0x4FF40000, 0x4FF50000, "code"},
    {0x4FF50000, 0x4FF53B20, "static data"},
    {0x50108000, 0x50108080, "RTC data"},
};

static const capheap_range_t reserved_l2cache512[] = {
    {0x4FF20000, 0x4FF80000, "more of the L2 cache"},
    {0x4FFBFBB0, 0x4FFC0000, "ROM data"},
};

static const capheap_range_t usual_l2cache512[] = {
    {0x30100000, 0x30100044, "scratch-pad code and data"},
    {0x4FF80000, 0x4FF90000, "code"},
    {0x4FF90000, 0x4FF93B20, "static data"},
    {0x50108000, 0x50108080, "RTC data"},
};
/* clang-format on */

const capheap_chip_t capheap_chip_esp32p4_l2cache256 = {
    .name = "esp32p4-l2cache256",
    .title = "Espressif ESP32-P4, L2 cache of 256 KB",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved_l2cache256),
    USUAL(usual_l2cache256),
};

const capheap_chip_t capheap_chip_esp32p4_l2cache512 = {
    .name = "esp32p4-l2cache512",
    .title = "Espressif ESP32-P4, L2 cache of 512 KB",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved_l2cache512),
    USUAL(usual_l2cache512),
};

/* Below revision 3.0 the cache grows from the other end. */
/* clang-format off */
static const capheap_range_t reserved_rev1_l2cache256[] = {
    {0x4FF3FBA4, 0x4FF40000, "ROM data"},
    {0x4FF80000, 0x4FFA0000, "more of the L2 cache"},
};

static const capheap_range_t reserved_rev1_l2cache512[] = {
    {0x4FF3FBA4, 0x4FF40000, "ROM data"},
    {0x4FF40000, 0x4FFA0000, "more of the L2 cache"},
};
/* clang-format on */

const capheap_chip_t capheap_chip_esp32p4_rev1_l2cache256 = {
    .name = "esp32p4-rev1-l2cache256",
    .title = "Espressif ESP32-P4 below 3.0, L2 cache of 256 KB",
    TYPES(types),
    MEMORIES(memories_rev1),
    MASTERS(masters, reach),
    RESERVED(reserved_rev1_l2cache256),
    USUAL(usual_rev1),
};

const capheap_chip_t capheap_chip_esp32p4_rev1_l2cache512 = {
    .name = "esp32p4-rev1-l2cache512",
    .title = "Espressif ESP32-P4 below 3.0, L2 cache of 512 KB",
    TYPES(types),
    MEMORIES(memories_rev1),
    MASTERS(masters, reach),
    RESERVED(reserved_rev1_l2cache512),
    USUAL(usual_rev1),
};

const capheap_chip_t capheap_chip_esp32p4_rev1_memprot = {
    .name = "esp32p4-rev1-memprot",
    .title = "Espressif ESP32-P4 below 3.0, memory protection on",
    TYPES(types_memprot),
    MEMORIES(memories_rev1),
    MASTERS(masters, reach),
    RESERVED(reserved_rev1),
    USUAL(usual_rev1),
};
