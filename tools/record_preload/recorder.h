/* SPDX-License-Identifier: MIT */
/* Inside the recorder's library. Nothing in it calls malloc. */
#ifndef RECORDER_H
#define RECORDER_H

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace_codec.h"

#define RECORDER_PAGE   ((size_t)65536) /* a multiple of every machine's page */
#define RECORDER_WINDOW (16u * RECORDER_PAGE)
#define RECORDER_SITES  (UINT32_C(1) << 17) /* places of the table of call sites */
#define RECORDER_NAME   512u

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
    uint64_t device; /* with inode, who the file is: a program may close our descriptor and open */
    uint64_t inode;  /* its own under the same number */
    char path[PATH_MAX];
    char program[RECORDER_NAME];
} recorder_t;

/* A line on standard error. */
void recorder_say(const char *text);
/* Nanoseconds of the monotonic clock. */
uint64_t recorder_now(void);
/* Append a number in decimal. */
void recorder_append_number(char *text, uint32_t number);

/*
 * NULL: nothing is recorded, now or ever. Begins the recording if the environment asks for it; the
 * first call comes from malloc itself, maybe before the C library is ready.
 */
recorder_t *recorder_get(void);

/* The rest: under the lock, or before other threads are there. */

/* A file of this process's own in the folder, named after the time, so that names sort by it. */
bool recorder_create_file(recorder_t *r, const char *folder);
/* Append a record. */
void recorder_emit(recorder_t *r, const unsigned char *record, size_t size);
void recorder_emit_name(recorder_t *r, trace_kind_t kind, const char *name);
/* Record nothing more, and say why. */
void recorder_stop(recorder_t *r, const char *why);
/* The number of a call site, named in the file when it is met first. 0 when the table is full. */
uint32_t recorder_site(recorder_t *r, uintptr_t address);
/* A task for the calling thread, named in the file: "mosquitto" for the first one, "mosquitto/2"
 * for the next one. Its number. */
uint32_t recorder_add_task(recorder_t *r);

#endif
