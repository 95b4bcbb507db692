/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "units.h"

#define QUIET_SECONDS 1.0
#define STEP_SECONDS  0.1

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

void progress_begin(progress_t *progress, const char *what) {
    progress->what = what;
    progress->started = now();
    progress->next = progress->started + QUIET_SECONDS;
    progress->wanted = isatty(STDERR_FILENO) != 0;
    progress->shown = false;
}

void progress_step(progress_t *progress, double part, uint64_t done) {
    if (!progress->wanted || now() < progress->next) {
        return;
    }
    char calls[UNITS_COUNT_TEXT];
    units_count_text(calls, done);
    if (part >= 0) {
        fprintf(stderr, "\r%s: %3.0f %%, %s calls", progress->what, part * 100, calls);
    } else {
        fprintf(stderr, "\r%s: %s calls", progress->what, calls);
    }
    fflush(stderr);
    progress->shown = true;
    progress->next = now() + STEP_SECONDS;
}

void progress_end(progress_t *progress) {
    if (progress->shown) {
        fprintf(stderr, "\r%*s\r", 72, "");
        fflush(stderr);
    }
    progress->shown = false;
}
