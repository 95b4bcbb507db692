/* SPDX-License-Identifier: MIT */
#include "pattern.h"

#define WORD 4u

/* One aligned 32-bit access, never widened or joined with another by the compiler. */
static volatile uint32_t *word_of(const pattern_view_t *view, size_t at) {
    unsigned char *place = view->reversed ? view->data - at - WORD : view->data + at;
    return (volatile uint32_t *)(void *)place;
}

/* No block's pattern is all zero. */
static uint32_t pattern_word(uint32_t seed, size_t at) {
    return (seed | 1u) + (uint32_t)(at / WORD) * UINT32_C(0x9E3779B2);
}

static unsigned char pattern_byte(uint32_t seed, size_t at) {
    return (unsigned char)(pattern_word(seed, at) >> (at % WORD * 8));
}

static size_t whole_words(size_t size) {
    return size - size % WORD;
}

void pattern_write(const pattern_view_t *view, size_t from, size_t size, uint32_t seed) {
    for (size_t at = whole_words(from); at < whole_words(size); at += WORD) {
        *word_of(view, at) = pattern_word(seed, at);
    }
    for (size_t at = whole_words(size); !view->word_only && at < size; at++) {
        view->data[at] = pattern_byte(seed, at);
    }
}

bool pattern_is_kept(const pattern_view_t *view, size_t size, uint32_t seed) {
    for (size_t at = 0; at < whole_words(size); at += WORD) {
        if (*word_of(view, at) != pattern_word(seed, at)) {
            return false;
        }
    }
    for (size_t at = whole_words(size); !view->word_only && at < size; at++) {
        if (view->data[at] != pattern_byte(seed, at)) {
            return false;
        }
    }
    return true;
}

bool pattern_is_zero(const pattern_view_t *view, size_t size) {
    for (size_t at = 0; at < whole_words(size); at += WORD) {
        if (*word_of(view, at) != 0) {
            return false;
        }
    }
    for (size_t at = whole_words(size); !view->word_only && at < size; at++) {
        if (view->data[at] != 0) {
            return false;
        }
    }
    return true;
}
