/* SPDX-License-Identifier: MIT */
/* The blocks that are live at a point of a trace: from the recorder's ids to small slot numbers. */
#ifndef TRACE_LIVE_H
#define TRACE_LIVE_H

#include <stdint.h>

#define TRACE_NO_BLOCK UINT32_MAX

typedef struct trace_live_block {
    uint64_t id; /* of a free slot: the next free slot */
    uint64_t size;
} trace_live_block_t;

/* All 0: empty and ready for use. */
typedef struct trace_live {
    trace_live_block_t *blocks; /* by slot */
    uint32_t slots;             /* in use or freed: the most that were live at once */
    uint32_t capacity;
    uint32_t free_slot; /* the slot freed last, + 1; 0: none */
    uint32_t count;     /* live */
    uint32_t *index;    /* hash table of slot + 1; 0: empty place */
    uint32_t index_size;
    uint64_t seed; /* so that a file can't be made to collide */
} trace_live_t;

/* The slot of a live id, or TRACE_NO_BLOCK. */
uint32_t trace_live_find(const trace_live_t *live, uint64_t id);
/* Give an id, which isn't live, the slot freed last, or else a new one. TRACE_NO_BLOCK: the limit
 * TRACE_MAX_LIVE or memory is exhausted. */
uint32_t trace_live_add(trace_live_t *live, uint64_t id, uint64_t size);
void trace_live_remove(trace_live_t *live, uint32_t slot);
/* The slot keeps its number; new_id isn't live, or is the slot's own. */
void trace_live_rename(trace_live_t *live, uint32_t slot, uint64_t new_id);
void trace_live_clear(trace_live_t *live);

#endif
