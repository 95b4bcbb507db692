/* SPDX-License-Identifier: MIT */
/*
 * As much of Zephyr's spinlock interface as ports/zephyr.c uses, written from its documentation
 * ("Spinlock APIs") so that the port can be compiled without Zephyr: one CPU or several, without
 * CONFIG_SPIN_VALIDATE.
 */
#ifndef CAPHEAP_VENDOR_ZEPHYR_SPINLOCK_H
#define CAPHEAP_VENDOR_ZEPHYR_SPINLOCK_H

typedef struct z_spinlock_key {
    int key;
} k_spinlock_key_t;

struct k_spinlock {
    long locked;
};

k_spinlock_key_t k_spin_lock(struct k_spinlock *lock);
void k_spin_unlock(struct k_spinlock *lock, k_spinlock_key_t key);

#endif
