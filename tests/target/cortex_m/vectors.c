/* SPDX-License-Identifier: MIT */
/*
 * Cortex-M: reset, faults, semihosting, and a call of code made at run time. Arm v6-M to v8.1-M
 * Architecture Reference Manuals, "Exception model".
 */
#include "semihost.h"
#include "target.h"

extern char target_stack_top[];
_Noreturn void target_start(void);
_Noreturn void target_fault(const uint32_t *frame, const uint32_t *others, uint32_t return_value);
void target_timer_interrupt(void);

/* The linker's address of the stack, then straight to C. */
__attribute__((naked, section(".reset"))) void target_reset(void) {
    __asm__ volatile("ldr r0, =target_stack_top\n"
                     "mov sp, r0\n"
#if defined(__ARM_FP)
                     "ldr r0, =0xE000ED88\n" /* CPACR: full access to the floating-point unit */
                     "ldr r1, [r0]\n"
                     "orr r1, r1, #0x00F00000\n"
                     "str r1, [r0]\n"
                     "dsb\n"
                     "isb\n"
#endif
                     "cpsie i\n"
                     "bl target_start\n"
                     ".ltorg\n");
}

/* What the processor pushed is on the stack; push r4 to r11 besides. Works on v6-M too. */
__attribute__((naked)) static void fault(void) {
    __asm__ volatile("mov r0, sp\n"
                     "mov r2, lr\n"
                     "sub sp, #32\n"
                     "mov r1, sp\n"
                     "str r4, [r1, #0]\n"
                     "str r5, [r1, #4]\n"
                     "str r6, [r1, #8]\n"
                     "str r7, [r1, #12]\n"
                     "mov r3, r8\n"
                     "str r3, [r1, #16]\n"
                     "mov r3, r9\n"
                     "str r3, [r1, #20]\n"
                     "mov r3, r10\n"
                     "str r3, [r1, #24]\n"
                     "mov r3, r11\n"
                     "str r3, [r1, #28]\n"
                     "bl target_fault\n");
}

void target_fault(const uint32_t *frame, const uint32_t *others, uint32_t return_value) {
    static const char *const pushed[8] = {"r0 ", "r1 ", "r2 ", "r3 ", "r12", "lr ", "pc ", "psr"};
    static const char *const rest[8] = {"r4 ", "r5 ", "r6 ", "r7 ", "r8 ", "r9 ", "r10", "r11"};
    uint32_t exception;
    __asm__ volatile("mrs %0, ipsr" : "=r"(exception));
    target_print("\nFAULT: exception ");
    target_print_number(exception);
    target_print(", return value ");
    target_print_hex(return_value);
    target_print("\n");
    for (size_t i = 0; i < 8; i++)
        target_print_register(pushed[i], frame[i]);
    for (size_t i = 0; i < 8; i++)
        target_print_register(rest[i], others[i]);
#if __ARM_ARCH >= 7
    target_print_register("CFSR", *(volatile uint32_t *)0xE000ED28);
    target_print_register("HFSR", *(volatile uint32_t *)0xE000ED2C);
    target_print_register("MMFAR", *(volatile uint32_t *)0xE000ED34);
    target_print_register("BFAR", *(volatile uint32_t *)0xE000ED38);
#endif
    target_exit(TARGET_FAULT_STATUS);
}

/* Every interrupt of a device that a board may use is its timer's. */
#define TIMER_8                                                                                    \
    target_timer_interrupt, target_timer_interrupt, target_timer_interrupt,                        \
        target_timer_interrupt, target_timer_interrupt, target_timer_interrupt,                    \
        target_timer_interrupt, target_timer_interrupt

typedef void (*vector_t)(void);

/* Entry 0 is the initial stack pointer; 15 is SysTick; devices follow. */
__attribute__((section(".vectors"), used)) const vector_t target_vectors[48] = {
    (vector_t)(uintptr_t)target_stack_top,
    target_reset,
    fault,
    fault,
    fault,
    fault,
    fault,
    fault,
    fault,
    fault,
    fault,
    fault,
    fault,
    fault,
    fault,
    target_timer_interrupt,
    TIMER_8,
    TIMER_8,
    TIMER_8,
    TIMER_8,
};

uintptr_t semihost(uintptr_t operation, uintptr_t argument) {
    register uintptr_t r0 __asm__("r0") = operation;
    register uintptr_t r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

const uint32_t target_code[2] = {0x4770202A, 0x4770202A}; /* movs r0, #42; bx lr */

int target_call(const void *code) {
    __asm__ volatile("dsb\nisb" ::: "memory");
    int (*function)(void) = (int (*)(void))((uintptr_t)code | 1); /* Thumb */
    return function();
}

void target_bad_instruction(void) {
    __asm__ volatile("movs r0, #0x5a\nudf #1" ::: "r0");
}

/* Addresses from E0200000 on are nobody's on these boards. */
void target_bad_address(void) {
    *(volatile uint32_t *)0xEFFF0000 = 1;
}
