/* SPDX-License-Identifier: MIT */
/* Short words for the tables of this folder, so that a row fits a line. Nothing else includes
 * it. */
#ifndef CAPHEAP_CHIPS_TABLE_H
#define CAPHEAP_CHIPS_TABLE_H

#include "capheap/chips.h"
#include "capheap/masters.h"

#define KIB(n) ((size_t)(n) << 10)
#define MIB(n) ((size_t)(n) << 20)

#define EXEC      CAPHEAP_EXEC
#define BIT32     CAPHEAP_32BIT
#define BIT8      CAPHEAP_8BIT
#define DMA       CAPHEAP_DMA
#define SPIRAM    CAPHEAP_SPIRAM
#define INTERNAL  CAPHEAP_INTERNAL
#define DEFAULT   CAPHEAP_DEFAULT
#define IRAM_8BIT CAPHEAP_IRAM_8BIT
#define RETENTION CAPHEAP_RETENTION
#define RTCRAM    CAPHEAP_RTCRAM
#define SPM       CAPHEAP_SPM
#define DESC_AHB  CAPHEAP_DMA_DESC_AHB
#define DESC_AXI  CAPHEAP_DMA_DESC_AXI
#define SIMD      CAPHEAP_SIMD
#define ATOMIC    CAPHEAP_ATOMIC

#define STARTUP  CAPHEAP_MEMORY_STARTUP
#define EXTERNAL CAPHEAP_MEMORY_EXTERNAL

#define LINEAR   CAPHEAP_ALIAS_LINEAR
#define INVERTED CAPHEAP_ALIAS_INVERTED

/* An array with its length, for the fields of capheap_chip_t. */
#define COUNT(array)    ((uint8_t)(sizeof(array) / sizeof((array)[0])))
#define TYPES(array)    .types = (array), .type_count = COUNT(array)
#define MEMORIES(array) .memories = (array), .memory_count = COUNT(array)
#define RESERVED(array) .reserved = (array), .reserved_count = COUNT(array)
/* The place of a master's bit in masters.h is its place in a table: names and bits can't differ,
 * and one left out is a hole that capheap_chip_check finds. */
#define BIT_INDEX(bit)                                                                             \
    ((((bit)&0xAAAAAAAAu) != 0 ? 1 : 0) + (((bit)&0xCCCCCCCCu) != 0 ? 2 : 0) +                     \
     (((bit)&0xF0F0F0F0u) != 0 ? 4 : 0) + (((bit)&0xFF00FF00u) != 0 ? 8 : 0) +                     \
     (((bit)&0xFFFF0000u) != 0 ? 16 : 0))
#define MASTER(family, name) [BIT_INDEX(CAPHEAP_##family##_##name)] = #name
#define ALL_OF(names)        ((1u << COUNT(names)) - 1)
#define BIT(master)          ((capheap_masters_t)(master))
/* Names of masters, and who reaches each type. */
#define MASTERS(names, per_type)                                                                   \
    .masters = (names), .reach = (per_type), .master_count = COUNT(names)
#define USUAL(array) .usual = (array), .usual_count = COUNT(array)

#endif
