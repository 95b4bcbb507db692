/* SPDX-License-Identifier: MIT */
/* Types and memories: capabilities, masters, and the way from one address of a memory to the other.
 */
#include "capheap/chip.h"

capheap_caps_t capheap_type_caps(const capheap_type_t *type) {
    capheap_caps_t caps = 0;
    for (size_t i = 0; i < CAPHEAP_PRIORITIES; i++) {
        caps |= type->caps[i];
    }
    return caps;
}

static int same(const char *a, const char *b) {
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

capheap_masters_t capheap_chip_master(const capheap_chip_t *chip, const char *name) {
    if (chip == NULL || name == NULL) {
        return 0;
    }
    for (size_t i = 0; i < chip->master_count; i++) {
        if (same(chip->masters[i], name)) {
            return (capheap_masters_t)1 << i;
        }
    }
    return 0;
}

capheap_masters_t capheap_chip_reach(const capheap_chip_t *chip, size_t type) {
    return chip->reach != NULL && type < chip->type_count ? chip->reach[type] : 0;
}

/* Does [start, start + size) lie inside [base, base + limit)? No sum that could wrap. */
static int inside(uintptr_t start, size_t size, uintptr_t base, size_t limit) {
    return start >= base && start - base <= limit && size <= limit - (start - base);
}

/* Both directions are the same arithmetic: keep the distance from the start, or, inverted, make it
 * the distance from the end. */
static uintptr_t translate(uintptr_t start, size_t size, uintptr_t from, uintptr_t to,
                           const capheap_memory_t *memory) {
    if (memory->alias_kind == CAPHEAP_ALIAS_NONE || !inside(start, size, from, memory->size)) {
        return 0;
    }
    size_t offset = start - from;
    if (memory->alias_kind == CAPHEAP_ALIAS_INVERTED) {
        offset = memory->size - offset - size;
    }
    return to + offset;
}

uintptr_t capheap_memory_to_alias(const capheap_memory_t *memory, uintptr_t start, size_t size) {
    return translate(start, size, memory->start, memory->alias, memory);
}

uintptr_t capheap_memory_from_alias(const capheap_memory_t *memory, uintptr_t alias, size_t size) {
    return translate(alias, size, memory->alias, memory->start, memory);
}
