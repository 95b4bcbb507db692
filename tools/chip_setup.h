/* SPDX-License-Identifier: MIT */
/* Which chip, with how much external memory, and what of it is reserved: what `capheap chip` and
 * `capheap sim` are both told. */
#ifndef CHIP_SETUP_H
#define CHIP_SETUP_H

#include <stdbool.h>
#include <stddef.h>

#include "capheap/chip.h"
#include "problem.h"

/* All 0: nothing told so far. */
typedef struct chip_setup {
    const capheap_chip_t *chip;
    const char *fitted_text;    /* as given; NULL: none */
    const char **reserve_texts; /* as given */
    size_t reserve_count;

    size_t fitted;           /* bytes of external memory that the chip can reach */
    capheap_range_t *ranges; /* reserved besides the chip's own; names belong to it */
    size_t range_count;
} chip_setup_t;

/* By name. */
bool chip_setup_choose(chip_setup_t *setup, const char *name, problem_t *problem);
/* A range, or "usual": what the chip's table tells of an ordinary program. */
bool chip_setup_reserve(chip_setup_t *setup, const char *text, problem_t *problem);
/* All was told and chip is set: understand and check the rest. */
bool chip_setup_finish(chip_setup_t *setup, problem_t *problem);
void chip_setup_free(chip_setup_t *setup);

/* Bytes of external memory that a chip can reach. */
size_t chip_setup_external(const capheap_chip_t *chip);

#endif
