/* SPDX-License-Identifier: MIT */
/* See FreeRTOS.h here. API reference, "Semaphores and mutexes". */
#ifndef CAPHEAP_VENDOR_SEMPHR_H
#define CAPHEAP_VENDOR_SEMPHR_H

typedef struct QueueDefinition *SemaphoreHandle_t;

SemaphoreHandle_t xSemaphoreCreateMutexStatic(StaticSemaphore_t *memory);
BaseType_t xSemaphoreTake(SemaphoreHandle_t semaphore, TickType_t ticks);
BaseType_t xSemaphoreGive(SemaphoreHandle_t semaphore);

#endif
