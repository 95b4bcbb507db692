/* SPDX-License-Identifier: MIT */
/*
 * Espressif ESP32-S3: two Xtensa LX7 cores, 512 KB of SRAM, PSRAM through the cache.
 *
 * IDF below is ESP-IDF at 102122904ade (v6.2-dev).
 *
 * - Types, their order of choice and memories: IDF components/heap/port/esp32s3/memory_layout.c;
 *   addresses of both buses: IDF components/soc/esp32s3/include/soc/soc.h (SOC_DIRAM_*). The two
 *   buses see D/IRAM in the same order, 6F0000 apart.
 * - Start-up memory: the ROM's stack, 8 KB below 3FCEB710 (soc.h, SOC_ROM_STACK_START and _SIZE),
 *   and all above it.
 * - ROM data: from 3FCEEE34 up. The ROM tells it at run time (ets_rom_layout_p); this is the figure
 *   of the start-up listings in IDF docs/en/security/esp32s3_log.inc and
 *   examples/system/ota/partitions_ota/README.md.
 * - Caches of 16 KB (instructions) and 32 KB (data), IDF's defaults
 *   (components/esp_system/port/soc/esp32s3/Kconfig.cache). Instructions of 32 KB take
 *   40374000-40378000, data of 64 KB 3FCF0000-3FCF8000, data of 16 KB leave more memory: variants
 *   with dcache and icache in their names.
 * - PSRAM: capabilities as IDF gives them when it adds PSRAM
 *   (components/esp_psram/system_layer/esp_psram.c, esp_psram_extram_add_to_heap_allocator). The
 *   DMA reaches PSRAM too (soc_caps.h, SOC_PSRAM_DMA_CAPABLE), but a request for DMA alone means
 *   internal memory, as in IDF, so the bit is not set.
 * - PSRAM is mapped behind the flash's constants, which have the window's first page of 64 KB (IDF
 *   components/esp_system/ld/esp32s3/memory.ld.in, drom0_0_seg); a program that knows its true
 *   place adds it by hand.
 * - ATOMIC: S32C1I, but not behind the cache (IDF components/esp_hw_support/cpu.c,
 *   esp_cpu_compare_and_set); RTC memory is left out, since no document says that it works there.
 * - Cache lines: 16, 32 or 64 bytes by choice of the program (Kconfig.cache); the largest counts.
 * - Masters: the peripherals that GDMA serves (IDF
 *   components/esp_hal_dma/esp32s3/include/hal/gdma_channel.h) reach internal memory from 3FC88000
 *   and PSRAM (soc.h, SOC_DMA_LOW, SOC_DMA_EXT_LOW; gdma_ll.h, GDMA_LL_AHB_PSRAM_CAPABLE). SDMMC
 *   has a DMA of its own, which does not reach PSRAM
 *   (components/esp_driver_sdmmc/src/sd_host_sdmmc.c, sd_host_check_buffer_alignment). USB OTG is
 *   left out: its driver is not in IDF.
 */
#include "table.h"

#define COMMON (DEFAULT | BIT32 | BIT8)
#define DATA   (INTERNAL | DMA | DESC_AHB | SIMD | ATOMIC)

/* clang-format off */
enum { DIRAM, DRAM, IRAM, PSRAM, RTC };

#define TYPES_WITH(exec) {                                                                    \
    [DIRAM] = {"RAM",    {COMMON | DATA | RETENTION | (exec), 0, 0},                 0, 0},  \
    [DRAM]  = {"DRAM",   {0, COMMON | DATA, 0},                                      0, 0},  \
    [IRAM]  = {"IRAM",   {exec, BIT32 | INTERNAL, 0},                                0, 0},  \
    [PSRAM] = {"SPIRAM", {SPIRAM | DEFAULT, 0, BIT8 | BIT32 | SIMD},                 0, 64}, \
    [RTC]   = {"RTCRAM", {RTCRAM, 0, COMMON | INTERNAL | (exec)},                    0, 0},  \
}

static const capheap_type_t types[] = TYPES_WITH(EXEC);
static const capheap_type_t types_memprot[] = TYPES_WITH(0);

static const capheap_memory_t memories[] = {
    {0x3C000000, KIB(16),            DRAM,  0,        0,      0},
    {0x3C010000, MIB(32) - KIB(64),  PSRAM, EXTERNAL, 0,      0},
    {0x3FC88000, 0x61710,            DIRAM, 0,        LINEAR, 0x40378000},
    {0x3FCE9710, 0x068F0,            DIRAM, STARTUP,  LINEAR, 0x403D9710},
    {0x3FCF0000, KIB(32),            DRAM,  0,        0,      0},
    {0x40374000, KIB(16),            IRAM,  0,        0,      0},
    {0x600FE000, KIB(8),             RTC,   0,        0,      0},
};

static const capheap_range_t reserved[] = {
    {0x3C000000, 0x3C004000, "flash mapping"},
    {0x3FCEEE34, 0x3FCF0000, "ROM data"},
};

/* The program of IDF examples/system/ota/partitions_ota/README.md. Its listing shows where its
 * data ends; where its code does is a guess, which changes nothing in the sum. */
static const capheap_range_t usual[] = {
    {0x40374000, 0x40388000, "code in IRAM"},
    {0x3FC98000, 0x3FCA14A0, "static data"},
    {0x600FE000, 0x600FE11C, "RTC data"},
    {0x600FFFE8, 0x60100000, "RTC reserved"},
};

static const char *const masters[] = {
    MASTER(ESP32S3, SPI2), MASTER(ESP32S3, SPI3), MASTER(ESP32S3, UHCI0), MASTER(ESP32S3, I2S0),
    MASTER(ESP32S3, I2S1), MASTER(ESP32S3, LCD_CAM), MASTER(ESP32S3, AES), MASTER(ESP32S3, SHA),
    MASTER(ESP32S3, ADC), MASTER(ESP32S3, RMT), MASTER(ESP32S3, SDMMC), MASTER(ESP32S3, M2M),
};

static const capheap_masters_t reach[] = {
    [DIRAM] = ALL_OF(masters),
    [DRAM]  = ALL_OF(masters),
    [IRAM]  = 0,
    [PSRAM] = ALL_OF(masters) & ~BIT(CAPHEAP_ESP32S3_SDMMC),
    [RTC]   = 0,
};
/* clang-format on */

const capheap_chip_t capheap_chip_esp32s3 = {
    .name = "esp32s3",
    .title = "Espressif ESP32-S3",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved),
    USUAL(usual),
};

/* CONFIG_ESP32S3_DATA_CACHE_16KB: 16 KB more, which appear where flash is mapped otherwise. */
/* clang-format off */
static const capheap_range_t reserved_dcache16[] = {
    {0x3FCEEE34, 0x3FCF0000, "ROM data"},
};
/* clang-format on */

const capheap_chip_t capheap_chip_esp32s3_dcache16 = {
    .name = "esp32s3-dcache16",
    .title = "Espressif ESP32-S3, data cache of 16 KB",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved_dcache16),
    USUAL(usual),
};

/* CONFIG_ESP_SYSTEM_MEMPROT: nothing that is heap can be executed, so plain IRAM is no heap. */
/* clang-format off */
static const capheap_range_t reserved_memprot[] = {
    {0x3C000000, 0x3C004000, "flash mapping"},
    {0x3FCEEE34, 0x3FCF0000, "ROM data"},
    {0x40374000, 0x40378000, "code only"},
};
/* clang-format on */

const capheap_chip_t capheap_chip_esp32s3_memprot = {
    .name = "esp32s3-memprot",
    .title = "Espressif ESP32-S3, memory protection on",
    TYPES(types_memprot),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved_memprot),
    USUAL(usual),
};

/* CONFIG_ESP32S3_INSTRUCTION_CACHE_32KB and CONFIG_ESP32S3_DATA_CACHE_64KB, and both with what else
 * can be chosen. */
/* clang-format off */
static const capheap_range_t reserved_icache32[] = {
    {0x3C000000, 0x3C004000, "flash mapping"},
    {0x3FCEEE34, 0x3FCF0000, "ROM data"},
    {0x40374000, 0x40378000, "instruction cache"},
};

static const capheap_range_t reserved_dcache16_icache32[] = {
    {0x3FCEEE34, 0x3FCF0000, "ROM data"},
    {0x40374000, 0x40378000, "instruction cache"},
};

static const capheap_range_t reserved_dcache64[] = {
    {0x3C000000, 0x3C004000, "flash mapping"},
    {0x3FCEEE34, 0x3FCF0000, "ROM data"},
    {0x3FCF0000, 0x3FCF8000, "data cache"},
};

static const capheap_range_t reserved_dcache64_icache32[] = {
    {0x3C000000, 0x3C004000, "flash mapping"},
    {0x3FCEEE34, 0x3FCF0000, "ROM data"},
    {0x3FCF0000, 0x3FCF8000, "data cache"},
    {0x40374000, 0x40378000, "instruction cache"},
};
/* clang-format on */

const capheap_chip_t capheap_chip_esp32s3_icache32 = {
    .name = "esp32s3-icache32",
    .title = "Espressif ESP32-S3, instruction cache of 32 KB",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved_icache32),
    USUAL(usual),
};

const capheap_chip_t capheap_chip_esp32s3_dcache16_icache32 = {
    .name = "esp32s3-dcache16-icache32",
    .title = "Espressif ESP32-S3, caches of 16 KB and 32 KB",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved_dcache16_icache32),
    USUAL(usual),
};

const capheap_chip_t capheap_chip_esp32s3_dcache64 = {
    .name = "esp32s3-dcache64",
    .title = "Espressif ESP32-S3, data cache of 64 KB",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved_dcache64),
    USUAL(usual),
};

const capheap_chip_t capheap_chip_esp32s3_dcache64_icache32 = {
    .name = "esp32s3-dcache64-icache32",
    .title = "Espressif ESP32-S3, caches of 64 KB and 32 KB",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved_dcache64_icache32),
    USUAL(usual),
};
