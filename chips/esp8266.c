/* SPDX-License-Identifier: MIT */
/*
 * Espressif ESP8266: one Xtensa LX106 core, 96 KB of data memory, 64 KB of instruction memory of
 * which 16 or 32 KB are the flash's cache.
 *
 * SDK below is ESP8266_RTOS_SDK at d412ac60, Arduino is esp8266/Arduino at f946290ea.
 *
 * - Data memory 3FFE8000, 96 KB, and instruction memory 40100000, 48 KB with a cache of 16 KB: SDK
 *   components/esp8266/ld/esp8266.ld and Kconfig (SOC_IRAM_SIZE). With a cache of 32 KB reserve
 *   40108000-4010C000.
 * - Capabilities: SDK components/heap/port/esp8266/esp_heap_init.c. It tries instruction memory
 *   first, then data memory; the priorities here give the same order.
 * - Instruction memory takes aligned 32-bit accesses only: Arduino doc/mmu.rst. Its trap that
 *   emulates others is the program's, so IRAM_8BIT is not claimed.
 * - The top 16 KB of data memory hold the boot ROM's tables and stack and the vendor's library's
 *   data: Arduino cores/esp8266/umm_malloc/umm_malloc_cfgport.h (UMM_HEAP_END_ADDR) and
 *   cores/esp8266/hwdt_app_entry.cpp. The RTOS SDK makes them heap: esp8266-rtos below.
 * - RTC user memory (60001200, 512 bytes) is too small to be worth a heap and left out.
 * - ATOMIC: the core has no atomic instructions; masking interrupts serves every memory of a chip
 *   with one core.
 * - Masters: I2S sends from data memory through the DMA of the SDIO slave (SDK
 *   components/esp8266/driver/i2s.c, slc_struct_t). Wi-Fi's is the library's own.
 */
#include "table.h"

/* clang-format off */
enum { DRAM, IRAM };

static const capheap_type_t types[] = {
    [DRAM] = {"DRAM", {BIT8 | DEFAULT,                   INTERNAL | DMA | BIT32 | ATOMIC, 0}, 0, 0},
    [IRAM] = {"IRAM", {INTERNAL | EXEC | BIT32 | ATOMIC, 0,                               0}, 0, 0},
};

static const capheap_memory_t memories[] = {
    {0x3FFE8000, KIB(96), DRAM, 0, 0, 0},
    {0x40100000, KIB(48), IRAM, 0, 0, 0},
};

static const capheap_range_t reserved[] = {
    {0x3FFFC000, 0x40000000, "ROM and library data, stack"},
};

/* Round figures of our own for a program with Wi-Fi. */
static const capheap_range_t usual[] = {
    {0x3FFE8000, 0x3FFEF000, "static data"},
    {0x40100000, 0x40107000, "code in IRAM"},
};

static const char *const masters[] = {MASTER(ESP8266, I2S)};

static const capheap_masters_t reach[] = {
    [DRAM] = CAPHEAP_ESP8266_I2S,
    [IRAM] = 0,
};
/* clang-format on */

const capheap_chip_t capheap_chip_esp8266 = {
    .name = "esp8266",
    .title = "Espressif ESP8266",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved),
    USUAL(usual),
};

const capheap_chip_t capheap_chip_esp8266_rtos = {
    .name = "esp8266-rtos",
    .title = "Espressif ESP8266 under the RTOS SDK",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    USUAL(usual),
};
