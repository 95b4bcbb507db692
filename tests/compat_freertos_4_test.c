/* SPDX-License-Identifier: MIT */
/* FreeRTOS's functions over one array, as heap_4.c has them. */
#include "test.h"

#include <string.h>

#include "FreeRTOS.h"
#include "capheap/freertos.h"
#include "capheap/inspect.h"
#include "task.h"

static unsigned asserts, failures, suspensions;
static int suspended;
static struct {
    unsigned mallocs, frees;
    void *ptr;
    size_t size;
} traced;

void vTaskSuspendAll(void) {
    suspensions++;
    suspended++;
}

BaseType_t xTaskResumeAll(void) {
    suspended--;
    return 0;
}

void vTaskDelay(TickType_t ticks) {
    CHECK_EQ(ticks, 0); /* nobody else is here to be waited for */
}

void test_traced_malloc(void *ptr, size_t size) {
    traced.mallocs++;
    traced.ptr = ptr;
    traced.size = size;
}

void test_traced_free(void *ptr, size_t size) {
    traced.frees++;
    traced.ptr = ptr;
    traced.size = size;
}

void test_assert_failed(void) {
    asserts++;
}

void vApplicationMallocFailedHook(void) {
    failures++;
}

TEST(nothing_is_there_before_the_first_call) {
    HeapStats_t stats;
    vPortInitialiseBlocks();
    CHECK_EQ(xPortGetFreeHeapSize(), 0);
    CHECK_EQ(xPortGetMinimumEverFreeHeapSize(), 0);
    vPortGetHeapStats(&stats);
    CHECK_EQ(stats.xNumberOfFreeBlocks, 0);
    CHECK_EQ(stats.xNumberOfSuccessfulAllocations, 0);
}

TEST(allocate_and_free) {
    unsigned char *block = pvPortMalloc(100);
    REQUIRE(block != NULL);
    CHECK_EQ((uintptr_t)block & 7, 0);
    memset(block, 0xFF, 100);
    size_t left = xPortGetFreeHeapSize();
    CHECK(left > configTOTAL_HEAP_SIZE * 90 / 100 && left < configTOTAL_HEAP_SIZE);
    vPortFree(block);
    vPortFree(NULL);
    CHECK_EQ(xPortGetFreeHeapSize(), left + 104);

    block = pvPortCalloc(10, 10);
    bool clear = true;
    for (size_t i = 0; i < 100; i++) {
        clear = clear && block[i] == 0;
    }
    CHECK(clear);
    vPortFree(block);
    CHECK_EQ(asserts + failures, 0);
    CHECK_EQ(suspensions, 1); /* for the first request alone */
    CHECK_EQ(suspended, 0);
}

TEST(traces) {
    traced.mallocs = traced.frees = 0;
    void *block = pvPortMalloc(100);
    CHECK(traced.mallocs == 1 && traced.ptr == block && traced.size == 100);
    CHECK(pvPortMalloc(SIZE_MAX) == NULL);
    CHECK(traced.mallocs == 2 && traced.ptr == NULL && traced.size == SIZE_MAX);
    vPortFree(block);
    CHECK(traced.frees == 1 && traced.ptr == block && traced.size == 104);
    vPortFree(NULL);
    CHECK_EQ(traced.frees, 1);
}

TEST(what_can_t_be_had_calls_the_hook) {
    failures = 0;
    size_t before = xPortGetFreeHeapSize();
    static const size_t sizes[] = {0, configTOTAL_HEAP_SIZE, SIZE_MAX / 2, SIZE_MAX - 7, SIZE_MAX};
    for (size_t i = 0; i < 5; i++) {
        CHECK(pvPortMalloc(sizes[i]) == NULL);
        CHECK_EQ(failures, i + 1);
    }
    CHECK(pvPortCalloc(SIZE_MAX / 2, 3) == NULL);
    CHECK(pvPortCalloc(0, 3) == NULL);
    CHECK_EQ(failures, 7);
    CHECK_EQ(xPortGetFreeHeapSize(), before);
}

TEST(statistics) {
    HeapStats_t before, stats;
    vPortGetHeapStats(&before);
    CHECK_EQ(before.xNumberOfFreeBlocks, 1);
    CHECK_EQ(before.xSizeOfSmallestFreeBlockInBytes, before.xSizeOfLargestFreeBlockInBytes);
    CHECK_EQ(before.xAvailableHeapSpaceInBytes, xPortGetFreeHeapSize());
    void *a = pvPortMalloc(64), *b = pvPortMalloc(64), *c = pvPortMalloc(64);
    vPortFree(b);
    vPortGetHeapStats(&stats);
    CHECK_EQ(stats.xNumberOfSuccessfulAllocations, before.xNumberOfSuccessfulAllocations + 3);
    CHECK_EQ(stats.xNumberOfSuccessfulFrees, before.xNumberOfSuccessfulFrees + 1);
    CHECK_EQ(stats.xNumberOfFreeBlocks, 2);
    CHECK_EQ(stats.xSizeOfSmallestFreeBlockInBytes, 64);
    CHECK_EQ(stats.xAvailableHeapSpaceInBytes, before.xAvailableHeapSpaceInBytes - 128);
    CHECK(pvPortMalloc(stats.xSizeOfLargestFreeBlockInBytes + 1) == NULL);
    void *rest = pvPortMalloc(stats.xSizeOfLargestFreeBlockInBytes);
    CHECK(rest != NULL);
    CHECK_EQ(xPortGetMinimumEverFreeHeapSize(), 64);
    vPortFree(rest);
    vPortFree(a);
    vPortFree(c);
    CHECK_EQ(xPortGetMinimumEverFreeHeapSize(), 64);
    xPortResetHeapMinimumEverFreeHeapSize();
    CHECK_EQ(xPortGetMinimumEverFreeHeapSize(), xPortGetFreeHeapSize());
}

/* What others take of the heap, as malloc over it does, is in the bytes and not in the counts. */
TEST(statistics_beside_others) {
    HeapStats_t before, stats;
    vPortGetHeapStats(&before);
    void *theirs = capheap_malloc(&capheap_freertos_heap, 64, CAPHEAP_8BIT);
    vPortGetHeapStats(&stats);
    CHECK_EQ(stats.xNumberOfSuccessfulAllocations, before.xNumberOfSuccessfulAllocations);
    CHECK_EQ(stats.xNumberOfSuccessfulFrees, before.xNumberOfSuccessfulFrees);
    CHECK_EQ(stats.xAvailableHeapSpaceInBytes, before.xAvailableHeapSpaceInBytes - 64);
    capheap_free(&capheap_freertos_heap, theirs);
    vPortGetHeapStats(&stats);
    CHECK_EQ(stats.xNumberOfSuccessfulFrees, before.xNumberOfSuccessfulFrees);
}

TEST(misuse_ends_in_configassert) {
    char *block = pvPortMalloc(40);
    size_t before = xPortGetFreeHeapSize();
    asserts = 0;
    vPortFree(block + 8);
    CHECK_EQ(asserts, 1);
    vPortFree(&block);
    CHECK_EQ(asserts, 2);
    CHECK_EQ(xPortGetFreeHeapSize(), before);
    vPortFree(block);
    vPortFree(block);
    CHECK_EQ(asserts, 3);
    CHECK(capheap_check(&capheap_freertos_heap, 0));
}

TEST(after_a_reset_it_begins_anew) {
    HeapStats_t stats;
    CHECK(pvPortMalloc(1000) != NULL); /* forgotten by the reset */
    vPortHeapResetState();
    CHECK_EQ(xPortGetFreeHeapSize(), 0);
    void *block = pvPortMalloc(8);
    vPortGetHeapStats(&stats);
    CHECK_EQ(stats.xNumberOfSuccessfulAllocations, 1);
    CHECK_EQ(stats.xNumberOfSuccessfulFrees, 0);
    vPortFree(block);
    CHECK_EQ(xPortGetFreeHeapSize(), stats.xAvailableHeapSpaceInBytes + 8);
}

TEST_MAIN(nothing_is_there_before_the_first_call, allocate_and_free, traces,
          what_can_t_be_had_calls_the_hook, statistics, statistics_beside_others,
          misuse_ends_in_configassert, after_a_reset_it_begins_anew)
