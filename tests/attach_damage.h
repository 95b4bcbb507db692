/* SPDX-License-Identifier: MIT */
/* What must hold of a region that was attached, whatever the memory held: for a test that damages
 * it at random, and for the fuzzer. */
#ifndef CAPHEAP_ATTACH_DAMAGE_H
#define CAPHEAP_ATTACH_DAMAGE_H

#include "attach_model.h"

#define DAMAGE_GUARD 64u /* bytes at either end of `kept` that aren't the region's */

/* A region that leaves a guard on both sides. */
static inline capheap_status_t damage_attach(kept_model_t *model, uint32_t flags) {
    capheap_region_config_t config = {.start = kept + DAMAGE_GUARD,
                                      .size = sizeof kept - 2 * DAMAGE_GUARD,
                                      .granule = model->granule,
                                      .flags = model->flags,
                                      .report = model_report,
                                      .report_context = model};
    capheap_attach_t how = {.roots = KEPT_ROOTS, .key = 7, .flags = flags};
    memset(&model->region, 0xA5, sizeof model->region);
    model->damaged = NULL;
    return capheap_region_attach(&model->region, &config, &how, &model->retained);
}

/* Blocks side by side, inside, nothing between them; sums right; roots live. */
static inline const char *damage_verify(kept_model_t *model) {
    const unsigned char *end = NULL;
    capheap_block_t block = {0};
    size_t total = 0;
    size_t live = 0;
    if (!capheap_region_check(&model->region) || model->damaged != NULL)
        return "capheap_region_check finds damage";
    while (capheap_region_next_block(&model->region, &block)) {
        const unsigned char *start = block.start;
        if (start < kept + DAMAGE_GUARD || block.size > sizeof kept ||
            start + block.size > kept + sizeof kept - DAMAGE_GUARD)
            return "a block outside of the memory";
        if (end != NULL && start != end)
            return "blocks overlap, or there is a gap";
        end = start + block.size;
        total += block.size;
        live += block.used;
    }
    if (total != capheap_region_size(&model->region))
        return "the walk ends early";
    for (uint32_t i = 0; i < KEPT_ROOTS; i++) {
        void *root = capheap_retained_root(&model->retained, i);
        if (root != NULL && capheap_region_usable_size(&model->region, root) == 0)
            return "a root leads nowhere";
    }
    return live == capheap_region_blocks(&model->region) ? NULL : "blocks are not counted right";
}

/* Fill the region, then give every block back that is there: known, or found by a walk. */
static inline const char *damage_use(kept_model_t *model) {
    for (uint32_t i = 0; i < 12; i++) {
        size_t size = model_any_size(model);
        unsigned char *block = capheap_retained_malloc(&model->retained, size);
        if (block == NULL)
            continue;
        if (block < kept + DAMAGE_GUARD || block + size > kept + sizeof kept - DAMAGE_GUARD)
            return "a block given out outside of the memory";
        memset(block, 0x5A, size);
    }
    const char *wrong = damage_verify(model);
    capheap_block_t block = {0};
    while (wrong == NULL && capheap_region_next_block(&model->region, &block)) {
        if (block.used) {
            capheap_retained_free(&model->retained, block.start);
            block.start = NULL;
        }
    }
    if (wrong == NULL &&
        capheap_region_largest(&model->region) != capheap_region_size(&model->region))
        return "not all comes back";
    return wrong != NULL ? wrong : damage_verify(model);
}

static inline bool damage_guards_are_whole(void) {
    for (size_t i = 0; i < DAMAGE_GUARD; i++) {
        if (kept[i] != 0xEE || kept[sizeof kept - 1 - i] != 0xEE)
            return false;
    }
    return true;
}

/* A region with blocks, some given back, as a program leaves it. The model knows the live ones. */
static inline void damage_prepare(kept_model_t *model, uint32_t granule, uint32_t calls) {
    memset(kept, 0xEE, sizeof kept);
    memset(model->blocks, 0, sizeof model->blocks);
    model->granule = granule;
    (void)damage_attach(model, CAPHEAP_ATTACH_AFRESH);
    for (uint32_t i = 0; i < calls; i++) {
        kept_call_t call = model_choose(model);
        model_call(model, &call);
        model_settle(model, &call);
    }
    for (uint32_t i = 0; i < KEPT_ROOTS; i++)
        (void)capheap_retained_set_root(&model->retained, i, model->blocks[i].start);
}

#endif
