/* SPDX-License-Identifier: MIT */
/*
 * What capheap asks of the platform. Link exactly one file of ports/; without one the link fails,
 * so that no lock is ever missing by accident. `ports/none.c` is the choice of no lock.
 */
#ifndef CAPHEAP_PORT_H
#define CAPHEAP_PORT_H

#include <stdint.h>

#include "capheap/config.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct capheap_lock {
    uintptr_t words[CAPHEAP_PORT_LOCK_WORDS];
} capheap_lock_t;

/* Make a lock ready, once, before it is used. All its words are 0. */
void capheap_port_lock_init(capheap_lock_t *lock);

/* Held for one operation of a region (bounded, O(1)); never taken twice by the same holder; may be
 * taken in an interrupt if the port says so. */
void capheap_port_lock(capheap_lock_t *lock);
void capheap_port_unlock(capheap_lock_t *lock);

#ifdef __cplusplus
}
#endif

#endif
