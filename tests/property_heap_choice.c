/* SPDX-License-Identifier: MIT */
/* Which memory must serve a request, by the rules of heap.h. */
#include "property_heap_model.h"

static capheap_caps_t needs(capheap_caps_t caps) {
    if ((caps & CAPHEAP_EXEC) != 0)
        caps |= CAPHEAP_32BIT;
    return caps & ~CAPHEAP_CACHE_ALIGNED;
}

bool heap_model_can_serve(const heap_model_memory_t *memory, capheap_caps_t caps) {
    bool data_too = (caps & (CAPHEAP_8BIT | CAPHEAP_DMA)) != 0;
    bool has_alias = memory->memory.alias_kind != CAPHEAP_ALIAS_NONE;
    return memory->added && memory->serving &&
           (needs(caps) & ~capheap_type_caps(memory->type)) == 0 &&
           !((caps & CAPHEAP_EXEC) != 0 && has_alias && data_too);
}

static int priority(const heap_model_memory_t *memory, capheap_caps_t caps) {
    int level = 0;
    while (level < CAPHEAP_PRIORITIES - 1 && (memory->type->caps[level] & caps) == 0)
        level++;
    return level;
}

/* Is a chosen before b for this request? */
static bool comes_before(const heap_model_memory_t *a, const heap_model_memory_t *b,
                         capheap_caps_t caps) {
    int difference = priority(a, caps) - priority(b, caps);
    bool bytes_a = (capheap_type_caps(a->type) & CAPHEAP_8BIT) != 0;
    bool bytes_b = (capheap_type_caps(b->type) & CAPHEAP_8BIT) != 0;
    if (difference != 0)
        return difference < 0;
    if (bytes_a != bytes_b)
        return bytes_b;
    if (a->memory.size != b->memory.size)
        return a->memory.size < b->memory.size;
    return a->serial > b->serial;
}

size_t heap_model_largest(heap_model_t *model, size_t index) {
    capheap_region_info_t info;
    const void *address = (const void *)model->memories[index].memory.start;
    if (!capheap_find_region(&model->heap, address, &info))
        return 0;
    return info.figures.largest;
}

size_t heap_model_choose(heap_model_t *model, size_t size, capheap_caps_t caps) {
    size_t best = HEAP_MODEL_NOWHERE;
    for (size_t i = 0; i < HEAP_MODEL_MEMORIES && caps != 0; i++) {
        const heap_model_memory_t *memory = &model->memories[i];
        if (!heap_model_can_serve(memory, caps) || heap_model_largest(model, i) < size)
            continue;
        if (best == HEAP_MODEL_NOWHERE || comes_before(memory, &model->memories[best], caps))
            best = i;
    }
    return best;
}

bool heap_model_is_plain(capheap_caps_t caps) {
    return (caps & (CAPHEAP_EXEC | CAPHEAP_CACHE_ALIGNED | CAPHEAP_DMA)) == 0;
}
