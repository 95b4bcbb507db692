/* SPDX-License-Identifier: MIT */
/* A lock for one core with interrupts, to be measured: mask them, keep what they were. */
#include "capheap/port.h"

#define INTERRUPTS_ON 8u /* mstatus.MIE */

void capheap_port_lock_init(capheap_lock_t *lock) {
    (void)lock;
}

void capheap_port_lock(capheap_lock_t *lock) {
    uintptr_t before;
    __asm__ volatile("csrrc %0, mstatus, %1" : "=r"(before) : "r"(INTERRUPTS_ON) : "memory");
    lock->words[0] = before & INTERRUPTS_ON;
}

void capheap_port_unlock(capheap_lock_t *lock) {
    __asm__ volatile("csrs mstatus, %0" : : "r"(lock->words[0]) : "memory");
}
