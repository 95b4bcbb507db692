/* SPDX-License-Identifier: MIT */
/*
 * A heap over several memories together with a plain model of it: what each memory can do, who has
 * which bytes, what they contain as the program sees them (through the alias, if it was given that
 * address), which memory has to serve which request. Each call below makes the call on the heap and
 * compares; the first disagreement is kept in `failure`, and everything after it does nothing.
 *
 * Aliases are addresses that nobody can read here: the model knows which byte of the memory stands
 * behind each, and so finds out if the heap touches one.
 */
#ifndef CAPHEAP_PROPERTY_HEAP_MODEL_H
#define CAPHEAP_PROPERTY_HEAP_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capheap/heap.h"
#include "capheap/inspect.h"

#define HEAP_MODEL_MEMORIES 6
#define HEAP_MODEL_WINDOW   65536 /* bytes of address space per memory */
#define HEAP_MODEL_SLOTS    256
#define HEAP_MODEL_NOWHERE  HEAP_MODEL_MEMORIES /* the index of no memory */

typedef struct heap_model_memory {
    capheap_memory_t memory;
    const capheap_type_t *type;
    unsigned char *view; /* the window of its alias: reserved, not readable */
    uint32_t tag;
    uint32_t serial; /* memories added before it */
    bool added;
    bool serving; /* false while held back */
    size_t blocks;
    size_t used;
} heap_model_memory_t;

typedef struct heap_model_block {
    unsigned char *ptr; /* as handed out, maybe an alias; NULL: none */
    size_t usable;
    size_t memory; /* index */
    bool by_alias;
    uint32_t key;
} heap_model_block_t;

typedef struct heap_model {
    capheap_heap_t heap;
    capheap_slot_t slots[HEAP_MODEL_MEMORIES];
    heap_model_memory_t memories[HEAP_MODEL_MEMORIES];
    heap_model_block_t blocks[HEAP_MODEL_SLOTS];
    unsigned char *arena; /* the memories, a window each */
    unsigned char *views; /* their aliases, a window each */
    uint32_t serial;
    uint32_t keys;
    bool startup_over;
    unsigned failures, events, reports; /* hooks called during this call */
    capheap_report_t last;
    const char *failure;
    char failure_text[256];
} heap_model_t;

void heap_model_open(heap_model_t *model);
void heap_model_close(heap_model_t *model);

/* Add memory `index`: `memory` gives size, flags, alias_kind, and start and alias as offsets into
 * its windows. */
void heap_model_add(heap_model_t *model, size_t index, const capheap_type_t *type, uint32_t tag,
                    capheap_memory_t memory);
/* Take it out; refused, as it must be, while it has blocks. True if it is out now. */
bool heap_model_remove(heap_model_t *model, size_t index);
void heap_model_end_startup(heap_model_t *model);

/* A block that is in the slot is freed first. True if it was served. */
bool heap_model_malloc(heap_model_t *model, size_t slot, size_t size, capheap_caps_t caps);
bool heap_model_calloc(heap_model_t *model, size_t slot, size_t count, size_t size,
                       capheap_caps_t caps);
bool heap_model_aligned(heap_model_t *model, size_t slot, size_t alignment, size_t size,
                        capheap_caps_t caps);
bool heap_model_prefer(heap_model_t *model, size_t slot, size_t size, const capheap_caps_t *prefer,
                       size_t count);
bool heap_model_tagged(heap_model_t *model, size_t slot, size_t size, uint32_t tag);
bool heap_model_realloc(heap_model_t *model, size_t slot, size_t size, capheap_caps_t caps);
void heap_model_free(heap_model_t *model, size_t slot);

/* free, realloc (which = 1) or usable size (2) of a pointer that is no live block's. */
void heap_model_misuse(heap_model_t *model, void *ptr, unsigned which);

/* Contents, figures of these capabilities and of the tag, walk, integrity. */
void heap_model_check(heap_model_t *model, capheap_caps_t caps, uint32_t tag);

/* ---- For the model's own files */

#define HEAP_MODEL_EXPECT(model, condition)                                                        \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            heap_model_fail((model), #condition, __FILE__, __LINE__);                              \
            return;                                                                                \
        }                                                                                          \
    } while (0)

void heap_model_fail(heap_model_t *model, const char *what, const char *file, int line);
void heap_model_clear_hooks(heap_model_t *model);
/* Does the block at index `slot` hold its contents? */
bool heap_model_holds(const heap_model_t *model, size_t slot);
/* Could this memory serve these capabilities if it had room? */
bool heap_model_can_serve(const heap_model_memory_t *memory, capheap_caps_t caps);
/* What the region of a memory says is its largest allocatable size. */
size_t heap_model_largest(heap_model_t *model, size_t index);
/* The memory that must serve a plain request; HEAP_MODEL_NOWHERE: it must be refused. */
size_t heap_model_choose(heap_model_t *model, size_t size, capheap_caps_t caps);
/* Is the choice told by capabilities and room alone, without alias or cache line? */
bool heap_model_is_plain(capheap_caps_t caps);

#endif
