/* SPDX-License-Identifier: MIT */
/* Is a chip's table in order, and does a range belong to it? Mistakes would otherwise show as
 * damaged memory. */
#include "chip_span.h"

#define NEVER_IN_A_MEMORY (CAPHEAP_CACHE_ALIGNED | CAPHEAP_INVALID)
#define KNOWN_FLAGS       (CAPHEAP_MEMORY_STARTUP | CAPHEAP_MEMORY_EXTERNAL)

static int is_power_of_two(uint32_t value) {
    return value != 0 && (value & (value - 1)) == 0;
}

static uint32_t granule_of(const capheap_type_t *type) {
    return type->granule == 0 ? 8 : type->granule;
}

static capheap_status_t check_type(const capheap_type_t *type) {
    if (type->name == NULL) {
        return CAPHEAP_ERROR_ARGUMENT;
    }
    capheap_caps_t seen = NEVER_IN_A_MEMORY;
    for (size_t i = 0; i < CAPHEAP_PRIORITIES; i++) {
        if ((seen & type->caps[i]) != 0) {
            return CAPHEAP_ERROR_ARGUMENT;
        }
        seen |= type->caps[i];
    }
    uint32_t granule = granule_of(type);
    if (!is_power_of_two(granule) || granule < 8 || granule > 128) {
        return CAPHEAP_ERROR_ARGUMENT;
    }
    return type->cache_line == 0 || is_power_of_two(type->cache_line) ? CAPHEAP_OK
                                                                      : CAPHEAP_ERROR_ARGUMENT;
}

static int wraps(uintptr_t start, size_t size) {
    return size > UINTPTR_MAX - start;
}

/* A granule must be one at both addresses: the heap would refuse the memory otherwise. */
static int alias_keeps_granules(const capheap_memory_t *memory, const capheap_type_t *type) {
    uintptr_t apart = memory->alias_kind == CAPHEAP_ALIAS_LINEAR
                          ? memory->alias - memory->start
                          : memory->alias + memory->start + memory->size;
    return memory->alias_kind == CAPHEAP_ALIAS_NONE || apart % granule_of(type) == 0;
}

static capheap_status_t check_memory(const capheap_chip_t *chip, const capheap_memory_t *memory) {
    if (memory->type >= chip->type_count) {
        return CAPHEAP_ERROR_UNKNOWN;
    }
    if (memory->size == 0 || (memory->start | memory->size | memory->alias) % CAPHEAP_WORD != 0 ||
        memory->alias_kind > CAPHEAP_ALIAS_INVERTED || (memory->flags & ~KNOWN_FLAGS) != 0) {
        return CAPHEAP_ERROR_ARGUMENT;
    }
    if ((memory->alias_kind == CAPHEAP_ALIAS_NONE) != (memory->alias == 0) ||
        !alias_keeps_granules(memory, &chip->types[memory->type])) {
        return CAPHEAP_ERROR_ARGUMENT;
    }
    if (wraps(memory->start, memory->size) || wraps(memory->alias, memory->size)) {
        return CAPHEAP_ERROR_WRAPS;
    }
    return CAPHEAP_OK;
}

/* Ends don't wrap: check_memory was here before. */
static int overlap(uintptr_t a, size_t a_size, uintptr_t b, size_t b_size) {
    return a < b + b_size && b < a + a_size;
}

/* As far as another memory is concerned, one without an alias has an empty one. */
static size_t alias_size(const capheap_memory_t *memory) {
    return memory->alias_kind == CAPHEAP_ALIAS_NONE ? 0 : memory->size;
}

static int memories_overlap(const capheap_memory_t *a, const capheap_memory_t *b) {
    return overlap(a->start, a->size, b->start, b->size) ||
           overlap(a->start, a->size, b->alias, alias_size(b)) ||
           overlap(a->alias, alias_size(a), b->start, b->size) ||
           (alias_size(a) != 0 && overlap(a->alias, a->size, b->alias, alias_size(b)));
}

static capheap_status_t check_against_earlier(const capheap_chip_t *chip, size_t index) {
    const capheap_memory_t *memory = &chip->memories[index];
    if (overlap(memory->start, memory->size, memory->alias, alias_size(memory))) {
        return CAPHEAP_ERROR_OVERLAP;
    }
    if (index > 0 && memory->start < chip->memories[index - 1].start) {
        return CAPHEAP_ERROR_ARGUMENT;
    }
    for (size_t i = 0; i < index; i++) {
        if (memories_overlap(memory, &chip->memories[i])) {
            return CAPHEAP_ERROR_OVERLAP;
        }
    }
    return CAPHEAP_OK;
}

static int has_all_parts(const capheap_chip_t *chip) {
    return chip != NULL && chip->name != NULL && chip->title != NULL && chip->types != NULL &&
           chip->memories != NULL && chip->type_count != 0 && chip->memory_count != 0 &&
           (chip->reserved != NULL || chip->reserved_count == 0) &&
           (chip->usual != NULL || chip->usual_count == 0) &&
           ((chip->masters != NULL && chip->reach != NULL) || chip->master_count == 0) &&
           chip->master_count <= CAPHEAP_MASTERS_MAX;
}

/* Names there are, no two alike, and no type is reached by a master without one. */
static capheap_status_t check_masters(const capheap_chip_t *chip, size_t *at) {
    for (*at = 0; *at < chip->master_count; ++*at) {
        if (chip->masters[*at] == NULL ||
            capheap_chip_master(chip, chip->masters[*at]) != (capheap_masters_t)1 << *at) {
            return CAPHEAP_ERROR_ARGUMENT;
        }
    }
    capheap_masters_t unknown =
        chip->master_count < CAPHEAP_MASTERS_MAX ? UINT32_MAX << chip->master_count : 0;
    for (*at = 0; *at < chip->type_count; ++*at) {
        if ((capheap_chip_reach(chip, *at) & unknown) != 0) {
            return CAPHEAP_ERROR_ARGUMENT;
        }
    }
    return CAPHEAP_OK;
}

static capheap_status_t check_types(const capheap_chip_t *chip, size_t *at) {
    capheap_status_t status = CAPHEAP_OK;
    for (*at = 0; *at < chip->type_count; ++*at) {
        status = check_type(&chip->types[*at]);
        if (status != CAPHEAP_OK) {
            break;
        }
    }
    return status;
}

static capheap_status_t check_memories(const capheap_chip_t *chip, size_t *at) {
    for (*at = 0; *at < chip->memory_count; ++*at) {
        capheap_status_t status = check_memory(chip, &chip->memories[*at]);
        if (status == CAPHEAP_OK) {
            status = check_against_earlier(chip, *at);
        }
        if (status != CAPHEAP_OK) {
            return status;
        }
    }
    return CAPHEAP_OK;
}

static int touches(const capheap_memory_t *memory, const capheap_range_t *range) {
    return !capheap_span_is_empty(capheap_span_taken(memory, range)) ||
           !capheap_span_is_empty(capheap_span_taken_by_alias(memory, range));
}

capheap_status_t capheap_chip_check_range(const capheap_chip_t *chip,
                                          const capheap_range_t *range) {
    if (chip == NULL || range == NULL) {
        return CAPHEAP_ERROR_ARGUMENT;
    }
    if (range->start == range->end) {
        return CAPHEAP_OK;
    }
    if (range->end < range->start) {
        return range->end == 0 ? CAPHEAP_ERROR_WRAPS : CAPHEAP_ERROR_ARGUMENT;
    }
    for (size_t i = 0; i < chip->memory_count; i++) {
        if (touches(&chip->memories[i], range)) {
            return CAPHEAP_OK;
        }
    }
    return CAPHEAP_ERROR_UNKNOWN;
}

static capheap_status_t check_ranges(const capheap_chip_t *chip, const capheap_range_t *ranges,
                                     size_t count, size_t *at) {
    for (*at = 0; *at < count; ++*at) {
        capheap_status_t status = capheap_chip_check_range(chip, &ranges[*at]);
        if (status != CAPHEAP_OK) {
            return status;
        }
    }
    return CAPHEAP_OK;
}

capheap_status_t capheap_chip_check(const capheap_chip_t *chip, size_t *index) {
    size_t at = 0;
    capheap_status_t status = has_all_parts(chip) ? CAPHEAP_OK : CAPHEAP_ERROR_ARGUMENT;
    if (status == CAPHEAP_OK) {
        status = check_types(chip, &at);
    }
    if (status == CAPHEAP_OK) {
        status = check_masters(chip, &at);
    }
    if (status == CAPHEAP_OK) {
        status = check_memories(chip, &at);
    }
    if (status == CAPHEAP_OK) {
        status = check_ranges(chip, chip->reserved, chip->reserved_count, &at);
    }
    if (status == CAPHEAP_OK) {
        status = check_ranges(chip, chip->usual, chip->usual_count, &at);
    }
    if (index != NULL) {
        *index = at;
    }
    return status;
}
