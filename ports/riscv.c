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

/* By their encoding: assemblers disagree on whether -march must name Zicsr for these, and on how it
 * is named in place. */
#define CSRRCI_MSTATUS_MIE ".insn i 0x73, 7, %0, x8, 0x300 # csrrci %0, mstatus, 8"
#define CSRS_MSTATUS       ".insn i 0x73, 2, x0, %0, 0x300 # csrs mstatus, %0"

void capheap_port_lock_init(capheap_lock_t *lock) {
    (void)lock;
}

/* words[0]: MIE as it was. A lock within a lock finds it clear and leaves it so. */
void capheap_port_lock(capheap_lock_t *lock) {
    uintptr_t before;
    __asm__ volatile(CSRRCI_MSTATUS_MIE : "=r"(before)::"memory");
    lock->words[0] = before & MSTATUS_MIE;
}

void capheap_port_unlock(capheap_lock_t *lock) {
    uintptr_t before = lock->words[0];
    __asm__ volatile(CSRS_MSTATUS::"r"(before) : "memory");
}
