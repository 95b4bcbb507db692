/* SPDX-License-Identifier: MIT */
/*
 * Zeroing and copying by aligned 32-bit words alone, for memory that takes nothing else. Volatile,
 * lest the compiler make the loops into calls of memset and memcpy, which use bytes.
 */
#ifndef CAPHEAP_REGION_WORDS_H
#define CAPHEAP_REGION_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* start and size are multiples of 4, here and below. */
static inline void words_zero(void *start, size_t size) {
    volatile uint32_t *word = start;
    for (size_t i = 0; i < size / sizeof *word; i++) {
        word[i] = 0;
    }
}

/* The two may overlap if `to` is the lower one. */
static inline void words_copy_down(void *to, const void *from, size_t size) {
    volatile uint32_t *target = to;
    const volatile uint32_t *source = from;
    for (size_t i = 0; i < size / sizeof *target; i++) {
        target[i] = source[i];
    }
}

#endif
