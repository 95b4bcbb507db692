/* SPDX-License-Identifier: MIT */
/*
 * The ESP32 as the first ESP-IDF tells its memories apart. IDF below is ESP-IDF v2.1.
 *
 * - Types, tags and priorities: IDF components/esp32/heap_alloc_caps.c. There external RAM
 *   (SPISRAM) has DMA too; the chip's DMA does not reach it (ESP32 Technical Reference Manual,
 *   "DMA"), so it has not here.
 * - Memories: IDF the same file, but for external RAM, of which it knows 128 KB: its window is 4 MB
 *   (ESP32 Technical Reference Manual, "External Memory"). Start-up's stacks are in D/IRAM.
 * - Reserved: caches, and what the ROM's functions keep there (ESP-IDF at 102122904ade,
 *   components/heap/port/esp32/memory_layout.c, which knows more of it than IDF did).
 */
#include "capheap/esp_idf_v1.h"

#define KIB(n) ((size_t)(n) << 10)

#define BIT8  CAPHEAP_8BIT
#define BIT32 CAPHEAP_32BIT
#define CODE  (CAPHEAP_EXEC | CAPHEAP_32BIT)
#define DMA   CAPHEAP_DMA

/* What the processes 2 to 7 have each. */
#define CODE_OF(pid)                                                                               \
    { "PID" #pid "IRAM", {CAPHEAP_PID##pid, 0, CODE}, 0, 0 }
#define DATA_OF(pid)                                                                               \
    { "PID" #pid "DRAM", {CAPHEAP_PID##pid, BIT8, BIT32}, 0, 0 }

enum {
    DRAM = 0,
    DIRAM = 1,
    IRAM = 2,
    SPISRAM = 15
};

/* clang-format off */
static const capheap_type_t types[] = {
    {"DRAM",    {BIT8 | DMA, BIT32, 0},     0, 0},
    {"D/IRAM",  {0, BIT8 | DMA, CODE},      0, 0},
    {"IRAM",    {CODE, 0, 0},               0, 0},
    CODE_OF(2), CODE_OF(3), CODE_OF(4), CODE_OF(5), CODE_OF(6), CODE_OF(7),
    DATA_OF(2), DATA_OF(3), DATA_OF(4), DATA_OF(5), DATA_OF(6), DATA_OF(7),
    {"SPISRAM", {CAPHEAP_SPIRAM, 0, BIT8 | BIT32}, 0, 32},
};

static const capheap_memory_t memories[] = {
    {0x3F800000, KIB(4096), SPISRAM, CAPHEAP_MEMORY_EXTERNAL, CAPHEAP_ALIAS_NONE,     0},
    {0x3FFAE000, KIB(200),  DRAM,    0,                       CAPHEAP_ALIAS_NONE,     0},
    {0x3FFE0000, KIB(128),  DIRAM,   CAPHEAP_MEMORY_STARTUP,  CAPHEAP_ALIAS_INVERTED, 0x400A0000},
    {0x40070000, KIB(192),  IRAM,    0,                       CAPHEAP_ALIAS_NONE,     0},
};

static const capheap_range_t reserved[] = {
    {0x3FFAE000, 0x3FFAE6E0, "ROM data"},
    {0x3FFE0000, 0x3FFE0440, "ROM data, first core"},
    {0x3FFE3F20, 0x3FFE4350, "ROM data, second core"},
    {0x40070000, 0x40078000, "cache, first core"},
    {0x40078000, 0x40080000, "cache, second core"},
};
/* clang-format on */

#define COUNT(array) ((uint8_t)(sizeof(array) / sizeof((array)[0])))

const capheap_chip_t capheap_chip_esp32_v1 = {
    .name = "esp32-v1",
    .title = "Espressif ESP32 by the first ESP-IDF",
    .types = types,
    .memories = memories,
    .reserved = reserved,
    .type_count = COUNT(types),
    .memory_count = COUNT(memories),
    .reserved_count = COUNT(reserved),
};
