/* SPDX-License-Identifier: MIT */
/*
 * For the tests: as much of Zephyr's interface as its heaps need, in place of Zephyr, written from
 * its documentation ("Memory Heaps", "Spinlock APIs", "Kernel Timing"). kernel.c beside this is the
 * kernel: threads are POSIX threads, a tick is a millisecond.
 */
#ifndef ZEPHYR_KERNEL_H
#define ZEPHYR_KERNEL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zephyr/spinlock.h>
#include <zephyr/sys/sys_heap.h>

#define CONFIG_MULTITHREADING               1
#define CONFIG_KERNEL_INIT_PRIORITY_OBJECTS 30
#define CONFIG_SYS_HEAP_ARRAY_SIZE          4

/* 1 if the option is defined as 1, else 0: IS_SET_1 makes room for one argument more. */
#define IS_ENABLED(option)                IS_ENABLED_1(option)
#define IS_ENABLED_1(value)               IS_ENABLED_2(IS_SET_##value)
#define IS_SET_1                          0,
#define IS_ENABLED_2(room)                IS_ENABLED_3(room 1, 0, 0)
#define IS_ENABLED_3(ignored, value, ...) (value)

/* A failed assertion is counted, and the call goes on. */
extern unsigned kernel_asserts, kernel_panics;
#define __ASSERT(test, ...)                                                                        \
    do {                                                                                           \
        if (!(test)) {                                                                             \
            kernel_asserts++;                                                                      \
        }                                                                                          \
    } while (0)
void k_panic(void);
void printk(const char *format, ...) __attribute__((format(printf, 1, 2)));

typedef struct {
    int64_t ticks;
} k_timeout_t;

typedef struct {
    int64_t tick;
} k_timepoint_t;

#define K_NO_WAIT                   ((k_timeout_t){0})
#define K_FOREVER                   ((k_timeout_t){-1})
#define K_MSEC(ms)                  ((k_timeout_t){ms})
#define K_TIMEOUT_EQ(first, second) ((first).ticks == (second).ticks)

k_timepoint_t sys_timepoint_calc(k_timeout_t timeout);
k_timeout_t sys_timepoint_timeout(k_timepoint_t timepoint);

bool k_is_in_isr(void);

typedef struct {
    unsigned waiting; /* threads in it */
    unsigned woken;   /* of them, those that may go on */
    pthread_cond_t wake;
} _wait_q_t;

struct k_heap {
    struct sys_heap heap;
    _wait_q_t wait_q;
    struct k_spinlock lock;
};

/* A heap that is there from the start: all k_heaps are in one section, in which they are found. */
#define K_HEAP_DEFINE(name, bytes)                                                                 \
    static _Alignas(8) char kheap_buf_##name[bytes];                                               \
    struct k_heap name                                                                             \
        __attribute__((section("k_heaps"), used, aligned(_Alignof(struct k_heap)))) = {            \
            .heap = {.init_mem = kheap_buf_##name, .init_bytes = (bytes)}}

void k_heap_init(struct k_heap *heap, void *mem, size_t bytes);
void *k_heap_aligned_alloc(struct k_heap *heap, size_t align, size_t bytes, k_timeout_t timeout);
void *k_heap_alloc(struct k_heap *heap, size_t bytes, k_timeout_t timeout);
void k_heap_free(struct k_heap *heap, void *mem);

/* What the test's kernel has besides. */
extern bool kernel_in_isr;
unsigned kernel_waiting(struct k_heap *heap);

#endif
