/* SPDX-License-Identifier: MIT */
/*
 * The port for one RISC-V core without an operating system, in machine mode: a lock clears
 * mstatus.MIE, so heaps may be used in the main loop and in interrupt handlers alike. Not for two
 * cores that share a heap.
 *
 * Source: The RISC-V Instruction Set Manual, volume II, "Machine-Level ISA", mstatus.
 */
#include "capheap/port.h"

#define MSTATUS_MIE ((uintptr_t)1 << 3)

/* The assembler is told of the CSR instructions here, since older -march strings include them
 * without saying so and newer ones do not. */
#define CSR(instruction) ".option push\n\t.option arch, +zicsr\n\t" instruction "\n\t.option pop"

void capheap_port_lock_init(capheap_lock_t *lock) {
    (void)lock;
}

/* words[0]: MIE as it was. A lock within a lock finds it clear and leaves it so. */
void capheap_port_lock(capheap_lock_t *lock) {
    uintptr_t before;
    __asm__ volatile(CSR("csrrci %0, mstatus, 8") : "=r"(before)::"memory");
    lock->words[0] = before & MSTATUS_MIE;
}

void capheap_port_unlock(capheap_lock_t *lock) {
    uintptr_t before = lock->words[0];
    __asm__ volatile(CSR("csrs mstatus, %0")::"r"(before) : "memory");
}
