/* SPDX-License-Identifier: MIT */
/*
 * What the heap's tests share: types like those of an ESP32, memories to make regions of, and hooks
 * that remember. Fits on a chip with 64 KB of RAM.
 */
#ifndef CAPHEAP_HEAP_FIXTURE_H
#define CAPHEAP_HEAP_FIXTURE_H

#include "capheap/heap.h"
#include "capheap/inspect.h"
#include "test.h"

/* Capabilities and priorities as ESP-IDF gives them (components/heap/port/esp32/memory_layout.c).
 */
#define WORDS (CAPHEAP_INTERNAL | CAPHEAP_32BIT | CAPHEAP_ATOMIC)

enum {
    DRAM,
    DIRAM,
    IRAM,
    PSRAM,
    TYPES
};

static const capheap_type_t types[TYPES] = {
    [DRAM] = {"DRAM", {CAPHEAP_8BIT | CAPHEAP_DEFAULT, CAPHEAP_DMA | WORDS, 0}, 0, 0},
    [DIRAM] = {"D/IRAM",
               {0, CAPHEAP_DMA | CAPHEAP_8BIT | CAPHEAP_DEFAULT | CAPHEAP_INTERNAL,
                CAPHEAP_32BIT | CAPHEAP_EXEC | CAPHEAP_ATOMIC},
               0,
               0},
    [IRAM] = {"IRAM", {CAPHEAP_INTERNAL | CAPHEAP_EXEC | CAPHEAP_32BIT, 0, 0}, 0, 0},
    [PSRAM] = {"SPIRAM",
               {CAPHEAP_SPIRAM | CAPHEAP_DEFAULT, 0, CAPHEAP_8BIT | CAPHEAP_32BIT},
               0,
               32},
};

/* One stretch of memory that the tests cut their memories out of. */
#define ARENA_SIZE 32768u
static _Alignas(128) unsigned char arena[ARENA_SIZE];

static inline capheap_memory_t piece(size_t offset, size_t size, uint8_t type) {
    return (capheap_memory_t){.start = (uintptr_t)arena + offset, .size = size, .type = type};
}

static inline bool lies_in(const void *ptr, const capheap_memory_t *memory) {
    return (uintptr_t)ptr - memory->start < memory->size;
}

/* What the hooks were last told, and how often. */
typedef struct seen {
    unsigned events, failures, reports;
    const void *old_ptr, *new_ptr;
    size_t size, alignment, preferences;
    capheap_caps_t caps;
    bool tagged;
    capheap_report_t report;
} seen_t;

static seen_t seen;

static inline void see_event(void *context, const void *old_ptr, const void *new_ptr, size_t size,
                             capheap_caps_t caps) {
    seen_t *to = context;
    to->events++;
    to->old_ptr = old_ptr;
    to->new_ptr = new_ptr;
    to->size = size;
    to->caps = caps;
}

static inline void see_failure(void *context, const capheap_request_t *request) {
    seen_t *to = context;
    to->failures++;
    to->size = request->size;
    to->alignment = request->alignment;
    to->caps = request->caps;
    to->preferences = request->prefer_count;
    to->tagged = request->tag != NULL;
}

static inline void see_report(void *context, const capheap_report_t *report) {
    seen_t *to = context;
    to->reports++;
    to->report = *report;
}

/* A heap of this many slots, without regions, whose hooks fill `seen`. */
#define FIXTURE_SLOTS 6
static capheap_slot_t fixture_slots[FIXTURE_SLOTS];
static capheap_heap_t heap;

static inline void open_heap(void) {
    static const capheap_hooks_t hooks = {see_event, see_failure, see_report, &seen};
    capheap_init(&heap, fixture_slots, FIXTURE_SLOTS);
    capheap_set_hooks(&heap, &hooks);
    seen = (seen_t){0};
}

static inline capheap_status_t add(const capheap_memory_t *memory) {
    return capheap_add_region(&heap, &types[memory->type], memory->type, memory);
}

/* All but the PSRAM: 4 KB of DRAM, 8 KB of D/IRAM without an alias, 4 KB of IRAM. */
static capheap_memory_t dram, diram, iram, psram;

static inline void open_internal(void) {
    open_heap();
    dram = piece(0, 4096, DRAM);
    diram = piece(4096, 8192, DIRAM);
    iram = piece(12288, 4096, IRAM);
    psram = piece(16384, 16384, PSRAM);
    CHECK_EQ(add(&dram), CAPHEAP_OK);
    CHECK_EQ(add(&diram), CAPHEAP_OK);
    CHECK_EQ(add(&iram), CAPHEAP_OK);
}

static inline void open_all(void) {
    open_internal();
    CHECK_EQ(add(&psram), CAPHEAP_OK);
}

/* Take all that is left for these capabilities, piece by piece. */
static inline void exhaust(capheap_caps_t caps) {
    for (size_t size = 4096; size >= 8; size /= 2) {
        while (capheap_malloc(&heap, size, caps) != NULL) {
        }
    }
}

static inline capheap_figures_t figures_of(capheap_caps_t caps) {
    capheap_figures_t figures;
    capheap_get_figures(&heap, caps, &figures);
    return figures;
}

#endif
