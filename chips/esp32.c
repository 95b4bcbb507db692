/* SPDX-License-Identifier: MIT */
/*
 * Espressif ESP32: two Xtensa LX6 cores, 520 KB of SRAM, PSRAM through the cache.
 *
 * IDF below is ESP-IDF at 102122904ade (v6.2-dev); TRM is the ESP32 Technical Reference Manual,
 * chapter "System and Memory".
 *
 * - Types, their order of choice, memories and fixed reservations: IDF
 *   components/heap/port/esp32/memory_layout.c. Banks of one type are one row here: the layout
 * joins them anyway. SRAM 0 is at 40070000 (192 KB), SRAM 2 at 3FFAE000 (200 KB), SRAM 1 at
 * 3FFE0000 (128 KB) and, words in reverse order, at 400A0000 (IDF
 * components/soc/esp32/include/soc/soc.h, SOC_DIRAM_*).
 * - IRAM takes aligned 32-bit accesses only (TRM, "Internal SRAM 0").
 * - ATOMIC: S32C1I works on internal data memory and not behind the cache (IDF
 *   components/esp_hw_support/cpu.c, esp_cpu_compare_and_set); IRAM and RTC memory are left out,
 *   since no document says that it works there.
 * - DMA_DESC_AHB: IDF serves it as DMA on every chip (components/esp_hw_support/heap_align_hw.c).
 * - Cache lines: 32 bytes, write-back towards PSRAM (TRM, "Cache").
 * - RTC fast memory is at 3FF80000 and, as code, at 400C0000; the first core alone reaches it, so
 * it is heap only in a program for one core (IDF components/esp_system/Kconfig,
 *   ESP_SYSTEM_ALLOW_RTC_FAST_MEM_AS_HEAP).
 * - Masters: each peripheral has a DMA of its own; all reach 3FFAE000 to 40000000 (IDF
 *   components/soc/esp32/include/soc/soc.h, SOC_DMA_LOW and _HIGH), none PSRAM or RTC memory.
 */
#include "table.h"

#define WORDS (INTERNAL | BIT32 | ATOMIC)
#define CODE  (BIT32 | EXEC | ATOMIC)

/* clang-format off */
enum { DRAM, DIRAM, IRAM, PSRAM, RTC };

static const capheap_type_t types[] = {
    [DRAM]  = {"DRAM",   {BIT8 | DEFAULT, DMA | DESC_AHB | WORDS, 0},                    0, 0},
    [DIRAM] = {"D/IRAM", {0, DMA | DESC_AHB | BIT8 | INTERNAL | DEFAULT, CODE},          0, 0},
    [IRAM]  = {"IRAM",   {INTERNAL | EXEC | BIT32, 0, 0},                                0, 0},
    [PSRAM] = {"SPIRAM", {SPIRAM | DEFAULT, 0, BIT8 | BIT32},                            0, 32},
    [RTC]   = {"RTCRAM", {RTCRAM, BIT8 | DEFAULT, INTERNAL | BIT32 | EXEC},              0, 0},
};

static const capheap_memory_t memories[] = {
    {0x3F800000, MIB(4),   PSRAM, EXTERNAL, 0,        0},
    {0x3FF80000, KIB(8),   RTC,   0,        LINEAR,   0x400C0000},
    {0x3FFAE000, KIB(200), DRAM,  0,        0,        0},
    {0x3FFE0000, KIB(128), DIRAM, STARTUP,  INVERTED, 0x400A0000},
    {0x40070000, KIB(192), IRAM,  0,        0,        0},
};

static const capheap_range_t reserved[] = {
    {0x3FF80000, 0x3FF82000, "RTC fast memory: first core only"},
    {0x3FFAE000, 0x3FFAE6E0, "ROM data"},
    {0x3FFE0000, 0x3FFE0440, "ROM data, first core"},
    {0x3FFE3F20, 0x3FFE4350, "ROM data, second core"},
    {0x40070000, 0x40078000, "cache, first core"},
    {0x40078000, 0x40080000, "cache, second core"},
};

/* The program whose start-up listing IDF docs/en/api-reference/system/mem_alloc.rst shows under
 * "Heap Sizes". */
static const capheap_range_t usual[] = {
    {0x3FFB0000, 0x3FFB2EC8, "static data"},
    {0x40080000, 0x4008944C, "code in IRAM"},
};

static const char *const masters[] = {
    MASTER(ESP32, SPI2), MASTER(ESP32, SPI3), MASTER(ESP32, I2S0), MASTER(ESP32, I2S1),
    MASTER(ESP32, SDMMC), MASTER(ESP32, EMAC), MASTER(ESP32, UHCI0), MASTER(ESP32, UHCI1),
    MASTER(ESP32, SDIO),
};

static const capheap_masters_t reach[] = {
    [DRAM]  = ALL_OF(masters),
    [DIRAM] = ALL_OF(masters),
    [IRAM]  = 0,
    [PSRAM] = 0,
    [RTC]   = 0,
};
/* clang-format on */

const capheap_chip_t capheap_chip_esp32 = {
    .name = "esp32",
    .title = "Espressif ESP32",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved),
    USUAL(usual),
};

/* CONFIG_ESP_SYSTEM_SINGLE_CORE_MODE: what the second core took is heap, and RTC fast memory. */
/* clang-format off */
static const capheap_range_t reserved_one_core[] = {
    {0x3FFAE000, 0x3FFAE6E0, "ROM data"},
    {0x3FFE0000, 0x3FFE0440, "ROM data, first core"},
    {0x40070000, 0x40078000, "cache, first core"},
};
/* clang-format on */

const capheap_chip_t capheap_chip_esp32_one_core = {
    .name = "esp32-one-core",
    .title = "Espressif ESP32, one core used",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved_one_core),
    USUAL(usual),
};

/* CONFIG_ESP32_IRAM_AS_8BIT_ACCESSIBLE_MEMORY, for one core only: a trap does for bytes and
 * halfwords what IRAM can't, at up to 167 cycles each (IDF
 * components/esp_system/port/soc/esp32/Kconfig.memory). */
/* clang-format off */
static const capheap_type_t types_iram8[] = {
    [DRAM]  = {"DRAM",   {BIT8 | DEFAULT, DMA | DESC_AHB | WORDS, 0},                    0, 0},
    [DIRAM] = {"D/IRAM", {0, DMA | DESC_AHB | BIT8 | INTERNAL | DEFAULT, CODE},          0, 0},
    [IRAM]  = {"IRAM",   {INTERNAL | EXEC | BIT32 | IRAM_8BIT, 0, 0},                               0, 0},
    [PSRAM] = {"SPIRAM", {SPIRAM | DEFAULT, 0, BIT8 | BIT32},                            0, 32},
    [RTC]   = {"RTCRAM", {RTCRAM, BIT8 | DEFAULT, INTERNAL | BIT32 | EXEC},              0, 0},
};
/* clang-format on */

const capheap_chip_t capheap_chip_esp32_one_core_iram8 = {
    .name = "esp32-one-core-iram8",
    .title = "Espressif ESP32, one core, IRAM for bytes too",
    TYPES(types_iram8),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved_one_core),
    USUAL(usual),
};
