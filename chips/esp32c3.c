/* SPDX-License-Identifier: MIT */
/*
 * Espressif ESP32-C3: one RISC-V core (RV32IMC), 400 KB of SRAM, of which 16 KB are cache.
 *
 * IDF below is ESP-IDF at 102122904ade (v6.2-dev).
 *
 * - Types, their order of choice and memories: IDF components/heap/port/esp32c3/memory_layout.c;
 *   addresses of both buses: IDF components/soc/esp32c3/include/soc/soc.h (SOC_DIRAM_*). The two
 *   buses see D/IRAM in the same order, 700000 apart.
 * - Start-up memory: the ROM's stack, 8 KB below 3FCDE710 (soc.h, SOC_ROM_STACK_START and _SIZE),
 *   and all above it.
 * - ROM data: from 3FCDF05C up at the least, which is the figure of the start-up listing in IDF
 *   examples/system/efuse/README.md; other revisions of the ROM take less (3FCDF260 in
 *   docs/en/security/esp32c3_log.inc). The ROM tells it at run time (ets_rom_layout_p).
 * - ATOMIC: the core has no atomic instructions; the compiler's atomic calls mask interrupts (IDF
 *   components/esp_libc/src/stdatomic.c), which serves every memory of a chip with one core.
 * - Masters: the peripherals that GDMA serves (IDF
 *   components/esp_hal_dma/esp32c3/include/hal/gdma_channel.h) reach 3FC80000 to 3FCE0000 (soc.h,
 *   SOC_DMA_LOW and _HIGH).
 */
#include "table.h"

#define COMMON  (DEFAULT | INTERNAL | BIT32 | BIT8 | ATOMIC)
#define ANY_DMA (DMA | DESC_AHB)

/* clang-format off */
enum { RAM, RETENTION_RAM, RTC };

#define TYPES_WITH(exec) {                                                                 \
    [RAM]           = {"RAM",           {COMMON | ANY_DMA | (exec), 0, 0},           0, 0}, \
    [RETENTION_RAM] = {"Retention RAM", {RETENTION, COMMON | ANY_DMA | (exec), 0},   0, 0}, \
    [RTC]           = {"RTCRAM",        {RTCRAM, 0, COMMON | (exec)},                0, 0}, \
}

static const capheap_type_t types[] = TYPES_WITH(EXEC);
static const capheap_type_t types_memprot[] = TYPES_WITH(0);

static const capheap_memory_t memories[] = {
    {0x3FC80000, KIB(256), RAM,           0,       LINEAR, 0x40380000},
    {0x3FCC0000, 0x1C710,  RETENTION_RAM, 0,       LINEAR, 0x403C0000},
    {0x3FCDC710, 0x038F0,  RETENTION_RAM, STARTUP, LINEAR, 0x403DC710},
    {0x50000000, KIB(8),   RTC,           0,       0,      0},
};

static const capheap_range_t reserved[] = {
    {0x3FCDF05C, 0x3FCE0000, "ROM data"},
};

/* The program of IDF examples/system/efuse/README.md. Its listing shows where its data ends;
 * where its code does is a guess, which changes nothing in the sum. */
static const capheap_range_t usual[] = {
    {0x40380000, 0x4038A000, "code in IRAM"},
    {0x3FC8A000, 0x3FC8BE70, "static data"},
    {0x50000000, 0x50000024, "RTC data"},
    {0x50001FE8, 0x50002000, "RTC reserved"},
};

static const char *const masters[] = {
    MASTER(ESP32C3, SPI2), MASTER(ESP32C3, UHCI0), MASTER(ESP32C3, I2S0), MASTER(ESP32C3, AES),
    MASTER(ESP32C3, SHA), MASTER(ESP32C3, ADC), MASTER(ESP32C3, M2M),
};

static const capheap_masters_t reach[] = {
    [RAM]           = ALL_OF(masters),
    [RETENTION_RAM] = ALL_OF(masters),
    [RTC]           = 0,
};
/* clang-format on */

const capheap_chip_t capheap_chip_esp32c3 = {
    .name = "esp32c3",
    .title = "Espressif ESP32-C3",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved),
    USUAL(usual),
};

/* CONFIG_ESP_SYSTEM_MEMPROT: nothing that is heap can be executed. */
const capheap_chip_t capheap_chip_esp32c3_memprot = {
    .name = "esp32c3-memprot",
    .title = "Espressif ESP32-C3, memory protection on",
    TYPES(types_memprot),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved),
    USUAL(usual),
};
