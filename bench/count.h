/* SPDX-License-Identifier: MIT */
/* Calls of the allocator, each with the instructions that it took. */
#pragma once

#include "replay.h"

enum call {
    CALL_MALLOC,
    CALL_FREE,
    CALL_REALLOC,
    CALL_MEMALIGN,
    CALLS
};

enum {
    HISTOGRAM = 8192
};

struct tally {
    uint32_t calls;
    uint32_t failures;
    uint32_t most;
    uint64_t sum;
    uint32_t histogram[HISTOGRAM]; /* the last: that many or more */
};

extern struct tally tallies[CALLS];
extern uint32_t last_cost; /* of the last call */

/* Find out what an empty call costs; it is taken off all that follows. */
void count_calibrate(void);

void *counted_malloc(size_t size);
void counted_free(void *ptr);
void *counted_realloc(void *ptr, size_t size);
void *counted_memalign(size_t alignment, size_t size);

/* "PREFIX.malloc mean 48.1", ... for all calls that were made. */
void count_print(const char *prefix);

void count_clear(void);
