/* SPDX-License-Identifier: MIT */
/*
 * Espressif ESP32-H4: two RISC-V cores (RV32IMAFC), 320 KB of SRAM, PSRAM through the cache.
 *
 * IDF below is ESP-IDF at 102122904ade (v6.2-dev).
 *
 * - Types, their order of choice and memories: IDF components/heap/port/esp32h4/memory_layout.c;
 *   addresses: components/soc/esp32h4/include/soc/soc.h. Both buses use the same addresses.
 * - Start-up memory: the ROM's stack, 8 KB below 4085D350 (soc.h, SOC_ROM_STACK_START and _SIZE),
 *   and all above it.
 * - ROM data: from 4085FEA8 up (IDF
 *   components/bootloader/subproject/main/ld/esp32h4/bootloader.memory.ld.in,
 *   _dram0_rtos_reserved_start). The ROM tells it at run time (ets_rom_layout_p).
 * - PSRAM: capabilities as IDF gives them when it adds PSRAM
 *   (components/esp_psram/system_layer/esp_psram.c, esp_psram_extram_add_to_heap_allocator). Its
 *   window, 42000000 to 44000000, is the flash's too, whose first page of 64 KB is always taken;
 *   a program that knows the true place adds it by hand. The DMA reaches PSRAM too (soc_caps.h,
 *   SOC_PSRAM_DMA_CAPABLE), but a request for DMA alone means internal memory, as in IDF, so the
 *   bit is not set.
 * - Cache lines: 32 bytes (components/esp_system/port/soc/esp32h4/Kconfig.cache).
 * - The second core's instruction cache is memory at 40860000 in a program for one core (soc.h,
 *   SOC_RAM_ICACHE1_LOW and _HIGH, whose last byte it leaves out).
 * - ATOMIC: LR and SC, which IDF uses on any address, PSRAM not excepted
 *   (components/riscv/include/riscv/rv_utils.h, rv_utils_compare_and_set).
 * - Masters: the peripherals that GDMA serves (IDF
 *   components/esp_hal_dma/esp32h4/include/hal/gdma_channel.h) reach 40810000 to 40860000 (soc.h,
 *   SOC_DMA_LOW and _HIGH) and PSRAM (gdma_ll.h, GDMA_LL_AHB_PSRAM_CAPABLE). In a program for one
 *   core IDF makes the second core's instruction cache memory of the same type, DMA included,
 *   though it lies past SOC_DMA_HIGH. USB OTG is left out: its driver is not in IDF.
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
    {0x40810000, 0x4B350,           RAM,   0,        0, 0},
    {0x4085B350, 0x04CB0,           RAM,   STARTUP,  0, 0},
    {0x40860000, 0x07FFC,           RAM,   STARTUP,  0, 0},
    {0x42010000, MIB(32) - KIB(64), PSRAM, EXTERNAL, 0, 0},
};

static const capheap_range_t reserved[] = {
    {0x4085FEA8, 0x40860000, "ROM data"},
    {0x40860000, 0x40867FFC, "instruction cache, second core"},
};

/* The program of IDF docs/en/security/esp32h4_log.inc. Its listing shows where its data ends;
 * where its code does is a guess, which changes nothing in the sum. */
static const capheap_range_t usual[] = {
    {0x40810000, 0x40818000, "code"},
    {0x40818000, 0x4081BE20, "static data"},
};

static const char *const masters[] = {
    MASTER(ESP32H4, SPI2), MASTER(ESP32H4, SPI3), MASTER(ESP32H4, UHCI0), MASTER(ESP32H4, I2S0),
    MASTER(ESP32H4, AES), MASTER(ESP32H4, ASRC), MASTER(ESP32H4, SHA), MASTER(ESP32H4, ADC),
    MASTER(ESP32H4, PARLIO), MASTER(ESP32H4, M2M),
};

static const capheap_masters_t reach[] = {
    [RAM]   = ALL_OF(masters),
    [PSRAM] = ALL_OF(masters),
};
/* clang-format on */

const capheap_chip_t capheap_chip_esp32h4 = {
    .name = "esp32h4",
    .title = "Espressif ESP32-H4",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved),
    USUAL(usual),
};

/* CONFIG_ESP_SYSTEM_MEMPROT: nothing that is heap can be executed. */
const capheap_chip_t capheap_chip_esp32h4_memprot = {
    .name = "esp32h4-memprot",
    .title = "Espressif ESP32-H4, memory protection on",
    TYPES(types_memprot),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved),
    USUAL(usual),
};

/* CONFIG_ESP_SYSTEM_SINGLE_CORE_MODE. */
/* clang-format off */
static const capheap_range_t reserved_one_core[] = {
    {0x4085FEA8, 0x40860000, "ROM data"},
};
/* clang-format on */

const capheap_chip_t capheap_chip_esp32h4_one_core = {
    .name = "esp32h4-one-core",
    .title = "Espressif ESP32-H4, one core used",
    TYPES(types),
    MEMORIES(memories),
    MASTERS(masters, reach),
    RESERVED(reserved_one_core),
    USUAL(usual),
};
