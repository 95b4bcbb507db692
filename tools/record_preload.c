/* SPDX-License-Identifier: MIT */
/*
 * The library that `capheap record` puts before a program's C library: it serves malloc and its
 * kin from the same glibc as before, and writes each call to a file, in capheap's trace format with
 * the blocks' addresses as their ids. The command turns that file into a finished trace afterwards.
 *
 * - The file is mapped, and a record's first byte is written last: whenever and however the program
 *   ends (exit, _exit, a signal, exec), the file holds every call up to there, and zeros behind.
 * - One lock orders the calls. A free is written before the block is given back and an allocation
 *   after it was got, and a realloc runs under the lock, so no address is given out twice in the
 *   file.
 * - Everything that matters is in one page that the kernel clears in a forked child: a child does
 *   not record (until it runs another program, which records into a file of its own), and never
 *   meets a lock that was held when it was forked.
 * - glibc's own functions are called by their second names (__libc_malloc, ...): there is nothing
 *   to look up, and so no phase in which nothing can be allocated yet.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "record_preload/recorder.h"

#define EXPORT __attribute__((visibility("default")))
#define CALLER ((uintptr_t)__builtin_return_address(0) - 1) /* within the calling instruction */

EXPORT void *malloc(size_t size);
EXPORT void *calloc(size_t count, size_t size);
EXPORT void *realloc(void *ptr, size_t size);
EXPORT void *reallocarray(void *ptr, size_t count, size_t size);
EXPORT void *memalign(size_t alignment, size_t size);
EXPORT void *aligned_alloc(size_t alignment, size_t size);
EXPORT int posix_memalign(void **ptr, size_t alignment, size_t size);
EXPORT void *valloc(size_t size);
EXPORT void *pvalloc(size_t size);
EXPORT void free(void *ptr);

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *ptr, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *ptr);

static pthread_key_t thread_key;     /* whose destructor sees a thread's end */
static atomic_bool thread_key_ready; /* it was created */
/* Initial-exec: reading them never allocates. */
static __thread bool inside __attribute__((tls_model("initial-exec"))); /* holds the lock */
static __thread uint32_t thread_task __attribute__((tls_model("initial-exec"))); /* + 1; 0: none */

/* ---- Calls. ---- */

/* Take the lock, if there is something to record. */
static recorder_t *enter(void) {
    recorder_t *r = recorder_get();
    if (r == NULL || !atomic_load_explicit(&r->on, memory_order_relaxed)) {
        return NULL;
    }
    if (inside) {
        recorder_stop(r, "a signal handler allocates while malloc runs; the recording ends here\n");
        return NULL;
    }
    inside = true;
    pthread_mutex_lock(&r->lock);
    return r;
}

static void leave(recorder_t *r) {
    pthread_mutex_unlock(&r->lock);
    inside = false;
}

static void emit_call(recorder_t *r, trace_call_t *call, uintptr_t caller, const void *block,
                      const void *new_block) {
    unsigned char record[TRACE_MAX_CALL];
    call->site = caller == 0 ? 0 : recorder_site(r, caller);
    call->task = thread_task - 1;
    call->time = recorder_now() - r->started;
    recorder_emit(
        r, record,
        trace_encode_call(&r->codec, record, call, (uintptr_t)block, (uintptr_t)new_block));
}

/* Under the lock: is this the thread's first call? Then introduce it. */
static bool meet_thread(recorder_t *r) {
    if (thread_task != 0) {
        return false;
    }
    thread_task = 1 + recorder_add_task(r);
    trace_call_t start = {.op = TRACE_TASK_START};
    emit_call(r, &start, 0, NULL, NULL);
    return true;
}

/* Not under the lock: setting a key may allocate, and that is recorded too. */
static void watch_thread(void) {
    if (atomic_load(&thread_key_ready)) {
        pthread_setspecific(thread_key, (void *)1);
    }
}

static void record(trace_op_t op, uintptr_t caller, const void *block, uint64_t size,
                   uint64_t alignment) {
    int problem = errno;
    recorder_t *r = enter();
    if (r == NULL) {
        return;
    }
    bool first = meet_thread(r);
    trace_call_t call = {.op = op, .size = size, .alignment = alignment};
    emit_call(r, &call, caller, block, NULL);
    leave(r);
    if (first) {
        watch_thread();
    }
    errno = problem;
}

/* What was got, or that nothing was. */
static void *record_request(trace_op_t op, uintptr_t caller, void *block, uint64_t size,
                            uint64_t alignment) {
    record(block == NULL ? TRACE_REFUSED : op, caller, block, size, alignment);
    return block;
}

static void *record_realloc(void *ptr, size_t size, uintptr_t caller) {
    recorder_t *r = enter();
    if (r == NULL) {
        return __libc_realloc(ptr, size);
    }
    bool first = meet_thread(r);
    void *moved = __libc_realloc(ptr, size);
    int problem = errno;
    trace_call_t call = {.op = moved == NULL ? TRACE_REFUSED : TRACE_REALLOC, .size = size};
    emit_call(r, &call, caller, ptr, moved);
    leave(r);
    if (first) {
        watch_thread();
    }
    errno = problem;
    return moved;
}

/* Destructors run in rounds: ours waits for the last one, after those that still free. */
static void end_thread(void *rounds) {
    if ((uintptr_t)rounds < PTHREAD_DESTRUCTOR_ITERATIONS) {
        pthread_setspecific(thread_key, (void *)((uintptr_t)rounds + 1));
    } else {
        record(TRACE_TASK_END, 0, NULL, 0, 0);
    }
}

__attribute__((constructor)) static void begin_at_start(void) {
    if (recorder_get() != NULL && pthread_key_create(&thread_key, end_thread) == 0) {
        atomic_store(&thread_key_ready, true);
    }
}

/* ---- What the program calls. ---- */

void *malloc(size_t size) {
    return record_request(TRACE_MALLOC, CALLER, __libc_malloc(size), size, 0);
}

static uint64_t product(size_t count, size_t size) {
    uint64_t total;
    return __builtin_mul_overflow((uint64_t)count, (uint64_t)size, &total) ? UINT64_MAX : total;
}

void *calloc(size_t count, size_t size) {
    return record_request(TRACE_CALLOC, CALLER, __libc_calloc(count, size), product(count, size),
                          0);
}

static void free_from(void *ptr, uintptr_t caller) {
    if (ptr != NULL) {
        record(TRACE_FREE, caller, ptr, 0, 0);
        __libc_free(ptr);
    }
}

void free(void *ptr) {
    free_from(ptr, CALLER);
}

static void *realloc_from(void *ptr, size_t size, uintptr_t caller) {
    if (ptr == NULL) {
        return record_request(TRACE_MALLOC, caller, __libc_malloc(size), size, 0);
    }
    if (size == 0) { /* glibc frees the block */
        free_from(ptr, caller);
        return NULL;
    }
    return record_realloc(ptr, size, caller);
}

void *realloc(void *ptr, size_t size) {
    return realloc_from(ptr, size, CALLER);
}

void *reallocarray(void *ptr, size_t count, size_t size) {
    size_t total;
    if (__builtin_mul_overflow(count, size, &total)) {
        record(TRACE_REFUSED, CALLER, NULL, UINT64_MAX, 0);
        errno = ENOMEM;
        return NULL;
    }
    return realloc_from(ptr, total, CALLER);
}

/* glibc takes the next power of two. */
static void *align_from(size_t alignment, size_t size, uintptr_t caller) {
    uint64_t power = 1;
    while (power < alignment && power < UINT64_C(1) << TRACE_MAX_ALIGNMENT_LOG2) {
        power *= 2;
    }
    return record_request(TRACE_ALIGNED, caller, __libc_memalign(alignment, size), size, power);
}

void *memalign(size_t alignment, size_t size) {
    return align_from(alignment, size, CALLER);
}

void *aligned_alloc(size_t alignment, size_t size) {
    return align_from(alignment, size, CALLER);
}

int posix_memalign(void **ptr, size_t alignment, size_t size) {
    if (alignment == 0 || (alignment & (alignment - 1)) != 0 || alignment % sizeof(void *) != 0) {
        return EINVAL;
    }
    int problem = errno;
    void *block = align_from(alignment, size, CALLER);
    errno = problem;
    if (block == NULL) {
        return ENOMEM;
    }
    *ptr = block;
    return 0;
}

void *valloc(size_t size) {
    return align_from((size_t)sysconf(_SC_PAGESIZE), size, CALLER);
}

void *pvalloc(size_t size) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (size > SIZE_MAX - page) {
        size = SIZE_MAX - page; /* which is refused */
    }
    return align_from(page, (size + page - 1) / page * page, CALLER);
}
