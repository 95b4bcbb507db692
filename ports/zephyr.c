/* SPDX-License-Identifier: MIT */
/*
 * The port for Zephyr (3.1 or later): a lock is a k_spinlock, which masks this CPU's interrupts
 * and, with several CPUs, keeps the others out. Threads and interrupts of all CPUs may use heaps,
 * except zero-latency interrupts.
 *
 * Compiled in our tests against declarations written from Zephyr's documentation
 * (https://docs.zephyrproject.org/latest/doxygen/html/group__spinlock__apis.html), not run on
 * Zephyr there.
 */
#include <zephyr/spinlock.h>

#include "capheap/port.h"

/* The key is what k_spin_lock gave: the state to go back to. */
struct port_lock {
    k_spinlock_key_t key;
    struct k_spinlock spinlock;
};

_Static_assert(sizeof(struct port_lock) <= sizeof(capheap_lock_t),
               "raise CAPHEAP_PORT_LOCK_WORDS: a k_spinlock and its key must fit into a "
               "capheap_lock_t (CONFIG_SPIN_VALIDATE makes it larger)");

static struct port_lock *port_lock_of(capheap_lock_t *lock) {
    return (struct port_lock *)(void *)lock->words;
}

/* A k_spinlock that is all zero is ready and free. */
void capheap_port_lock_init(capheap_lock_t *lock) {
    (void)lock;
}

void capheap_port_lock(capheap_lock_t *lock) {
    struct port_lock *port = port_lock_of(lock);
    k_spinlock_key_t key = k_spin_lock(&port->spinlock);
    port->key = key;
}

void capheap_port_unlock(capheap_lock_t *lock) {
    struct port_lock *port = port_lock_of(lock);
    k_spin_unlock(&port->spinlock, port->key);
}
