/* SPDX-License-Identifier: MIT */
/*
 * Firmware for compat_freertos_kernel_test.sh: the FreeRTOS kernel on capheap, by heap_4's or
 * heap_5's functions (REGIONS) and ports/freertos.c. Two static tasks race for the first request;
 * four tasks take and give back, make and delete queues, mutexes and tasks; with FROM_INTERRUPT the
 * tick's interrupt allocates meanwhile.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "FreeRTOS.h"

#include "event_groups.h"
#include "queue.h"
#include "semphr.h"
#include "stream_buffer.h"
#include "task.h"

#include "capheap/freertos.h"
#include "capheap/inspect.h"

enum {
    ROUNDS = 4000,
    BLOCKS = 32,
    WORKERS = 4
};

static volatile unsigned racing = 2, working = WORKERS, failures, interrupts;

void demand(int good, const char *what) {
    if (!good) {
        printf("does not hold: %s\n", what);
        exit(1);
    }
}

void vApplicationMallocFailedHook(void) {
    failures++;
}

void vApplicationStackOverflowHook(TaskHandle_t task, char *name) {
    (void)task;
    demand(0, name);
}

void vApplicationTickHook(void) {
#ifdef FROM_INTERRUPT
    static void *held[8];
    if (racing != 0) {
        return; /* the first request is a task's */
    }
    unsigned k = interrupts++ % 8;
    vPortFree(held[k]);
    held[k] = pvPortMalloc(8 + interrupts % 200);
    demand(held[k] != NULL, "a block in an interrupt");
#endif
}

static void end_at_once(void *argument) {
    (void)argument;
    vTaskDelete(NULL);
}

static void use_objects(void) {
    int sent = 3, got = 0;
    QueueHandle_t queue = xQueueCreate(5, sizeof sent);
    demand(xQueueSend(queue, &sent, 0) && xQueueReceive(queue, &got, 0) && got == 3, "a queue");
    vQueueDelete(queue);
    SemaphoreHandle_t mutex = xSemaphoreCreateMutex();
    demand(xSemaphoreTake(mutex, 0) && xSemaphoreGive(mutex), "a mutex");
    vSemaphoreDelete(mutex);
    vEventGroupDelete(xEventGroupCreate());
    vStreamBufferDelete(xStreamBufferCreate(100, 1));
    demand(xTaskCreate(end_at_once, "end", 256, NULL, 2, NULL) == pdPASS, "a task");
}

static void check_and_free(unsigned char *block, size_t size, unsigned char fill) {
    for (size_t i = 0; i < size; i++) {
        demand(block[i] == fill, "a block's contents");
    }
    vPortFree(block);
}

static void work(void *argument) {
    unsigned seed = (unsigned)(uintptr_t)argument;
    unsigned char *blocks[BLOCKS] = {0}, fill = (unsigned char)seed;
    size_t sizes[BLOCKS] = {0};
    for (unsigned i = 0; i < ROUNDS; i++) {
        seed = seed * 1103515245u + 12345u;
        unsigned k = (seed >> 16) % BLOCKS;
        if (blocks[k] != NULL) {
            check_and_free(blocks[k], sizes[k], fill);
            blocks[k] = NULL;
        } else {
            sizes[k] = 1 + (seed >> 8) % 900;
            blocks[k] = (seed & 64) != 0 ? pvPortCalloc(1, sizes[k]) : pvPortMalloc(sizes[k]);
            demand(blocks[k] != NULL, "a block");
            memset(blocks[k], fill, sizes[k]);
        }
        if (i % 500 == 0) {
            use_objects();
        }
    }
    for (unsigned k = 0; k < BLOCKS; k++) {
        vPortFree(blocks[k]);
    }
    working--;
    vTaskDelete(NULL);
}

static void direct(void *argument) {
    (void)argument;
    HeapStats_t before, after;
    vPortGetHeapStats(&before);
    for (uintptr_t i = 1; i <= WORKERS; i++) {
        demand(xTaskCreate(work, "work", 512, (void *)i, 1, NULL) == pdPASS, "a worker");
    }
    while (working != 0) {
        vTaskDelay(10);
    }
    vTaskDelay(50); /* the idle task gives back what the deleted had */
    vPortGetHeapStats(&after);
    demand(capheap_check(&capheap_freertos_heap, 0), "a sound heap");
#ifdef FROM_INTERRUPT
    demand(interrupts > 50, "interrupts");
#else
    demand(after.xAvailableHeapSpaceInBytes == before.xAvailableHeapSpaceInBytes, "no leak");
    demand(after.xNumberOfFreeBlocks == before.xNumberOfFreeBlocks, "all pieces joined");
    demand(after.xNumberOfSuccessfulAllocations - before.xNumberOfSuccessfulAllocations ==
               after.xNumberOfSuccessfulFrees - before.xNumberOfSuccessfulFrees,
           "as many frees as allocations");
#endif
    demand(after.xMinimumEverFreeBytesRemaining < before.xMinimumEverFreeBytesRemaining, "a peak");
    demand(pvPortMalloc((size_t)1 << 20) == NULL && failures == 1, "the failed hook");
    printf("passed: %u allocations\n", (unsigned)after.xNumberOfSuccessfulAllocations);
    exit(0);
}

static void race(void *argument) {
    (void)argument;
    for (int i = 0; i < 300; i++) {
        void *block = pvPortMalloc(100);
        demand(block != NULL, "a block for both");
        vPortFree(block);
    }
    if (--racing == 0) {
        demand(xTaskCreate(direct, "direct", 512, NULL, 3, NULL) == pdPASS, "the director");
    }
    vTaskDelete(NULL);
}

int main(void) {
    static StaticTask_t tasks[2];
    static StackType_t stacks[2][512];
#ifdef REGIONS
    static uint8_t inside[131072]; /* and some of the board's PSRAM */
    static const HeapRegion_t regions[] = {
        {inside + 1, sizeof inside - 1}, {(uint8_t *)0x21000000, 131072}, {NULL, 0}};
    vPortDefineHeapRegions(regions);
#endif
    xTaskCreateStatic(race, "race1", 512, NULL, 1, stacks[0], &tasks[0]);
    xTaskCreateStatic(race, "race2", 512, NULL, 1, stacks[1], &tasks[1]);
    vTaskStartScheduler();
    demand(0, "the scheduler runs");
}

/* ------------------------------------------------------------------------------------ start */

void _init(void);
void _fini(void);
void reset(void);
void initialise_monitor_handles(void);
void SVC_Handler(void);
void PendSV_Handler(void);
void SysTick_Handler(void);

void _init(void) {
}

void _fini(void) {
}

void reset(void) {
    initialise_monitor_handles();
    exit(main());
}

static void fault(void) {
    demand(0, "no fault");
}

/* QEMU has put the program, zeros included, into the memory at 0; the stack is at its end. */
__attribute__((section(".vectors"), used)) void (*const vectors[16])(void) = {
    (void (*)(void))0x003F0000,
    reset,
    fault,
    fault,
    fault,
    fault,
    fault,
    0,
    0,
    0,
    0,
    SVC_Handler,
    fault,
    0,
    PendSV_Handler,
    SysTick_Handler};
