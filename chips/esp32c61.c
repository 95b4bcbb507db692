/* SPDX-License-Identifier: MIT */
/*
 * Espressif ESP32-C61: one RISC-V core (RV32IMAC), 320 KB of SRAM, PSRAM through the cache.
 *
 * IDF below is ESP-IDF at 102122904ade (v6.2-dev).
 *
 * - Types, their order of choice and memories: IDF components/heap/port/esp32c61/memory_layout.c;
 *   addresses: components/soc/esp32c61/include/soc/soc.h. Both buses use the same addresses.
 * - Start-up memory: the ROM's stack, 8 KB below 4084E670 (soc.h, SOC_ROM_STACK_START and _SIZE),
 *   and all above it.
 * - ROM data: from 4084F5C8 up (IDF
 *   components/bootloader/subproject/main/ld/esp32c61/bootloader.memory.ld.in,
 *   _dram0_rtos_reserved_start). The ROM tells it at run time (ets_rom_layout_p).
 * - PSRAM: capabilities as IDF gives them when it adds PSRAM
 *   (components/esp_psram/system_layer/esp_psram.c, esp_psram_extram_add_to_heap_allocator). Its
 *   window, 42000000 to 44000000, is the flash's too, whose first page of 64 KB is always taken;
 *   a program that knows the true place adds it by hand. The DMA reaches PSRAM too (soc_caps.h,
 *   SOC_PSRAM_DMA_CAPABLE), but a request for DMA alone means internal memory, as in IDF, so the
 *   bit is not set.
 * - Cache lines: 32 bytes (components/esp_system/port/soc/esp32c61/Kconfig.cache).
 * - ATOMIC: LR and SC, which IDF uses on any address, PSRAM not excepted
 *   (components/riscv/include/riscv/rv_utils.h, rv_utils_compare_and_set).
 * - Masters: the peripherals that GDMA serves (IDF
 *   components/esp_hal_dma/esp32c61/include/hal/gdma_channel.h) reach 40800000 to 40850000 (soc.h,
 *   SOC_DMA_LOW and _HIGH) and PSRAM (gdma_ll.h, GDMA_LL_AHB_PSRAM_CAPABLE). The SDIO slave has a
 *   DMA of its own, whose buffers its driver takes from internal memory
 *   (components/esp_driver_sdio/src/sdio_slave.c).
 */
#include "table.h"

#define COMMON (DEFAULT | INTERNAL | BIT32 | BIT8)

/* clang-format off */
enum { RAM, PSRAM };

#define TYPES_WITH(exec) {                                                            \
    [RAM]   = {"RAM",    {COMMON | DMA | DESC_AHB | ATOMIC | (exec), 0, 0},   0, 0},  \
    [PSRAM] = {"SPIRAM", {SPIRAM | DEFAULT, 0, BIT8 | BIT32 | ATOMIC},        0, 32}, \
}

static const capheap_type_t types[] = TYPES_WITH(EXEC);
static const capheap_type_t types_memprot[] = TYPES_WITH(0);

static const capheap_memory_t memories[] = {
    {0x40800000, 0x4C670,           RAM,   0,        0, 0},
    {0x4084C670, 0x03990,           RAM,   STARTUP,  0, 0},
    {0x42010000, MIB(32) - KIB(64), PSRAM, EXTERNAL, 0, 0},
};

static const capheap_range_t reserved[] = {
    {0x4084F5C8, 0x40850000, "ROM data"},
};

/* The data of the program of IDF docs/en/security/esp32c61_log.inc; where its code ends is a
 * guess, which changes nothing in the sum. */
static const capheap_range_t usual[] = {
    {0x40800000, 0x40807000, "code"},
    {0x40807000, 0x40809890, "static data"},
};

static const char *const masters[] = {
    MASTER(ESP32C61, SPI2), MASTER(ESP32C61, I2S0), MASTER(ESP32C61, SHA), MASTER(ESP32C61, ADC),
    MASTER(ESP32C61, M2M), MASTER(ESP32C61, SDIO),
};

static const capheap_masters_t reach[] = {
    [RAM]   = ALL_OF(masters),
    [PSRAM] = ALL_OF(masters) & ~BIT(CAPHEAP_ESP32C61_SDIO),
};
/* clang-format on */

const capheap_chip_t capheap_chip_esp32c61 = {
    .name = "esp32c61",
    .title = "Espressif ESP32-C61",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved),
    USUAL(usual),
};

/* CONFIG_ESP_SYSTEM_MEMPROT: nothing that is heap can be executed. */
const capheap_chip_t capheap_chip_esp32c61_memprot = {
    .name = "esp32c61-memprot",
    .title = "Espressif ESP32-C61, memory protection on",
    TYPES(types_memprot),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved),
    USUAL(usual),
};
