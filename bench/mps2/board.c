/* SPDX-License-Identifier: MIT */
#include "board.h"

#define UART ((volatile uint32_t *)0x40004000)

extern uint32_t bss_start[], bss_end[], stack_top[];
int main(void);

void board_start(void) {
    UART[4] = 16; /* baud rate divisor */
    UART[2] = 1;  /* transmit */
    BOARD_SYSTICK[1] = 0xFFFFFF;
    BOARD_SYSTICK[2] = 0;
    BOARD_SYSTICK[0] = 5; /* on, by the processor's clock */
}

void board_put(char byte) {
    while (UART[1] & 1) {
    }
    UART[0] = (uint8_t)byte;
}

__attribute__((noreturn)) static void semihosting_exit(uint32_t reason) {
    register uint32_t call __asm__("r0") = 0x18;
    register uint32_t why __asm__("r1") = reason;
    for (;;) {
        __asm__ volatile("bkpt 0xAB" : : "r"(call), "r"(why) : "memory");
    }
}

void board_stop(void) {
    semihosting_exit(0x20026); /* application exit */
}

static void fault(void) {
    board_put('!');
    board_put('\n');
    semihosting_exit(0x20023); /* run-time error */
}

static void reset(void) {
    for (uint32_t *word = bss_start; word < bss_end; word++) {
        *word = 0;
    }
    main();
    board_stop();
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    stack_top,     (void *)reset, (void *)fault, (void *)fault,
    (void *)fault, (void *)fault, (void *)fault,
};
