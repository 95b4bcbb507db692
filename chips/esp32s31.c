/* SPDX-License-Identifier: MIT */
/*
 * Espressif ESP32-S31: two RISC-V cores (RV32IMAFC with vectors), 512 KB of SRAM, 32 KB of LP
 * memory, PSRAM through the cache.
 *
 * IDF below is ESP-IDF at 102122904ade (v6.2-dev).
 *
 * - Types, their order of choice and memories: IDF components/heap/port/esp32s31/memory_layout.c;
 *   addresses: components/soc/esp32s31/include/soc/soc.h. Both buses use the same addresses.
 * - Start-up memory: the ROM's stack, 8 KB below 2F07CFB0 (soc.h, SOC_ROM_STACK_START and _SIZE),
 *   and all above it.
 * - ROM data: from 2F07F170 up at the least, the figure of the start-up listing in IDF
 *   docs/en/security/esp32s31_log.inc; a later ROM begins at 2F07FB20
 *   (components/bootloader/subproject/main/ld/esp32s31/bootloader.memory.ld.in,
 *   _dram0_rtos_reserved_start). The ROM tells it at run time (ets_rom_layout_p).
 * - PSRAM: capabilities as IDF gives them when it adds PSRAM
 *   (components/esp_psram/system_layer/esp_psram.c, esp_psram_extram_add_to_heap_allocator),
 *   window 50000000, 64 MB. The DMA reaches PSRAM too (soc_caps.h, SOC_PSRAM_DMA_CAPABLE), but a
 *   request for DMA alone means internal memory, as in IDF, so the bit is not set.
 * - SIMD: IDF claims it for PSRAM alone; so does this table until a document says more.
 * - Cache lines: 64 bytes (components/esp_system/port/soc/esp32s31/Kconfig.cache).
 * - ATOMIC: LR and SC, which IDF uses on any address, PSRAM not excepted
 *   (components/riscv/include/riscv/rv_utils.h, rv_utils_compare_and_set); LP memory is left out,
 *   since no document says that it works there.
 * - Masters: the peripherals that GDMA serves (IDF
 *   components/esp_hal_dma/esp32s31/include/hal/gdma_channel.h) on the AHB, AXI and LP buses reach
 *   2F000000 to 2F080000 (soc.h, SOC_DMA_LOW and _HIGH) and PSRAM (gdma_ll.h,
 *   GDMA_LL_AHB_PSRAM_CAPABLE, _AXI_ and _LP_AHB_). So do DMA2D, which JPEG and PPA use
 *   (components/esp_driver_ppa/src/ppa_core.c), and SDMMC (soc_caps.h,
 *   SOC_SDMMC_PSRAM_DMA_CAPABLE). EMAC's buffers are taken from internal memory by its driver
 *   (components/esp_eth/src/mac/esp_eth_mac_esp_dma.c). LP memory is not claimed. USB OTG is left
 *   out: its driver is not in IDF.
 */
#include "table.h"

#define COMMON (DEFAULT | INTERNAL | BIT32 | BIT8)

/* clang-format off */
enum { RAM, RTC, PSRAM };

#define TYPES_WITH(exec) {                                                                       \
    [RAM]   = {"RAM",    {COMMON | DMA | DESC_AHB | DESC_AXI | ATOMIC | (exec), 0, 0},   0, 0},  \
    [RTC]   = {"RTCRAM", {RTCRAM, COMMON | (exec), 0},                                   0, 0},  \
    [PSRAM] = {"SPIRAM", {SPIRAM | DEFAULT, 0, BIT8 | BIT32 | SIMD | ATOMIC},            0, 64}, \
}

static const capheap_type_t types[] = TYPES_WITH(EXEC);
static const capheap_type_t types_memprot[] = TYPES_WITH(0);

static const capheap_memory_t memories[] = {
    {0x2E000000, KIB(32), RTC,   0,        0, 0},
    {0x2F000000, 0x7AFB0, RAM,   0,        0, 0},
    {0x2F07AFB0, 0x05050, RAM,   STARTUP,  0, 0},
    {0x50000000, MIB(64), PSRAM, EXTERNAL, 0, 0},
};

static const capheap_range_t reserved[] = {
    {0x2F07F170, 0x2F080000, "ROM data"},
};

/* The program of IDF docs/en/security/esp32s31_log.inc. Its listing shows where its data ends;
 * where its code does is a guess, which changes nothing in the sum. */
static const capheap_range_t usual[] = {
    {0x2F000000, 0x2F00A000, "code"},
    {0x2F00A000, 0x2F00DA20, "static data"},
    {0x2E007FE8, 0x2E008000, "RTC reserved"},
};

static const char *const masters[] = {
    MASTER(ESP32S31, UHCI0), MASTER(ESP32S31, I2S0), MASTER(ESP32S31, I2S1), MASTER(ESP32S31, RMT),
    MASTER(ESP32S31, ASRC), MASTER(ESP32S31, CORDIC), MASTER(ESP32S31, PVT),
    MASTER(ESP32S31, LCD_CAM), MASTER(ESP32S31, SPI2), MASTER(ESP32S31, SPI3),
    MASTER(ESP32S31, PARLIO), MASTER(ESP32S31, AES), MASTER(ESP32S31, SHA), MASTER(ESP32S31, ADC),
    MASTER(ESP32S31, DAC), MASTER(ESP32S31, M2M), MASTER(ESP32S31, DMA2D), MASTER(ESP32S31, SDMMC),
    MASTER(ESP32S31, EMAC),
};

static const capheap_masters_t reach[] = {
    [RAM]   = ALL_OF(masters),
    [RTC]   = 0,
    [PSRAM] = ALL_OF(masters) & ~BIT(CAPHEAP_ESP32S31_EMAC),
};
/* clang-format on */

const capheap_chip_t capheap_chip_esp32s31 = {
    .name = "esp32s31",
    .title = "Espressif ESP32-S31",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved),
    USUAL(usual),
};

/* CONFIG_ESP_SYSTEM_MEMPROT: nothing that is heap can be executed. */
const capheap_chip_t capheap_chip_esp32s31_memprot = {
    .name = "esp32s31-memprot",
    .title = "Espressif ESP32-S31, memory protection on",
    TYPES(types_memprot),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved),
    USUAL(usual),
};
