/* SPDX-License-Identifier: MIT */
/*
 * Lowest and highest set bit of a word. The processor's own instruction where it has one; else a
 * multiplication by a de Bruijn sequence (Leiserson, Prokop, Randall 1998) and a halving search,
 * both inline: libgcc's routines cost twice as much and a call.
 */
#ifndef CAPHEAP_BITS_H
#define CAPHEAP_BITS_H

#include <stdint.h>

/* 0: not by instruction, even where there is one, for tests. */
#ifndef BITS_INSTRUCTIONS
#if defined(__i386__) || defined(__x86_64__) || defined(__aarch64__) || defined(__riscv_zbb) ||    \
    defined(__ARM_FEATURE_CLZ)
#define BITS_INSTRUCTIONS 1
#else
#define BITS_INSTRUCTIONS 0
#endif
#endif

#if BITS_INSTRUCTIONS

/* Index of the lowest set bit; x must not be 0. */
static inline uint32_t bits_lowest(uint32_t x) {
    return (uint32_t)__builtin_ctz(x);
}

/* Index of the highest set bit; x must not be 0. */
static inline uint32_t bits_highest(uint32_t x) {
    return 31u - (uint32_t)__builtin_clz(x);
}

#else

static const uint8_t bits_de_bruijn[32] = {0,  1,  28, 2,  29, 14, 24, 3,  30, 22, 20,
                                           15, 25, 17, 4,  8,  31, 27, 13, 23, 21, 19,
                                           16, 7,  26, 12, 18, 6,  11, 5,  10, 9};

static inline uint32_t bits_lowest(uint32_t x) {
    return bits_de_bruijn[((x & (0u - x)) * UINT32_C(0x077CB531)) >> 27];
}

static inline uint32_t bits_highest(uint32_t x) {
    const uint32_t nibble_highest = UINT32_C(0xFFFFAA50); /* two bits for each value of a nibble */
    uint32_t index = 0;
    if (x >> 16 != 0) {
        x >>= 16;
        index = 16;
    }
    if (x >> 8 != 0) {
        x >>= 8;
        index += 8;
    }
    if (x >> 4 != 0) {
        x >>= 4;
        index += 4;
    }
    return index + ((nibble_highest >> (x * 2)) & 3);
}

#endif

#endif
