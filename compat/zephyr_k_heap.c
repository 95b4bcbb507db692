/* SPDX-License-Identifier: MIT */
/*
 * Zephyr's k_heap (zephyr/kernel.h) over sys_heap, in place of kernel/kheap.c: threads that find no
 * room wait in the heap's queue, with a timeout. Whatever gives memory back wakes them, a realloc
 * too; each tries again, and the rest wait on for what is left of their time.
 */
#include <string.h>

#include <zephyr/init.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/iterable_sections.h>
/* The kernel's own: the scheduler. */
#include <ksched.h>
#include <wait_q.h>

/* What a thread asks for. */
typedef struct want {
    void *ptr; /* the block to resize; NULL: a new one */
    size_t align;
    size_t bytes;
} want_t;

/* Zephyr's older headers don't declare these. */
int k_heap_array_get(struct k_heap **heap);
void *k_heap_calloc(struct k_heap *heap, size_t num, size_t size, k_timeout_t timeout);
void *k_heap_realloc(struct k_heap *heap, void *ptr, size_t bytes, k_timeout_t timeout);

void k_heap_init(struct k_heap *heap, void *mem, size_t bytes) {
    z_waitq_init(&heap->wait_q);
    heap->lock = (struct k_spinlock){};
    sys_heap_init(&heap->heap, mem, bytes);
}

/* Those of K_HEAP_DEFINE. */
static int init_static_heaps(void) {
    STRUCT_SECTION_FOREACH(k_heap, heap) {
        k_heap_init(heap, heap->heap.init_mem, heap->heap.init_bytes);
    }
    return 0;
}

SYS_INIT(init_static_heaps, PRE_KERNEL_1, CONFIG_KERNEL_INIT_PRIORITY_OBJECTS);

int k_heap_array_get(struct k_heap **heap) {
    int count;
    STRUCT_SECTION_GET(k_heap, 0, heap);
    STRUCT_SECTION_COUNT(k_heap, &count);
    return count;
}

/* Memory came back: unlock, and let those who wait for some run. */
static void unlock_and_wake(struct k_heap *heap, k_spinlock_key_t key) {
    if (IS_ENABLED(CONFIG_MULTITHREADING) && z_unpend_all(&heap->wait_q) != 0) {
        z_reschedule(&heap->lock, key);
    } else {
        k_spin_unlock(&heap->lock, key);
    }
}

static void *try_now(struct k_heap *heap, const want_t *want) {
    if (want->ptr != NULL) {
        return sys_heap_aligned_realloc(&heap->heap, want->ptr, 0, want->bytes);
    }
    return sys_heap_aligned_alloc(&heap->heap, want->align, want->bytes);
}

static void *serve(struct k_heap *heap, const want_t *want, k_timeout_t timeout) {
    k_timepoint_t end = sys_timepoint_calc(timeout);
    __ASSERT(!k_is_in_isr() || K_TIMEOUT_EQ(timeout, K_NO_WAIT),
             "an interrupt can't wait for memory");
    for (;;) {
        k_spinlock_key_t key = k_spin_lock(&heap->lock);
        void *mem = try_now(heap, want);
        if (mem != NULL && want->ptr != NULL) {
            unlock_and_wake(heap, key);
            return mem;
        }
        /* Nothing of no size would ever come. */
        if (mem != NULL || want->bytes == 0 || !IS_ENABLED(CONFIG_MULTITHREADING) ||
            K_TIMEOUT_EQ(timeout, K_NO_WAIT)) {
            k_spin_unlock(&heap->lock, key);
            return mem;
        }
        (void)z_pend_curr(&heap->lock, key, &heap->wait_q, timeout);
        timeout = sys_timepoint_timeout(end);
    }
}

void *k_heap_aligned_alloc(struct k_heap *heap, size_t align, size_t bytes, k_timeout_t timeout) {
    const want_t want = {.align = align, .bytes = bytes};
    return serve(heap, &want, timeout);
}

void *k_heap_alloc(struct k_heap *heap, size_t bytes, k_timeout_t timeout) {
    return k_heap_aligned_alloc(heap, 0, bytes, timeout);
}

void *k_heap_calloc(struct k_heap *heap, size_t num, size_t size, k_timeout_t timeout) {
    size_t bytes;
    if (__builtin_mul_overflow(num, size, &bytes)) {
        return NULL;
    }
    void *mem = k_heap_alloc(heap, bytes, timeout);
    if (mem != NULL) {
        memset(mem, 0, bytes);
    }
    return mem;
}

void k_heap_free(struct k_heap *heap, void *mem) {
    k_spinlock_key_t key = k_spin_lock(&heap->lock);
    sys_heap_free(&heap->heap, mem);
    unlock_and_wake(heap, key);
}

void *k_heap_realloc(struct k_heap *heap, void *ptr, size_t bytes, k_timeout_t timeout) {
    if (ptr != NULL && bytes == 0) {
        k_heap_free(heap, ptr);
        return NULL;
    }
    const want_t want = {.ptr = ptr, .bytes = bytes};
    return serve(heap, &want, timeout);
}
