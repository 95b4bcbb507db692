/* SPDX-License-Identifier: MIT */
/*
 * QEMU's `mps2-an385` (Cortex-M3) with -icount shift=10: an instruction takes 1024 ns, 25.6 ticks
 * of the 25 MHz SysTick, which so counts instructions exactly (24 bits: up to 655 000).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define BOARD_TRACE      ((const uint32_t *)0x21000000) /* 4 MB */
#define BOARD_POOL       ((char *)0x21400000)
#define BOARD_POOL_SIZE  ((size_t)6 << 20)
#define BOARD_SLOTS      ((void **)0x21A00000) /* 3 MB */
#define BOARD_MORE_SLOTS ((void **)0x21D00000) /* 3 MB */
#define BOARD_PARAMETERS ((const uint32_t *)0x20300000)

#define BOARD_SYSTICK ((volatile uint32_t *)0xE000E010)

static inline uint32_t board_now(void) {
    uint32_t now = BOARD_SYSTICK[2];
    __asm__ volatile("" : : : "memory");
    return now;
}

static inline uint32_t board_between(uint32_t before, uint32_t after) {
    return (((before - after) & 0xFFFFFF) * 10 + 128) / 256;
}

void board_start(void);
void board_put(char byte);
__attribute__((noreturn)) void board_stop(void);
