/* SPDX-License-Identifier: MIT */
/*
 * The first ESP-IDF's heap on a simulated ESP32, at its true addresses: what its documentation
 * (v2.1, docs/api-reference/system/mem_alloc.rst) and its own test of capabilities
 * (components/esp32/test/test_malloc_caps.c) say of it, and free() of anything.
 *
 * One heap for all cases, as a chip has one: each case gives back what it took.
 */
#include "test.h"

#include <errno.h>

#include "capheap/esp_idf_v1.h"
#include "capheap/inspect.h"
#include "capheap/malloc.h"
#include "esp_heap_alloc_caps.h"
#include "freertos/heap_regions.h"
#include "memory.h"

#define KIB(n) ((size_t)(n) << 10)

void *pvPortMalloc(size_t size);
void vPortFree(void *pv);
size_t xPortGetFreeHeapSize(void);
size_t xPortGetMinimumEverFreeHeapSize(void);

static const capheap_range_t taken[] = {
    {0x3FFB0000, 0x3FFB2EC8, "static data"},
    {0x40080000, 0x4008944C, "code in IRAM"},
};

capheap_program_t capheap_esp_idf_v1_program(void) {
    return (capheap_program_t){.reserved = taken, .reserved_count = 2, .fitted = KIB(1024)};
}

static unsigned reports;
static capheap_fault_t reported;

static void note_report(void *context, const capheap_report_t *report) {
    (void)context;
    reports++;
    reported = report->fault;
}

static bool lies_in(const void *ptr, uintptr_t start, size_t size) {
    return (uintptr_t)ptr - start < size;
}

static bool in_dram(const void *ptr) {
    return lies_in(ptr, 0x3FFAE000, KIB(200));
}

static bool in_diram(const void *ptr) {
    return lies_in(ptr, 0x3FFE0000, KIB(128));
}

static bool in_diram_as_code(const void *ptr) {
    return lies_in(ptr, 0x400A0000, KIB(128));
}

static bool in_iram(const void *ptr) {
    return lies_in(ptr, 0x40080000, KIB(128));
}

static void boot(void) {
    static memory_t memory;
    static bool booted;
    problem_t problem;
    if (booted) {
        return;
    }
    booted = true;
    REQUIRE(memory_open(&memory, &capheap_chip_esp32_v1, KIB(1024), &problem) == MEMORY_OK);
    heap_alloc_caps_init();
    capheap_hooks_t hooks = {.report = note_report};
    capheap_set_hooks(&capheap_esp_idf_v1_heap, &hooks);
}

TEST(the_chip_s_table_is_in_order) {
    CHECK_EQ(capheap_chip_check(&capheap_chip_esp32_v1, NULL), CAPHEAP_OK);
    CHECK_EQ(capheap_chip_esp32_v1.type_count, HEAPREGIONS_MAX_TAGCOUNT);
}

TEST(memory_of_start_up_is_held_back) {
    boot();
    CHECK_EQ(xPortGetFreeHeapSizeTagged(1), 0);
    CHECK(pvPortMallocTagged(16, 1) == NULL);
    size_t before = xPortGetFreeHeapSizeCaps(MALLOC_CAP_DMA);
    heap_alloc_enable_nonos_stack_tag();
    CHECK(xPortGetFreeHeapSizeTagged(1) > KIB(110));
    CHECK_EQ(xPortGetFreeHeapSizeCaps(MALLOC_CAP_DMA), before + xPortGetFreeHeapSizeTagged(1));
    CHECK_EQ(before, xPortGetFreeHeapSizeTagged(0));
}

TEST(what_the_program_takes_is_no_heap) {
    boot();
    uintptr_t from = 0;
    capheap_region_info_t info;
    while (capheap_next_region(&capheap_esp_idf_v1_heap, from, &info)) {
        uintptr_t end = info.memory.start + info.memory.size;
        for (size_t i = 0; i < 2; i++) {
            CHECK(end <= taken[i].start || info.memory.start >= taken[i].end);
        }
        from = info.memory.start + 1;
    }
}

/* The steps of test_malloc_caps.c. */
TEST(capabilities_choose_the_memory) {
    boot();
    size_t free_8 = xPortGetFreeHeapSizeCaps(MALLOC_CAP_8BIT);
    size_t free_32 = xPortGetFreeHeapSizeCaps(MALLOC_CAP_32BIT);
    CHECK(free_32 > free_8);

    void *bytes = pvPortMallocCaps(KIB(10), MALLOC_CAP_8BIT);
    CHECK(in_dram(bytes));
    CHECK_EQ(xPortGetFreeHeapSizeCaps(MALLOC_CAP_8BIT), free_8 - KIB(10));
    CHECK_EQ(xPortGetFreeHeapSizeCaps(MALLOC_CAP_32BIT), free_32 - KIB(10));
    app_free(bytes);

    void *words = pvPortMallocCaps(KIB(10), MALLOC_CAP_32BIT);
    CHECK(in_iram(words));
    CHECK_EQ(xPortGetFreeHeapSizeCaps(MALLOC_CAP_8BIT), free_8);
    CHECK_EQ(xPortGetFreeHeapSizeCaps(MALLOC_CAP_32BIT), free_32 - KIB(10));
    app_free(words);

    CHECK(pvPortMallocCaps(KIB(10), MALLOC_CAP_8BIT | MALLOC_CAP_EXEC) == NULL);
    CHECK(pvPortMallocCaps(KIB(10), MALLOC_CAP_DMA | MALLOC_CAP_EXEC) == NULL);
    CHECK_EQ(xPortGetFreeHeapSizeCaps(MALLOC_CAP_32BIT), free_32);
}

TEST(code_comes_from_d_iram_when_iram_is_used_up) {
    boot();
    void *words[10];
    for (size_t i = 0; i < 10; i++) {
        words[i] = pvPortMallocCaps(KIB(10), MALLOC_CAP_32BIT);
    }
    CHECK(in_iram(words[0]));
    CHECK(in_dram(words[9]));
    size_t before = xPortGetFreeHeapSizeTagged(1);
    void *code = pvPortMallocCaps(KIB(10), MALLOC_CAP_EXEC);
    CHECK(in_diram_as_code(code));
    CHECK_EQ((uintptr_t)code & 3, 0);
    CHECK_EQ(xPortGetFreeHeapSizeTagged(1), before - KIB(10));
    app_free(code);
    CHECK_EQ(xPortGetFreeHeapSizeTagged(1), before);
    for (size_t i = 0; i < 10; i++) {
        app_free(words[i]);
    }
}

TEST(bytes_come_from_dram_then_d_iram_then_external) {
    boot();
    void *blocks[400];
    size_t count = 0;
    int stage = 0;
    bool in_order = true;
    for (; count < 400; count++) {
        void *block = pvPortMallocCaps(KIB(4), MALLOC_CAP_8BIT);
        if (block == NULL) {
            break;
        }
        int now = in_dram(block) ? 0 : in_diram(block) ? 1 : 2;
        in_order = in_order && now >= stage;
        stage = now;
        blocks[count] = block;
    }
    CHECK(in_order);
    CHECK_EQ(stage, 2);
    CHECK(count > 300 && count < 400);
    void *internal = pvPortMallocCaps(KIB(4), MALLOC_CAP_DMA);
    CHECK(internal == NULL); /* external RAM is out of the DMA's reach */
    while (count > 0) {
        app_free(blocks[--count]);
    }
    CHECK(capheap_check(&capheap_esp_idf_v1_heap, 0));
}

TEST(malloc_is_8bit_and_free_takes_anything) {
    boot();
    size_t before = xPortGetFreeHeapSizeCaps(MALLOC_CAP_32BIT);
    void *blocks[] = {
        app_malloc(100),
        pvPortMalloc(100),
        pvPortMallocCaps(100, MALLOC_CAP_SPISRAM),
        pvPortMallocCaps(100, MALLOC_CAP_EXEC),
        pvPortMallocTagged(100, 2),
        pvPortMallocTagged(100, 1),
    };
    CHECK(in_dram(blocks[0]));
    CHECK(in_dram(blocks[1]));
    CHECK(lies_in(blocks[2], 0x3F800000, KIB(1024)));
    CHECK(in_iram(blocks[3]));
    CHECK(in_iram(blocks[4]));
    CHECK(in_diram(blocks[5]));
    app_free(blocks[2]);
    vPortFree(blocks[0]);
    vPortFreeTagged(blocks[1]);
    app_free(blocks[4]);
    vPortFreeTagged(blocks[3]);
    vPortFree(blocks[5]);
    CHECK_EQ(xPortGetFreeHeapSizeCaps(MALLOC_CAP_32BIT), before);
    app_free(NULL);
    vPortFree(NULL);
    vPortFreeTagged(NULL);
}

TEST(sizes_and_capabilities_that_nothing_serves) {
    boot();
    CHECK(pvPortMallocCaps(0, MALLOC_CAP_8BIT) == NULL);
    CHECK(pvPortMallocCaps(16, 0) == NULL);
    CHECK(pvPortMallocCaps(16, MALLOC_CAP_INVALID) == NULL);
    CHECK(pvPortMallocCaps(16, MALLOC_CAP_PID2) == NULL);
    CHECK(pvPortMallocCaps(SIZE_MAX, MALLOC_CAP_8BIT) == NULL);
    CHECK(pvPortMallocCaps(SIZE_MAX - 7, MALLOC_CAP_EXEC) == NULL);
    CHECK(pvPortMallocTagged(SIZE_MAX, 0) == NULL);
    CHECK(pvPortMallocTagged(16, 15 + 1) == NULL);
    CHECK(pvPortMallocTagged(16, -1) == NULL);
    CHECK_EQ(xPortGetFreeHeapSizeTagged(-1), 0);
    CHECK_EQ(xPortGetFreeHeapSizeTagged(3), 0);
    CHECK_EQ(xPortGetFreeHeapSizeCaps(0), 0);
    CHECK_EQ(xPortGetMinimumEverFreeHeapSizeCaps(0), 0);
    errno = 0;
    CHECK(app_malloc(SIZE_MAX) == NULL);
    CHECK_EQ(errno, ENOMEM);
}

TEST(the_minimum_is_remembered) {
    boot();
    size_t before = xPortGetFreeHeapSizeTagged(2);
    size_t least = xPortGetMinimumEverFreeHeapSizeTagged(2);
    size_t size = before - KIB(1);
    void *block = pvPortMallocTagged(size, 2);
    CHECK(block != NULL);
    CHECK_EQ(xPortGetFreeHeapSizeTagged(2), before - (size + 7) / 8 * 8);
    app_free(block);
    CHECK(least > KIB(1));
    CHECK_EQ(xPortGetMinimumEverFreeHeapSizeTagged(2), before - (size + 7) / 8 * 8);
    CHECK_EQ(xPortGetFreeHeapSizeTagged(2), before);
    CHECK_EQ(xPortGetFreeHeapSizeCaps(MALLOC_CAP_8BIT), xPortGetFreeHeapSize());
    CHECK_EQ(xPortGetMinimumEverFreeHeapSizeCaps(MALLOC_CAP_8BIT),
             xPortGetMinimumEverFreeHeapSize());
    CHECK(xPortGetMinimumEverFreeHeapSize() <= xPortGetFreeHeapSize());
}

TEST(a_second_free_is_recognised) {
    boot();
    char *block = pvPortMallocCaps(64, MALLOC_CAP_8BIT);
    size_t before = xPortGetFreeHeapSize();
    reports = 0;
    app_free(block + 8);
    CHECK_EQ(reports, 1);
    CHECK_EQ(reported, CAPHEAP_FAULT_INTERIOR);
    app_free(block);
    app_free(block);
    CHECK_EQ(reports, 2);
    CHECK_EQ(reported, CAPHEAP_FAULT_FREED);
    int outside;
    vPortFree(&outside);
    CHECK_EQ(reports, 3);
    CHECK_EQ(reported, CAPHEAP_FAULT_FOREIGN);
    CHECK_EQ(xPortGetFreeHeapSize(), before + 64);
}

TEST_MAIN(the_chip_s_table_is_in_order, memory_of_start_up_is_held_back,
          what_the_program_takes_is_no_heap, capabilities_choose_the_memory,
          code_comes_from_d_iram_when_iram_is_used_up,
          bytes_come_from_dram_then_d_iram_then_external, malloc_is_8bit_and_free_takes_anything,
          sizes_and_capabilities_that_nothing_serves, the_minimum_is_remembered,
          a_second_free_is_recognised)
