/* SPDX-License-Identifier: MIT */
/*
 * The policy of a simulated heap: what `capheap sim` is told of it (policy_read.c), how that is put
 * in force (policy.c), and whom a call is charged to (policy_owner.c). Order of choice, placement,
 * reserves, quotas and marks are the heap's own: see capheap/policy.h, quota.h and mark.h.
 */
#ifndef POLICY_H
#define POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capheap/mark.h"
#include "capheap/policy.h"
#include "capheap/quota.h"
#include "problem.h"
#include "trace.h"
#include "watch.h"

#define POLICY_CELL_MIN 8u
#define POLICY_CELL_MAX 4096u
#define POLICY_NOBODY   SIZE_MAX

/* ----------------------------------------------------------------------------------------- told */

typedef struct policy_reserve {
    capheap_caps_t caps;
    size_t bytes;
    size_t piece;
} policy_reserve_t;

/* PROGRAM[/TASK][@SITE]=LIMIT[:IN]. The parts are patterns; one that wasn't given is NULL and fits
 * everything. */
typedef struct policy_quota {
    char *who; /* as given, up to the limit */
    char *program;
    char *task;
    char *site;
    size_t limit;
    char *in_text; /* NULL: none */
    size_t in;     /* index of the quota that it counts towards too; POLICY_NOBODY: none */
} policy_quota_t;

typedef struct policy_mark {
    capheap_caps_t caps;
    size_t free_low;
    size_t free_high;
    size_t largest_low;
    size_t largest_high;
} policy_mark_t;

/* All 0: nothing is told, the heap is as it comes. */
typedef struct policy {
    capheap_placement_t placement;
    char *order_text;
    uint32_t *order; /* tags */
    size_t order_count;
    policy_reserve_t *reserves;
    size_t reserve_count;
    policy_quota_t *quotas;
    size_t quota_count;
    size_t cell; /* bytes that share a byte of the tables of owners; 0: as few as can be */
    policy_mark_t *marks;
    size_t mark_count;
} policy_t;

/* Each understands the text of one option. */
bool policy_read_rules(policy_t *policy, const char *text, problem_t *problem);
bool policy_read_reserve(policy_t *policy, const char *text, problem_t *problem);
bool policy_read_quota(policy_t *policy, const char *text, problem_t *problem);
bool policy_read_cell(policy_t *policy, const char *text, problem_t *problem);
bool policy_read_mark(policy_t *policy, const char *text, problem_t *problem);
/* All was told: what refers to something else is looked up. */
bool policy_finish(policy_t *policy, const capheap_chip_t *chip, problem_t *problem);
void policy_free(policy_t *policy);

/* -------------------------------------------------------------------------------------- in force
 */

/* What became of a quota's calls. */
typedef struct policy_use {
    uint64_t calls;   /* requests that it was to pay for */
    uint64_t refused; /* of them */
    uint64_t over;    /* of these: its limit, or that of the one above, was in the way somewhere */
} policy_use_t;

/* Whom the calls of one site and task of a program are charged to, remembered. */
typedef struct policy_match policy_match_t;

typedef struct policy_run {
    const policy_t *policy;
    capheap_heap_t *heap;
    capheap_owner_t *owners; /* one per quota */
    policy_use_t *uses;      /* likewise */
    policy_match_t *matches;
    uint8_t **tables; /* of owners, one per region */
    size_t table_count;
    size_t table_bytes; /* of all of them: what they would take on the chip */
    watch_t *watches;   /* one per mark */
    size_t watch_count;
    bool reserves_wait; /* for the end of start-up: without its memory they can't be had */
} policy_run_t;

/* Put in force on a heap that has its regions and no blocks. `late`: memory is still held back for
 * start-up. policy_close releases all, also after a failure. */
bool policy_open(policy_run_t *run, const policy_t *policy, capheap_heap_t *heap, bool late,
                 problem_t *problem);
/* Start-up is over. */
bool policy_end_startup(policy_run_t *run, problem_t *problem);
void policy_close(policy_run_t *run);

/* Is there a program of this name for each quota? */
bool policy_check_programs(const policy_t *policy, const char *const *names, size_t count,
                           problem_t *problem);

/* Index of the quota that pays for a request; POLICY_NOBODY if none does. */
size_t policy_payer(policy_run_t *run, size_t program, const char *name,
                    const trace_reader_t *reader, const trace_call_t *call);

/* After each call: figures in time. False if out of memory. */
bool policy_step(policy_run_t *run, uint64_t call, uint64_t time);

#endif
