/* SPDX-License-Identifier: MIT */
/* The heap compared with the model as a whole: contents, figures, walks, integrity. */
#include "property_heap_model.h"

/* Of a piece, what surely serves these: whole cache lines, wherever the piece begins. */
static size_t in_lines(const capheap_type_t *type, size_t piece, capheap_caps_t caps) {
    size_t granule = type->granule == 0 ? 8 : type->granule, line = type->cache_line;
    if ((caps & (CAPHEAP_DMA | CAPHEAP_CACHE_ALIGNED)) == 0 || line <= granule)
        return piece;
    return piece > line - granule ? (piece - (line - granule)) / line * line : 0;
}

static void check_sums(heap_model_t *model, const capheap_figures_t *figures, capheap_caps_t caps,
                       const uint32_t *tag) {
    size_t used = 0;
    size_t blocks = 0;
    size_t regions = 0;
    size_t largest = 0;
    for (size_t i = 0; i < HEAP_MODEL_MEMORIES; i++) {
        const heap_model_memory_t *memory = &model->memories[i];
        if (!heap_model_can_serve(memory, caps) || (tag != NULL && memory->tag != *tag))
            continue;
        used += memory->used;
        blocks += memory->blocks;
        regions++;
        size_t one = in_lines(memory->type, heap_model_largest(model, i), tag != NULL ? 0 : caps);
        largest = one > largest ? one : largest;
    }
    HEAP_MODEL_EXPECT(model, figures->regions == regions);
    HEAP_MODEL_EXPECT(model, figures->used == used);
    HEAP_MODEL_EXPECT(model, figures->blocks == blocks);
    HEAP_MODEL_EXPECT(model, figures->total == figures->used + figures->free);
    HEAP_MODEL_EXPECT(model, figures->largest == largest);
    HEAP_MODEL_EXPECT(model, figures->minimum_free <= figures->free);
}

static void check_walks(heap_model_t *model) {
    uintptr_t from = 0;
    capheap_region_info_t info;
    size_t regions = 0;
    while (capheap_next_region(&model->heap, from, &info)) {
        size_t index = (info.memory.start - (uintptr_t)model->arena) / HEAP_MODEL_WINDOW;
        HEAP_MODEL_EXPECT(model, index < HEAP_MODEL_MEMORIES);
        const heap_model_memory_t *memory = &model->memories[index];
        HEAP_MODEL_EXPECT(model, memory->added && info.serving == memory->serving);
        HEAP_MODEL_EXPECT(model, info.memory.start == memory->memory.start);
        size_t blocks = 0;
        size_t used = 0;
        for (capheap_block_t block = {0}; capheap_next_block(&model->heap, &info, &block);) {
            blocks += block.used;
            used += block.used ? block.size : 0;
        }
        HEAP_MODEL_EXPECT(model, blocks == memory->blocks && used == memory->used);
        from = info.memory.start + 1;
        regions++;
    }
    for (size_t i = 0; i < HEAP_MODEL_MEMORIES; i++)
        regions -= model->memories[i].added;
    HEAP_MODEL_EXPECT(model, regions == 0);
}

void heap_model_check(heap_model_t *model, capheap_caps_t caps, uint32_t tag) {
    if (model->failure != NULL)
        return;
    heap_model_clear_hooks(model);
    for (size_t i = 0; i < HEAP_MODEL_SLOTS; i++) {
        HEAP_MODEL_EXPECT(model, heap_model_holds(model, i));
    }
    capheap_figures_t figures;
    capheap_get_figures(&model->heap, 0, &figures);
    check_sums(model, &figures, 0, NULL);
    capheap_get_figures(&model->heap, caps, &figures);
    check_sums(model, &figures, caps, NULL);
    capheap_get_figures_tagged(&model->heap, tag, &figures);
    check_sums(model, &figures, 0, &tag);
    check_walks(model);
    HEAP_MODEL_EXPECT(model, capheap_check(&model->heap, 0));
    capheap_heap_check_t check = {0};
    for (size_t i = 0; !check.done; i++) {
        HEAP_MODEL_EXPECT(model, capheap_check_step(&model->heap, &check, 7) && i < 100000);
    }
    HEAP_MODEL_EXPECT(model, model->reports == 0);
}
