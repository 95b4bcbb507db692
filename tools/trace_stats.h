/* SPDX-License-Identifier: MIT */
/* What can be said about a trace: gathered call by call. */
#ifndef TRACE_STATS_H
#define TRACE_STATS_H

#include "trace.h"

#define TRACE_STATS_CAPS 32 /* different sets of capabilities that are told apart */
#define TRACE_STATS_LONG 8  /* blocks that lived longest */

/* Of a call site or a task, or of the whole trace. */
typedef struct trace_use {
    uint64_t requests;   /* malloc, calloc, aligned, realloc */
    uint64_t bytes;      /* asked for in them */
    uint64_t live_bytes; /* now; at the end: never given back */
    uint64_t live_blocks;
    uint64_t peak_bytes;
    uint64_t peak_blocks;
} trace_use_t;

typedef struct trace_life {
    uint64_t size;       /* at its end */
    uint64_t calls;      /* from allocation to free */
    uint64_t time;       /* likewise, ns */
    uint64_t first_call; /* number of the call that allocated it */
    uint32_t site;
    uint32_t task;
} trace_life_t;

typedef struct trace_stats {
    uint64_t calls;
    uint64_t ops[TRACE_OPS];
    uint64_t last_time;
    trace_use_t all;
    uint64_t peak_call; /* number of the call that made the peak of bytes */
    uint64_t largest;
    uint64_t grown;          /* reallocs to more */
    uint64_t sizes[65];      /* requests: [0] of 0 bytes, [n] of 2^(n-1)+1 to 2^n bytes ([1]: 1) */
    uint64_t size_bytes[65]; /* their bytes */
    uint64_t alignments[64]; /* by log2 */
    capheap_caps_t caps[TRACE_STATS_CAPS];
    uint64_t caps_requests[TRACE_STATS_CAPS];
    unsigned caps_count;
    uint64_t caps_other; /* requests with yet other sets */
    trace_use_t *sites;
    trace_use_t *tasks;
    uint32_t site_count;
    uint32_t task_count;
    trace_life_t *blocks; /* by slot */
    uint32_t block_count;
    trace_life_t longest[TRACE_STATS_LONG]; /* of freed blocks, longest first; size 0: none */
    unsigned longest_count;
} trace_stats_t;

/* All 0 to begin with. False: out of memory. */
bool trace_stats_add(trace_stats_t *stats, const trace_call_t *call);
void trace_stats_clear(trace_stats_t *stats);

#endif
