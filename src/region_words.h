/* SPDX-License-Identifier: MIT */
/*
 * Zeroing and copying by aligned 32-bit words alone, for memory that takes nothing else. Volatile,
 * lest the compiler make the loops into calls of memset and memcpy, which use bytes.
 */
#ifndef CAPHEAP_REGION_WORDS_H
#define CAPHEAP_REGION_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* Addresses and sizes are multiples of 4, here and below. */
static inline void words_zero(void *start, const void *end) {
    for (volatile uint32_t *word = start; word != end; word++) {
        *word = 0;
    }
}

/* From the end: that makes the shortest loop. */
static inline void words_copy(void *to, const void *from, size_t size) {
    while (size != 0) {
        size -= sizeof(uint32_t);
        *(volatile uint32_t *)((char *)to + size) =
            *(const volatile uint32_t *)((const char *)from + size);
    }
}

#endif
