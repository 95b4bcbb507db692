/* SPDX-License-Identifier: MIT */
/* For program.c on an MPS2 board with a Cortex-M3. */
#ifndef FREERTOS_CONFIG_H
#define FREERTOS_CONFIG_H

#define configUSE_PREEMPTION                 1
#define configUSE_IDLE_HOOK                  0
#define configUSE_TICK_HOOK                  1
#define configCPU_CLOCK_HZ                   25000000
#define configTICK_RATE_HZ                   2000
#define configMAX_PRIORITIES                 5
#define configMINIMAL_STACK_SIZE             256
#define configTOTAL_HEAP_SIZE                ((size_t)262144)
#define configMAX_TASK_NAME_LEN              8
#define configTICK_TYPE_WIDTH_IN_BITS        TICK_TYPE_WIDTH_32_BITS
#define configUSE_MUTEXES                    1
#define configUSE_TIMERS                     0
#define configSUPPORT_STATIC_ALLOCATION      1
#define configSUPPORT_DYNAMIC_ALLOCATION     1
#define configKERNEL_PROVIDED_STATIC_MEMORY  1
#define configUSE_MALLOC_FAILED_HOOK         1
#define configCHECK_FOR_STACK_OVERFLOW       2
#define configKERNEL_INTERRUPT_PRIORITY      255
#define configMAX_SYSCALL_INTERRUPT_PRIORITY 0x20
#define INCLUDE_vTaskDelete                  1
#define INCLUDE_vTaskDelay                   1
#define INCLUDE_xTaskGetSchedulerState       1

void demand(int good, const char *what);
#define configASSERT(condition) demand((condition) != 0, #condition)

#define vPortSVCHandler     SVC_Handler
#define xPortPendSVHandler  PendSV_Handler
#define xPortSysTickHandler SysTick_Handler

#endif
