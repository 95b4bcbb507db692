/* SPDX-License-Identifier: MIT */
#include "trace_live.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "trace.h"

/* Where an id would like to stand: a multiply-shift mix of id and seed. */
static uint32_t home_of(const trace_live_t *live, uint64_t id) {
    uint64_t mixed = (id ^ live->seed) * UINT64_C(0x9e3779b97f4a7c15);
    mixed ^= mixed >> 32;
    mixed *= UINT64_C(0xd6e8feb86659fd93);
    return (uint32_t)(mixed >> 32) & (live->index_size - 1);
}

static void index_put(trace_live_t *live, uint32_t slot) {
    uint32_t place = home_of(live, live->blocks[slot].id);
    while (live->index[place] != 0) {
        place = (place + 1) & (live->index_size - 1);
    }
    live->index[place] = slot + 1;
}

static uint32_t index_place(const trace_live_t *live, uint64_t id) {
    if (live->index_size == 0) {
        return TRACE_NO_BLOCK;
    }
    uint32_t place = home_of(live, id);
    while (live->index[place] != 0) {
        if (live->blocks[live->index[place] - 1].id == id) {
            return place;
        }
        place = (place + 1) & (live->index_size - 1);
    }
    return TRACE_NO_BLOCK;
}

/* Empty a place and move up those behind it that would no longer be found. */
static void index_take(trace_live_t *live, uint32_t hole) {
    const uint32_t mask = live->index_size - 1;
    uint32_t place = hole;
    live->index[hole] = 0;
    for (;;) {
        place = (place + 1) & mask;
        if (live->index[place] == 0) {
            return;
        }
        uint32_t home = home_of(live, live->blocks[live->index[place] - 1].id);
        if (((place - home) & mask) >= ((place - hole) & mask)) {
            live->index[hole] = live->index[place];
            live->index[place] = 0;
            hole = place;
        }
    }
}

/* The index is built anew from the old one: blocks that are free have no place in it. */
static bool grow_index(trace_live_t *live) {
    uint32_t old_size = live->index_size;
    uint32_t *old = live->index;
    uint32_t size = old_size == 0 ? 64 : old_size * 2;
    uint32_t *index = calloc(size, sizeof *index);
    if (index == NULL) {
        return false;
    }
    if (old_size == 0 && getrandom(&live->seed, sizeof live->seed, GRND_NONBLOCK) < 0) {
        live->seed = (uintptr_t)index;
    }
    live->index = index;
    live->index_size = size;
    for (uint32_t i = 0; i < old_size; i++) {
        if (old[i] != 0) {
            index_put(live, old[i] - 1);
        }
    }
    free(old);
    return true;
}

static bool grow_blocks(trace_live_t *live) {
    uint32_t capacity = live->capacity == 0 ? 32 : live->capacity * 2;
    trace_live_block_t *blocks = realloc(live->blocks, capacity * sizeof *blocks);
    if (blocks == NULL) {
        return false;
    }
    live->blocks = blocks;
    live->capacity = capacity;
    return true;
}

uint32_t trace_live_find(const trace_live_t *live, uint64_t id) {
    uint32_t place = index_place(live, id);
    return place == TRACE_NO_BLOCK ? TRACE_NO_BLOCK : live->index[place] - 1;
}

uint32_t trace_live_add(trace_live_t *live, uint64_t id, uint64_t size) {
    if (live->count == TRACE_MAX_LIVE) {
        return TRACE_NO_BLOCK;
    }
    if (live->count >= live->index_size / 2 && !grow_index(live)) {
        return TRACE_NO_BLOCK;
    }
    uint32_t slot;
    if (live->free_slot != 0) {
        slot = live->free_slot - 1;
        live->free_slot = (uint32_t)live->blocks[slot].id;
    } else {
        if (live->slots == live->capacity && !grow_blocks(live)) {
            return TRACE_NO_BLOCK;
        }
        slot = live->slots++;
    }
    live->blocks[slot] = (trace_live_block_t){.id = id, .size = size};
    live->count++;
    index_put(live, slot);
    return slot;
}

void trace_live_remove(trace_live_t *live, uint32_t slot) {
    index_take(live, index_place(live, live->blocks[slot].id));
    live->blocks[slot].id = live->free_slot;
    live->free_slot = slot + 1;
    live->count--;
}

void trace_live_rename(trace_live_t *live, uint32_t slot, uint64_t new_id) {
    if (live->blocks[slot].id == new_id) {
        return;
    }
    index_take(live, index_place(live, live->blocks[slot].id));
    live->blocks[slot].id = new_id;
    index_put(live, slot);
}

void trace_live_clear(trace_live_t *live) {
    free(live->blocks);
    free(live->index);
    *live = (trace_live_t){0};
}
