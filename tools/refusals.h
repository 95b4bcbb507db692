/* SPDX-License-Identifier: MIT */
/* What the heap refused and why, region by region. Refusals of one kind (the same call, the same
 * capabilities and alignment, the same reasons) are counted together. */
#ifndef REFUSALS_H
#define REFUSALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capheap/inspect.h"
#include "trace.h"

#define REFUSALS_EXAMPLES 3u   /* kept of each kind: the first ones */
#define REFUSALS_KINDS    256u /* told apart; what comes beyond is counted without reasons */

typedef enum refusal_reason {
    REFUSAL_LACKS,     /* the type lacks capabilities */
    REFUSAL_ALIAS,     /* it has them all, but not at one address: EXEC is at the alias */
    REFUSAL_HELD,      /* held back until start-up is over */
    REFUSAL_REGION,    /* even when empty it would be too small */
    REFUSAL_FULL,      /* fewer bytes are free than were asked for */
    REFUSAL_PIECES,    /* enough bytes are free, but not in one piece */
    REFUSAL_ALIGNMENT, /* a piece is large enough, but not at that alignment */
} refusal_reason_t;

/* Why one region did not serve. */
typedef struct refusal_region {
    uintptr_t start;
    refusal_reason_t reason;
    capheap_caps_t lacking; /* REFUSAL_LACKS */
    size_t total;           /* bytes that blocks may take */
    size_t least_free;      /* over all refusals of the kind: what was free, ... */
    size_t most_free;
    size_t least_largest; /* ... and the largest that could have been had */
    size_t most_largest;
} refusal_region_t;

typedef struct refusal_example {
    uint64_t call; /* number of the call, from 1 */
    uint64_t size;
    size_t program;
    uint32_t site;
    uint32_t task;
} refusal_example_t;

typedef struct refusal_kind {
    trace_op_t op;
    capheap_caps_t caps;
    uint64_t alignment;
    uint64_t count;
    uint64_t least_size;
    uint64_t most_size;
    refusal_region_t *regions;
    size_t region_count;
    refusal_example_t examples[REFUSALS_EXAMPLES];
} refusal_kind_t;

/* All 0: none so far. */
typedef struct refusals {
    refusal_kind_t *kinds; /* in the order of their first call */
    size_t kind_count;
    uint64_t count;
    uint64_t uncounted;  /* of them: of further kinds */
    uint64_t first_call; /* number of the first refused call; 0: none */
} refusals_t;

/* A call was just refused; call tells op, size, alignment, site and task; caps: as the heap was
 * asked. False if out of memory. */
bool refusals_add(refusals_t *refusals, capheap_heap_t *heap, const trace_call_t *call,
                  capheap_caps_t caps, size_t program, uint64_t number);
void refusals_clear(refusals_t *refusals);

#endif
