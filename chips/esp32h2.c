/* SPDX-License-Identifier: MIT */
/*
 * Espressif ESP32-H2: one RISC-V core (RV32IMAC), 320 KB of SRAM, 4 KB of LP memory.
 *
 * IDF below is ESP-IDF at 102122904ade (v6.2-dev).
 *
 * - Types, their order of choice and memories: IDF components/heap/port/esp32h2/memory_layout.c;
 *   addresses: components/soc/esp32h2/include/soc/soc.h. Both buses use the same addresses.
 * - Start-up memory: the ROM's stack, 8 KB below 4084F380 (soc.h, SOC_ROM_STACK_START and _SIZE),
 *   and all above it.
 * - ROM data: from 4084FEE0 up (IDF
 *   components/bootloader/subproject/main/ld/esp32h2/bootloader.memory.ld.in,
 *   _dram0_rtos_reserved_start). The ROM tells it at run time (ets_rom_layout_p).
 * - ATOMIC: LR and SC (IDF components/riscv/include/riscv/rv_utils.h, rv_utils_compare_and_set);
 *   LP memory is left out, since no document says that it works there.
 * - Masters: the peripherals that GDMA serves (IDF
 *   components/esp_hal_dma/esp32h2/include/hal/gdma_channel.h) reach 40800000 to 40850000 (soc.h,
 *   SOC_DMA_LOW and _HIGH), not LP memory.
 */
#include "table.h"

#define COMMON (DEFAULT | INTERNAL | BIT32 | BIT8)

/* clang-format off */
enum { RAM, RTC };

#define TYPES_WITH(exec) {                                                         \
    [RAM] = {"RAM",    {COMMON | DMA | DESC_AHB | ATOMIC | (exec), 0, 0},   0, 0}, \
    [RTC] = {"RTCRAM", {RTCRAM, COMMON | (exec), 0},                        0, 0}, \
}

static const capheap_type_t types[] = TYPES_WITH(EXEC);
static const capheap_type_t types_memprot[] = TYPES_WITH(0);

static const capheap_memory_t memories[] = {
    {0x40800000, 0x4D380, RAM, 0,       0, 0},
    {0x4084D380, 0x02C80, RAM, STARTUP, 0, 0},
    {0x50000000, KIB(4),  RTC, 0,       0, 0},
};

static const capheap_range_t reserved[] = {
    {0x4084FEE0, 0x40850000, "ROM data"},
};

/* The program of IDF docs/en/security/esp32h2_log.inc. Its listing shows where its data ends;
 * where its code does is a guess, which changes nothing in the sum. */
static const capheap_range_t usual[] = {
    {0x40800000, 0x40807000, "code"},
    {0x40807000, 0x4080B010, "static data"},
    {0x50000FE8, 0x50001000, "RTC reserved"},
};

static const char *const masters[] = {
    MASTER(ESP32H2, SPI2), MASTER(ESP32H2, UHCI0), MASTER(ESP32H2, I2S0), MASTER(ESP32H2, AES),
    MASTER(ESP32H2, SHA), MASTER(ESP32H2, ADC), MASTER(ESP32H2, PARLIO), MASTER(ESP32H2, M2M),
};

static const capheap_masters_t reach[] = {
    [RAM] = ALL_OF(masters),
    [RTC] = 0,
};
/* clang-format on */

const capheap_chip_t capheap_chip_esp32h2 = {
    .name = "esp32h2",
    .title = "Espressif ESP32-H2",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved),
    USUAL(usual),
};

/* CONFIG_ESP_SYSTEM_MEMPROT: nothing that is heap can be executed. */
const capheap_chip_t capheap_chip_esp32h2_memprot = {
    .name = "esp32h2-memprot",
    .title = "Espressif ESP32-H2, memory protection on",
    TYPES(types_memprot),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved),
    USUAL(usual),
};
