/* SPDX-License-Identifier: MIT */
/* QEMU's `virt` with -icount shift=0: instret counts instructions exactly. */
#pragma once

#include <stdint.h>

#define BOARD_POOL       ((char *)0x84000000)
#define BOARD_POOL_SIZE  ((size_t)64 << 20)
#define BOARD_SLOTS      ((void **)0x8C000000) /* 16 MB */
#define BOARD_MORE_SLOTS ((void **)0x8D000000) /* 16 MB */
#define BOARD_PARAMETERS ((const uint32_t *)0x8F000000)
#define BOARD_TRACE      ((const uint32_t *)0x90000000)

static inline uint32_t board_now(void) {
    uint32_t now;
    __asm__ volatile("csrr %0, instret" : "=r"(now) : : "memory");
    return now;
}

/* Instructions between two calls of board_now, the second itself included. */
static inline uint32_t board_between(uint32_t before, uint32_t after) {
    return after - before;
}

void board_start(void);
void board_put(char byte);
__attribute__((noreturn)) void board_stop(void);
