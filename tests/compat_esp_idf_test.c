/* SPDX-License-Identifier: MIT */
/*
 * Allocation by today's esp_heap_caps.h on a simulated ESP32 with PSRAM: what its header and
 * ESP-IDF's programming guide say of each call (ESP-IDF at 102122904ade, components/heap/include/
 * esp_heap_caps.h, docs/en/api-reference/system/mem_alloc.rst), and what its code does where they
 * say nothing (components/heap/heap_caps.c, heap_caps_base.c).
 */
#define _DEFAULT_SOURCE
#include "compat_esp_idf_fixture.h"

void *heap_caps_malloc_default(size_t size);
void *heap_caps_realloc_default(void *ptr, size_t size);
void *heap_caps_aligned_alloc_default(size_t alignment, size_t size);

/* ----------------------------------------------------------------------------- what is told */

static struct {
    unsigned count;
    size_t size;
    uint32_t caps;
    const char *function;
} failed;

static void on_failure(size_t size, uint32_t caps, const char *function) {
    failed.count++;
    failed.size = size;
    failed.caps = caps;
    failed.function = function;
}

/* Did the last call fail once, and tell this? */
static bool told(size_t size, uint32_t caps, const char *function) {
    bool same = failed.count == 1 && failed.size == size && failed.caps == caps &&
                strcmp(failed.function, function) == 0;
    failed.count = 0;
    return same;
}

static struct {
    unsigned allocated, freed;
    void *ptr, *freed_ptr;
    size_t size;
    uint32_t caps;
} traced;

void esp_heap_trace_alloc_hook(void *ptr, size_t size, uint32_t caps) {
    traced.allocated++;
    traced.ptr = ptr;
    traced.size = size;
    traced.caps = caps;
}

void esp_heap_trace_free_hook(void *ptr) {
    traced.freed++;
    traced.freed_ptr = ptr;
}

TEST(a_failure_is_told_once_by_the_call_that_was_made) {
    boot();
    CHECK_EQ(heap_caps_register_failed_alloc_callback(NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(heap_caps_register_failed_alloc_callback(on_failure), ESP_OK);
    const size_t big = (size_t)128 << 20;
    CHECK(heap_caps_malloc(big, MALLOC_CAP_DEFAULT) == NULL);
    CHECK(told(big, MALLOC_CAP_DEFAULT, "heap_caps_malloc"));
    CHECK(heap_caps_malloc(64, MALLOC_CAP_INVALID) == NULL);
    CHECK(told(64, MALLOC_CAP_INVALID, "heap_caps_malloc"));
    CHECK(heap_caps_malloc(64, 0) == NULL);
    CHECK(told(64, 0, "heap_caps_malloc"));
    CHECK(heap_caps_realloc(NULL, big, MALLOC_CAP_8BIT) == NULL);
    CHECK(told(big, MALLOC_CAP_8BIT, "heap_caps_realloc"));
    CHECK(heap_caps_calloc(3, big, MALLOC_CAP_8BIT) == NULL);
    CHECK(told(3 * big, MALLOC_CAP_8BIT, "heap_caps_calloc"));
    CHECK(heap_caps_aligned_alloc(64, big, MALLOC_CAP_8BIT) == NULL);
    CHECK(told(big, MALLOC_CAP_8BIT, "heap_caps_aligned_alloc"));
    CHECK(heap_caps_aligned_calloc(64, 2, big, MALLOC_CAP_8BIT) == NULL);
    CHECK(told(2 * big, MALLOC_CAP_8BIT, "heap_caps_aligned_alloc"));
    CHECK(heap_caps_malloc_prefer(big, 2, MALLOC_CAP_DMA, MALLOC_CAP_SPIRAM) == NULL);
    CHECK(told(big, MALLOC_CAP_SPIRAM, "heap_caps_malloc_prefer"));
    CHECK(heap_caps_realloc_prefer(NULL, big, 1, MALLOC_CAP_DMA) == NULL);
    CHECK(told(big, MALLOC_CAP_DMA, "heap_caps_realloc_prefer"));
    CHECK(heap_caps_calloc_prefer(2, big, 1, MALLOC_CAP_DMA) == NULL);
    CHECK(told(big, MALLOC_CAP_DMA, "heap_caps_calloc_prefer")); /* one's size, not all */
    CHECK(heap_caps_malloc_default(big) == NULL);
    CHECK(told(big, MALLOC_CAP_DEFAULT | MALLOC_CAP_INTERNAL, "heap_caps_malloc"));
}

TEST(nothing_asked_for_is_no_failure_but_for_calloc_of_no_elements) {
    boot();
    heap_caps_register_failed_alloc_callback(on_failure);
    failed.count = 0;
    CHECK(heap_caps_malloc(0, MALLOC_CAP_DEFAULT) == NULL);
    CHECK(heap_caps_calloc(16, 0, MALLOC_CAP_DEFAULT) == NULL);
    CHECK(heap_caps_realloc(NULL, 0, MALLOC_CAP_DEFAULT) == NULL);
    CHECK(heap_caps_malloc_prefer(0, 1, MALLOC_CAP_DEFAULT) == NULL);
    CHECK(heap_caps_aligned_alloc(32, 0, MALLOC_CAP_DEFAULT) == NULL);
    CHECK(heap_caps_aligned_alloc(0, 32, MALLOC_CAP_DEFAULT) == NULL);
    CHECK(heap_caps_aligned_alloc(48, 32, MALLOC_CAP_DEFAULT) == NULL);
    CHECK(heap_caps_aligned_calloc(48, 1, 32, MALLOC_CAP_DEFAULT) == NULL);
    CHECK(heap_caps_aligned_calloc(32, SIZE_MAX / 2 + 1, 2, MALLOC_CAP_DEFAULT) == NULL);
    heap_caps_free(NULL);
    CHECK_EQ(failed.count, 0);
    CHECK(heap_caps_calloc(0, 16, MALLOC_CAP_DEFAULT) == NULL);
    CHECK(told(0, MALLOC_CAP_DEFAULT, "heap_caps_calloc"));
}

TEST(sizes_that_overflow_fail) {
    boot();
    heap_caps_register_failed_alloc_callback(on_failure);
    failed.count = 0;
    CHECK(heap_caps_calloc(SIZE_MAX / 2 + 4, 2, MALLOC_CAP_8BIT) == NULL);
    CHECK(told((SIZE_MAX / 2 + 4) * 2, MALLOC_CAP_8BIT, "heap_caps_calloc")); /* wrapped */
    const uint32_t sets[] = {MALLOC_CAP_8BIT,
                             MALLOC_CAP_32BIT,
                             MALLOC_CAP_EXEC,
                             MALLOC_CAP_DMA,
                             MALLOC_CAP_SPIRAM | MALLOC_CAP_CACHE_ALIGNED,
                             MALLOC_CAP_SIMD};
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        for (size_t less = 0; less < 300; less += 7) {
            CHECK(heap_caps_malloc(SIZE_MAX - less, sets[i]) == NULL);
            CHECK(heap_caps_aligned_alloc(64, SIZE_MAX - less, sets[i]) == NULL);
            CHECK(heap_caps_aligned_alloc(SIZE_MAX / 2 + 1, SIZE_MAX - less, sets[i]) == NULL);
        }
    }
    void *block = heap_caps_malloc(64, MALLOC_CAP_8BIT);
    CHECK(heap_caps_realloc(block, SIZE_MAX, MALLOC_CAP_8BIT) == NULL);
    CHECK(heap_caps_realloc(block, SIZE_MAX - 3, MALLOC_CAP_32BIT) == NULL);
    CHECK(heap_caps_get_allocated_size(block) == 64);
    heap_caps_free(block);
}

TEST(hooks_see_every_block) {
    boot();
    memset(&traced, 0, sizeof traced);
    char *a = heap_caps_malloc(1234, MALLOC_CAP_8BIT);
    CHECK(traced.ptr == a && traced.size == 1234 && traced.caps == MALLOC_CAP_8BIT);
    char *b = heap_caps_realloc(a, 1233, MALLOC_CAP_32BIT);
    CHECK(b == a && traced.ptr == b);
    CHECK_EQ(traced.size, 1233); /* it stays: told as asked */
    CHECK_EQ(traced.freed, 0);
    char *c = heap_caps_realloc(b, 1233, MALLOC_CAP_SPIRAM | MALLOC_CAP_32BIT);
    CHECK(in_psram(c) && traced.ptr == c);
    CHECK_EQ(traced.size, 1236); /* elsewhere: in whole words */
    CHECK_EQ(traced.freed, 1);
    CHECK(traced.freed_ptr == b);
    heap_caps_free(c);
    CHECK_EQ(traced.freed, 2);
    CHECK(traced.freed_ptr == c);
    void *d = heap_caps_malloc(10, MALLOC_CAP_EXEC);
    CHECK(traced.size == 12 && traced.caps == (MALLOC_CAP_EXEC | MALLOC_CAP_32BIT));
    heap_caps_free(d);
    CHECK_EQ(traced.allocated, 4);
    heap_caps_malloc(SIZE_MAX, MALLOC_CAP_8BIT);
    heap_caps_free(NULL);
    CHECK_EQ(traced.allocated, 4);
    CHECK_EQ(traced.freed, 3);
}

/* -------------------------------------------------------------------------- which memory it is */

static void *last_of(uint32_t caps) {
    void *block = heap_caps_malloc(64, caps);
    heap_caps_free(block);
    return block;
}

TEST(capabilities_choose_the_memory) {
    boot();
    CHECK(in_dram(last_of(MALLOC_CAP_8BIT)));
    CHECK(in_dram(last_of(MALLOC_CAP_DMA)));
    CHECK(in_dram(last_of(MALLOC_CAP_DMA_DESC_AHB)));
    CHECK(in_dram(last_of(MALLOC_CAP_DEFAULT | MALLOC_CAP_INTERNAL)));
    CHECK(in_iram(last_of(MALLOC_CAP_32BIT | MALLOC_CAP_INTERNAL)));
    CHECK(in_iram(last_of(MALLOC_CAP_EXEC)));
    CHECK(in_psram(last_of(MALLOC_CAP_SPIRAM)));
    CHECK(in_psram(last_of(MALLOC_CAP_SPIRAM | MALLOC_CAP_DMA)));
    CHECK(last_of(MALLOC_CAP_SPIRAM | MALLOC_CAP_INTERNAL) == NULL);
    CHECK(last_of(MALLOC_CAP_8BIT | MALLOC_CAP_EXEC) == NULL);
    CHECK(last_of(MALLOC_CAP_DMA | MALLOC_CAP_EXEC) == NULL);
    CHECK(last_of(MALLOC_CAP_RTCRAM) == NULL); /* both cores run */
    CHECK(last_of(MALLOC_CAP_CACHE_ALIGNED) == NULL);
    CHECK(last_of(1 << 30) == NULL); /* capheap's ATOMIC is not ESP-IDF's */
    CHECK_EQ(heap_caps_get_total_size(1 << 30), 0);
    CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_DMA_DESC_AHB), 0);
}

/* Among regions of one priority those added last come first: so DEFAULT alone is PSRAM. */
TEST(memory_added_at_run_time_comes_first) {
    boot();
    CHECK(in_psram(last_of(MALLOC_CAP_DEFAULT)));
    CHECK(in_dram(last_of(MALLOC_CAP_8BIT))); /* PSRAM has it in the third priority only */
}

TEST(psram_blocks_for_dma_have_cache_lines_of_their_own) {
    boot();
    char *blocks[8];
    for (size_t i = 0; i < 8; i++) {
        blocks[i] = heap_caps_malloc(1 + i * 9, MALLOC_CAP_SPIRAM | MALLOC_CAP_DMA);
        CHECK_EQ((uintptr_t)blocks[i] % 32, 0);
        CHECK_EQ(heap_caps_get_allocated_size(blocks[i]) % 32, 0);
    }
    for (size_t i = 0; i < 8; i++) {
        heap_caps_free(blocks[i]);
    }
}

TEST(code_comes_from_d_iram_when_iram_is_used_up) {
    boot();
    size_t rest = heap_caps_get_largest_free_block(MALLOC_CAP_EXEC | MALLOC_CAP_INTERNAL);
    void *iram = heap_caps_malloc(heap_caps_get_free_size(MALLOC_CAP_32BIT) -
                                      heap_caps_get_free_size(MALLOC_CAP_8BIT),
                                  MALLOC_CAP_EXEC);
    CHECK(in_iram(iram));
    CHECK(rest > 0);
    void *code = heap_caps_malloc(100, MALLOC_CAP_EXEC);
    CHECK(in_diram_as_code(code));
    CHECK(heap_caps_get_allocated_size(code) >= 100);
    void *more = heap_caps_realloc(code, 200, MALLOC_CAP_EXEC);
    CHECK(in_diram_as_code(more));
    heap_caps_free(more);
    heap_caps_free(iram);
    CHECK(heap_caps_check_integrity_all(true));
}

TEST(prefer_takes_the_first_that_has_room) {
    boot();
    void *a = heap_caps_malloc_prefer(100, 2, MALLOC_CAP_SPIRAM, MALLOC_CAP_INTERNAL);
    CHECK(in_psram(a));
    void *b = heap_caps_malloc_prefer(100, 2, MALLOC_CAP_RTCRAM, MALLOC_CAP_DMA);
    CHECK(in_dram(b));
    unsigned char *c = heap_caps_calloc_prefer(10, 10, 2, MALLOC_CAP_RTCRAM, MALLOC_CAP_SPIRAM);
    CHECK(in_psram(c));
    for (size_t i = 0; i < 100; i++) {
        CHECK_EQ(c[i], 0);
    }
    memset(b, 0x5A, 100);
    unsigned char *d = heap_caps_realloc_prefer(b, 300, 2, MALLOC_CAP_SPIRAM, MALLOC_CAP_DMA);
    CHECK(in_psram(d));
    CHECK(d[0] == 0x5A && d[99] == 0x5A);
    CHECK(heap_caps_realloc_prefer(d, 0, 1, MALLOC_CAP_DMA) == NULL);
    heap_caps_register_failed_alloc_callback(on_failure);
    failed.count = 0;
    CHECK(heap_caps_malloc_prefer(100, 0) == NULL);
    CHECK(told(100, MALLOC_CAP_DEFAULT, "heap_caps_malloc_prefer"));
    CHECK(heap_caps_realloc_prefer(c, 0, 0) == NULL);
    CHECK_EQ(heap_caps_get_allocated_size(c), 104); /* with an empty list nothing is given back */
    heap_caps_free(c);
    heap_caps_free(a);
}

TEST(malloc_follows_the_limit_between_internal_and_external) {
    boot();
    void *a = heap_caps_malloc_default(100000);
    CHECK(in_dram(a) || in_diram(a));
    heap_caps_free(a);
    CHECK(heap_caps_malloc_default(KIB(500)) == NULL); /* internal alone, until it is enabled */
    heap_caps_malloc_extmem_enable(1000);
    void *small = heap_caps_malloc_default(1000);
    void *large = heap_caps_malloc_default(1001);
    void *lined = heap_caps_aligned_alloc_default(64, 2000);
    CHECK(in_dram(small));
    CHECK(in_psram(large));
    CHECK(in_psram(lined) && (uintptr_t)lined % 64 == 0);
    small = heap_caps_realloc_default(small, 2000);
    CHECK(in_psram(small));
    void *all =
        heap_caps_malloc(heap_caps_get_largest_free_block(MALLOC_CAP_SPIRAM), MALLOC_CAP_SPIRAM);
    CHECK(all != NULL);
    void *next = heap_caps_malloc_default(KIB(30));
    CHECK(in_dram(next) || in_diram(next));
    heap_caps_register_failed_alloc_callback(on_failure);
    failed.count = 0;
    CHECK(heap_caps_malloc_default(KIB(2000)) == NULL);
    CHECK(told(KIB(2000), MALLOC_CAP_DEFAULT, "heap_caps_malloc_default"));
    CHECK(heap_caps_aligned_alloc_default(3, 100) == NULL);
    CHECK(heap_caps_aligned_alloc_default(4, 0) == NULL);
    CHECK_EQ(failed.count, 0);
    CHECK(heap_caps_realloc_default(next, 0) == NULL);
    heap_caps_free(all);
    heap_caps_free(lined);
    heap_caps_free(large);
    heap_caps_free(small);
    heap_caps_malloc_extmem_enable((size_t)-1);
}

/* ------------------------------------------------------------------------------------ realloc */

TEST(realloc_moves_where_capabilities_ask_for_it) {
    boot();
    uint32_t *a = heap_caps_malloc(64, MALLOC_CAP_DMA);
    for (uint32_t i = 0; i < 16; i++) {
        a[i] = i * 0x01010101;
    }
    uint32_t *b = heap_caps_realloc(a, 64, MALLOC_CAP_EXEC);
    CHECK(in_iram(b));
    uint32_t *c = heap_caps_realloc(b, 48, MALLOC_CAP_8BIT);
    CHECK(in_dram(c));
    uint32_t *d = heap_caps_realloc(c, 4096, MALLOC_CAP_SPIRAM);
    CHECK(in_psram(d));
    bool same = true;
    for (uint32_t i = 0; i < 12; i++) {
        same = same && d[i] == i * 0x01010101;
    }
    CHECK(same);
    d = heap_caps_realloc(d, 32, 0); /* no capabilities: any will do if it can stay */
    CHECK(in_psram(d) && d[7] == 7 * 0x01010101);
    CHECK(heap_caps_realloc(d, KIB(2000), 0) == NULL);
    CHECK(heap_caps_realloc(d, 64, MALLOC_CAP_INVALID) == NULL);
    CHECK(heap_caps_realloc(d, 0, MALLOC_CAP_INVALID) == NULL); /* given back */
}

/* ------------------------------------------------------------------------------------- misuse */

static void *twice;

static void free_twice(void) {
    heap_caps_free(twice);
}

static void free_inside(void) {
    heap_caps_free((char *)twice + 8);
}

static void free_foreign(void) {
    heap_caps_free(&twice);
}

static void ask_size_outside(void) {
    heap_caps_get_containing_block_size(&twice);
}

static void initialise_again(void) {
    heap_caps_init();
}

static void walk_without_a_function(void) {
    heap_caps_walk_all(NULL, NULL);
}

TEST(misuse_stops_the_program_with_a_line) {
    boot();
    twice = heap_caps_malloc(64, MALLOC_CAP_8BIT);
    CHECK(stops(free_inside, "heap: "));
    heap_caps_free(twice);
    CHECK(stops(free_twice, "heap: "));
    CHECK(says(", at 0x") && says("3ff"));
    CHECK(stops(free_foreign, "heap: "));
    CHECK(stops(ask_size_outside, "in no block"));
    CHECK(stops(initialise_again, "a second time"));
    CHECK(stops(walk_without_a_function, "no function"));
}

TEST_MAIN(a_failure_is_told_once_by_the_call_that_was_made,
          nothing_asked_for_is_no_failure_but_for_calloc_of_no_elements, sizes_that_overflow_fail,
          hooks_see_every_block, capabilities_choose_the_memory,
          memory_added_at_run_time_comes_first, psram_blocks_for_dma_have_cache_lines_of_their_own,
          code_comes_from_d_iram_when_iram_is_used_up, prefer_takes_the_first_that_has_room,
          malloc_follows_the_limit_between_internal_and_external,
          realloc_moves_where_capabilities_ask_for_it, misuse_stops_the_program_with_a_line)
