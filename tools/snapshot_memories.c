/* SPDX-License-Identifier: MIT */
/* The chip's memories in a snapshot: what of them is heap is known by then, the rest is told by the
 * ranges that reserve it. */
#include <string.h>

#include "snapshot_parts.h"

#define WORD 4u

/* [start, end) */
typedef struct span {
    uint64_t start;
    uint64_t end;
} span_t;

/* ----------------------------------------------------------------------------------- memories */

static bool goes_on(const capheap_memory_t *a, const capheap_memory_t *b) {
    return a->start + a->size == b->start && a->type == b->type;
}

static bool list_memories(snapshot_t *snapshot, const memory_t *memory) {
    bool failed = false;
    for (size_t i = 0; i < memory->piece_count; i++) {
        const capheap_memory_t *piece = &memory->pieces[i];
        if (i > 0 && goes_on(&memory->pieces[i - 1], piece)) {
            snapshot->memories[snapshot->memory_count - 1].size += piece->size;
        } else {
            snapshot->memories = snapshot_grow(snapshot->memories, snapshot->memory_count,
                                               sizeof *snapshot->memories, &failed);
            if (failed) {
                return false;
            }
            snapshot->memories[snapshot->memory_count++] = (snapshot_memory_t){
                .type = memory->chip->types[piece->type].name,
                .start = memory_chip_address(memory, piece->start),
                .size = piece->size,
            };
        }
        snapshot->inverted_alias_count += piece->alias_kind == CAPHEAP_ALIAS_INVERTED;
    }
    snapshot->flat_alias_count = memory->flat_alias_count;
    return true;
}

/* ----------------------------------------------------------------------------------- reserved */

static uint64_t least(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

static span_t clip(uint64_t start, uint64_t end, uint64_t from, uint64_t to) {
    return (span_t){start > from ? start : from, least(end, to)};
}

/* What of a piece of memory a range reserves, by the piece's own address or by its alias. */
static span_t reserved_part(const capheap_memory_t *piece, const capheap_range_t *range,
                            bool by_alias) {
    uint64_t start = range->start - range->start % WORD;
    uint64_t end = ((uint64_t)range->end + WORD - 1) / WORD * WORD;
    if (!by_alias) {
        return clip(start, end, piece->start, piece->start + piece->size);
    }
    span_t none = {0, 0};
    if (piece->alias_kind == CAPHEAP_ALIAS_NONE) {
        return none;
    }
    span_t alias = clip(start, end, piece->alias, piece->alias + piece->size);
    if (alias.start >= alias.end) {
        return none;
    }
    size_t size = (size_t)(alias.end - alias.start);
    uint64_t from = capheap_memory_from_alias(piece, (uintptr_t)alias.start, size);
    return (span_t){from, from + size};
}

/* The name of what reserves the byte at `at`, NULL if nothing does, and where that changes. */
static const char *name_at(const memory_t *memory, const capheap_range_t *ranges, size_t count,
                           uint64_t at, uint64_t *end) {
    for (size_t r = 0; r < count; r++) {
        for (size_t p = 0; p < 2 * memory->piece_count; p++) {
            span_t part = reserved_part(&memory->pieces[p / 2], &ranges[r], p % 2 != 0);
            if (part.start <= at && at < part.end) {
                *end = least(*end, part.end);
                return ranges[r].name != NULL ? ranges[r].name : "reserved";
            }
            if (part.start > at && part.start < part.end) {
                *end = least(*end, part.start);
            }
        }
    }
    return NULL;
}

static bool add_reserved(snapshot_t *snapshot, uint64_t start, uint64_t size, const char *name) {
    bool failed = false;
    if (snapshot->reserved_count > 0) {
        snapshot_reserved_t *last = &snapshot->reserved[snapshot->reserved_count - 1];
        if (last->start + last->size == start && strcmp(last->name, name) == 0) {
            last->size += size;
            return true;
        }
    }
    snapshot->reserved = snapshot_grow(snapshot->reserved, snapshot->reserved_count,
                                       sizeof *snapshot->reserved, &failed);
    if (!failed) {
        snapshot->reserved[snapshot->reserved_count++] = (snapshot_reserved_t){start, size, name};
    }
    return !failed;
}

/* A piece of memory that is no region, by addresses here. */
static bool name_gap(snapshot_t *snapshot, const replay_t *replay, uint64_t start, uint64_t end) {
    const memory_t *memory = replay->memory;
    while (start < end) {
        uint64_t stop = end;
        const char *name =
            name_at(memory, memory->here.reserved, memory->here.reserved_count, start, &stop);
        if (name == NULL) {
            name = name_at(memory, replay->reserved, replay->reserved_count, start, &stop);
        }
        uint64_t told = memory_chip_address(memory, (uintptr_t)start);
        if (!add_reserved(snapshot, told, stop - start, name != NULL ? name : "too small a rest")) {
            return false;
        }
        start = stop;
    }
    return true;
}

static bool list_reserved(snapshot_t *snapshot, const replay_t *replay) {
    for (size_t i = 0; i < replay->memory->piece_count; i++) {
        const capheap_memory_t *piece = &replay->memory->pieces[i];
        uint64_t at = piece->start;
        uint64_t end = at + piece->size;
        capheap_region_info_t info;
        /* A region may have begun in the piece before: joined neighbours. */
        for (uintptr_t from = 0; capheap_next_region(replay->heap, from, &info);
             from = info.memory.start + 1) {
            span_t region = clip(info.memory.start, info.memory.start + info.memory.size, at, end);
            if (region.start >= region.end) {
                continue;
            }
            if (!name_gap(snapshot, replay, at, region.start)) {
                return false;
            }
            at = region.end;
        }
        if (!name_gap(snapshot, replay, at, end)) {
            return false;
        }
    }
    return true;
}

bool snapshot_take_memories(snapshot_t *snapshot, const replay_t *replay) {
    return list_memories(snapshot, replay->memory) && list_reserved(snapshot, replay);
}
