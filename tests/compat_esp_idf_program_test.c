/* SPDX-License-Identifier: MIT */
/*
 * What compat/esp_idf_program.c makes of a program's symbols and of SOC_RESERVE_MEMORY_REGION, for
 * an ESP32 whose linker symbols the build defines (compat/CMakeLists.txt); malloc as ESP-IDF's C
 * library has it; and that ESP-IDF's heap tracing could wrap the calls below the public ones.
 */
#define _DEFAULT_SOURCE
#include "test.h"

#include <string.h>

#include "capheap/esp_idf.h"
#include "capheap/malloc.h"
#include "esp_heap_caps.h"
#include "esp_heap_caps_init.h"
#include "memory.h"
#include "soc/soc_memory_layout.h"

/* As a component would, with an address that is nobody's else. */
SOC_RESERVE_MEMORY_REGION(0x3FFF0001, 0x3FFF0FFE, component)

static void boot(void) {
    static memory_t memory;
    static bool booted;
    problem_t problem;
    if (booted) {
        return;
    }
    booted = true;
    REQUIRE(memory_open(&memory, capheap_esp_idf_program().chip, 0, &problem) == MEMORY_OK);
    heap_caps_init();
    heap_caps_enable_nonos_stack_heaps();
}

static bool is_reserved(intptr_t start, intptr_t end) {
    soc_memory_region_t regions[32];
    if (soc_get_available_memory_region_max_count() > 32) {
        return false;
    }
    size_t count = soc_get_available_memory_regions(regions);
    for (size_t i = 0; i < count; i++) {
        if (regions[i].start < end && regions[i].start + (intptr_t)regions[i].size > start) {
            return false;
        }
    }
    return count > 0;
}

TEST(the_chip_is_that_of_sdkconfig) {
    CHECK(strcmp(capheap_esp_idf_program().chip->name, "esp32") == 0);
}

TEST(the_linker_s_symbols_are_reserved) {
    CHECK(is_reserved(0x3FFB0000, 0x3FFB2EC8));
    CHECK(!is_reserved(0x3FFB2EC8, 0x3FFB2F00));
    CHECK(is_reserved(0x40080000, 0x4008944C));
    CHECK(!is_reserved(0x4008944C, 0x40089500));
    CHECK(is_reserved(0x3FF80000, 0x3FF82000)); /* fast RTC memory is no heap here */
}

TEST(a_component_reserves_whole_words) {
    CHECK(is_reserved(0x3FFF0000, 0x3FFF1000));
    CHECK(!is_reserved(0x3FFEFFF0, 0x3FFF0000));
    CHECK(!is_reserved(0x3FFF1000, 0x3FFF1010));
}

TEST(no_block_is_where_something_is_reserved) {
    boot();
    static char *blocks[1000];
    size_t count = 0;
    while (count < 1000 && (blocks[count] = heap_caps_malloc(500, MALLOC_CAP_32BIT)) != NULL) {
        uintptr_t address = (uintptr_t)blocks[count];
        CHECK(address + 500 <= 0x3FFF0001 || address >= 0x3FFF0FFE);
        CHECK(address + 500 <= 0x3FFB0000 || address >= 0x3FFB2EC8);
        CHECK(address + 500 <= 0x40080000 || address >= 0x4008944C);
        count++;
    }
    CHECK(count > 600);
    while (count > 0) {
        heap_caps_free(blocks[--count]);
    }
}

TEST(malloc_as_esp_idf_s_c_library_has_it) {
    boot();
    CHECK(app_malloc(0) == NULL);
    CHECK(app_calloc(0, 4) == NULL);
    CHECK(app_calloc(SIZE_MAX / 2 + 1, 2) == NULL);
    app_free(NULL);
    unsigned char *block = app_calloc(10, 10);
    REQUIRE(block != NULL);
    CHECK(block[0] == 0 && block[99] == 0);
    CHECK_EQ(app_malloc_usable_size(block), 104);
    memset(block, 3, 100);
    block = app_realloc(block, 3000);
    REQUIRE(block != NULL);
    CHECK(block[0] == 3 && block[99] == 3);
    CHECK(app_realloc(block, 0) == NULL);
    CHECK(app_memalign(48, 10) == NULL);
    void *aligned = app_memalign(128, 10);
    CHECK((uintptr_t)aligned % 128 == 0 && aligned != NULL);
    app_free(aligned);
    void *other = &boot;
    CHECK_EQ(app_posix_memalign(&other, 64, 0), 0);
    CHECK(other == NULL);
    CHECK(app_posix_memalign(&other, 64, SIZE_MAX / 2) != 0);
    CHECK_EQ(app_posix_memalign(&other, 64, 100), 0);
    CHECK((uintptr_t)other % 64 == 0);
    app_free(other);
}

/* The linker's --wrap, as ESP-IDF's component gives it when CONFIG_HEAP_TRACING is on. */
static unsigned wrapped;

void *__real_heap_caps_malloc_base(size_t size, uint32_t caps);
void *__wrap_heap_caps_malloc_base(size_t size, uint32_t caps);
void *__real_heap_caps_realloc_base(void *ptr, size_t size, uint32_t caps);
void *__wrap_heap_caps_realloc_base(void *ptr, size_t size, uint32_t caps);
void *__real_heap_caps_calloc_base(size_t n, size_t size, uint32_t caps);
void *__wrap_heap_caps_calloc_base(size_t n, size_t size, uint32_t caps);
void *__real_heap_caps_aligned_alloc_base(size_t alignment, size_t size, uint32_t caps);
void *__wrap_heap_caps_aligned_alloc_base(size_t alignment, size_t size, uint32_t caps);
void __real_heap_caps_free(void *ptr);
void __wrap_heap_caps_free(void *ptr);

void *__wrap_heap_caps_malloc_base(size_t size, uint32_t caps) {
    wrapped++;
    return __real_heap_caps_malloc_base(size, caps);
}

void *__wrap_heap_caps_realloc_base(void *ptr, size_t size, uint32_t caps) {
    wrapped++;
    return __real_heap_caps_realloc_base(ptr, size, caps);
}

void *__wrap_heap_caps_calloc_base(size_t n, size_t size, uint32_t caps) {
    wrapped++;
    return __real_heap_caps_calloc_base(n, size, caps);
}

void *__wrap_heap_caps_aligned_alloc_base(size_t alignment, size_t size, uint32_t caps) {
    wrapped++;
    return __real_heap_caps_aligned_alloc_base(alignment, size, caps);
}

void __wrap_heap_caps_free(void *ptr) {
    wrapped++;
    __real_heap_caps_free(ptr);
}

TEST(heap_tracing_sees_every_call_once) {
    boot();
    wrapped = 0;
    void *blocks[] = {
        heap_caps_malloc(16, MALLOC_CAP_8BIT),
        heap_caps_calloc(1, 16, MALLOC_CAP_8BIT),
        heap_caps_aligned_alloc(64, 16, MALLOC_CAP_8BIT),
        heap_caps_malloc_prefer(16, 1, MALLOC_CAP_8BIT),
        heap_caps_calloc_prefer(1, 16, 1, MALLOC_CAP_8BIT),
        app_malloc(16),
        app_calloc(1, 16),
    };
    CHECK_EQ(wrapped, 7);
    blocks[0] = heap_caps_realloc(blocks[0], 32, MALLOC_CAP_8BIT);
    blocks[1] = heap_caps_realloc_prefer(blocks[1], 32, 1, MALLOC_CAP_8BIT);
    CHECK_EQ(wrapped, 9);
    for (size_t i = 0; i < 7; i++) {
        app_free(blocks[i]);
    }
    CHECK_EQ(wrapped, 16);
}

TEST_MAIN(the_chip_is_that_of_sdkconfig, the_linker_s_symbols_are_reserved,
          a_component_reserves_whole_words, no_block_is_where_something_is_reserved,
          malloc_as_esp_idf_s_c_library_has_it, heap_tracing_sees_every_call_once)
