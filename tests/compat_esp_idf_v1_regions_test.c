/* SPDX-License-Identifier: MIT */
/*
 * The lower half alone: a program that names its regions itself. What must stop the program is
 * tried in a child process, each with a heap of its own.
 */
#include "test.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "freertos/heap_regions.h"

static uint64_t near[512], far[1024], small[4];

#define BYTES(array) ((uint8_t *)(array))
#define END                                                                                        \
    { NULL, 0, 0, 0 }

TEST(regions_by_tag) {
    const HeapRegionTagged_t regions[] = {
        {BYTES(far), sizeof(far), 9, 0},
        {BYTES(small), sizeof(small), 9, 0}, /* too small for a block: left out */
        {BYTES(near) + 2048, 2048, 0, 0x80},
        {BYTES(near), 2048, -1, 0}, /* not to be used */
        END,
    };
    memset(near, 0x5A, sizeof(near));
    vPortDefineHeapRegionsTagged(regions);
    size_t free_far = xPortGetFreeHeapSizeTagged(9);
    size_t free_near = xPortGetFreeHeapSizeTagged(0);
    CHECK(free_far > sizeof(far) * 90 / 100 && free_far < sizeof(far));
    CHECK(free_near > 1750 && free_near < 2048);

    uint8_t *block = pvPortMallocTagged(100, 0);
    CHECK(block >= BYTES(near) + 2048 && block < BYTES(near) + 4096);
    CHECK_EQ((uintptr_t)block & 7, 0);
    CHECK_EQ(xPortGetFreeHeapSizeTagged(0), free_near - 104);
    CHECK_EQ(xPortGetFreeHeapSizeTagged(9), free_far);
    CHECK(pvPortMallocTagged(2048, 0) == NULL); /* the other tag has room, but is not asked */
    vPortFreeTagged(block);
    CHECK_EQ(xPortGetFreeHeapSizeTagged(0), free_near);
    CHECK_EQ(xPortGetMinimumEverFreeHeapSizeTagged(0), free_near - 104);
    CHECK_EQ(xPortGetMinimumEverFreeHeapSizeTagged(9), free_far);
    bool untouched = true;
    for (size_t i = 0; i < 256; i++) {
        untouched = untouched && near[i] == UINT64_C(0x5A5A5A5A5A5A5A5A);
    }
    CHECK(untouched);
}

static bool stops(const HeapRegionTagged_t *regions) {
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        vPortDefineHeapRegionsTagged(regions);
        _exit(0);
    }
    return child > 0 && waitpid(child, &status, 0) == child && status != 0;
}

/* Runs first: a child inherits no heap then. */
TEST(errors_of_set_up_stop_the_program) {
    const HeapRegionTagged_t good[] = {{BYTES(near), sizeof(near), 15, 0}, END};
    const HeapRegionTagged_t tag[] = {{BYTES(near), sizeof(near), 16, 0}, END};
    const HeapRegionTagged_t negative[] = {{BYTES(near), sizeof(near), -2, 0}, END};
    const HeapRegionTagged_t nowhere[] = {{NULL, 4096, 0, 0}, END};
    const HeapRegionTagged_t wraps[] = {{BYTES(near), SIZE_MAX, 0, 0}, END};
    const HeapRegionTagged_t twice[] = {
        {BYTES(near), 2048, 0, 0}, {BYTES(near) + 1024, 2048, 0, 0}, END};
    CHECK(!stops(good));
    CHECK(stops(NULL));
    CHECK(stops(tag));
    CHECK(stops(negative));
    CHECK(stops(nowhere));
    CHECK(stops(wraps));
    CHECK(stops(twice));
}

/* Runs last: there is a heap already. */
TEST(a_second_heap_stops_the_program) {
    const HeapRegionTagged_t more[] = {{BYTES(near), 2048, 3, 0}, END};
    CHECK(stops(more));
}

TEST_MAIN(errors_of_set_up_stop_the_program, regions_by_tag, a_second_heap_stops_the_program)
