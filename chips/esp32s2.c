/* SPDX-License-Identifier: MIT */
/*
 * Espressif ESP32-S2: one Xtensa LX7 core, 320 KB of SRAM, of which 8 to 32 KB are caches, 8 KB
 * of RTC fast memory, PSRAM through the cache.
 *
 * IDF below is ESP-IDF at 102122904ade (v6.2-dev).
 *
 * - Types, their order of choice and memories: IDF components/heap/port/esp32s2/memory_layout.c;
 *   addresses: components/soc/esp32s2/include/soc/soc.h (SOC_DIRAM_*, SOC_RTC_*). The two buses
 *   see D/IRAM and RTC memory in the same order, at different addresses.
 * - Caches: 8 KB each for instructions and data, IDF's defaults
 *   (components/esp_system/port/soc/esp32s2/Kconfig.cache). Others: esp32s2-cache24 and -cache32;
 *   without a data cache, which excludes PSRAM, esp32s2-dcache0 and -dcache0-icache16.
 * - Start-up memory: the last block of 16 KB. ROM data: from 3FFFFA10 up (IDF
 *   components/esp_rom/esp32s2/ld/esp32s2.rom.ld, _dram0_rtos_reserved_start).
 * - PSRAM: capabilities as IDF gives them when it adds PSRAM
 *   (components/esp_psram/system_layer/esp_psram.c, esp_psram_extram_add_to_heap_allocator), in
 *   the data cache's window 3F500000 to 3FF80000. The DMA reaches PSRAM too (soc_caps.h,
 *   SOC_PSRAM_DMA_CAPABLE), but a request for DMA alone means internal memory, as in IDF, so the
 *   bit is not set.
 * - Cache lines: 16 or 32 bytes by choice of the program (Kconfig.cache); the larger counts.
 * - ATOMIC: this core lacks S32C1I (IDF components/xtensa/esp32s2/include/xtensa/config/core-
 *   isa.h); the compiler's atomic calls mask interrupts, which serves every internal memory of a
 *   chip with one core. PSRAM is left out as on all Xtensa chips.
 * - Masters: each peripheral has a DMA of its own; all reach 3FFB0000 to 40000000 (soc.h,
 *   SOC_DMA_LOW and _HIGH). Of those that reach PSRAM (SOC_DMA_EXT_LOW and _HIGH) SPI and I2S say
 *   so by their registers (components/soc/esp32s2/register/soc/spi_struct.h and i2s_struct.h,
 *   ext_mem_bk_size), AES and SHA by their drivers
 *   (components/mbedtls/port/aes/dma/esp_aes_dma_core.c, port/sha/core/sha.c); CP_DMA is held to
 *   internal memory by its driver (components/esp_driver_dma/src/async_memcpy_cp_dma.c). USB OTG is
 *   left out: its driver is not in IDF.
 */
#include "table.h"

#define COMMON (DEFAULT | BIT32 | BIT8)
#define WORDS  (INTERNAL | ATOMIC)

/* clang-format off */
enum { DIRAM, PSRAM, RTC };

#define TYPES_WITH(exec) {                                                            \
    [DIRAM] = {"RAM",    {COMMON | WORDS | DMA | DESC_AHB | (exec), 0, 0},   0, 0},   \
    [PSRAM] = {"SPIRAM", {SPIRAM | DEFAULT, 0, BIT8 | BIT32},                 0, 32}, \
    [RTC]   = {"RTCRAM", {RTCRAM, 0, COMMON | WORDS | (exec)},                0, 0},  \
}

static const capheap_type_t types[] = TYPES_WITH(EXEC);
static const capheap_type_t types_memprot[] = TYPES_WITH(0);

static const capheap_memory_t memories[] = {
    {0x3F500000, KIB(10752), PSRAM, EXTERNAL, 0,      0},
    {0x3FF9E000, KIB(8),     RTC,   0,        LINEAR, 0x40070000},
    {0x3FFB2000, KIB(296),   DIRAM, 0,        LINEAR, 0x40022000},
    {0x3FFFC000, KIB(16),    DIRAM, STARTUP,  LINEAR, 0x4006C000},
};

static const capheap_range_t reserved[] = {
    {0x3FFB2000, 0x3FFB4000, "data cache"},
    {0x3FFFFA10, 0x40000000, "ROM data"},
};

/* The program of IDF docs/en/security/esp32s2_log.inc. Its listing shows where its data ends;
 * where its code does is a guess, which changes nothing in the sum. */
static const capheap_range_t usual[] = {
    {0x40024000, 0x4002D000, "code in IRAM"},
    {0x3FFBD000, 0x3FFBF898, "static data"},
};

static const char *const masters[] = {
    MASTER(ESP32S2, SPI2), MASTER(ESP32S2, SPI3), MASTER(ESP32S2, I2S0), MASTER(ESP32S2, AES),
    MASTER(ESP32S2, SHA), MASTER(ESP32S2, CP_DMA),
};

static const capheap_masters_t reach[] = {
    [DIRAM] = ALL_OF(masters),
    [PSRAM] = ALL_OF(masters) & ~BIT(CAPHEAP_ESP32S2_CP_DMA),
    [RTC]   = 0,
};
/* clang-format on */

const capheap_chip_t capheap_chip_esp32s2 = {
    .name = "esp32s2",
    .title = "Espressif ESP32-S2",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved),
    USUAL(usual),
};

/* CONFIG_ESP_SYSTEM_MEMPROT: nothing that is heap can be executed. */
const capheap_chip_t capheap_chip_esp32s2_memprot = {
    .name = "esp32s2-memprot",
    .title = "Espressif ESP32-S2, memory protection on",
    TYPES(types_memprot),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved),
    USUAL(usual),
};

/* CONFIG_ESP32S2_DATA_CACHE_0KB. */
/* clang-format off */
static const capheap_range_t reserved_dcache0[] = {
    {0x3F500000, 0x3FF80000, "no window without a data cache"},
    {0x3FFFFA10, 0x40000000, "ROM data"},
};
/* clang-format on */

const capheap_chip_t capheap_chip_esp32s2_dcache0 = {
    .name = "esp32s2-dcache0",
    .title = "Espressif ESP32-S2, no data cache, no PSRAM",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved_dcache0),
    USUAL(usual),
};

/* CONFIG_ESP32S2_INSTRUCTION_CACHE_16KB or CONFIG_ESP32S2_DATA_CACHE_16KB, or both. */
/* clang-format off */
static const capheap_range_t reserved_cache24[] = {
    {0x3FFB2000, 0x3FFB6000, "caches"},
    {0x3FFFFA10, 0x40000000, "ROM data"},
};

static const capheap_range_t reserved_cache32[] = {
    {0x3FFB2000, 0x3FFB8000, "caches"},
    {0x3FFFFA10, 0x40000000, "ROM data"},
};
/* clang-format on */

const capheap_chip_t capheap_chip_esp32s2_cache24 = {
    .name = "esp32s2-cache24",
    .title = "Espressif ESP32-S2, one of its caches 16 KB",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved_cache24),
    USUAL(usual),
};

const capheap_chip_t capheap_chip_esp32s2_cache32 = {
    .name = "esp32s2-cache32",
    .title = "Espressif ESP32-S2, both caches 16 KB",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved_cache32),
    USUAL(usual),
};

/* CONFIG_ESP32S2_INSTRUCTION_CACHE_16KB without a data cache. */
/* clang-format off */
static const capheap_range_t reserved_dcache0_icache16[] = {
    {0x3F500000, 0x3FF80000, "no window without a data cache"},
    {0x3FFB2000, 0x3FFB4000, "instruction cache"},
    {0x3FFFFA10, 0x40000000, "ROM data"},
};
/* clang-format on */

const capheap_chip_t capheap_chip_esp32s2_dcache0_icache16 = {
    .name = "esp32s2-dcache0-icache16",
    .title = "Espressif ESP32-S2, one cache of 16 KB, no PSRAM",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved_dcache0_icache16),
    USUAL(usual),
};
