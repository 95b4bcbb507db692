/* SPDX-License-Identifier: MIT */
/* As much of the kernel's own scheduler interface as a heap needs (kernel/include/ksched.h). */
#ifndef KSCHED_H
#define KSCHED_H

#include <zephyr/kernel.h>

/* Unlock, and wait in the queue until woken (0) or until the timeout is over (-EAGAIN). */
int z_pend_curr(struct k_spinlock *lock, k_spinlock_key_t key, _wait_q_t *wait_q,
                k_timeout_t timeout);
/* All in the queue may go on; not 0 if there were any. */
int z_unpend_all(_wait_q_t *wait_q);
/* Unlock, and let those run. */
void z_reschedule(struct k_spinlock *lock, k_spinlock_key_t key);

#endif
