/* SPDX-License-Identifier: MIT */
/* For the tests: as much of FreeRTOS's task.h as its heaps need. */
#ifndef INC_TASK_H
#define INC_TASK_H

#include "FreeRTOS.h"

#define INCLUDE_vTaskDelay 1

typedef long BaseType_t;
typedef uint32_t TickType_t;

void vTaskSuspendAll(void);
BaseType_t xTaskResumeAll(void);
void vTaskDelay(TickType_t ticks);

#endif
