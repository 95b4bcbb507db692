/* SPDX-License-Identifier: MIT */
/* Zephyr's sys_heap and k_heap over the engine: values, waiting threads, rewinds, misuse. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "test.h"

#include <zephyr/kernel.h>
#include <zephyr/sys/heap_listener.h>

int k_heap_array_get(struct k_heap **heap);
void *k_heap_calloc(struct k_heap *heap, size_t num, size_t size, k_timeout_t timeout);
void *k_heap_realloc(struct k_heap *heap, void *ptr, size_t bytes, k_timeout_t timeout);
void *sys_heap_noalign_alloc(struct sys_heap *heap, size_t align, size_t bytes);

K_HEAP_DEFINE(first_heap, 4096);
K_HEAP_DEFINE(second_heap, 2048);

/* Longer than anything here takes. */
#define A_WHILE K_MSEC(20000)

static uint64_t memory[1024];
static unsigned saved, told_out, told_back;
static size_t told_bytes; /* given out less given back */

int sys_heap_array_save(struct sys_heap *heap) {
    saved++;
    return heap == NULL ? -EINVAL : 0;
}

void heap_listener_notify_alloc(uintptr_t heap_id, void *mem, size_t bytes) {
    told_out += heap_id != 0 && mem != NULL;
    told_bytes += bytes;
}

void heap_listener_notify_free(uintptr_t heap_id, void *mem, size_t bytes) {
    told_back += heap_id != 0 && mem != NULL;
    told_bytes -= bytes;
}

static struct sys_memory_stats stats_of(struct sys_heap *heap) {
    struct sys_memory_stats stats = {0};
    CHECK_EQ(sys_heap_runtime_stats_get(heap, &stats), 0);
    return stats;
}

TEST(defined_heaps_are_there_from_the_start) {
    struct k_heap *heaps = NULL;
    CHECK_EQ(k_heap_array_get(&heaps), 2);
    CHECK_EQ(saved, 2);
    void *one = k_heap_alloc(&first_heap, 100, K_NO_WAIT);
    void *two = k_heap_alloc(&second_heap, 100, K_NO_WAIT);
    CHECK(one != NULL && two != NULL);
    CHECK_EQ(stats_of(&first_heap.heap).allocated_bytes, 104);
    k_heap_free(&first_heap, one);
    k_heap_free(&second_heap, two);
    k_heap_free(&second_heap, NULL);
    CHECK_EQ(stats_of(&first_heap.heap).allocated_bytes, 0);
    CHECK_EQ(stats_of(&first_heap.heap).max_allocated_bytes, 104);
    CHECK_EQ(sys_heap_runtime_stats_reset_max(&first_heap.heap), 0);
    CHECK_EQ(stats_of(&first_heap.heap).max_allocated_bytes, 0);
    CHECK_EQ(kernel_asserts, 0);
}

TEST(stats_refuse_null) {
    struct sys_memory_stats stats;
    CHECK_EQ(sys_heap_runtime_stats_get(NULL, &stats), -EINVAL);
    CHECK_EQ(sys_heap_runtime_stats_get(&first_heap.heap, NULL), -EINVAL);
    CHECK_EQ(sys_heap_runtime_stats_reset_max(NULL), -EINVAL);
}

TEST(sys_heap_allocates_and_resizes) {
    struct sys_heap heap;
    kernel_asserts = 0;
    told_bytes = 0;
    sys_heap_init(&heap, (char *)memory + 3, sizeof(memory) - 3);
    size_t free_bytes = stats_of(&heap).free_bytes;
    CHECK(sys_heap_alloc(&heap, 0) == NULL);
    CHECK(sys_heap_alloc(&heap, SIZE_MAX) == NULL);
    CHECK(sys_heap_alloc(&heap, sizeof(memory)) == NULL);
    char *text = sys_heap_alloc(&heap, 20);
    CHECK_EQ((uintptr_t)text % 8, 0);
    CHECK_EQ(sys_heap_usable_size(&heap, text), 24);
    (void)strcpy(text, "nineteen characters");
    void *wall = sys_heap_noalign_alloc(&heap, 64, 8);
    text = sys_heap_realloc(&heap, text, 3000);
    CHECK(text != NULL && strcmp(text, "nineteen characters") == 0);
    CHECK_EQ(told_bytes, 3008);
    CHECK(sys_heap_realloc(&heap, text, sizeof(memory)) == NULL);
    CHECK(strcmp(text, "nineteen characters") == 0);
    void *aligned = sys_heap_aligned_alloc(&heap, 256, 100);
    CHECK_EQ((uintptr_t)aligned % 256, 0);
    memset(aligned, 0x5A, 100);
    aligned = sys_heap_aligned_realloc(&heap, aligned, 256, 600);
    CHECK_EQ((uintptr_t)aligned % 256, 0);
    CHECK_EQ(((unsigned char *)aligned)[99], 0x5A);
    CHECK(sys_heap_validate(&heap));
    sys_heap_free(&heap, wall);
    CHECK(sys_heap_realloc(&heap, text, 0) == NULL);
    sys_heap_free(&heap, aligned);
    CHECK_EQ(stats_of(&heap).free_bytes, free_bytes);
    CHECK_EQ(told_bytes, 0);
    CHECK_EQ(told_out, told_back);
    CHECK_EQ(kernel_asserts, 0);
}

/* As k_aligned_alloc asks: a pointer of the kernel's right below the boundary. */
TEST(rewinds_leave_a_word_below_the_boundary) {
    struct sys_heap heap;
    kernel_asserts = kernel_panics = 0;
    sys_heap_init(&heap, memory, sizeof(memory));
    size_t free_bytes = stats_of(&heap).free_bytes;
    const size_t word = sizeof(void *);
    for (size_t align = 2 * word; align <= 512; align *= 2) {
        char *mem = sys_heap_aligned_alloc(&heap, align | word, 50 + word);
        REQUIRE(mem != NULL);
        CHECK_EQ((uintptr_t)(mem + word) % align, 0);
        CHECK(sys_heap_usable_size(&heap, mem) >= 50 + word);
        memset(mem, 0x77, 50 + word);
        char *moved = sys_heap_realloc(&heap, mem, 400 + word);
        REQUIRE(moved != NULL);
        CHECK_EQ(moved[50 + word - 1], 0x77);
        sys_heap_free(&heap, moved);
    }
    CHECK(sys_heap_aligned_alloc(&heap, 64 | word, SIZE_MAX - 8) == NULL);
    CHECK(sys_heap_aligned_alloc(&heap, 64 | word, 0) == NULL);
    CHECK_EQ(stats_of(&heap).free_bytes, free_bytes);
    CHECK_EQ(kernel_asserts + kernel_panics, 0);
    CHECK(sys_heap_aligned_alloc(&heap, 7 * 8, 8) == NULL);
    CHECK_EQ(kernel_asserts, 1);
}

TEST(misuse_is_recognised) {
    struct sys_heap heap;
    sys_heap_init(&heap, memory, sizeof(memory));
    char *block = sys_heap_alloc(&heap, 64), *other = sys_heap_alloc(&heap, 64);
    memset(block, 0, 64);
    size_t allocated = stats_of(&heap).allocated_bytes;
    kernel_asserts = kernel_panics = 0;
    int local = 0;
    sys_heap_free(&heap, block + 16);
    sys_heap_free(&heap, block + 4);
    sys_heap_free(&heap, &local);
    sys_heap_free(&heap, (void *)1);
    CHECK_EQ(kernel_panics, 4);
    CHECK_EQ(stats_of(&heap).allocated_bytes, allocated);
    sys_heap_free(&heap, block);
    sys_heap_free(&heap, block);
    CHECK_EQ(kernel_panics, 5);
    CHECK_EQ(kernel_asserts, 5);
    CHECK_EQ(stats_of(&heap).allocated_bytes, 64);
    CHECK(sys_heap_realloc(&heap, block, 100) == NULL);
    CHECK_EQ(kernel_panics, 6);
    sys_heap_free(&heap, other);
    CHECK_EQ(kernel_panics, 6);
}

TEST(too_small_a_memory_is_an_error) {
    struct sys_heap heap;
    for (size_t size = 0; size < 80; size++) {
        kernel_asserts = 0;
        sys_heap_init(&heap, memory, size);
        CHECK_EQ(kernel_asserts, 1);
        CHECK(sys_heap_alloc(&heap, 1) == NULL);
        CHECK(sys_heap_aligned_alloc(&heap, 64, 1) == NULL);
        struct sys_memory_stats stats;
        CHECK_EQ(sys_heap_runtime_stats_get(&heap, &stats), -EINVAL);
    }
    kernel_asserts = 0;
}

TEST(k_heap_clears_resizes_and_overflows) {
    struct k_heap heap;
    k_heap_init(&heap, memory, sizeof(memory));
    memset((char *)memory + 1024, 0xFF, 4096);
    unsigned char *cleared = k_heap_calloc(&heap, 25, 40, K_NO_WAIT);
    REQUIRE(cleared != NULL);
    for (size_t i = 0; i < 1000; i++) {
        CHECK_EQ(cleared[i], 0);
    }
    k_timepoint_t end = sys_timepoint_calc(A_WHILE);
    CHECK(k_heap_calloc(&heap, SIZE_MAX / 2, 3, A_WHILE) == NULL);
    CHECK(k_heap_alloc(&heap, 0, A_WHILE) == NULL);
    CHECK(k_heap_aligned_alloc(&heap, 128, 0, A_WHILE) == NULL);
    CHECK(!K_TIMEOUT_EQ(sys_timepoint_timeout(end), K_NO_WAIT)); /* none of them waited */
    cleared = k_heap_realloc(&heap, cleared, 2000, K_NO_WAIT);
    CHECK(cleared != NULL);
    CHECK(k_heap_realloc(&heap, cleared, 0, A_WHILE) == NULL);
    void *made = k_heap_realloc(&heap, NULL, 10, K_NO_WAIT);
    CHECK(made != NULL);
    k_heap_free(&heap, made);
    CHECK_EQ(stats_of(&heap.heap).allocated_bytes, 0);
    CHECK_EQ(kernel_asserts, 0);
}

TEST(a_timeout_ends_the_wait) {
    struct k_heap heap;
    k_heap_init(&heap, memory, sizeof(memory));
    k_timepoint_t end = sys_timepoint_calc(K_MSEC(30));
    CHECK(k_heap_alloc(&heap, sizeof(memory), K_MSEC(30)) == NULL);
    CHECK(K_TIMEOUT_EQ(sys_timepoint_timeout(end), K_NO_WAIT));
    CHECK_EQ(kernel_waiting(&heap), 0);
}

TEST(an_interrupt_may_not_wait) {
    kernel_asserts = 0;
    kernel_in_isr = true;
    void *block = k_heap_alloc(&first_heap, 8, K_NO_WAIT);
    CHECK(block != NULL);
    CHECK_EQ(kernel_asserts, 0);
    k_heap_free(&first_heap, block);
    k_heap_free(&first_heap, k_heap_alloc(&first_heap, 8, K_MSEC(1)));
    CHECK_EQ(kernel_asserts, 1);
    kernel_in_isr = false;
    kernel_asserts = 0;
}

/* A thread that asks a full heap, and what it got. */
typedef struct waiter {
    struct k_heap *heap;
    pthread_t thread;
    size_t bytes;
    k_timeout_t timeout;
    void *got;
} waiter_t;

static void *ask_and_wait(void *argument) {
    waiter_t *waiter = argument;
    waiter->got = k_heap_alloc(waiter->heap, waiter->bytes, waiter->timeout);
    return NULL;
}

static void start(waiter_t *waiter, unsigned waiting) {
    REQUIRE(pthread_create(&waiter->thread, NULL, ask_and_wait, waiter) == 0);
    while (kernel_waiting(waiter->heap) != waiting) {
        (void)usleep(1000);
    }
}

TEST(waiting_threads_get_what_is_freed) {
    struct k_heap heap;
    k_heap_init(&heap, memory, sizeof(memory));
    size_t half = stats_of(&heap.heap).free_bytes / 2 / 8 * 8;
    void *lower = k_heap_alloc(&heap, half, K_NO_WAIT);
    void *upper = k_heap_alloc(&heap, half, K_NO_WAIT);
    CHECK(lower != NULL && upper != NULL);
    waiter_t large = {.heap = &heap, .bytes = 2 * half, .timeout = K_FOREVER};
    waiter_t late = {.heap = &heap, .bytes = 2 * half, .timeout = K_MSEC(80)};
    start(&large, 1);
    start(&late, 2);
    k_heap_free(&heap, lower); /* both wake, find too little and wait on */
    while (kernel_waiting(&heap) != 2) {
        (void)usleep(1000);
    }
    CHECK_EQ(pthread_join(late.thread, NULL), 0);
    CHECK(late.got == NULL);
    CHECK_EQ(kernel_waiting(&heap), 1);
    k_heap_free(&heap, upper);
    CHECK_EQ(pthread_join(large.thread, NULL), 0);
    CHECK(large.got != NULL);
    k_heap_free(&heap, large.got);
    CHECK_EQ(stats_of(&heap.heap).allocated_bytes, 0);
}

TEST(a_smaller_block_wakes_too) {
    struct k_heap heap;
    k_heap_init(&heap, memory, sizeof(memory));
    size_t all = stats_of(&heap.heap).free_bytes;
    char *block = k_heap_alloc(&heap, all, K_NO_WAIT);
    k_timepoint_t end = sys_timepoint_calc(A_WHILE);
    waiter_t waiter = {.heap = &heap, .bytes = 64, .timeout = A_WHILE};
    start(&waiter, 1);
    block = k_heap_realloc(&heap, block, all - 512, K_NO_WAIT);
    CHECK(block != NULL);
    CHECK_EQ(pthread_join(waiter.thread, NULL), 0);
    CHECK(waiter.got != NULL);
    CHECK(!K_TIMEOUT_EQ(sys_timepoint_timeout(end), K_NO_WAIT)); /* it didn't wait to the end */
    k_heap_free(&heap, waiter.got);
    k_heap_free(&heap, block);
    CHECK_EQ(kernel_asserts, 0);
}

TEST_MAIN(defined_heaps_are_there_from_the_start, stats_refuse_null, sys_heap_allocates_and_resizes,
          rewinds_leave_a_word_below_the_boundary, misuse_is_recognised,
          too_small_a_memory_is_an_error, k_heap_clears_resizes_and_overflows,
          a_timeout_ends_the_wait, an_interrupt_may_not_wait, waiting_threads_get_what_is_freed,
          a_smaller_block_wakes_too)
