/* SPDX-License-Identifier: MIT */
/*
 * What the tests ask of an emulated board. Start-up code and what is below are in cortex_m/,
 * riscv/ and xtensa/; boards/NAME.cmake says which board takes which and where its memories are.
 */
#ifndef CAPHEAP_TARGET_H
#define CAPHEAP_TARGET_H

#include <stddef.h>
#include <stdint.h>

#include "capheap/chip.h"

/* ---- Output and the end. A fault prints the registers and ends with TARGET_FAULT_STATUS. */

#define TARGET_FAULT_STATUS 3

/* Send text, a string, to whoever runs the board. */
void target_print(const char *text);
void target_print_hex(uintptr_t value);
void target_print_number(uint32_t value);
_Noreturn void target_exit(int status);

/* By the handlers of faults: a line "NAME value". */
void target_print_register(const char *name, uintptr_t value);

/* ---- A timer interrupt: `tick` is called in it, once each time it was asked for. */

/* From now on tick() is called; the first time after target_timer_next. */
void target_timer_start(void (*tick)(void));
/* Once more, after so many microseconds or a little later. Also in tick(). */
void target_timer_next(uint32_t microseconds);
void target_timer_stop(void);

/* ---- Reset: all starts again, but memory keeps what no start-up code writes. Also in tick(). */

_Noreturn void target_reset_board(void);

/* ---- Code made at run time */

/* Machine code that returns 42: position-independent, whole words. */
extern const uint32_t target_code[2];
/* Call the code at this address, once it has been written. */
int target_call(const void *code);

/* ---- Ways to cause a fault */

void target_bad_instruction(void);
void target_bad_address(void);

/* ---- The board: which table of chips/ it is, what of its external memory is used, and what this
 * program takes of its memories. */

typedef struct target_board {
    const char *name;
    const capheap_chip_t *chip;
    size_t fitted;  /* bytes */
    size_t regions; /* that its heap must have with all of its memory */
} target_board_t;

extern const target_board_t target_board;

/* Where this program is: at most `max` ranges that lie in the chip's memories. Returns how many. */
size_t target_reserved(capheap_range_t *ranges, size_t max);

#endif
