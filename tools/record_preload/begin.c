/* SPDX-License-Identifier: MIT */
/* Does the environment ask for a recording? Then begin it. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "record.h"
#include "recorder.h"

static recorder_t *recorder; /* NULL: not begun */
static atomic_int begun;     /* 0: not yet; 1: begun, or never to be */

void recorder_say(const char *text) {
    static const char prefix[] = "capheap record: ";
    if (write(STDERR_FILENO, prefix, sizeof prefix - 1) < 0 ||
        write(STDERR_FILENO, text, strlen(text)) < 0) {
        return; /* nobody listens */
    }
}

uint64_t recorder_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * UINT64_C(1000000000) + (uint64_t)time.tv_nsec;
}

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
    unsigned char record[RECORDER_NAME + 4 * TRACE_MAX_NUMBER];
    recorder_emit(r, record, trace_encode_meta(record, key, value));
}

static void emit_header(recorder_t *r) {
    unsigned char start[TRACE_MAX_CALL];
    char command[RECORDER_NAME];
    read_small_file("/proc/self/cmdline", command, sizeof command);
    recorder_emit(r, start, trace_encode_start(start));
    emit_meta(r, "name", r->program);
    emit_meta(r, "origin", command);
    emit_meta(r, "pointer_bits", sizeof(void *) == 8 ? "64" : "32");
    emit_meta(r, "clock", "ns");
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
    size_t size = (sizeof(recorder_t) + RECORDER_PAGE - 1) / RECORDER_PAGE * RECORDER_PAGE;
    recorder_t *r = take_pages(size);
    site_t *sites = take_pages(RECORDER_SITES * sizeof *sites);
    if (r == NULL || sites == NULL || madvise(r, size, MADV_WIPEONFORK) != 0) {
        recorder_say("no memory for the recording, or a Linux before 4.14; nothing is recorded\n");
        return;
    }
    pthread_mutex_init(&r->lock, NULL);
    r->sites = sites;
    r->started = recorder_now();
    find_program(r);
    const char *only = getenv(RECORD_PROGRAM_VARIABLE);
    if (only != NULL && strcmp(only, r->program) != 0) {
        return;
    }
    if (!recorder_create_file(r, folder)) {
        recorder_say("the recording's file can't be made; this program is not recorded\n");
        return;
    }
    atomic_store(&r->on, true);
    emit_header(r);
    recorder = r;
    errno = problem;
}

recorder_t *recorder_get(void) {
    if (atomic_load_explicit(&begun, memory_order_acquire) == 0) {
        begin();
    }
    return recorder;
}
