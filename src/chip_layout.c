/* SPDX-License-Identifier: MIT */
/*
 * What is left of a chip's memories once the reserved ranges are cut out. Nothing is sorted or
 * stored: from a place in a memory, the nearest reserved piece is looked for among all ranges, as
 * often as there are pieces. A chip has a dozen ranges, and this runs once, before there is a heap.
 */
#include "chip_span.h"

typedef struct layout {
    const capheap_chip_t *chip;
    const capheap_range_t *given;
    size_t given_count;
    capheap_memory_t last; /* the piece that the next one may be joined to */
    capheap_memory_t *out;
    size_t max;
    size_t count;
} layout_t;

static capheap_span_t nearer(capheap_span_t nearest, capheap_span_t span, uintptr_t from) {
    int counts = !capheap_span_is_empty(span) && span.end > from && span.start < nearest.start;
    return counts ? span : nearest;
}

static capheap_span_t nearest_of(const capheap_memory_t *memory, const capheap_range_t *ranges,
                                 size_t count, uintptr_t from, capheap_span_t nearest) {
    for (size_t i = 0; i < count; i++) {
        nearest = nearer(nearest, capheap_span_taken(memory, &ranges[i]), from);
        nearest = nearer(nearest, capheap_span_taken_by_alias(memory, &ranges[i]), from);
    }
    return nearest;
}

/* The reserved piece of a memory that starts first of those that end after `from`; at the memory's
 * end if there is none. */
static capheap_span_t next_reserved(const layout_t *layout, const capheap_memory_t *memory,
                                    uintptr_t from) {
    const capheap_chip_t *chip = layout->chip;
    uintptr_t end = memory->start + memory->size;
    capheap_span_t nearest = {end, end};
    nearest = nearest_of(memory, chip->reserved, chip->reserved_count, from, nearest);
    return nearest_of(memory, layout->given, layout->given_count, from, nearest);
}

static capheap_memory_t slice(const capheap_memory_t *memory, uintptr_t start, uintptr_t end) {
    capheap_memory_t piece = *memory;
    piece.start = start;
    piece.size = end - start;
    piece.alias = capheap_memory_to_alias(memory, start, end - start);
    return piece;
}

/* Does b go on where a ends, at both addresses? */
static int continues(const capheap_memory_t *a, const capheap_memory_t *b) {
    if (a->start + a->size != b->start || a->type != b->type || a->flags != b->flags ||
        a->alias_kind != b->alias_kind) {
        return 0;
    }
    switch (a->alias_kind) {
    case CAPHEAP_ALIAS_LINEAR:
        return a->alias + a->size == b->alias;
    case CAPHEAP_ALIAS_INVERTED:
        return b->alias + b->size == a->alias;
    default:
        return 1;
    }
}

static size_t smallest_piece(const layout_t *layout, const capheap_memory_t *piece) {
    size_t granule = layout->chip->types[piece->type].granule;
    return granule == 0 ? CAPHEAP_CHIP_PIECE_MIN : 8 * granule;
}

/* The last piece can't grow any more: keep it, if a region can live in it. */
static capheap_status_t finish_last(layout_t *layout) {
    if (layout->last.size == 0 || layout->last.size < smallest_piece(layout, &layout->last)) {
        return CAPHEAP_OK;
    }
    if (layout->out != NULL) {
        if (layout->count == layout->max) {
            return CAPHEAP_ERROR_FULL;
        }
        layout->out[layout->count] = layout->last;
    }
    layout->count++;
    return CAPHEAP_OK;
}

static capheap_status_t add_piece(layout_t *layout, const capheap_memory_t *piece) {
    capheap_memory_t *last = &layout->last;
    if (last->size != 0 && continues(last, piece)) {
        last->size += piece->size;
        if (piece->alias_kind == CAPHEAP_ALIAS_INVERTED) {
            last->alias = piece->alias;
        }
        return CAPHEAP_OK;
    }
    capheap_status_t status = finish_last(layout);
    *last = *piece;
    return status;
}

static capheap_status_t add_memory(layout_t *layout, const capheap_memory_t *memory) {
    uintptr_t end = memory->start + memory->size;
    uintptr_t from = memory->start;
    while (from < end) {
        capheap_span_t reserved = next_reserved(layout, memory, from);
        if (reserved.start > from) {
            capheap_memory_t piece = slice(memory, from, reserved.start);
            capheap_status_t status = add_piece(layout, &piece);
            if (status != CAPHEAP_OK) {
                return status;
            }
        }
        from = reserved.end;
    }
    return CAPHEAP_OK;
}

/* The fitted part of external memory, whole words; `fitted` becomes what is left for the next. */
static capheap_memory_t fit(const capheap_memory_t *memory, size_t *fitted) {
    if ((memory->flags & CAPHEAP_MEMORY_EXTERNAL) == 0) {
        return *memory;
    }
    size_t size = *fitted & ~(size_t)(CAPHEAP_WORD - 1);
    size = size < memory->size ? size : memory->size;
    *fitted -= size;
    return slice(memory, memory->start, memory->start + size);
}

static int takes_external_memory(const capheap_chip_t *chip) {
    for (size_t i = 0; i < chip->memory_count; i++) {
        if ((chip->memories[i].flags & CAPHEAP_MEMORY_EXTERNAL) != 0) {
            return 1;
        }
    }
    return 0;
}

static capheap_status_t check_request(const capheap_chip_t *chip, const capheap_range_t *given,
                                      size_t count, size_t fitted) {
    capheap_status_t status = capheap_chip_check(chip, NULL);
    if (status == CAPHEAP_OK && given == NULL && count != 0) {
        status = CAPHEAP_ERROR_ARGUMENT;
    }
    for (size_t i = 0; status == CAPHEAP_OK && i < count; i++) {
        status = capheap_chip_check_range(chip, &given[i]);
    }
    if (status == CAPHEAP_OK && fitted != 0 && !takes_external_memory(chip)) {
        status = CAPHEAP_ERROR_UNKNOWN;
    }
    return status;
}

int capheap_chip_layout(const capheap_chip_t *chip, const capheap_range_t *reserved,
                        size_t reserved_count, size_t fitted, capheap_memory_t *out, size_t max) {
    capheap_status_t status = check_request(chip, reserved, reserved_count, fitted);
    layout_t layout = {
        .chip = chip, .given = reserved, .given_count = reserved_count, .out = out, .max = max};
    for (size_t i = 0; status == CAPHEAP_OK && i < chip->memory_count; i++) {
        capheap_memory_t memory = fit(&chip->memories[i], &fitted);
        status = add_memory(&layout, &memory);
    }
    if (status == CAPHEAP_OK) {
        status = finish_last(&layout);
    }
    return status == CAPHEAP_OK ? (int)layout.count : (int)status;
}
