/* SPDX-License-Identifier: MIT */
/*
 * Espressif ESP32-C2 (ESP8684): one RISC-V core (RV32IMC), 272 KB of SRAM, of which 16 KB are
 * cache.
 *
 * IDF below is ESP-IDF at 102122904ade (v6.2-dev).
 *
 * - Types, their order of choice and memories: IDF components/heap/port/esp32c2/memory_layout.c;
 *   addresses: components/soc/esp32c2/include/soc/soc.h (SOC_DIRAM_*). The two buses see D/IRAM
 *   in the same order, 6E0000 apart.
 * - Start-up memory: the ROM's stack, 8 KB below 3FCDEB70 (soc.h, SOC_ROM_STACK_START and _SIZE),
 *   and all above it.
 * - ROM data: from 3FCDF42C up at the least, the figure of an older ROM in the start-up listing
 *   of IDF docs/en/security/esp32c2_log.inc; a later one begins at 3FCDF4BC
 *   (components/bootloader/subproject/main/ld/esp32c2/bootloader.memory.ld.in,
 *   _dram0_rtos_reserved_start). The ROM tells it at run time (ets_rom_layout_p).
 * - ATOMIC: the core has no atomic instructions; the compiler's atomic calls mask interrupts (IDF
 *   components/esp_libc/src/stdatomic.c), which serves every memory of a chip with one core.
 * - Masters: the peripherals that GDMA serves (IDF
 *   components/esp_hal_dma/esp32c2/include/hal/gdma_channel.h) reach all of it (soc.h, SOC_DMA_LOW
 *   and _HIGH).
 */
#include "table.h"

#define COMMON (DEFAULT | INTERNAL | BIT32 | BIT8)

/* clang-format off */
enum { RAM };

#define TYPES_WITH(exec) {                                                    \
    [RAM] = {"RAM", {COMMON | DMA | DESC_AHB | ATOMIC | (exec), 0, 0}, 0, 0}, \
}

static const capheap_type_t types[] = TYPES_WITH(EXEC);
static const capheap_type_t types_memprot[] = TYPES_WITH(0);

static const capheap_memory_t memories[] = {
    {0x3FCA0000, 0x3CB70, RAM, 0,       LINEAR, 0x40380000},
    {0x3FCDCB70, 0x03490, RAM, STARTUP, LINEAR, 0x403BCB70},
};

static const capheap_range_t reserved[] = {
    {0x3FCDF42C, 0x3FCE0000, "ROM data"},
};

/* The program of IDF docs/en/security/esp32c2_log.inc. Its listing shows where its data ends;
 * where its code does is a guess, which changes nothing in the sum. */
static const capheap_range_t usual[] = {
    {0x40380000, 0x4038A000, "code in IRAM"},
    {0x3FCAA000, 0x3FCABCB0, "static data"},
};

static const char *const masters[] = {
    MASTER(ESP32C2, SPI2), MASTER(ESP32C2, UHCI0), MASTER(ESP32C2, SHA), MASTER(ESP32C2, ADC),
    MASTER(ESP32C2, M2M),
};

static const capheap_masters_t reach[] = {
    [RAM] = ALL_OF(masters),
};
/* clang-format on */

const capheap_chip_t capheap_chip_esp32c2 = {
    .name = "esp32c2",
    .title = "Espressif ESP32-C2",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved),
    USUAL(usual),
};

/* CONFIG_ESP_SYSTEM_MEMPROT: nothing that is heap can be executed. */
const capheap_chip_t capheap_chip_esp32c2_memprot = {
    .name = "esp32c2-memprot",
    .title = "Espressif ESP32-C2, memory protection on",
    TYPES(types_memprot),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved),
    USUAL(usual),
};
