/* SPDX-License-Identifier: MIT */
/*
 * A mark of the heap (capheap/mark.h) as a simulation sees it: every signal that it gave, and the
 * figures that it watches in the course of time. Time is counted in calls; a series has at most
 * WATCH_SAMPLES points, each the least of a number of calls, which doubles when it gets full.
 */
#ifndef WATCH_H
#define WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capheap/mark.h"

#define WATCH_SAMPLES 512u /* a power of two */

typedef struct watch_signal {
    uint64_t call; /* after which call, from 1 */
    uint64_t time; /* its time in the trace, ns */
    bool low;      /* false: recovered */
    uint64_t free;
    uint64_t largest;
} watch_signal_t;

typedef struct watch_sample {
    uint64_t free;
    uint64_t largest;
} watch_sample_t;

typedef struct watch {
    capheap_mark_t mark; /* caps and limits set, the rest 0 */
    capheap_heap_t *heap;
    watch_signal_t *signals;
    size_t signal_count;
    bool lost;          /* out of memory: signals are missing */
    size_t fresh;       /* signals that don't know their call yet */
    uint64_t low_calls; /* calls after which it was low */
    watch_sample_t samples[WATCH_SAMPLES];
    size_t sample_count;
    uint64_t sample_calls; /* calls that each stands for; the last one maybe for fewer */
    uint64_t calls;        /* seen */
} watch_t;

/* Watch it. False if the heap doesn't take the mark. */
bool watch_open(watch_t *watch, capheap_heap_t *heap);
/* A call was made: its number, each one more than the last, and time. False if out of memory. */
bool watch_step(watch_t *watch, uint64_t call, uint64_t time);
void watch_close(watch_t *watch);

#endif
