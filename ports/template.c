/* SPDX-License-Identifier: MIT */
/*
 * A port to copy. Three functions are all that a platform owes capheap; port.h says what they must
 * promise and what they can rely on. This file compiles, and stops the program at the first call,
 * so that a forgotten body can't pass for a lock.
 *
 * 1. Copy it to your project, next to your other platform code, and link it instead of another
 *    file of ports/.
 * 2. Choose what a lock is, by who uses the heap:
 *      one thread, no interrupt           nothing: link ports/none.c
 *      several threads, no interrupt      a mutex of your system
 *      interrupts too, one core           save the interrupt mask and mask them
 *      interrupts too, several cores      the same, and then a spinlock that all cores share
 * 3. If it takes more than two words, set CAPHEAP_PORT_LOCK_WORDS in your configuration header
 *    (config.h), and let the compiler check it:
 *      _Static_assert(sizeof(my_mutex) <= sizeof(capheap_lock_t), "raise CAPHEAP_PORT_LOCK_WORDS");
 * 4. Run the tests of tests/ on your target, those with threads or an interrupt above all.
 */
#include "capheap/port.h"

/*
 * Called once per lock, its words 0, before it is used and by one thread. Create the mutex in the
 * words, or store its handle there. A mask or spinlock that is free when 0 needs nothing.
 */
void capheap_port_lock_init(capheap_lock_t *lock) {
    (void)lock;
    __builtin_trap();
}

/*
 * Wait until nobody else holds it, take it, and keep everyone out who uses the same heap.
 * With a mask: mask first, then store the old state in lock->words: two locks may be held at once,
 * given back in reverse order, so each restores the state that it found. With several cores: mask
 * first, then spin, so that no interrupt of this core comes while it holds the lock.
 * All memory accesses after it must stay after it (a compiler barrier at least, such as the
 * "memory" clobber of an asm statement; with several cores a barrier of the processor).
 */
void capheap_port_lock(capheap_lock_t *lock) {
    (void)lock;
    __builtin_trap();
}

/* Give it back: barrier, release, and last restore the mask that capheap_port_lock stored. */
void capheap_port_unlock(capheap_lock_t *lock) {
    (void)lock;
    __builtin_trap();
}
