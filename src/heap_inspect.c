/* SPDX-License-Identifier: MIT */
/* Walks over regions and blocks, and checks, each step under one region's lock. */
#include "capheap/inspect.h"

#include "heap_internal.h"

/* Blocks checked under one taking of the lock by capheap_check. */
#define BLOCKS_PER_STEP 32

/* Under the set's lock. */
static void describe(capheap_slot_t *slot, capheap_region_info_t *info) {
    *info = (capheap_region_info_t){
        .memory = slot->memory,
        .type = slot->type,
        .caps = capheap_type_caps(slot->type),
        .tag = slot->tag,
        .serving = slot->state == CAPHEAP_SLOT_SERVING,
        .word_only = capheap_is_word_only(slot->type),
        .granule = (uint32_t)capheap_granule_of(slot->type),
    };
    if (info->serving) {
        capheap_port_lock(&slot->lock);
        capheap_add_figures(slot, &info->figures);
        capheap_port_unlock(&slot->lock);
    }
}

capheap_slot_t *capheap_slot_from(capheap_heap_t *heap, uintptr_t from) {
    capheap_slot_t *next = NULL;
    for (size_t i = 0; i < heap->slots_in_use; i++) {
        capheap_slot_t *slot = &heap->slots[i];
        if (slot->state != CAPHEAP_SLOT_EMPTY && slot->memory.start >= from &&
            (next == NULL || slot->memory.start < next->memory.start)) {
            next = slot;
        }
    }
    return next;
}

bool capheap_next_region(capheap_heap_t *heap, uintptr_t from, capheap_region_info_t *info) {
    capheap_lock_set(heap);
    capheap_slot_t *next = capheap_slot_from(heap, from);
    if (next != NULL) {
        describe(next, info);
    }
    capheap_unlock_set(heap);
    return next != NULL;
}

bool capheap_find_region(capheap_heap_t *heap, const void *address, capheap_region_info_t *info) {
    capheap_lock_set(heap);
    capheap_slot_t *slot = capheap_slot_by_memory(heap, (uintptr_t)address);
    if (slot == NULL) {
        slot = capheap_slot_by_alias(heap, (uintptr_t)address);
    }
    if (slot != NULL) {
        describe(slot, info);
    }
    capheap_unlock_set(heap);
    return slot != NULL;
}

bool capheap_next_block(capheap_heap_t *heap, const capheap_region_info_t *info,
                        capheap_block_t *block) {
    bool more = false;
    capheap_lock_set(heap);
    capheap_slot_t *slot = capheap_slot_by_memory(heap, info->memory.start);
    if (slot != NULL && slot->state == CAPHEAP_SLOT_SERVING &&
        slot->memory.start == info->memory.start) {
        capheap_port_lock(&slot->lock);
        more = capheap_region_next_block(&slot->region, block);
        capheap_port_unlock(&slot->lock);
    }
    capheap_unlock_set(heap);
    return more;
}

bool capheap_check(capheap_heap_t *heap, capheap_caps_t caps) {
    bool sound = true;
    size_t count = CAPHEAP_READ(heap->slots_in_use);
    for (capheap_slot_t *slot = heap->slots; count > 0; count--, slot++) {
        capheap_check_t check = {0};
        while (!check.done) {
            capheap_port_lock(&slot->lock);
            check.done = !capheap_can_serve(slot, caps);
            if (!check.done) {
                sound &= capheap_region_check_step(&slot->region, &check, BLOCKS_PER_STEP);
            }
            capheap_port_unlock(&slot->lock);
        }
    }
    return sound;
}

bool capheap_check_step(capheap_heap_t *heap, capheap_heap_check_t *check, size_t count) {
    if (check->done) {
        *check = (capheap_heap_check_t){0};
    }
    check->sound = true;
    if (check->slot < CAPHEAP_READ(heap->slots_in_use)) {
        capheap_slot_t *slot = &heap->slots[check->slot];
        capheap_port_lock(&slot->lock);
        bool serving = slot->state == CAPHEAP_SLOT_SERVING;
        if (serving) {
            check->sound = capheap_region_check_step(&slot->region, &check->region, count);
        }
        capheap_port_unlock(&slot->lock);
        if (!serving || check->region.done) {
            check->slot++;
            check->region = (capheap_check_t){0};
        }
    }
    check->done = check->slot >= CAPHEAP_READ(heap->slots_in_use);
    return check->sound;
}
