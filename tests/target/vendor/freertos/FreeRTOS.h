/* SPDX-License-Identifier: MIT */
/*
 * As much of FreeRTOS's interface as ports/freertos.c uses, written from its documented API so that
 * the port can be compiled without FreeRTOS: names, parameters and results; sizes are those of the
 * Cortex-M ports. Macros of FreeRTOS are functions here, so that arguments are checked.
 */
#ifndef CAPHEAP_VENDOR_FREERTOS_H
#define CAPHEAP_VENDOR_FREERTOS_H

#include <stdint.h>

typedef long BaseType_t;
typedef unsigned long UBaseType_t;
typedef uint32_t TickType_t;

#define pdFALSE       ((BaseType_t)0)
#define pdTRUE        ((BaseType_t)1)
#define portMAX_DELAY ((TickType_t)0xFFFFFFFFu)

/* portable.h of the Cortex-M ports: not pdFALSE in an interrupt. */
BaseType_t xPortIsInsideInterrupt(void);

/* A caller's memory for a semaphore. Its content is opaque, its size the configuration's. */
typedef struct xSTATIC_QUEUE {
    void *opaque[20];
} StaticQueue_t;
typedef StaticQueue_t StaticSemaphore_t;

#endif
