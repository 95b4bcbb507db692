/* SPDX-License-Identifier: MIT */
/*
 * A region in memory that "keeps its contents", and what the program knows to be in it, for the
 * tests of attaching. A reset is a copy of the memory put back, and a capheap_region_t full of
 * rubbish. model_verify attaches and compares; it returns NULL or what is wrong.
 */
#ifndef CAPHEAP_ATTACH_MODEL_H
#define CAPHEAP_ATTACH_MODEL_H

#include <string.h>

#include "capheap/attach.h"
#include "test_random.h"

#define KEPT_SIZE   3072u
#define KEPT_BLOCKS 24u
#define KEPT_ROOTS  4u

static _Alignas(128) unsigned char kept[KEPT_SIZE];

typedef struct kept_block {
    unsigned char *start; /* NULL: none */
    size_t size;          /* usable */
    unsigned char key;    /* of its contents */
} kept_block_t;

typedef enum kept_op {
    OP_NONE, /* no call was under way */
    OP_TAKE, /* a block of `size` bytes */
    OP_FREE, /* `block` */
    OP_RESIZE
} kept_op_t;

typedef struct kept_model {
    kept_block_t blocks[KEPT_BLOCKS];
    uint32_t granule;
    uint32_t flags;
    kept_op_t op; /* the call that is being cut */
    uint32_t slot;
    size_t size;   /* usable bytes that it asks for */
    void *damaged; /* reported */
    test_random_t random;
    capheap_region_t region;
    capheap_retained_t retained;
} kept_model_t;

static inline void model_report(void *context, const capheap_report_t *report) {
    ((kept_model_t *)context)->damaged = (void *)(uintptr_t)report->address;
}

static inline capheap_status_t model_attach(kept_model_t *model, uint32_t flags) {
    capheap_region_config_t config = {.start = kept,
                                      .size = sizeof kept,
                                      .granule = model->granule,
                                      .flags = model->flags,
                                      .report = model_report,
                                      .report_context = model};
    capheap_attach_t how = {.roots = KEPT_ROOTS, .key = 7, .flags = flags};
    memset(&model->region, 0xA5, sizeof model->region);
    memset(&model->retained, 0xA5, sizeof model->retained);
    model->damaged = NULL;
    return capheap_region_attach(&model->region, &config, &how, &model->retained);
}

static inline void model_fill(kept_block_t *block) {
    for (size_t i = 0; i < block->size; i++)
        block->start[i] = (unsigned char)(block->key + i * 7);
}

static inline bool model_holds(const kept_block_t *block, const unsigned char *at, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (at[i] != (unsigned char)(block->key + i * 7))
            return false;
    }
    return true;
}

static inline const kept_block_t *model_block_at(const kept_model_t *model, const void *start) {
    for (uint32_t i = 0; i < KEPT_BLOCKS; i++) {
        if (model->blocks[i].start != NULL && model->blocks[i].start == start)
            return &model->blocks[i];
    }
    return NULL;
}

/* Walk what the region says is there: inside, in order, no gap, live ones those of the model. */
static inline const char *model_walk(const kept_model_t *model, uint32_t *known,
                                     const unsigned char **stranger) {
    capheap_block_t block = {0};
    const unsigned char *end = NULL;
    size_t total = 0;
    while (capheap_region_next_block(&model->region, &block)) {
        const unsigned char *start = block.start;
        if (start < kept || block.size > KEPT_SIZE || start + block.size > kept + KEPT_SIZE)
            return "a block outside of the memory";
        if (end != NULL && start != end)
            return "blocks overlap, or there is a gap";
        end = start + block.size;
        total += block.size;
        const kept_block_t *expected = model_block_at(model, start);
        if (block.used && expected == NULL) {
            if (*stranger != NULL)
                return "two live blocks that nobody has";
            *stranger = start;
        } else if (block.used) {
            if (block.size != expected->size)
                return "a live block has another size";
            (*known)++;
        }
    }
    return total == capheap_region_size(&model->region) ? NULL : "the walk ends early";
}

/* The live blocks of the model, less the one that the call is about. */
static inline const char *model_verify_others(const kept_model_t *model, uint32_t *live) {
    for (uint32_t i = 0; i < KEPT_BLOCKS; i++) {
        const kept_block_t *block = &model->blocks[i];
        bool about = (model->op == OP_FREE || model->op == OP_RESIZE) && i == model->slot;
        if (block->start == NULL || about)
            continue;
        const void *end = block->start + block->size;
        if (capheap_region_block_before(&model->region, end) != block->start)
            return "a live block is gone";
        if (!model_holds(block, block->start, block->size))
            return "a live block's contents are not what they were";
        (*live)++;
    }
    return NULL;
}

/* The one that the call is about, and one that nobody has yet; NULL if there is none. */
static inline const char *model_verify_call(const kept_model_t *model, bool old_lives,
                                            const unsigned char *stranger) {
    const kept_block_t *old = &model->blocks[model->slot];
    if (stranger != NULL && model->op != OP_TAKE && model->op != OP_RESIZE)
        return "a live block that nobody has";
    if (stranger != NULL && capheap_region_usable_size(&model->region, stranger) != model->size)
        return "the block that was being taken has another size";
    if (model->op != OP_RESIZE || (old_lives && model_holds(old, old->start, old->size)))
        return NULL;
    size_t shared = model->size < old->size ? model->size : old->size;
    return stranger != NULL && model_holds(old, stranger, shared) ? NULL
                                                                  : "a realloc lost the contents";
}

static inline const char *model_verify_blocks(const kept_model_t *model) {
    const unsigned char *stranger = NULL;
    uint32_t known = 0;
    uint32_t live = 0;
    const char *wrong = model_walk(model, &known, &stranger);
    if (wrong == NULL)
        wrong = model_verify_others(model, &live);
    if (wrong != NULL)
        return wrong;
    bool old_lives = known == live + 1;
    return known == live || old_lives ? model_verify_call(model, old_lives, stranger)
                                      : "a live block is not where it was";
}

/* After a reset: it must be kept, be sound, and hold what the model says. */
static inline const char *model_verify(kept_model_t *model) {
    if (model_attach(model, 0) != CAPHEAP_OK)
        return "attach failed";
    if (model->retained.status != CAPHEAP_OK)
        return capheap_status_text(model->retained.status);
    if (!capheap_region_check(&model->region) || model->damaged != NULL)
        return "capheap_region_check finds damage";
    return model_verify_blocks(model);
}

/* ---- Calls at random. model_choose says what comes next, model_call makes it, and model_settle
 * takes it into the model. */

static inline size_t model_round(const kept_model_t *model, size_t size) {
    return (size + model->granule - 1) / model->granule * model->granule;
}

static inline size_t model_any_size(kept_model_t *model) {
    uint32_t most = test_random_chance(&model->random, 15) ? KEPT_SIZE / 2 : 150;
    return test_random_between(&model->random, 1, most);
}

typedef struct kept_call {
    size_t size;
    size_t alignment; /* 0: malloc; 1: calloc */
    void *result;
} kept_call_t;

static inline kept_call_t model_choose(kept_model_t *model) {
    kept_call_t call = {.size = model_any_size(model)};
    model->slot = test_random_below(&model->random, KEPT_BLOCKS);
    bool live = model->blocks[model->slot].start != NULL;
    model->op = !live ? OP_TAKE : test_random_chance(&model->random, 30) ? OP_RESIZE : OP_FREE;
    if (model->op == OP_TAKE && test_random_chance(&model->random, 20))
        call.alignment = (size_t)1 << test_random_below(&model->random, 9);
    model->size = model_round(model, call.size);
    return call;
}

static inline void model_call(kept_model_t *model, kept_call_t *call) {
    capheap_retained_t *retained = &model->retained;
    void *block = model->blocks[model->slot].start;
    if (model->op == OP_FREE)
        capheap_retained_free(retained, block);
    else if (model->op == OP_RESIZE)
        call->result = capheap_retained_realloc(retained, block, call->size);
    else if (call->alignment > 1)
        call->result = capheap_retained_aligned_alloc(retained, call->alignment, call->size);
    else if (call->alignment == 1)
        call->result = capheap_retained_calloc(retained, 1, call->size);
    else
        call->result = capheap_retained_malloc(retained, call->size);
}

static inline void model_settle(kept_model_t *model, const kept_call_t *call) {
    kept_block_t *block = &model->blocks[model->slot];
    if (model->op == OP_FREE) {
        block->start = NULL;
    } else if (call->result != NULL) {
        block->start = call->result;
        block->size = capheap_region_usable_size(&model->region, block->start);
        block->key = (unsigned char)test_random_next(&model->random);
        model_fill(block);
    }
    model->op = OP_NONE;
}

static inline void model_start(kept_model_t *model, uint32_t granule, uint64_t seed) {
    *model = (kept_model_t){.granule = granule, .random = test_random_start(seed)};
    (void)model_attach(model, CAPHEAP_ATTACH_AFRESH);
}

#endif
