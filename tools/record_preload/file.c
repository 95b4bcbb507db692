/* SPDX-License-Identifier: MIT */
/* The recording's file. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recorder.h"

#define HIGH_FD 900 /* out of the way of programs that count on low numbers */

/* Is the descriptor still our file's? Else open it anew. */
static bool find_file(recorder_t *r) {
    struct stat status;
    if (fstat(r->fd, &status) == 0 && status.st_dev == r->device && status.st_ino == r->inode) {
        return true;
    }
    r->fd = open(r->path, O_RDWR | O_CLOEXEC);
    return r->fd >= 0;
}

/* Take disk space and map it. */
static unsigned char *map_window(recorder_t *r) {
    if (!find_file(r) || posix_fallocate(r->fd, (off_t)r->window_start, RECORDER_WINDOW) != 0) {
        return NULL;
    }
    void *window = mmap(NULL, RECORDER_WINDOW, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd,
                        (off_t)r->window_start);
    return window == MAP_FAILED ? NULL : window;
}

/* Map the part of the file where the next record goes; disk space is taken beforehand, so that a
 * full disk is an error here and no SIGBUS later. */
static bool move_window(recorder_t *r) {
    int cancel;
    if (r->window != NULL) {
        munmap(r->window, RECORDER_WINDOW);
    }
    r->window_start = r->position & ~(uint64_t)(RECORDER_PAGE - 1);
    /* A thread that is cancelled must not end in here, under the lock. */
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
    r->window = map_window(r);
    pthread_setcancelstate(cancel, &cancel);
    return r->window != NULL;
}

void recorder_stop(recorder_t *r, const char *why) {
    if (atomic_exchange(&r->on, false)) {
        recorder_say(why);
    }
}

void recorder_emit(recorder_t *r, const unsigned char *record, size_t size) {
    if (!atomic_load_explicit(&r->on, memory_order_relaxed)) {
        return;
    }
    if (r->window == NULL || r->position + size > r->window_start + RECORDER_WINDOW) {
        if (!move_window(r)) {
            recorder_stop(r,
                          "the recording can't be written on (is the disk full?); it ends here\n");
            return;
        }
    }
    unsigned char *to = r->window + (size_t)(r->position - r->window_start);
    memcpy(to + 1, record + 1, size - 1);
    __atomic_store_n(to, record[0], __ATOMIC_RELEASE);
    r->position += size;
}

void recorder_emit_name(recorder_t *r, trace_kind_t kind, const char *name) {
    unsigned char record[RECORDER_NAME + TRACE_MAX_NUMBER + 1];
    recorder_emit(r, record, trace_encode_name(record, kind, name));
}

bool recorder_create_file(recorder_t *r, const char *folder) {
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
    recorder_append_number(r->path, (uint32_t)getpid());
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
    struct stat status;
    if (fstat(r->fd, &status) != 0) {
        return false;
    }
    r->device = status.st_dev;
    r->inode = status.st_ino;
    return true;
}
