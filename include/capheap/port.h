/* SPDX-License-Identifier: MIT */
/*
 * What capheap asks of the platform. Link exactly one file of ports/; without one the link fails,
 * so that no lock is ever missing by accident. ports/none.c is the choice of no lock, ports/posix.c
 * is for threads of a POSIX system, ports/template.c is there to be copied for another one.
 */
#ifndef CAPHEAP_PORT_H
#define CAPHEAP_PORT_H

#include <stdint.h>

#include "capheap/config.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A lock is the port's own to lay out in these words: a mutex, a spinlock, a saved interrupt mask.
 * It never moves and lives as long as its heap. */
typedef struct capheap_lock {
    uintptr_t words[CAPHEAP_PORT_LOCK_WORDS]; /* 0 before capheap_port_lock_init */
} capheap_lock_t;

/* Make a lock ready. Called once for each lock, before its first use, by one thread; its words are
 * 0. */
void capheap_port_lock_init(capheap_lock_t *lock);

/*
 * Take the lock, waiting for whoever has it. From taking to giving back no other thread, core or
 * interrupt that uses the same heap gets past capheap_port_lock, and what one holder wrote the next
 * one sees.
 *
 * What the port can rely on: a holder never takes a lock that it holds. It holds at most three:
 * first the lock of a heap's set, then that of one of its regions, then, where quotas are used,
 * that of the heap's owners; and it gives them back in reverse order.
 * A region's lock is held for one operation of the engine: O(1), some hundred instructions, no call
 * out but the report hook. That of a set is held while its list of regions is changed, O(regions),
 * and for a moment when no region could serve a request or seemed to hold a pointer.
 *
 * If heaps are used in interrupts, the lock must keep these out; else a mutex is enough.
 */
void capheap_port_lock(capheap_lock_t *lock);
/* Give it back. Never waits. */
void capheap_port_unlock(capheap_lock_t *lock);

#ifdef __cplusplus
}
#endif

#endif
