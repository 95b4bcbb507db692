/* SPDX-License-Identifier: MIT */
/*
 * The port for one Xtensa core without an operating system: a lock raises the interrupt level
 * (RSIL), so heaps may be used in the main loop and in interrupt handlers up to that level alike.
 * Not for two cores that share a heap; on an ESP32 with ESP-IDF link ports/esp_idf.c.
 *
 * CAPHEAP_PORT_XTENSA_LEVEL, in the configuration header (config.h): 1 to 15, the highest level
 * that must wait. The default, 3, is the highest at which handlers may be written in C on the ESP
 * chips (XCHAL_EXCM_LEVEL of ESP32); levels above go on and must not use a heap.
 *
 * Source: Xtensa Instruction Set Architecture Reference Manual, RSIL, and "Special registers", PS.
 */
#include "capheap/port.h"

#ifndef CAPHEAP_PORT_XTENSA_LEVEL
#define CAPHEAP_PORT_XTENSA_LEVEL 3
#endif

_Static_assert(CAPHEAP_PORT_XTENSA_LEVEL >= 1 && CAPHEAP_PORT_XTENSA_LEVEL <= 15,
               "CAPHEAP_PORT_XTENSA_LEVEL is a level from 1 to 15");

#define PS_LEVEL 15u

void capheap_port_lock_init(capheap_lock_t *lock) {
    (void)lock;
}

/* words[0]: PS as it was. Where a higher level is in force already, it stays. */
void capheap_port_lock(capheap_lock_t *lock) {
    uintptr_t before;
    __asm__ volatile("rsil %0, %1" : "=r"(before) : "i"(CAPHEAP_PORT_XTENSA_LEVEL) : "memory");
    if ((before & PS_LEVEL) > CAPHEAP_PORT_XTENSA_LEVEL)
        __asm__ volatile("wsr %0, ps\n\trsync" ::"r"(before) : "memory");
    lock->words[0] = before;
}

void capheap_port_unlock(capheap_lock_t *lock) {
    uintptr_t before = lock->words[0];
    __asm__ volatile("wsr %0, ps\n\trsync" ::"r"(before) : "memory");
}
