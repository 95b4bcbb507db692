/* SPDX-License-Identifier: MIT */
/* For the tests: as much of FreeRTOS's declarations (V11, FreeRTOS.h and portable.h) as its heaps
 * need, in place of the kernel. */
#ifndef INC_FREERTOS_H
#define INC_FREERTOS_H

#include <stddef.h>
#include <stdint.h>

#define configTOTAL_HEAP_SIZE           ((size_t)32768)
#define configUSE_MALLOC_FAILED_HOOK    1
#define configSUPPORT_STATIC_ALLOCATION 0
#define configASSERT(condition)                                                                    \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            test_assert_failed();                                                                  \
        }                                                                                          \
    } while (0)

#define traceMALLOC(ptr, size) test_traced_malloc(ptr, size)
#define traceFREE(ptr, size)   test_traced_free(ptr, size)

void test_assert_failed(void);
void test_traced_malloc(void *ptr, size_t size);
void test_traced_free(void *ptr, size_t size);

typedef struct HeapRegion {
    uint8_t *pucStartAddress;
    size_t xSizeInBytes;
} HeapRegion_t;

typedef struct xHeapStats {
    size_t xAvailableHeapSpaceInBytes;
    size_t xSizeOfLargestFreeBlockInBytes;
    size_t xSizeOfSmallestFreeBlockInBytes;
    size_t xNumberOfFreeBlocks;
    size_t xMinimumEverFreeBytesRemaining;
    size_t xNumberOfSuccessfulAllocations;
    size_t xNumberOfSuccessfulFrees;
} HeapStats_t;

void vPortDefineHeapRegions(const HeapRegion_t *const pxHeapRegions);
void vPortGetHeapStats(HeapStats_t *pxHeapStats);
void *pvPortMalloc(size_t xWantedSize);
void *pvPortCalloc(size_t xNum, size_t xSize);
void vPortFree(void *pv);
void vPortInitialiseBlocks(void);
size_t xPortGetFreeHeapSize(void);
size_t xPortGetMinimumEverFreeHeapSize(void);
void xPortResetHeapMinimumEverFreeHeapSize(void);
void vPortHeapResetState(void);
void vApplicationMallocFailedHook(void);

#endif
