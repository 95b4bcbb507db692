/* SPDX-License-Identifier: MIT */
/* For the tests: as much of FreeRTOS's task.h as its heaps need. */
#ifndef INC_TASK_H
#define INC_TASK_H

#include "FreeRTOS.h"

typedef long BaseType_t;

void vTaskSuspendAll(void);
BaseType_t xTaskResumeAll(void);

#endif
