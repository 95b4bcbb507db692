/* SPDX-License-Identifier: MIT */
/* heap_4's memory: one array. Its first use must be over before there is a second task, which
 * creating the first task sees to. */
#include "FreeRTOS.h"

#include "freertos_internal.h"

#if defined(configAPPLICATION_ALLOCATED_HEAP) && configAPPLICATION_ALLOCATED_HEAP == 1
extern uint8_t ucHeap[configTOTAL_HEAP_SIZE]; /* the program places it */
#else
static _Alignas(16) uint8_t ucHeap[configTOTAL_HEAP_SIZE];
#endif

static bool prepared;

void capheap_freertos_prepare(void) {
    if (!prepared) {
        prepared = true;
        bool added = capheap_freertos_add(ucHeap, sizeof(ucHeap));
        configASSERT(added);
        (void)added;
    }
}

void capheap_freertos_forget(void) {
    prepared = false;
}
