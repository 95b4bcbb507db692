/* SPDX-License-Identifier: MIT */
/* What the heap refused and why, region by region. Refusals of one kind (the same call, the same
 * capabilities, masters, owner and alignment, the same reasons) are counted together. */
#ifndef REFUSALS_H
#define REFUSALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capheap/explain.h"
#include "capheap/inspect.h"
#include "trace.h"

#define REFUSALS_EXAMPLES 3u   /* kept of each kind: the first ones */
#define REFUSALS_KINDS    256u /* told apart; what comes beyond is counted without reasons */

/* What a region's figures say about a block that it has no piece for. */
typedef enum refusal_room {
    REFUSAL_ROOM,   /* nothing: room isn't what was missing */
    REFUSAL_REGION, /* even when empty it would be too small */
    REFUSAL_FULL,   /* fewer bytes are free than the block needs */
    REFUSAL_PIECES, /* enough bytes are free, but not in one piece */
} refusal_room_t;

/* Why one region did not serve, as the heap explains it. */
typedef struct refusal_region {
    uintptr_t start;
    uint32_t reasons;    /* CAPHEAP_REFUSED_*; if any tells that the region never will, these */
    refusal_room_t room; /* CAPHEAP_REFUSED_SMALL */
    capheap_caps_t lacking;
    capheap_caps_t forbidden;
    capheap_masters_t unreached;
    size_t total;      /* bytes that blocks may take */
    size_t kept;       /* of the reserve, for others */
    size_t least_free; /* over all refusals of the kind: what was free, ... */
    size_t most_free;
    size_t least_largest; /* ... and the largest that could have been had */
    size_t most_largest;
    size_t most_needed; /* by the largest block: whole granules, cache lines or cells of owners */
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
    capheap_request_t request; /* of the first of them */
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

/* A call was just refused; call tells op, size, alignment, site and task; request: as the heap was
 * asked. *over: an owner's limit was in the way in some region. False if out of memory. */
bool refusals_add(refusals_t *refusals, capheap_heap_t *heap, const trace_call_t *call,
                  const capheap_request_t *request, size_t program, uint64_t number, bool *over);
void refusals_clear(refusals_t *refusals);

#endif
