/* SPDX-License-Identifier: MIT */
/*
 * The port for the RP2040 without an operating system: both cores, and their interrupt handlers,
 * may use the same heaps. A lock masks this core's interrupts, then spins on a flag; the flag is
 * read and written under one of the chip's hardware spinlocks, since a Cortex-M0+ has no atomic
 * instruction. That one is held for a few instructions only; who holds a lock may take another, and
 * the cores work in two regions at once.
 *
 * CAPHEAP_PORT_RP2040_SPINLOCK, in the configuration header (config.h): 0 to 31, by default 31.
 * With the Pico SDK claim it at start-up, before anything claims "any" (spin_lock_claim(31)): it
 * hands out 24 to 31, and uses lower ones itself (SDK
 * src/rp2_common/hardware_sync/include/hardware/sync.h).
 *
 * Sources: RP2040 Datasheet 2.3.1.3 "Hardware Spinlocks" and 2.3.1.7 (SIO registers): to read
 * SPINLOCKn claims it and gives a value other than 0 if it was free; to write any value frees it.
 * Arm v6-M Architecture Reference Manual (DDI0419E), B1.4.3, for PRIMASK.
 */
#include <stdbool.h>

#include "capheap/port.h"

#ifndef CAPHEAP_PORT_RP2040_SPINLOCK
#define CAPHEAP_PORT_RP2040_SPINLOCK 31
#endif

_Static_assert(CAPHEAP_PORT_RP2040_SPINLOCK >= 0 && CAPHEAP_PORT_RP2040_SPINLOCK <= 31,
               "CAPHEAP_PORT_RP2040_SPINLOCK is one of the chip's 32 spinlocks");

#define SPINLOCK_0 0xD0000100u
#define SPINLOCK   ((volatile uint32_t *)(SPINLOCK_0 + 4u * CAPHEAP_PORT_RP2040_SPINLOCK))

/* What is in capheap_lock_t.words. */
#define MASK 0 /* the holder's PRIMASK, as it was */
#define HELD 1

static void barrier(void) {
    __asm__ volatile("dmb" ::: "memory");
}

void capheap_port_lock_init(capheap_lock_t *lock) {
    (void)lock;
}

/* Take the flag if it is free. */
static bool try_to_take(volatile uintptr_t *held) {
    while (*SPINLOCK == 0) {
    }
    barrier();
    bool was_free = *held == 0;
    *held = 1;
    barrier();
    *SPINLOCK = 0;
    return was_free;
}

void capheap_port_lock(capheap_lock_t *lock) {
    uintptr_t before;
    __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(before)::"memory");
    while (!try_to_take(&lock->words[HELD])) {
    }
    lock->words[MASK] = before;
}

/* Under the spinlock too: the other core may be about to set the flag that it has just read as set.
 */
void capheap_port_unlock(capheap_lock_t *lock) {
    uintptr_t before = lock->words[MASK];
    volatile uintptr_t *held = &lock->words[HELD];
    while (*SPINLOCK == 0) {
    }
    barrier();
    *held = 0;
    barrier();
    *SPINLOCK = 0;
    __asm__ volatile("msr primask, %0" ::"r"(before) : "memory");
}
