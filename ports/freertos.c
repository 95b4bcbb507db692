/* SPDX-License-Identifier: MIT */
/*
 * The port for FreeRTOS (V9 or later). CAPHEAP_PORT_FREERTOS, in the configuration header
 * (config.h), says what a lock is:
 *   CAPHEAP_PORT_FREERTOS_CRITICAL   (default) a critical section: interrupts up to
 *       configMAX_SYSCALL_INTERRUPT_PRIORITY wait for one operation of the heap, O(1). Tasks only.
 *   CAPHEAP_PORT_FREERTOS_INTERRUPTS the same, and interrupts up to that priority may use heaps.
 * For ports of FreeRTOS that have xPortIsInsideInterrupt() (those for Cortex-M).
 *   CAPHEAP_PORT_FREERTOS_MUTEX      a mutex with priority inheritance; interrupts never wait.
 * Tasks only. Needs configUSE_MUTEXES, configSUPPORT_STATIC_ALLOCATION (the mutex lies in the lock
 *       itself, so that no heap is needed to make a heap) and CAPHEAP_PORT_LOCK_WORDS large enough.
 * Not while the scheduler is suspended (vTaskSuspendAll), where nobody could be waited for.
 * Before the scheduler runs, the one who starts up may use heaps in any of the three ways.
 *
 * Compiled in our tests against declarations written from FreeRTOS's API reference
 * (https://www.freertos.org/Documentation/02-Kernel/04-API-references); run on the kernel where one
 * is to be had (tests/compat_freertos_kernel_test.sh).
 */
#include <stdbool.h>

#include "FreeRTOS.h"

#include "semphr.h"
#include "task.h"

#include "capheap/port.h"

#define CAPHEAP_PORT_FREERTOS_CRITICAL   1
#define CAPHEAP_PORT_FREERTOS_INTERRUPTS 2
#define CAPHEAP_PORT_FREERTOS_MUTEX      3

#ifndef CAPHEAP_PORT_FREERTOS
#define CAPHEAP_PORT_FREERTOS CAPHEAP_PORT_FREERTOS_CRITICAL
#endif

#if CAPHEAP_PORT_FREERTOS == CAPHEAP_PORT_FREERTOS_CRITICAL

/* Critical sections count how deep they are: nothing to remember. */
void capheap_port_lock_init(capheap_lock_t *lock) {
    (void)lock;
}

void capheap_port_lock(capheap_lock_t *lock) {
    (void)lock;
    taskENTER_CRITICAL();
}

void capheap_port_unlock(capheap_lock_t *lock) {
    (void)lock;
    taskEXIT_CRITICAL();
}

#elif CAPHEAP_PORT_FREERTOS == CAPHEAP_PORT_FREERTOS_INTERRUPTS

void capheap_port_lock_init(capheap_lock_t *lock) {
    (void)lock;
}

/* words[0]: in an interrupt, the mask as it was. */
void capheap_port_lock(capheap_lock_t *lock) {
    if (xPortIsInsideInterrupt() != pdFALSE)
        lock->words[0] = (uintptr_t)taskENTER_CRITICAL_FROM_ISR();
    else
        taskENTER_CRITICAL();
}

void capheap_port_unlock(capheap_lock_t *lock) {
    if (xPortIsInsideInterrupt() != pdFALSE)
        taskEXIT_CRITICAL_FROM_ISR((UBaseType_t)lock->words[0]);
    else
        taskEXIT_CRITICAL();
}

#elif CAPHEAP_PORT_FREERTOS == CAPHEAP_PORT_FREERTOS_MUTEX

_Static_assert(sizeof(StaticSemaphore_t) <= sizeof(capheap_lock_t),
               "raise CAPHEAP_PORT_LOCK_WORDS: a StaticSemaphore_t must fit into a capheap_lock_t");

/* The handle of a static semaphore is the address of its memory. */
static SemaphoreHandle_t mutex_of(capheap_lock_t *lock) {
    return (SemaphoreHandle_t)(void *)lock->words;
}

/* A call that fails means that the lock is damaged or misused: stop there and then. */
static void require(bool good) {
    if (!good)
        __builtin_trap();
}

void capheap_port_lock_init(capheap_lock_t *lock) {
    StaticSemaphore_t *memory = (StaticSemaphore_t *)(void *)lock->words;
    require(xSemaphoreCreateMutexStatic(memory) == mutex_of(lock));
}

void capheap_port_lock(capheap_lock_t *lock) {
    require(xSemaphoreTake(mutex_of(lock), portMAX_DELAY) == pdTRUE);
}

void capheap_port_unlock(capheap_lock_t *lock) {
    require(xSemaphoreGive(mutex_of(lock)) == pdTRUE);
}

#else
#error "CAPHEAP_PORT_FREERTOS is none of the three ways above"
#endif
