/* SPDX-License-Identifier: MIT */
/*
 * Serve the calls that programs made once, from a heap of today. Several programs run side by side,
 * as tasks do: by the times of their calls if all traces have them, else one call each in turn. All
 * that is deterministic: the same traces give the same calls in the same order.
 *
 * Everything the heap does is verified: alignment, no two blocks overlap, a block's contents are as
 * they were written, calloc's are zero, contents survive a realloc. What is not so ends the replay
 * with a problem.
 */
#ifndef REPLAY_H
#define REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "capheap/inspect.h"
#include "memory.h"
#include "pattern.h"
#include "policy.h"
#include "problem.h"
#include "progress.h"
#include "refusals.h"
#include "shadow.h"
#include "trace.h"

#define REPLAY_CAPS_MAX   32u /* sets of capabilities that are remembered */
#define REPLAY_PREFER_MAX 8u

/* What all requests of a program ask for (capheap_request_t). */
typedef struct replay_ask {
    capheap_caps_t caps; /* 0: what the trace says, else DEFAULT */
    capheap_caps_t without;
    capheap_masters_t masters;
    capheap_caps_t prefer[REPLAY_PREFER_MAX];
    size_t prefer_count;
} replay_ask_t;

/* What a block of a program is now. */
typedef struct replay_block {
    void *ptr;           /* as the heap gave it; NULL: none, or of size 0 */
    pattern_view_t view; /* the same memory, for looking into it */
    uintptr_t start;     /* its lowest address in the memory itself */
    size_t usable;
    size_t size; /* asked for */
    uint32_t seed;
    uint32_t site;
    uint32_t task;
    size_t payer; /* quota that it is charged to; POLICY_NOBODY: none */
    bool refused; /* the program has it, the heap could not serve it */
    bool live;
} replay_block_t;

typedef struct replay_program {
    const char *path;
    char *name; /* unique among the programs */
    replay_ask_t ask;
    trace_reader_t *reader;
    trace_call_t next;
    bool has_next;
    replay_block_t *blocks; /* by the trace's numbers */
    size_t block_count;

    uint64_t calls;            /* that the heap was asked to serve, frees included */
    uint64_t refused;          /* of them */
    uint64_t skipped;          /* frees and reallocs of blocks that were refused */
    uint64_t refused_recorded; /* refused already when recorded, not tried again */
    uint64_t reallocs;         /* served */
    uint64_t moved;            /* of them */
    uint64_t live_blocks;
    uint64_t live_bytes; /* asked for, in live blocks */
    uint64_t peak_bytes; /* the most of it */
} replay_program_t;

typedef struct replay {
    const memory_t *memory;
    capheap_heap_t *heap;
    const capheap_range_t *reserved; /* by addresses here */
    size_t reserved_count;
    replay_program_t *programs;
    size_t program_count;
    uint64_t startup_calls; /* start-up is over after so many calls */
    const policy_t *policy;
    FILE *addresses; /* a line per call: the address that it got; NULL: none */
    progress_t *progress;

    shadow_t shadow;
    policy_run_t in_force;
    uint64_t calls;     /* so far, of all programs */
    uint64_t used;      /* bytes in live blocks, rounding included */
    uint64_t peak_used; /* the most of it, ... */
    uint64_t peak_call; /* ... and after which call that was first so */
    size_t turn;
    bool by_time;
    bool startup_over;
    refusals_t refusals;
    capheap_caps_t asked_caps[REPLAY_CAPS_MAX]; /* each set that was asked for, once */
    size_t asked_caps_count;
    uint64_t faults; /* reported by the heap */
    capheap_report_t first_fault;
} replay_t;

/*
 * programs: path, name and ask set, the rest 0. heap: with slots, nothing added. Opens the traces,
 * adds the chip to the heap, puts the policy in force. replay_close releases what this took, also
 * after a failure; programs keep their figures, and their readers and blocks until then.
 */
bool replay_open(replay_t *replay, problem_t *problem);
void replay_close(replay_t *replay);

/* Serve calls until `stop` have been made, or all (UINT64_MAX). */
bool replay_run(replay_t *replay, uint64_t stop, problem_t *problem);

/* Is the heap sound, and do its sums agree with what was replayed? */
bool replay_check(replay_t *replay, problem_t *problem);

/* replay_serve.c: one call of a program. */
bool replay_serve(replay_t *replay, size_t program, const trace_call_t *call, problem_t *problem);

#endif
