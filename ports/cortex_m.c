/* SPDX-License-Identifier: MIT */
/*
 * The port for one Arm Cortex-M core (v6-M, v7-M, v8-M) without an operating system: a lock masks
 * interrupts, so heaps may be used in the main loop and in interrupts alike.
 *
 * CAPHEAP_PORT_BASEPRI, in the configuration header (config.h):
 *   0 (default)  PRIMASK: all interrupts wait but NMI and HardFault. Any core.
 *   1 to 255     BASEPRI, to be had from v7-M on: interrupts of this priority value and higher
 *                values (less urgent ones) wait; more urgent ones go on and must not use a heap.
 *                The value is that of the register: with 3 priority bits, level 2 is 0x40.
 *
 * Not for two cores that share a heap. Unprivileged code can't mask interrupts: the lock would be
 * silently none; an operating system that runs tasks so has a port of its own.
 *
 * Source: Arm v7-M Architecture Reference Manual (DDI0403E), B1.4.3 "The special-purpose mask
 * registers" and B5.2.3 "MSR"; v6-M (DDI0419E), B1.4.3.
 */
#include "capheap/port.h"

#ifndef CAPHEAP_PORT_BASEPRI
#define CAPHEAP_PORT_BASEPRI 0
#endif

_Static_assert(CAPHEAP_PORT_BASEPRI >= 0 && CAPHEAP_PORT_BASEPRI <= 255,
               "CAPHEAP_PORT_BASEPRI is 0 or a priority from 1 to 255");

void capheap_port_lock_init(capheap_lock_t *lock) {
    (void)lock;
}

#if CAPHEAP_PORT_BASEPRI == 0

/* words[0]: PRIMASK as it was. A lock within a lock finds interrupts masked and leaves them so. */
void capheap_port_lock(capheap_lock_t *lock) {
    uintptr_t before;
    __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(before)::"memory");
    lock->words[0] = before;
}

void capheap_port_unlock(capheap_lock_t *lock) {
    uintptr_t before = lock->words[0];
    __asm__ volatile("msr primask, %0" ::"r"(before) : "memory");
}

#else

/* words[0]: BASEPRI as it was. BASEPRI_MAX only ever masks more. The barrier makes sure that no
 * interrupt that is masked from here on is taken after it (some Cortex-M7 need it). */
void capheap_port_lock(capheap_lock_t *lock) {
    uintptr_t before;
    uintptr_t level = CAPHEAP_PORT_BASEPRI;
    __asm__ volatile("mrs %0, basepri" : "=r"(before)::"memory");
    __asm__ volatile("msr basepri_max, %0\n\tdsb\n\tisb" ::"r"(level) : "memory");
    lock->words[0] = before;
}

void capheap_port_unlock(capheap_lock_t *lock) {
    uintptr_t before = lock->words[0];
    __asm__ volatile("msr basepri, %0" ::"r"(before) : "memory");
}

#endif
