/* SPDX-License-Identifier: MIT */
/* "How far is it?": a line on standard error that is rewritten, if that is a terminal and the work
 * takes longer than a second. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct progress {
    const char *what;
    double started; /* seconds */
    double next;    /* when to look at the clock's time as due */
    bool wanted;    /* standard error is a terminal */
    bool shown;
} progress_t;

void progress_begin(progress_t *progress, const char *what);
/* part: 0 to 1, negative if unknown; done: calls so far. Cheap enough for every thousandth call. */
void progress_step(progress_t *progress, double part, uint64_t done);
/* Wipe the line away. */
void progress_end(progress_t *progress);

#endif
