/* SPDX-License-Identifier: MIT */
/*
 * A chip made into a heap, together with a plain model of it that knows words and bytes only: which
 * word of the arena belongs to which of the chip's memories and is not reserved, and which bytes
 * are in a live block. From these, by trying every place of every region, it tells which regions
 * can't serve a request, and in which order they are to be tried. Which of the others must is for
 * the engine to promise: what it calls its largest block, which may miss a fifth of the largest
 * place.
 */
#ifndef CAPHEAP_PROPERTY_CHIP_MODEL_H
#define CAPHEAP_PROPERTY_CHIP_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capheap/explain.h"
#include "capheap/heap.h"

#define CHIP_MODEL_ARENA   (96 * 1024)   /* bytes that memories may lie in */
#define CHIP_MODEL_VIEWS   (1024 * 1024) /* addresses for aliases, unreadable */
#define CHIP_MODEL_REGIONS CAPHEAP_LAYOUT_REGIONS
#define CHIP_MODEL_BLOCKS  96

typedef struct chip_model_region {
    capheap_memory_t memory; /* as the heap has it */
    size_t type;
    uint32_t serial; /* regions added before it */
    bool serving;
    uintptr_t low; /* what blocks may take, seen when the region was empty */
    uintptr_t high;
    size_t largest; /* what malloc would serve, as the region said before the call */
} chip_model_region_t;

typedef struct chip_model_block {
    unsigned char *ptr;   /* as handed out, maybe by the alias; NULL: none */
    unsigned char *bytes; /* the same in the arena */
    size_t size;
    unsigned char key; /* all its bytes have it */
} chip_model_block_t;

typedef struct chip_model {
    const capheap_chip_t *chip;
    capheap_heap_t heap;
    capheap_slot_t slots[CHIP_MODEL_REGIONS];
    chip_model_region_t regions[CHIP_MODEL_REGIONS];
    size_t region_count;
    chip_model_block_t blocks[CHIP_MODEL_BLOCKS];
    unsigned char *arena;
    unsigned char *views;
    uint8_t owner[CHIP_MODEL_ARENA / 4]; /* per word: 1 + its memory; 0: none, or reserved */
    bool used[CHIP_MODEL_ARENA];         /* per byte: in a live block */
    unsigned failures, reports;          /* hooks called during this call */
    unsigned char keys;
    const char *failure;
    char failure_text[256];
} chip_model_t;

/* What a region says to a request. */
typedef enum chip_model_verdict {
    CHIP_MODEL_NO,   /* it is not allowed to, or no place fits */
    CHIP_MODEL_MAY,  /* a place fits, but the engine doesn't promise to find it */
    CHIP_MODEL_MUST, /* it has to, if no region before it does */
} chip_model_verdict_t;

void chip_model_open(chip_model_t *model);
void chip_model_close(chip_model_t *model);

/* Make the chip, less these ranges, into the heap. The memories lie in the arena, aliases in the
 * views. */
void chip_model_start(chip_model_t *model, const capheap_chip_t *chip,
                      const capheap_range_t *ranges, size_t count, size_t fitted);
void chip_model_end_startup(chip_model_t *model);

/* What a region says to the request in one of its passes (the last one: by caps alone). */
chip_model_verdict_t chip_model_verdict(const chip_model_t *model, size_t region,
                                        const capheap_request_t *request, size_t pass);
/* Is it right that this region served, by the state before? A region before it had no duty to. */
bool chip_model_is_right(const chip_model_t *model, const capheap_request_t *request,
                         size_t region);
/* What the request asks for, as capabilities of a memory. */
capheap_caps_t chip_model_needed(capheap_caps_t asked);
size_t chip_model_granule(const chip_model_t *model, const chip_model_region_t *region);

/* A block that is in the slot is freed first. True if it was served. */
bool chip_model_allocate(chip_model_t *model, size_t slot, const capheap_request_t *request);
void chip_model_free(chip_model_t *model, size_t slot);

/* All blocks hold what was written to them, nothing else was touched, the heap is sound. */
void chip_model_check(chip_model_t *model);

#endif
