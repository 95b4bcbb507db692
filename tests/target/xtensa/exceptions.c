/* SPDX-License-Identifier: MIT */
/* Xtensa LX106: output by simcall (QEMU target/xtensa/xtensa-semi.c), exceptions, a call of code
 * made at run time. */
#include <string.h>

#include "target.h"

#define SIMCALL_EXIT   1
#define SIMCALL_WRITE  4
#define LEVEL1_REQUEST 4u /* EXCCAUSE of an interrupt */

int target_simcall(int number, int b, int c, int d);
void target_timer_interrupt(void);
void target_exception(const uint32_t *frame);
_Noreturn void target_stop(const char *what);

void target_print(const char *text) {
    (void)target_simcall(SIMCALL_WRITE, 1, (int)(uintptr_t)text, (int)strlen(text));
}

void target_exit(int status) {
    for (;;)
        (void)target_simcall(SIMCALL_EXIT, status, 0, 0);
}

void target_stop(const char *what) {
    target_print("\nFAULT: pc unknown, ");
    target_print(what);
    target_print("\n");
    target_exit(TARGET_FAULT_STATUS);
}

void target_exception(const uint32_t *frame) {
    static const char *const names[21] = {
        "a0 ", "a1 ", "a2 ", "a3 ", "a4 ", "a5 ", "a6 ", "a7 ", "a8 ",   "a9 ",     "a10",
        "a11", "a12", "a13", "a14", "a15", "sar", "pc ", "ps ", "cause", "address",
    };
    if (frame[19] == LEVEL1_REQUEST) {
        target_timer_interrupt();
        return;
    }
    target_print("\nFAULT: exception\n");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        target_print_register(names[i], frame[i]);
    target_exit(TARGET_FAULT_STATUS);
}

const uint32_t target_code[2] = {0x802AA022, 0x00000000}; /* movi a2, 42; ret */

int target_call(const void *code) {
    __asm__ volatile("isync" ::: "memory");
    int (*function)(void) = (int (*)(void))(uintptr_t)code;
    return function();
}

void target_bad_instruction(void) {
    __asm__ volatile("ill");
}

/* Nothing is there on this machine. */
void target_bad_address(void) {
    *(volatile uint32_t *)0x20000000 = 1;
}
