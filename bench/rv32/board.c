/* SPDX-License-Identifier: MIT */
#include "board.h"

#define UART ((volatile uint8_t *)0x10000000)
#define EXIT ((volatile uint32_t *)0x100000)

void board_start(void) {
}

void board_put(char byte) {
    *UART = (uint8_t)byte;
}

void board_stop(void) {
    for (;;) {
        *EXIT = 0x5555;
    }
}

/* A fault: say so and end with a failure. */
__attribute__((noreturn, used)) void board_fault(void) {
    *UART = '!';
    *UART = '\n';
    for (;;) {
        *EXIT = 0x13333;
    }
}

__attribute__((naked, noreturn, section(".start"))) void _start(void) {
    __asm__ volatile(".option push\n"
                     ".option norelax\n"
                     "la gp, __global_pointer$\n"
                     ".option pop\n"
                     "la sp, stack_top\n"
                     "la tp, thread_data\n"
                     "la t0, board_fault\n"
                     "csrw mtvec, t0\n"
                     "la t0, bss_start\n"
                     "la t1, bss_end\n"
                     "1: bgeu t0, t1, 2f\n"
                     "sw zero, 0(t0)\n"
                     "addi t0, t0, 4\n"
                     "j 1b\n"
                     "2: call main\n"
                     "j board_stop\n");
}
