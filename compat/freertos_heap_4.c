/* SPDX-License-Identifier: MIT */
/* heap_4's memory: one array, which the first request makes the heap's. Tasks may race for it, as
 * they may where all tasks are created statically: one does it, the others wait. */
#define MPU_WRAPPERS_INCLUDED_FROM_API_FILE /* as the kernel's own heaps include task.h */
#include "FreeRTOS.h"

#include "task.h"
#undef MPU_WRAPPERS_INCLUDED_FROM_API_FILE

#include "freertos_internal.h"

#if defined(configAPPLICATION_ALLOCATED_HEAP) && configAPPLICATION_ALLOCATED_HEAP == 1
extern uint8_t ucHeap[configTOTAL_HEAP_SIZE]; /* the program places it */
#else
static _Alignas(16) uint8_t ucHeap[configTOTAL_HEAP_SIZE];
#endif

static bool begun, prepared;

/* The scheduler stands still for this alone: a port's lock may be one that waits. */
static bool am_first(void) {
    vTaskSuspendAll();
    bool first = !begun;
    begun = true;
    (void)xTaskResumeAll();
    return first;
}

static void let_others_run(void) {
#if defined(INCLUDE_vTaskDelay) && INCLUDE_vTaskDelay == 1
    vTaskDelay(1);
#else
    taskYIELD();
#endif
}

void capheap_freertos_prepare(void) {
    while (!__atomic_load_n(&prepared, __ATOMIC_ACQUIRE)) {
        if (am_first()) {
            bool added = capheap_freertos_add(ucHeap, sizeof(ucHeap));
            configASSERT(added);
            (void)added;
            __atomic_store_n(&prepared, true, __ATOMIC_RELEASE);
        } else {
            let_others_run();
        }
    }
}

void capheap_freertos_forget(void) {
    begun = false;
    prepared = false;
}
