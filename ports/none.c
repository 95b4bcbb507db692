/* SPDX-License-Identifier: MIT */
/*
 * The port of no lock, for a program in which heaps are used by one thread, on one core, and never
 * in an interrupt: bare metal with one main loop, tests, the simulator. To link it is a choice.
 */
#include "capheap/port.h"

void capheap_port_lock_init(capheap_lock_t *lock) {
    (void)lock;
}

void capheap_port_lock(capheap_lock_t *lock) {
    (void)lock;
}

void capheap_port_unlock(capheap_lock_t *lock) {
    (void)lock;
}
