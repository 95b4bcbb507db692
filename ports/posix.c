/* SPDX-License-Identifier: MIT */
/*
 * The port for threads of a POSIX system: a lock is a mutex. Not for signal handlers, in which a
 * mutex may not be taken. A mutex call that fails means that the lock is damaged or misused: the
 * program stops there and then, rather than go on without a lock.
 */
#include <pthread.h>
#include <stdlib.h>

#include "capheap/port.h"

_Static_assert(sizeof(pthread_mutex_t) <= sizeof(capheap_lock_t),
               "raise CAPHEAP_PORT_LOCK_WORDS: a mutex must fit into a capheap_lock_t");
_Static_assert(_Alignof(pthread_mutex_t) <= _Alignof(capheap_lock_t),
               "a mutex needs a coarser alignment than a capheap_lock_t has");

static pthread_mutex_t *mutex_of(capheap_lock_t *lock) {
    return (pthread_mutex_t *)(void *)lock->words;
}

static void require(int error) {
    if (error != 0) {
        abort();
    }
}

void capheap_port_lock_init(capheap_lock_t *lock) {
    require(pthread_mutex_init(mutex_of(lock), NULL));
}

void capheap_port_lock(capheap_lock_t *lock) {
    require(pthread_mutex_lock(mutex_of(lock)));
}

void capheap_port_unlock(capheap_lock_t *lock) {
    require(pthread_mutex_unlock(mutex_of(lock)));
}
