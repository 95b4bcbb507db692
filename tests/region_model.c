/* SPDX-License-Identifier: MIT */
#include "region_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODEL_GUARD_BYTE 0xA7

#define EXPECT(model, condition)                                                                   \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fail((model), #condition, __LINE__);                                                   \
            return;                                                                                \
        }                                                                                          \
    } while (0)

static void fail(model_t *model, const char *what, int line) {
    if (model->failure != NULL)
        return;
    (void)snprintf(model->failure_text, sizeof(model->failure_text), "region_model.c:%d: not: %s",
                   line, what);
    model->failure = model->failure_text;
}

static void on_report(void *context, const capheap_report_t *report) {
    model_t *model = context;
    model->reports++;
    model->last = *report;
    if (report->fault == CAPHEAP_FAULT_LINK || report->fault == CAPHEAP_FAULT_MAP)
        model->faults++;
}

/* ---- Memory with guards */

static unsigned char *page_align(unsigned char *ptr) {
    return ptr + (MODEL_PAGE - (uintptr_t)ptr % MODEL_PAGE) % MODEL_PAGE;
}

static bool guards_hold(const unsigned char *start, size_t size) {
    for (size_t i = 0; i < MODEL_GUARD; i++) {
        if (start[-1 - (ptrdiff_t)i] != MODEL_GUARD_BYTE || start[size + i] != MODEL_GUARD_BYTE)
            return false;
    }
    return true;
}

/* Find out where blocks go, and hold it against what the header promises. */
static void learn_layout(model_t *model) {
    const capheap_region_config_t *config = &model->config;
    unsigned char *start = config->start;
    capheap_block_t first = {0};
    EXPECT(model, capheap_region_next_block(&model->region, &first));
    model->base = first.start;
    model->size = capheap_region_size(&model->region);
    model->granule = config->granule == 0 ? 8 : config->granule;
    EXPECT(model, model->base >= start);
    EXPECT(model, model->size <= config->size);
    EXPECT(model, (size_t)(model->base - start) <= config->size - model->size);
    EXPECT(model, (uintptr_t)model->base % model->granule == 0);
    EXPECT(model, model->size % model->granule == 0 && model->size > 0);
    /* No more is lost than the books and less than a granule at either end. */
    size_t books = 0;
    if (config->books == NULL)
        books = capheap_region_books_size(config->size, config->granule);
    EXPECT(model, model->size + books + 2 * model->granule > config->size);
    model->owner = calloc(model->size / model->granule, sizeof(model->owner[0]));
    EXPECT(model, model->owner != NULL);
    model->minimum_low = model->minimum_high = model->size;
}

capheap_status_t model_open(model_t *model, size_t size, size_t offset, uint32_t granule,
                            uint32_t flags, size_t books_size) {
    memset(model, 0, sizeof(*model));
    model->arena_size = MODEL_PAGE + MODEL_GUARD + offset + size + MODEL_GUARD;
    model->arena = malloc(model->arena_size);
    if (books_size > 0)
        model->books = malloc(MODEL_GUARD + books_size + MODEL_GUARD);
    if (model->arena == NULL || (books_size > 0 && model->books == NULL)) {
        fail(model, "memory for the model", __LINE__);
        return CAPHEAP_ERROR_ARGUMENT;
    }
    memset(model->arena, MODEL_GUARD_BYTE, model->arena_size);
    if (books_size > 0)
        memset(model->books, MODEL_GUARD_BYTE, MODEL_GUARD + books_size + MODEL_GUARD);
    model->config = (capheap_region_config_t){
        .start = page_align(model->arena + MODEL_GUARD) + offset,
        .size = size,
        .granule = granule,
        .flags = flags,
        .books = books_size > 0 ? model->books + MODEL_GUARD : NULL,
        .books_size = books_size,
        .report = on_report,
        .report_context = model,
    };
    /* page_align leaves at least MODEL_GUARD before the start and after the end. */
    capheap_status_t status = capheap_region_init(&model->region, &model->config);
    if (status == CAPHEAP_OK)
        learn_layout(model);
    return status;
}

void model_close(model_t *model) {
    free(model->arena);
    free(model->books);
    free(model->owner);
    model->arena = model->books = NULL;
    model->owner = NULL;
}

size_t model_round_up(const model_t *model, size_t size) {
    return (size + model->granule - 1) / model->granule * model->granule;
}

/* ---- Contents: bytes that follow from the block's key */

static void fill(model_t *model, model_block_t *block) {
    block->key = ++model->keys * 2654435761u;
    uint32_t value = block->key;
    for (size_t i = 0; i < block->usable; i++, value += 0x01000193u)
        block->start[i] = (unsigned char)(value >> 24);
}

static bool holds(const unsigned char *start, size_t size, uint32_t key) {
    unsigned char wrong = 0;
    uint32_t value = key;
    for (size_t i = 0; i < size; i++, value += 0x01000193u)
        wrong |= (unsigned char)(start[i] ^ (value >> 24));
    return wrong == 0;
}

/* ---- Ownership */

static size_t granule_of(const model_t *model, const unsigned char *ptr) {
    return (size_t)(ptr - model->base) / model->granule;
}

static void set_owner(model_t *model, const model_block_t *block, uint16_t owner) {
    size_t first = granule_of(model, block->start);
    for (size_t i = 0; i < block->usable / model->granule; i++)
        model->owner[first + i] = owner;
}

static bool all_free(const model_t *model, const unsigned char *start, size_t size) {
    size_t first = granule_of(model, start);
    for (size_t i = 0; i < size / model->granule; i++) {
        if (model->owner[first + i] != 0)
            return false;
    }
    return true;
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

static void note_minimum(model_t *model, size_t low, size_t high) {
    model->minimum_low = least(model->minimum_low, low);
    model->minimum_high = least(model->minimum_high, high);
}

/* The figures, after every call. */
static void check_figures(model_t *model) {
    const capheap_region_t *region = &model->region;
    EXPECT(model, capheap_region_size(region) == model->size);
    EXPECT(model, capheap_region_used_bytes(region) == model->used);
    EXPECT(model, capheap_region_free_bytes(region) == model->size - model->used);
    EXPECT(model, capheap_region_blocks(region) == model->live);
    size_t minimum = capheap_region_minimum_free(region);
    EXPECT(model, minimum >= model->minimum_low && minimum <= model->minimum_high);
    if (!model->damaged) {
        EXPECT(model, model->reports == 0);
        EXPECT(model, capheap_region_largest(region) <= model->size - model->used);
    } else if (model->reports > 0) {
        EXPECT(model, model->last.fault == CAPHEAP_FAULT_LINK);
        EXPECT(model, model->last.region == region);
    }
    model->reports = 0;
}

/* Take over a block that was given out for `size` bytes. */
static void accept(model_t *model, size_t slot, unsigned char *ptr, size_t size, size_t alignment) {
    model_block_t *block = &model->blocks[slot];
    size_t usable = model_round_up(model, size);
    EXPECT(model, (uintptr_t)ptr % model->granule == 0);
    EXPECT(model, (uintptr_t)ptr % alignment == 0);
    EXPECT(model, ptr >= model->base);
    EXPECT(model, usable >= size && usable <= model->size);
    EXPECT(model, (size_t)(ptr - model->base) <= model->size - usable);
    EXPECT(model, all_free(model, ptr, usable));
    *block = (model_block_t){ptr, usable, 0};
    set_owner(model, block, (uint16_t)(slot + 1));
    model->used += usable;
    model->live++;
    note_minimum(model, model->size - model->used, model->size - model->used);
    EXPECT(model, capheap_region_usable_size(&model->region, ptr) == usable);
    EXPECT(model, capheap_region_block_before(&model->region, ptr + usable) == ptr);
    EXPECT(model, capheap_region_owns(&model->region, ptr));
    EXPECT(model, capheap_region_owns(&model->region, ptr + usable - 1));
}

static void drop(model_t *model, size_t slot) {
    model_block_t *block = &model->blocks[slot];
    set_owner(model, block, 0);
    model->used -= block->usable;
    model->live--;
    *block = (model_block_t){0};
}

/* ---- The calls */

static bool finish_allocation(model_t *model, size_t slot, void *ptr, size_t size,
                              size_t alignment) {
    if (ptr != NULL && model->failure == NULL) {
        accept(model, slot, ptr, size, alignment);
        if (model->failure == NULL)
            fill(model, &model->blocks[slot]);
    }
    if (model->failure == NULL)
        check_figures(model);
    return ptr != NULL && model->failure == NULL;
}

/* A damaged list may have lost blocks; else what largest said holds exactly. */
static void check_served(model_t *model, bool served, bool due) {
    if (!model->damaged)
        EXPECT(model, served == due);
}

bool model_malloc(model_t *model, size_t slot, size_t size) {
    model_free(model, slot);
    if (model->failure != NULL)
        return false;
    size_t largest = capheap_region_largest(&model->region);
    void *ptr = capheap_region_malloc(&model->region, size);
    check_served(model, ptr != NULL, size > 0 && size <= largest);
    return finish_allocation(model, slot, ptr, size, 1);
}

bool model_calloc(model_t *model, size_t slot, size_t count, size_t size) {
    model_free(model, slot);
    if (model->failure != NULL)
        return false;
    size_t largest = capheap_region_largest(&model->region);
    bool overflows = size != 0 && count > SIZE_MAX / size;
    size_t bytes = overflows ? 0 : count * size;
    unsigned char *ptr = capheap_region_calloc(&model->region, count, size);
    check_served(model, ptr != NULL, bytes > 0 && bytes <= largest);
    unsigned char any = 0;
    for (size_t i = 0; ptr != NULL && i < bytes; i++)
        any |= ptr[i];
    if (any != 0 || (ptr != NULL && bytes == 0))
        fail(model, "calloc's memory is all zero", __LINE__);
    return finish_allocation(model, slot, ptr, bytes, 1);
}

bool model_aligned_alloc(model_t *model, size_t slot, size_t alignment, size_t size) {
    model_free(model, slot);
    if (model->failure != NULL)
        return false;
    size_t largest = capheap_region_largest(&model->region);
    void *ptr = capheap_region_aligned_alloc(&model->region, alignment, size);
    bool power = alignment != 0 && (alignment & (alignment - 1)) == 0;
    if (size == 0 || !power || size > largest)
        check_served(model, ptr != NULL, false);
    else if (alignment <= model->granule || alignment <= largest - size)
        check_served(model, ptr != NULL, true); /* the largest block holds an aligned one */
    if (ptr != NULL && !power)
        fail(model, "no block for an alignment that is no power of two", __LINE__);
    return finish_allocation(model, slot, ptr, size, power ? alignment : 1);
}

static void check_resized(model_t *model, model_block_t old, const unsigned char *ptr, size_t size,
                          size_t largest) {
    if (ptr == NULL && !model->damaged)
        EXPECT(model, size > largest && size > old.usable);
    if (ptr != NULL)
        EXPECT(model, holds(ptr, least(old.usable, size), old.key));
    else
        EXPECT(model, holds(old.start, old.usable, old.key));
}

bool model_realloc(model_t *model, size_t slot, size_t size) {
    model_block_t old = model->blocks[slot];
    if (old.start == NULL || size == 0) {
        void *none = old.start;
        if (old.start == NULL && size > 0)
            return model_malloc(model, slot, size);
        if (model->failure == NULL && none != NULL)
            drop(model, slot);
        if (model->failure == NULL && capheap_region_realloc(&model->region, none, 0) != NULL)
            fail(model, "realloc to 0 bytes gives NULL", __LINE__);
        return false;
    }
    if (model->failure != NULL)
        return false;
    size_t largest = capheap_region_largest(&model->region);
    unsigned char *ptr = capheap_region_realloc(&model->region, old.start, size);
    check_resized(model, old, ptr, size, largest);
    if (model->failure == NULL && ptr != NULL) {
        size_t both = old.usable + model_round_up(model, size);
        size_t others = model->used - old.usable;
        if (ptr != old.start && both <= model->size - others)
            note_minimum(model, model->size - others - both, model->size);
        drop(model, slot);
    }
    return finish_allocation(model, slot, ptr, size, 1);
}

void model_free(model_t *model, size_t slot) {
    model_block_t *block = &model->blocks[slot];
    if (model->failure != NULL)
        return;
    if (block->start == NULL) {
        capheap_region_free(&model->region, NULL);
        return;
    }
    EXPECT(model, holds(block->start, block->usable, block->key));
    void *ptr = block->start;
    drop(model, slot);
    capheap_region_free(&model->region, ptr);
    check_figures(model);
}

/* ---- Misuse */

typedef struct model_snapshot {
    capheap_region_t region;
    unsigned char *memory;
    unsigned char *books;
} model_snapshot_t;

static model_snapshot_t take_snapshot(const model_t *model) {
    model_snapshot_t snapshot = {.memory = malloc(model->config.size)};
    memcpy(&snapshot.region, &model->region, sizeof(model->region));
    memcpy(snapshot.memory, model->config.start, model->config.size);
    if (model->config.books != NULL) {
        snapshot.books = malloc(model->config.books_size);
        memcpy(snapshot.books, model->config.books, model->config.books_size);
    }
    return snapshot;
}

static bool matches_snapshot(const model_t *model, model_snapshot_t *snapshot) {
    bool same = memcmp(&snapshot->region, &model->region, sizeof(model->region)) == 0 &&
                memcmp(snapshot->memory, model->config.start, model->config.size) == 0 &&
                (snapshot->books == NULL ||
                 memcmp(snapshot->books, model->config.books, model->config.books_size) == 0);
    free(snapshot->memory);
    free(snapshot->books);
    return same;
}

/* The block of the walk that holds ptr. */
static capheap_block_t walk_to(const model_t *model, const unsigned char *ptr) {
    capheap_block_t block = {0};
    while (capheap_region_next_block(&model->region, &block)) {
        const unsigned char *start = block.start;
        if (ptr >= start && ptr < start + block.size)
            return block;
    }
    return (capheap_block_t){0};
}

static void check_report(model_t *model, const unsigned char *ptr, capheap_fault_t fault) {
    const capheap_report_t *report = &model->last;
    capheap_block_t block = {0};
    if (fault != CAPHEAP_FAULT_FOREIGN)
        block = walk_to(model, ptr);
    EXPECT(model, model->reports == 1);
    EXPECT(model, report->fault == fault);
    EXPECT(model, report->address == ptr);
    EXPECT(model, report->region == &model->region || fault == CAPHEAP_FAULT_FOREIGN);
    EXPECT(model, report->block == block.start);
    EXPECT(model, report->block_size == block.size);
}

void model_misuse(model_t *model, void *ptr, unsigned which) {
    if (model->failure != NULL || ptr == NULL)
        return;
    capheap_fault_t fault = CAPHEAP_FAULT_FOREIGN;
    uintptr_t offset = (uintptr_t)ptr - (uintptr_t)model->base;
    if (offset < model->size) {
        uint16_t owner = model->owner[offset / model->granule];
        if (owner != 0 && model->blocks[owner - 1].start == ptr)
            return;
        fault = owner == 0 ? CAPHEAP_FAULT_FREED : CAPHEAP_FAULT_INTERIOR;
    }
    EXPECT(model, capheap_region_owns(&model->region, ptr) == (fault != CAPHEAP_FAULT_FOREIGN));
    model_snapshot_t before = take_snapshot(model);
    model->reports = 0;
    bool nothing = true;
    if (which == 0)
        capheap_region_free(&model->region, ptr);
    else if (which == 1)
        nothing = capheap_region_realloc(&model->region, ptr, 24) == NULL;
    else
        nothing = capheap_region_usable_size(&model->region, ptr) == 0;
    bool same = matches_snapshot(model, &before);
    EXPECT(model, nothing);
    EXPECT(model, same);
    check_report(model, ptr, fault);
    model->reports = 0;
}

/* ---- Everything */

static void check_guards(model_t *model) {
    EXPECT(model, guards_hold(model->config.start, model->config.size));
    if (model->books != NULL)
        EXPECT(model, guards_hold(model->config.books, model->config.books_size));
}

static void check_contents(model_t *model) {
    for (size_t i = 0; i < MODEL_SLOTS; i++) {
        const model_block_t *block = &model->blocks[i];
        if (block->start != NULL)
            EXPECT(model, holds(block->start, block->usable, block->key));
    }
}

static void check_walk(model_t *model) {
    capheap_block_t block = {0};
    const unsigned char *end = model->base;
    while (capheap_region_next_block(&model->region, &block)) {
        EXPECT(model, block.start == end && block.size > 0);
        EXPECT(model, block.size <= model->size - (size_t)(end - model->base));
        uint16_t owner = model->owner[granule_of(model, end)];
        EXPECT(model, block.used == (owner != 0));
        if (block.used) {
            EXPECT(model, model->blocks[owner - 1].start == block.start);
            EXPECT(model, model->blocks[owner - 1].usable == block.size);
        } else {
            EXPECT(model, all_free(model, end, block.size));
        }
        end += block.size;
    }
    EXPECT(model, end == model->base + model->size);
}

static void check_integrity(model_t *model, size_t step) {
    if (step == 0) {
        EXPECT(model, capheap_region_check(&model->region));
        return;
    }
    capheap_check_t check = {0};
    size_t rounds = 0;
    do {
        EXPECT(model, capheap_region_check_step(&model->region, &check, step));
        EXPECT(model, check.sound);
        EXPECT(model, rounds++ <= model->size / model->granule);
    } while (!check.done);
}

void model_check(model_t *model, size_t step) {
    if (model->failure != NULL)
        return;
    check_guards(model);
    check_contents(model);
    check_walk(model);
    if (!model->damaged)
        check_integrity(model, step);
    if (model->failure == NULL)
        check_figures(model);
}

bool model_scribble(model_t *model, size_t granule, size_t index, uint32_t word) {
    if (granule >= model->size / model->granule || model->owner[granule] != 0 ||
        index >= model->granule / sizeof(word))
        return false;
    memcpy(model->base + granule * model->granule + index * sizeof(word), &word, sizeof(word));
    model->damaged = true;
    return true;
}

void model_heal(model_t *model) {
    if (model->failure != NULL)
        return;
    capheap_region_heal(&model->region);
    model->damaged = false;
    model->reports = 0;
    model_check(model, 0);
}
