/* SPDX-License-Identifier: MIT */
/* RISC-V: traps, and a call of code made at run time. The RISC-V Instruction Set Manual, volume II,
 * chapter "Machine-Level ISA". */
#include "target.h"

#define INTERRUPT     0x80000000u
#define MACHINE_TIMER 7u

void target_timer_interrupt(void);
void target_trap(const uint32_t *frame, uint32_t cause, uint32_t value);

void target_trap(const uint32_t *frame, uint32_t cause, uint32_t value) {
    static const char names[] = "pc ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 "
                                "s6 s7 s8 s9 s10s11t3 t4 t5 t6 ";
    if (cause == (INTERRUPT | MACHINE_TIMER)) {
        target_timer_interrupt();
        return;
    }
    target_print("\nFAULT: cause ");
    target_print_hex(cause);
    target_print(", value ");
    target_print_hex(value);
    target_print("\n");
    for (size_t i = 0; i < 32; i++) {
        char name[4] = {names[3 * i], names[3 * i + 1], names[3 * i + 2], '\0'};
        target_print_register(name, frame[i]);
    }
    target_exit(TARGET_FAULT_STATUS);
}

const uint32_t target_code[2] = {0x02A00513, 0x00008067}; /* li a0, 42; ret */

int target_call(const void *code) {
    __asm__ volatile(".option push\n.option arch, +zifencei\nfence.i\n.option pop" ::: "memory");
    int (*function)(void) = (int (*)(void))(uintptr_t)code;
    return function();
}

/* All zero bits are defined to be no instruction. */
void target_bad_instruction(void) {
    __asm__ volatile(".word 0");
}

/* Nothing is there on these boards. */
void target_bad_address(void) {
    *(volatile uint32_t *)0x18000000 = 1;
}
