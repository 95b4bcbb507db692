/* SPDX-License-Identifier: MIT */
/*
 * The port for ESP-IDF (4.4 or later): a lock is a portMUX spinlock, entered as a critical section.
 * Tasks and interrupts of both cores may use heaps, but no interrupt above the level that FreeRTOS
 * masks, and none while the flash cache is off unless the heap's code is in IRAM.
 *
 * Compiled in our tests against declarations written from ESP-IDF's documentation ("FreeRTOS
 * (IDF)", section "Critical Sections"), not run on a chip there.
 */
#include "freertos/FreeRTOS.h"

#include "capheap/port.h"

_Static_assert(sizeof(portMUX_TYPE) <= sizeof(capheap_lock_t),
               "raise CAPHEAP_PORT_LOCK_WORDS: a portMUX_TYPE must fit into a capheap_lock_t");

static portMUX_TYPE *spinlock_of(capheap_lock_t *lock) {
    return (portMUX_TYPE *)(void *)lock->words;
}

void capheap_port_lock_init(capheap_lock_t *lock) {
    portMUX_INITIALIZE(spinlock_of(lock));
}

/* The safe variant finds out by itself whether it is called in an interrupt. */
void capheap_port_lock(capheap_lock_t *lock) {
    portENTER_CRITICAL_SAFE(spinlock_of(lock));
}

void capheap_port_unlock(capheap_lock_t *lock) {
    portEXIT_CRITICAL_SAFE(spinlock_of(lock));
}
