/* SPDX-License-Identifier: MIT */
/* Blocks of zeroes. */

#include "region_core.h"
#include "region_words.h"

void *capheap_region_calloc(capheap_region_t *region, size_t count, size_t size) {
    size_t total;
    if (__builtin_mul_overflow(count, size, &total)) {
        return NULL;
    }
    void *ptr = capheap_region_malloc(region, total);
    if (ptr == NULL) {
        return NULL;
    }
    if (region->flags & CAPHEAP_REGION_WORD_ONLY) {
        words_zero(ptr, (char *)ptr + ((total + 3) & ~(size_t)3));
    } else {
        __builtin_memset(ptr, 0, total);
    }
    return ptr;
}
