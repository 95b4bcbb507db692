/* SPDX-License-Identifier: MIT */
/* The board's memories as a heap, and random blocks in it whose contents are known. */
#ifndef CAPHEAP_TARGET_BOARD_HEAP_H
#define CAPHEAP_TARGET_BOARD_HEAP_H

#include <stdbool.h>

#include "capheap/heap.h"
#include "capheap/inspect.h"
#include "target.h"
#include "test.h"
#include "test_random.h"

#define BOARD_REGIONS 8

extern capheap_heap_t board_heap;
extern uint32_t board_reports; /* misuse and damage */

/* A fresh heap of all memory of the board that this program does not take; of external memory so
 * many bytes. */
void board_open(size_t fitted);

capheap_figures_t board_figures(capheap_caps_t caps);

/* Does this memory have all of these? */
bool board_type_has(const capheap_type_t *type, capheap_caps_t caps);

/* A block and what it holds: words that follow from the key. */
typedef struct board_block {
    uint32_t *start; /* NULL: none */
    size_t words;
    uint32_t key;
} board_block_t;

/* One who allocates: the main loop or the interrupt. */
typedef struct board_player {
    test_random_t random;
    board_block_t *blocks;
    uint32_t count;
    uint32_t largest; /* bytes of a request */
    uint32_t served, refused, moved, wrong;
} board_player_t;

/* One random call: malloc, calloc, aligned, realloc or free, of random capabilities. What does not
 * agree with what the block must hold is counted in `wrong`. */
void board_play(board_player_t *player);
void board_free_all(board_player_t *player);

#endif
