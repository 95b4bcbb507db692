/* SPDX-License-Identifier: MIT */
/*
 * Espressif ESP32-C6: one RISC-V core (RV32IMAC), 512 KB of SRAM, 16 KB of LP memory.
 *
 * IDF below is ESP-IDF at 102122904ade (v6.2-dev).
 *
 * - Types, their order of choice and memories: IDF components/heap/port/esp32c6/memory_layout.c;
 *   addresses: components/soc/esp32c6/include/soc/soc.h. Both buses use the same addresses.
 * - Start-up memory: the ROM's stack, 8 KB below 4087E610 (soc.h, SOC_ROM_STACK_START and _SIZE),
 *   and all above it.
 * - ROM data: from 4087F564 up (IDF
 *   components/bootloader/subproject/main/ld/esp32c6/bootloader.memory.ld.in,
 *   _dram0_rtos_reserved_start). The ROM tells it at run time (ets_rom_layout_p).
 * - ATOMIC: LR and SC (IDF components/riscv/include/riscv/rv_utils.h, rv_utils_compare_and_set);
 *   LP memory is left out, since no document says that it works there.
 * - Masters: the peripherals that GDMA serves (IDF
 *   components/esp_hal_dma/esp32c6/include/hal/gdma_channel.h) and the SDIO slave
 *   (components/esp_driver_sdio/src/sdio_slave.c) reach 40800000 to 40880000 (soc.h, SOC_DMA_LOW
 *   and _HIGH), not LP memory.
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
    {0x40800000, 0x7C610, RAM, 0,       0, 0},
    {0x4087C610, 0x039F0, RAM, STARTUP, 0, 0},
    {0x50000000, KIB(16), RTC, 0,       0, 0},
};

static const capheap_range_t reserved[] = {
    {0x4087F564, 0x40880000, "ROM data"},
};

/* The program of IDF docs/en/security/esp32c6_log.inc. Its listing shows where its data ends;
 * where its code does is a guess, which changes nothing in the sum. */
static const capheap_range_t usual[] = {
    {0x40800000, 0x40809000, "code"},
    {0x40809000, 0x4080B9E0, "static data"},
    {0x50000000, 0x50000010, "RTC data"},
};

static const char *const masters[] = {
    MASTER(ESP32C6, SPI2), MASTER(ESP32C6, UHCI0), MASTER(ESP32C6, I2S0), MASTER(ESP32C6, AES),
    MASTER(ESP32C6, SHA), MASTER(ESP32C6, ADC), MASTER(ESP32C6, PARLIO), MASTER(ESP32C6, M2M),
    MASTER(ESP32C6, SDIO),
};

static const capheap_masters_t reach[] = {
    [RAM] = ALL_OF(masters),
    [RTC] = 0,
};
/* clang-format on */

const capheap_chip_t capheap_chip_esp32c6 = {
    .name = "esp32c6",
    .title = "Espressif ESP32-C6",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved),
    USUAL(usual),
};

/* CONFIG_ESP_SYSTEM_MEMPROT: nothing that is heap can be executed. */
const capheap_chip_t capheap_chip_esp32c6_memprot = {
    .name = "esp32c6-memprot",
    .title = "Espressif ESP32-C6, memory protection on",
    TYPES(types_memprot),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved),
    USUAL(usual),
};
