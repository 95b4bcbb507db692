/* SPDX-License-Identifier: MIT */
/*
 * A region together with a plain model of what it must hold: who owns each granule, what every
 * block contains, the sums. Each call below makes the call on the region, compares the outcome with
 * the model and then the figures; the first disagreement is kept in `failure`, and everything after
 * it does nothing. Used by the unit tests, the property test and the fuzzer.
 */
#ifndef CAPHEAP_REGION_MODEL_H
#define CAPHEAP_REGION_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capheap/region.h"

/* A small board has others. */
#ifndef MODEL_SLOTS
#define MODEL_SLOTS   512
#define MODEL_PAGE    4096   /* bytes; what a region's start is counted from is aligned to it */
#define MODEL_LARGEST 262144 /* bytes of a region of the property test */
#endif
#define MODEL_GUARD 64 /* bytes around the region and the books that nobody may change */

typedef struct model_block {
    unsigned char *start; /* NULL: the slot holds no block */
    size_t usable;
    uint32_t key; /* of its contents */
} model_block_t;

typedef struct model {
    capheap_region_t region;
    capheap_region_config_t config;
    unsigned char *arena; /* the region's memory with a guard on both sides */
    size_t arena_size;
    unsigned char *books; /* NULL: in the region; else with a guard on both sides */
    unsigned char *base;  /* first byte that blocks may take */
    size_t size;          /* bytes that blocks may take */
    size_t granule;
    uint16_t *owner; /* per granule: slot + 1, or 0 if free */
    model_block_t blocks[MODEL_SLOTS];
    size_t used;           /* bytes in live blocks */
    size_t live;           /* blocks */
    size_t minimum_low;    /* the least free ever lies between these: a realloc that moves */
    size_t minimum_high;   /* holds two blocks for a moment, one that does not holds one */
    uint32_t keys;         /* contents given out so far */
    bool damaged;          /* links were overwritten: blocks may be lost until it heals */
    unsigned reports;      /* since the last call */
    unsigned faults;       /* damage reported in all */
    capheap_report_t last; /* the last report */
    const char *failure;   /* NULL: all is well */
    char failure_text[256];
} model_t;

/*
 * A region of `size` bytes that starts `offset` bytes after an address aligned to 4096; books apart
 * at `books_offset` (a multiple of 4) after such an address if books_size > 0. Returns what
 * capheap_region_init returned; on CAPHEAP_OK the model is ready. Call model_close in any case.
 */
capheap_status_t model_open(model_t *model, size_t size, size_t offset, uint32_t granule,
                            uint32_t flags, size_t books_size);
void model_close(model_t *model);

/* `slot` is where the block is kept; one that is live is freed first. True if it was served. */
bool model_malloc(model_t *model, size_t slot, size_t size);
bool model_calloc(model_t *model, size_t slot, size_t count, size_t size);
bool model_aligned_alloc(model_t *model, size_t slot, size_t alignment, size_t size);
bool model_realloc(model_t *model, size_t slot, size_t size);
void model_free(model_t *model, size_t slot);

/* Give a pointer that is no live block's to free, realloc and usable_size (which = 0, 1, 2): the
 * right report, and nothing changed. A live block's start is left alone. */
void model_misuse(model_t *model, void *ptr, unsigned which);

/* Compare everything: figures, walk, guards, contents, the region's own check (in one go or, if
 * step > 0, in steps of so many blocks). After damage: only what holds all the same. */
void model_check(model_t *model, size_t step);

/* Write `word` at a granule's `index`-th 32-bit word if the granule is free; true if it was. */
bool model_scribble(model_t *model, size_t granule, size_t index, uint32_t word);
/* Build the free lists anew; all promises hold again. */
void model_heal(model_t *model);

/* Bytes of a block of so many bytes; 0 if that overflows. */
size_t model_round_up(const model_t *model, size_t size);

#endif
