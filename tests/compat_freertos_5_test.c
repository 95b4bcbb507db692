/* SPDX-License-Identifier: MIT */
/* FreeRTOS's functions over several regions, as heap_5.c has them. */
#include "test.h"

#include "FreeRTOS.h"
#include "capheap/freertos.h"

static unsigned asserts, failures;
static uint64_t first[1024], second[4096];

void test_assert_failed(void) {
    asserts++;
}

void vApplicationMallocFailedHook(void) {
    failures++;
}

void test_traced_malloc(void *ptr, size_t size) {
    (void)ptr;
    (void)size;
}

void test_traced_free(void *ptr, size_t size) {
    (void)ptr;
    (void)size;
}

TEST(an_allocation_before_the_regions_is_an_error) {
    CHECK(pvPortMalloc(8) == NULL);
    CHECK_EQ(asserts, 1);
    CHECK_EQ(failures, 1);
}

TEST(regions_serve_together) {
    const HeapRegion_t regions[] = {
        {(uint8_t *)first + 3, sizeof(first) - 3}, {(uint8_t *)second, sizeof(second)}, {NULL, 0}};
    asserts = failures = 0;
    vPortDefineHeapRegions(regions);
    CHECK_EQ(asserts, 0);
    size_t total = xPortGetFreeHeapSize();
    CHECK(total > (sizeof(first) + sizeof(second)) * 90 / 100);
    void *small = pvPortMalloc(4000), *large = pvPortMalloc(20000);
    CHECK((uintptr_t)small - (uintptr_t)first < sizeof(first));
    CHECK((uintptr_t)large - (uintptr_t)second < sizeof(second));
    CHECK_EQ((uintptr_t)small & 7, 0);
    HeapStats_t stats;
    vPortGetHeapStats(&stats);
    CHECK_EQ(stats.xNumberOfFreeBlocks, 2);
    CHECK_EQ(stats.xAvailableHeapSpaceInBytes, total - 24000);
    CHECK(pvPortMalloc(20000) == NULL);
    CHECK_EQ(failures, 1);
    vPortFree(small);
    vPortFree(large);
    CHECK_EQ(xPortGetFreeHeapSize(), total);
    CHECK_EQ(xPortGetMinimumEverFreeHeapSize(), total - 24000);
}

TEST(regions_are_defined_once) {
    const HeapRegion_t none[] = {{NULL, 0}};
    asserts = 0;
    vPortDefineHeapRegions(none);
    CHECK_EQ(asserts, 1);
}

TEST(regions_that_can_t_be_are_errors) {
    const HeapRegion_t overlap[] = {
        {(uint8_t *)first, 4096}, {(uint8_t *)first + 2048, 4096}, {NULL, 0}};
    const HeapRegion_t tiny[] = {{(uint8_t *)first, 8}, {(uint8_t *)second, 4096}, {NULL, 0}};
    asserts = 0;
    vPortHeapResetState();
    vPortDefineHeapRegions(overlap);
    CHECK_EQ(asserts, 1);
    vPortHeapResetState();
    vPortDefineHeapRegions(tiny);
    CHECK_EQ(asserts, 1);
    CHECK(pvPortMalloc(8) != NULL);
}

TEST_MAIN(an_allocation_before_the_regions_is_an_error, regions_serve_together,
          regions_are_defined_once, regions_that_can_t_be_are_errors)
