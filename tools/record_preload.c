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
#define _FILE_OFFSET_BITS 64
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "record.h"
#include "trace_codec.h"

#define EXPORT     __attribute__((visibility("default")))
#define CALLER     ((uintptr_t)__builtin_return_address(0) - 1) /* within the calling instruction */
#define PAGE       65536u /* a multiple of every machine's page */
#define WINDOW     (16u * PAGE)
#define SITES      (UINT32_C(1) << 17) /* places of the table of call sites */
#define MAX_SITES  (SITES / 2)
#define HIGH_FD    900 /* out of the way of programs that count on low numbers */
#define NAME_BYTES 512u

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

typedef struct site {
    uintptr_t address; /* 0: empty place */
    uint32_t number;
} site_t;

/* Cleared in a forked child. */
typedef struct recorder {
    atomic_bool on;
    pthread_mutex_t lock; /* of all that follows */
    trace_codec_t codec;
    uint64_t started;      /* ns */
    uint64_t position;     /* in the file, of the next record */
    uint64_t window_start; /* in the file */
    unsigned char *window;
    site_t *sites;
    uint32_t site_count;
    uint32_t task_count;
    int fd;
    struct stat identity; /* of the file: a program may close our descriptor and open its own */
    char path[PATH_MAX];
    char program[NAME_BYTES];
} recorder_t;

static recorder_t *recorder;         /* NULL: not begun */
static atomic_int begun;             /* 0: not yet, 1: begun, or never to be */
static pthread_key_t thread_key;     /* whose destructor sees a thread's end */
static atomic_bool thread_key_ready; /* it was created */
/* Initial-exec: reading them never allocates. */
static __thread bool inside __attribute__((tls_model("initial-exec"))); /* holds the lock */
static __thread uint32_t thread_task __attribute__((tls_model("initial-exec"))); /* + 1; 0: none */

static void say(const char *text) {
    static const char prefix[] = "capheap record: ";
    if (write(STDERR_FILENO, prefix, sizeof prefix - 1) < 0 ||
        write(STDERR_FILENO, text, strlen(text)) < 0) {
        return; /* nobody listens */
    }
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * UINT64_C(1000000000) + (uint64_t)time.tv_nsec;
}

/* ---- The file. ---- */

/* Is the descriptor still our file's? Else open it anew. */
static bool find_file(recorder_t *r) {
    struct stat status;
    if (fstat(r->fd, &status) == 0 && status.st_dev == r->identity.st_dev &&
        status.st_ino == r->identity.st_ino) {
        return true;
    }
    r->fd = open(r->path, O_RDWR | O_CLOEXEC);
    return r->fd >= 0;
}

/* Take disk space and map it. */
static unsigned char *map_window(recorder_t *r) {
    if (!find_file(r) || posix_fallocate(r->fd, (off_t)r->window_start, WINDOW) != 0) {
        return NULL;
    }
    void *window =
        mmap(NULL, WINDOW, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, (off_t)r->window_start);
    return window == MAP_FAILED ? NULL : window;
}

/* Map the part of the file where the next record goes; disk space is taken beforehand, so that a
 * full disk is an error here and no SIGBUS later. */
static bool move_window(recorder_t *r) {
    int cancel;
    if (r->window != NULL) {
        munmap(r->window, WINDOW);
    }
    r->window_start = r->position & ~(uint64_t)(PAGE - 1);
    /* A thread that is cancelled must not end in here, under the lock. */
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
    r->window = map_window(r);
    pthread_setcancelstate(cancel, &cancel);
    return r->window != NULL;
}

static void stop(recorder_t *r, const char *why) {
    if (atomic_exchange(&r->on, false)) {
        say(why);
    }
}

/* Append a record. */
static void emit(recorder_t *r, const unsigned char *record, size_t size) {
    if (!atomic_load_explicit(&r->on, memory_order_relaxed)) {
        return;
    }
    if (r->window == NULL || r->position + size > r->window_start + WINDOW) {
        if (!move_window(r)) {
            stop(r, "the recording can't be written on (is the disk full?); it ends here\n");
            return;
        }
    }
    unsigned char *to = r->window + (size_t)(r->position - r->window_start);
    memcpy(to + 1, record + 1, size - 1);
    __atomic_store_n(to, record[0], __ATOMIC_RELEASE);
    r->position += size;
}

static void emit_name(recorder_t *r, trace_kind_t kind, const char *name) {
    unsigned char record[NAME_BYTES + TRACE_MAX_NUMBER + 1];
    emit(r, record, trace_encode_name(record, kind, name));
}

/* ---- Names of call sites and tasks. ---- */

/* "libcrypto.so.3+0x1a2b3c": the module and the offset in it that addr2line takes. */
static void site_name(const recorder_t *r, char *name, uintptr_t address) {
    struct dl_find_object object;
    const char *module = "?";
    uintptr_t base = 0;
    if (_dl_find_object((void *)address, &object) == 0) {
        const char *path = object.dlfo_link_map->l_name;
        const char *slash = strrchr(path, '/');
        module = path[0] == '\0' ? r->program : slash == NULL ? path : slash + 1;
        base = object.dlfo_link_map->l_addr;
    }
    size_t length = strnlen(module, NAME_BYTES - 32);
    memcpy(name, module, length);
    memcpy(name + length, "+0x", 3);
    length += 3;
    uintptr_t offset = address - base;
    unsigned shift = 0;
    while (shift + 4 < 8 * sizeof offset && offset >> (shift + 4) != 0) {
        shift += 4;
    }
    for (;; shift -= 4) {
        name[length++] = "0123456789abcdef"[offset >> shift & 15];
        if (shift == 0) {
            break;
        }
    }
    name[length] = '\0';
}

/* The number of a call site, named in the file when it is met first. 0 when the table is full. */
static uint32_t site_of(recorder_t *r, uintptr_t address) {
    char name[NAME_BYTES];
    uint32_t place = (uint32_t)((address ^ address >> 17) * UINT32_C(2654435761)) & (SITES - 1);
    while (r->sites[place].address != 0) {
        if (r->sites[place].address == address) {
            return r->sites[place].number;
        }
        place = (place + 1) & (SITES - 1);
    }
    if (r->site_count == MAX_SITES) {
        return 0;
    }
    site_name(r, name, address);
    emit_name(r, TRACE_KIND_SITE, name);
    r->sites[place] = (site_t){.address = address, .number = ++r->site_count};
    return r->site_count;
}

static void append_number(char *text, uint32_t number) {
    char digits[12];
    size_t n = sizeof digits;
    digits[--n] = '\0';
    do {
        digits[--n] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    strcat(text, digits + n);
}

/* A thread's first call: "mosquitto" is the first one's task, "mosquitto/2" the next one's. */
static void start_task(recorder_t *r) {
    char name[64] = "";
    prctl(PR_GET_NAME, name);
    if (r->task_count > 0) {
        strcat(name, "/");
        append_number(name, r->task_count + 1);
    }
    thread_task = ++r->task_count;
    emit_name(r, TRACE_KIND_TASK, name);
}

/* ---- Calls. ---- */

/* Take the lock, if there is something to record. */
static recorder_t *enter(void) {
    recorder_t *r = recorder;
    if (r == NULL || !atomic_load_explicit(&r->on, memory_order_relaxed)) {
        return NULL;
    }
    if (inside) {
        stop(r, "a signal handler allocates while malloc runs; the recording ends here\n");
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
    call->site = caller == 0 ? 0 : site_of(r, caller);
    call->task = thread_task - 1;
    call->time = now() - r->started;
    emit(r, record,
         trace_encode_call(&r->codec, record, call, (uintptr_t)block, (uintptr_t)new_block));
}

/* Under the lock: is this the thread's first call? Then introduce it. */
static bool meet_thread(recorder_t *r) {
    if (thread_task != 0) {
        return false;
    }
    start_task(r);
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

/* ---- Beginning and end. ---- */

static void read_small_file(const char *path, char *text, size_t size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, text, size - 1);
    if (fd >= 0) {
        close(fd);
    }
    text[got < 0 ? 0 : got] = '\0';
    for (ssize_t i = 0; i + 1 < got; i++) { /* a command line's words end in zeros */
        if (text[i] == '\0') {
            text[i] = ' ';
        }
    }
}

static void find_program(recorder_t *r) {
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length < 0 ? 0 : length] = '\0';
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    memcpy(r->program, name, strnlen(name, sizeof r->program - 1));
}

static void emit_meta(recorder_t *r, const char *key, const char *value) {
    unsigned char record[NAME_BYTES + 4 * TRACE_MAX_NUMBER];
    emit(r, record, trace_encode_meta(record, key, value));
}

static void emit_header(recorder_t *r) {
    unsigned char start[TRACE_MAX_CALL];
    char command[NAME_BYTES];
    read_small_file("/proc/self/cmdline", command, sizeof command);
    emit(r, start, trace_encode_start(start));
    emit_meta(r, "name", r->program);
    emit_meta(r, "origin", command);
    emit_meta(r, "pointer_bits", sizeof(void *) == 8 ? "64" : "32");
    emit_meta(r, "clock", "ns");
}

/* A file of this process's own in the folder, named after the time, so that names sort by it. */
static bool create_file(recorder_t *r, const char *folder) {
    char digits[24];
    size_t length = strlen(folder);
    if (length > sizeof r->path - 64) {
        return false;
    }
    memcpy(r->path, folder, length);
    r->path[length++] = '/';
    size_t n = 20;
    digits[n] = '\0';
    for (uint64_t left = r->started; n > 0; left /= 10) {
        digits[--n] = (char)('0' + left % 10);
    }
    strcpy(r->path + length, digits);
    strcat(r->path, ".");
    append_number(r->path, (uint32_t)getpid());
    int fd = open(r->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return false;
    }
    r->fd = fcntl(fd, F_DUPFD_CLOEXEC, HIGH_FD);
    if (r->fd < 0) {
        r->fd = fd;
    } else {
        close(fd);
    }
    return fstat(r->fd, &r->identity) == 0;
}

static void *take_pages(size_t size) {
    void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return pages == MAP_FAILED ? NULL : pages;
}

static void begin(void) {
    if (environ == NULL) {
        return; /* the C library isn't ready: later */
    }
    int expected = 0;
    if (!atomic_compare_exchange_strong(&begun, &expected, 1)) {
        return;
    }
    const char *folder = getenv(RECORD_FOLDER_VARIABLE);
    if (folder == NULL) {
        return;
    }
    int problem = errno;
    size_t size = (sizeof(recorder_t) + PAGE - 1) / PAGE * PAGE;
    recorder_t *r = take_pages(size);
    site_t *sites = take_pages(SITES * sizeof *sites);
    if (r == NULL || sites == NULL || madvise(r, size, MADV_WIPEONFORK) != 0) {
        say("no memory for the recording, or a Linux before 4.14; nothing is recorded\n");
        return;
    }
    pthread_mutex_init(&r->lock, NULL);
    r->sites = sites;
    r->started = now();
    find_program(r);
    const char *only = getenv(RECORD_PROGRAM_VARIABLE);
    if (only != NULL && strcmp(only, r->program) != 0) {
        return;
    }
    if (!create_file(r, folder)) {
        say("the recording's file can't be made; this program is not recorded\n");
        return;
    }
    atomic_store(&r->on, true);
    emit_header(r);
    recorder = r;
    errno = problem;
}

static inline void begin_once(void) {
    if (atomic_load_explicit(&begun, memory_order_acquire) == 0) {
        begin();
    }
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
    begin_once();
    if (recorder != NULL && pthread_key_create(&thread_key, end_thread) == 0) {
        atomic_store(&thread_key_ready, true);
    }
}

/* ---- What the program calls. ---- */

void *malloc(size_t size) {
    begin_once();
    return record_request(TRACE_MALLOC, CALLER, __libc_malloc(size), size, 0);
}

static uint64_t product(size_t count, size_t size) {
    uint64_t total;
    return __builtin_mul_overflow((uint64_t)count, (uint64_t)size, &total) ? UINT64_MAX : total;
}

void *calloc(size_t count, size_t size) {
    begin_once();
    return record_request(TRACE_CALLOC, CALLER, __libc_calloc(count, size), product(count, size),
                          0);
}

static void free_from(void *ptr, uintptr_t caller) {
    begin_once();
    if (ptr != NULL) {
        record(TRACE_FREE, caller, ptr, 0, 0);
        __libc_free(ptr);
    }
}

void free(void *ptr) {
    free_from(ptr, CALLER);
}

static void *realloc_from(void *ptr, size_t size, uintptr_t caller) {
    begin_once();
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
    begin_once();
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
