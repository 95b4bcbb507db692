/* SPDX-License-Identifier: MIT */
/*
 * Regions come and go. A region joins in three steps: under the set's lock a slot is claimed and
 * the memory counts as taken; then its books are made, which takes long and needs no lock, for
 * nobody else uses the slot; then, under the locks, it begins to serve.
 */
#include "heap_internal.h"

/* What a region lacks that serves nothing. */
#define ALL_CAPS (~(capheap_caps_t)0)

/* The alias's addresses must be as well aligned as the memory's own: an odd distance, or sum, would
 * break the promise of the granule. Words are in reverse order by whole words only. */
static bool alias_is_sound(const capheap_type_t *type, const capheap_memory_t *memory) {
    uintptr_t granule = capheap_granule_of(type);
    uintptr_t apart = memory->alias_kind == CAPHEAP_ALIAS_LINEAR
                          ? memory->alias - memory->start
                          : memory->alias + memory->start + memory->size;
    uintptr_t words = memory->start | memory->size | memory->alias;
    return memory->alias_kind == CAPHEAP_ALIAS_NONE ||
           (memory->alias_kind <= CAPHEAP_ALIAS_INVERTED && (apart & (granule - 1)) == 0 &&
            (words & 3) == 0);
}

static capheap_status_t check_arguments(const capheap_heap_t *heap, const capheap_type_t *type,
                                        const capheap_memory_t *memory) {
    if (heap == NULL || type == NULL || memory == NULL || memory->start == 0 || memory->size == 0) {
        return CAPHEAP_ERROR_ARGUMENT;
    }
    if ((capheap_type_caps(type) & (CAPHEAP_INVALID | CAPHEAP_CACHE_ALIGNED)) != 0 ||
        (type->cache_line != 0 && !capheap_is_power_of_two(type->cache_line)) ||
        (memory->flags & ~(CAPHEAP_MEMORY_STARTUP | CAPHEAP_MEMORY_EXTERNAL)) != 0) {
        return CAPHEAP_ERROR_ARGUMENT;
    }
    if (memory->size > UINTPTR_MAX - memory->start ||
        (memory->alias_kind != CAPHEAP_ALIAS_NONE && memory->size > UINTPTR_MAX - memory->alias)) {
        return CAPHEAP_ERROR_WRAPS;
    }
    return alias_is_sound(type, memory) ? CAPHEAP_OK : CAPHEAP_ERROR_ARGUMENT;
}

static bool ranges_meet(uintptr_t a, size_t a_size, uintptr_t b, size_t b_size) {
    return a < b ? b - a < a_size : a - b < b_size;
}

/* Do two memories share an address, each by both of its sides? */
static bool memories_meet(const capheap_memory_t *a, const capheap_memory_t *b) {
    bool a_alias = a->alias_kind != CAPHEAP_ALIAS_NONE;
    bool b_alias = b->alias_kind != CAPHEAP_ALIAS_NONE;
    return ranges_meet(a->start, a->size, b->start, b->size) ||
           (a_alias && ranges_meet(a->alias, a->size, b->start, b->size)) ||
           (b_alias && ranges_meet(a->start, a->size, b->alias, b->size)) ||
           (a_alias && b_alias && ranges_meet(a->alias, a->size, b->alias, b->size));
}

static capheap_status_t find_room(const capheap_heap_t *heap, const capheap_memory_t *memory,
                                  capheap_slot_t **slot) {
    *slot = NULL;
    for (size_t i = heap->slot_count; i > 0; i--) {
        capheap_slot_t *at = &heap->slots[i - 1];
        if (at->state == CAPHEAP_SLOT_EMPTY) {
            *slot = at;
        } else if (memories_meet(&at->memory, memory)) {
            return CAPHEAP_ERROR_OVERLAP;
        }
    }
    return *slot != NULL ? CAPHEAP_OK : CAPHEAP_ERROR_FULL;
}

/* Bounds are read without a lock. A size of 0 covers nothing while the rest changes. */
static void set_memory(capheap_slot_t *slot, const capheap_memory_t *memory) {
    CAPHEAP_WRITE(slot->memory.size, (size_t)0);
    CAPHEAP_WRITE(slot->memory.start, memory->start);
    CAPHEAP_WRITE(slot->memory.alias, memory->alias);
    CAPHEAP_WRITE(slot->memory.alias_kind, memory->alias_kind);
    slot->memory.type = memory->type;
    slot->memory.flags = memory->flags;
    CAPHEAP_WRITE(slot->memory.size, memory->size);
}

static void claim(capheap_heap_t *heap, capheap_slot_t *slot, const capheap_wanted_t *wanted) {
    capheap_port_lock(&slot->lock);
    slot->type = wanted->type;
    CAPHEAP_WRITE(slot->tag, wanted->tag);
    slot->masters = wanted->masters;
    slot->books.start = wanted->books;
    slot->books.size = wanted->books_size;
    slot->retained = wanted->retained;
    slot->serial = heap->serial++;
    slot->late = heap->startup_over;
    set_memory(slot, wanted->memory);
    bool hold = (wanted->memory->flags & CAPHEAP_MEMORY_STARTUP) != 0 && !heap->startup_over;
    slot->state = hold ? CAPHEAP_SLOT_HELD : CAPHEAP_SLOT_JOINING;
    capheap_port_unlock(&slot->lock);
    if (heap->master_names == NULL && wanted->master_names != NULL) {
        heap->master_names = wanted->master_names;
        heap->master_count = wanted->master_count;
    }
    size_t used = (size_t)(slot - heap->slots) + 1;
    if (used > heap->slots_in_use) {
        CAPHEAP_WRITE(heap->slots_in_use, used);
    }
}

static capheap_status_t make_region(capheap_heap_t *heap, capheap_slot_t *slot,
                                    const capheap_wanted_t *wanted) {
    capheap_region_config_t config = {
        .start = (void *)slot->memory.start,
        .size = slot->memory.size,
        .granule = slot->type->granule,
        .flags = capheap_is_word_only(slot->type) ? CAPHEAP_REGION_WORD_ONLY : 0,
        .books = slot->books.start,
        .books_size = slot->books.size,
        .report = capheap_forward_report,
        .report_context = heap,
    };
    capheap_status_t status =
        wanted != NULL && wanted->attach != NULL
            ? wanted->attach(&slot->region, &config, wanted->how, wanted->retained)
            : capheap_region_init(&slot->region, &config);
    if (status != CAPHEAP_OK) { /* it may be tried again */
        slot->books.start = config.books;
        slot->books.size = config.books_size;
    }
    return status;
}

/* Of a power of two. */
static uint8_t log2_of(size_t number) {
    uint8_t log = 0;
    for (; number > 1; number >>= 1) {
        log++;
    }
    return log;
}

static void set_state(capheap_heap_t *heap, capheap_slot_t *slot, uint8_t state) {
    bool serving = state == CAPHEAP_SLOT_SERVING;
    capheap_port_lock(&slot->lock);
    slot->state = state;
    uint32_t free = serving ? region_free_granules(&slot->region) : 0;
    CAPHEAP_WRITE(slot->granule_shift, log2_of(capheap_granule_of(slot->type)));
    CAPHEAP_WRITE(slot->floor, free);
    CAPHEAP_WRITE(slot->free, free);
    CAPHEAP_WRITE(slot->lacks, serving ? ~capheap_type_caps(slot->type) : ALL_CAPS);
    capheap_update_slot_ways(heap, slot);
    if (state == CAPHEAP_SLOT_EMPTY) {
        CAPHEAP_WRITE(slot->memory.size, (size_t)0);
    }
    capheap_port_unlock(&slot->lock);
}

/* A slot that is joining begins to serve, or goes back to what it was. */
static capheap_status_t join(capheap_heap_t *heap, capheap_slot_t *slot,
                             const capheap_wanted_t *wanted, uint8_t otherwise) {
    capheap_status_t status = make_region(heap, slot, wanted);
    capheap_before_giving(heap);
    capheap_lock_set(heap);
    if (status == CAPHEAP_OK) {
        heap->line_caps |= capheap_special_caps(slot->type);
        set_state(heap, slot, CAPHEAP_SLOT_SERVING);
        capheap_update_ways(heap);
        capheap_list_insert(heap, slot);
    } else {
        set_state(heap, slot, otherwise);
    }
    capheap_unlock_set(heap);
    return status;
}

capheap_status_t capheap_add_wanted(capheap_heap_t *heap, const capheap_wanted_t *wanted) {
    capheap_status_t status = check_arguments(heap, wanted->type, wanted->memory);
    if (status != CAPHEAP_OK) {
        return status;
    }
    capheap_slot_t *slot;
    bool hold = false;
    capheap_lock_set(heap);
    status = find_room(heap, wanted->memory, &slot);
    if (status == CAPHEAP_OK) {
        claim(heap, slot, wanted);
        hold = slot->state == CAPHEAP_SLOT_HELD;
    }
    capheap_unlock_set(heap);
    return status != CAPHEAP_OK || hold ? status : join(heap, slot, wanted, CAPHEAP_SLOT_EMPTY);
}

capheap_status_t capheap_add_region_with_books(capheap_heap_t *heap, const capheap_type_t *type,
                                               uint32_t tag, const capheap_memory_t *memory,
                                               void *books, size_t books_size) {
    capheap_wanted_t wanted = {
        .type = type, .memory = memory, .tag = tag, .books = books, .books_size = books_size};
    return capheap_add_wanted(heap, &wanted);
}

capheap_status_t capheap_add_region(capheap_heap_t *heap, const capheap_type_t *type, uint32_t tag,
                                    const capheap_memory_t *memory) {
    return capheap_add_region_with_books(heap, type, tag, memory, NULL, 0);
}

/* The next slot that is held back, claimed for joining; NULL if there is none from *at on. */
static capheap_slot_t *claim_held(capheap_heap_t *heap, size_t *at) {
    capheap_slot_t *found = NULL;
    capheap_lock_set(heap);
    heap->startup_over = 1;
    for (; *at < heap->slots_in_use && found == NULL; (*at)++) {
        if (heap->slots[*at].state == CAPHEAP_SLOT_HELD) {
            found = &heap->slots[*at];
            set_state(heap, found, CAPHEAP_SLOT_JOINING);
        }
    }
    capheap_unlock_set(heap);
    return found;
}

capheap_status_t capheap_end_startup(capheap_heap_t *heap) {
    capheap_status_t first_failure = CAPHEAP_OK;
    size_t at = 0;
    for (capheap_slot_t *slot = claim_held(heap, &at); slot != NULL; slot = claim_held(heap, &at)) {
        capheap_status_t status = join(heap, slot, NULL, CAPHEAP_SLOT_HELD);
        if (first_failure == CAPHEAP_OK) {
            first_failure = status;
        }
    }
    return first_failure;
}

/* Once its state is empty, whoever still holds a hint to the slot is turned away under its lock. */
static capheap_status_t leave(capheap_heap_t *heap, capheap_slot_t *slot) {
    if (slot->state == CAPHEAP_SLOT_JOINING) {
        return CAPHEAP_ERROR_BUSY;
    }
    bool serving = slot->state == CAPHEAP_SLOT_SERVING;
    capheap_port_lock(&slot->lock);
    bool busy = serving && capheap_region_blocks(&slot->region) != 0;
    if (!busy) {
        CAPHEAP_WRITE(slot->lacks, ALL_CAPS);
        for (size_t i = 0; i < CAPHEAP_RESERVES; i++) {
            slot->kept[i] = (capheap_share_t){0};
        }
        slot->keeps = 0;
        slot->pieces = 0;
        slot->owners = NULL;
        slot->retained = NULL;
        slot->state = CAPHEAP_SLOT_EMPTY;
        capheap_update_slot_ways(heap, slot);
        slot->stretched = 0;
        CAPHEAP_WRITE(slot->free, 0);
        CAPHEAP_WRITE(slot->floor, 0);
        CAPHEAP_WRITE(heap->sunk, 1);
        CAPHEAP_WRITE(slot->memory.size, (size_t)0);
    }
    capheap_port_unlock(&slot->lock);
    if (serving && !busy) {
        capheap_list_remove(heap, slot);
    }
    return busy ? CAPHEAP_ERROR_BUSY : CAPHEAP_OK;
}

capheap_status_t capheap_remove_region(capheap_heap_t *heap, const void *address) {
    if (heap == NULL) {
        return CAPHEAP_ERROR_ARGUMENT;
    }
    capheap_lock_set(heap);
    capheap_slot_t *slot = capheap_slot_by_memory(heap, (uintptr_t)address);
    capheap_status_t status = slot != NULL ? leave(heap, slot) : CAPHEAP_ERROR_UNKNOWN;
    capheap_unlock_set(heap);
    return status;
}
