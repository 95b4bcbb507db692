/* SPDX-License-Identifier: MIT */
/* See FreeRTOS.h here. API reference, "Kernel control". */
#ifndef CAPHEAP_VENDOR_TASK_H
#define CAPHEAP_VENDOR_TASK_H

void taskENTER_CRITICAL(void);
void taskEXIT_CRITICAL(void);
UBaseType_t taskENTER_CRITICAL_FROM_ISR(void);
void taskEXIT_CRITICAL_FROM_ISR(UBaseType_t saved);

#endif
