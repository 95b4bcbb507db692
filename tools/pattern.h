/* SPDX-License-Identifier: MIT */
/*
 * What the simulator writes into blocks, and finds there again as long as nobody else wrote. The
 * pattern of a seed depends on the place within the block alone, so it survives a move. Memory that
 * takes only words is touched by aligned 32-bit words alone; there a block's last bytes that make
 * no whole word stay as they are.
 */
#ifndef PATTERN_H
#define PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How the bytes of a block are reached. */
typedef struct pattern_view {
    unsigned char *data; /* the first byte, aligned to 4; of a block whose owner sees its words in
                            reverse order: the end of its memory */
    bool word_only;
    bool reversed; /* word_only too */
} pattern_view_t;

/* Bytes [from, size) are written. */
void pattern_write(const pattern_view_t *view, size_t from, size_t size, uint32_t seed);
/* Are bytes [0, size) as written? */
bool pattern_is_kept(const pattern_view_t *view, size_t size, uint32_t seed);
/* Are bytes [0, size) zero? */
bool pattern_is_zero(const pattern_view_t *view, size_t size);

#endif
