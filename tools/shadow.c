/* SPDX-License-Identifier: MIT */
#include "shadow.h"

#include <stdlib.h>
#include <string.h>

bool shadow_open(shadow_t *shadow, uint64_t bytes) {
    shadow->grains = bytes / SHADOW_GRAIN;
    shadow->bits = calloc((size_t)(shadow->grains / 64 + 1), sizeof *shadow->bits);
    return shadow->bits != NULL;
}

void shadow_close(shadow_t *shadow) {
    free(shadow->bits);
    shadow->bits = NULL;
    shadow->grains = 0;
}

void shadow_clear(shadow_t *shadow) {
    memset(shadow->bits, 0, (size_t)(shadow->grains / 64 + 1) * sizeof *shadow->bits);
}

/* The bits of [first, end) that are in the word of `first`. */
static uint64_t mask_of(uint64_t first, uint64_t end) {
    uint64_t mask = UINT64_MAX << (first % 64);
    if (end - (first - first % 64) < 64) {
        mask &= (UINT64_C(1) << (end % 64)) - 1;
    }
    return mask;
}

static uint64_t next_word(uint64_t first) {
    return first - first % 64 + 64;
}

/* Are all bits of the range equal to `set`? */
static bool all_are(const shadow_t *shadow, uint64_t first, uint64_t end, bool set) {
    for (uint64_t at = first; at < end; at = next_word(at)) {
        uint64_t mask = mask_of(at, end);
        if ((shadow->bits[at / 64] & mask) != (set ? mask : 0)) {
            return false;
        }
    }
    return true;
}

static bool flip(shadow_t *shadow, uint64_t offset, uint64_t size, bool from) {
    uint64_t first = offset / SHADOW_GRAIN;
    uint64_t count = (size + SHADOW_GRAIN - 1) / SHADOW_GRAIN;
    if (first > shadow->grains || count > shadow->grains - first ||
        !all_are(shadow, first, first + count, from)) {
        return false;
    }
    for (uint64_t at = first; at < first + count; at = next_word(at)) {
        shadow->bits[at / 64] ^= mask_of(at, first + count);
    }
    return true;
}

bool shadow_take(shadow_t *shadow, uint64_t offset, uint64_t size) {
    return flip(shadow, offset, size, false);
}

bool shadow_release(shadow_t *shadow, uint64_t offset, uint64_t size) {
    return flip(shadow, offset, size, true);
}
