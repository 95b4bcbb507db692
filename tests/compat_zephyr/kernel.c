/* SPDX-License-Identifier: MIT */
/* A kernel for the tests: POSIX threads under one big lock, which stands for all spinlocks. A queue
 * is a condition variable. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include <ksched.h>
#include <wait_q.h>
#include <zephyr/sys/atomic.h>

static pthread_mutex_t big_lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
unsigned kernel_asserts, kernel_panics;
bool kernel_in_isr;

void k_panic(void) {
    kernel_panics++;
}

void printk(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    (void)vprintf(format, arguments);
    va_end(arguments);
}

bool k_is_in_isr(void) {
    return kernel_in_isr;
}

static int64_t now(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_REALTIME, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

k_timepoint_t sys_timepoint_calc(k_timeout_t timeout) {
    return (k_timepoint_t){timeout.ticks < 0 ? INT64_MAX : now() + timeout.ticks};
}

k_timeout_t sys_timepoint_timeout(k_timepoint_t timepoint) {
    if (timepoint.tick == INT64_MAX) {
        return K_FOREVER;
    }
    int64_t left = timepoint.tick - now();
    return (k_timeout_t){left > 0 ? left : 0};
}

k_spinlock_key_t k_spin_lock(struct k_spinlock *lock) {
    (void)pthread_mutex_lock(&big_lock);
    kernel_asserts += lock->held;
    lock->held = true;
    return (k_spinlock_key_t){42};
}

void k_spin_unlock(struct k_spinlock *lock, k_spinlock_key_t key) {
    kernel_asserts += !lock->held || key.key != 42;
    lock->held = false;
    (void)pthread_mutex_unlock(&big_lock);
}

void z_waitq_init(_wait_q_t *wait_q) {
    wait_q->waiting = wait_q->woken = 0;
    (void)pthread_cond_init(&wait_q->wake, NULL);
}

int z_pend_curr(struct k_spinlock *lock, k_spinlock_key_t key, _wait_q_t *wait_q,
                k_timeout_t timeout) {
    int64_t end = sys_timepoint_calc(timeout).tick;
    struct timespec until = {.tv_sec = (time_t)(end / 1000),
                             .tv_nsec = (long)(end % 1000) * 1000000};
    int error = 0;
    kernel_asserts += !lock->held || key.key != 42;
    lock->held = false;
    wait_q->waiting++;
    while (wait_q->woken == 0 && error == 0) {
        error = timeout.ticks < 0 ? pthread_cond_wait(&wait_q->wake, &big_lock)
                                  : pthread_cond_timedwait(&wait_q->wake, &big_lock, &until);
    }
    wait_q->waiting--;
    if (wait_q->woken != 0) {
        wait_q->woken--;
        error = 0;
    }
    (void)pthread_mutex_unlock(&big_lock);
    return error == 0 ? 0 : -EAGAIN;
}

int z_unpend_all(_wait_q_t *wait_q) {
    int any = wait_q->waiting > wait_q->woken;
    wait_q->woken = wait_q->waiting;
    (void)pthread_cond_broadcast(&wait_q->wake);
    return any;
}

void z_reschedule(struct k_spinlock *lock, k_spinlock_key_t key) {
    k_spin_unlock(lock, key);
}

unsigned kernel_waiting(struct k_heap *heap) {
    (void)pthread_mutex_lock(&big_lock);
    unsigned waiting = heap->wait_q.waiting;
    (void)pthread_mutex_unlock(&big_lock);
    return waiting;
}

bool atomic_cas(atomic_t *target, atomic_val_t old_value, atomic_val_t new_value) {
    return __atomic_compare_exchange_n(target, &old_value, new_value, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
}

atomic_val_t atomic_inc(atomic_t *target) {
    return __atomic_fetch_add(target, 1, __ATOMIC_SEQ_CST);
}

atomic_val_t atomic_dec(atomic_t *target) {
    return __atomic_fetch_sub(target, 1, __ATOMIC_SEQ_CST);
}
