/* SPDX-License-Identifier: MIT */
/* Regions by the table of a chip. */
#include "heap_internal.h"

static size_t free_slots(const capheap_heap_t *heap) {
    size_t count = 0;
    for (size_t i = 0; i < heap->slot_count; i++) {
        count += heap->slots[i].state == CAPHEAP_SLOT_EMPTY;
    }
    return count;
}

static void take_back(capheap_heap_t *heap, const capheap_memory_t *pieces, int count) {
    for (int i = 0; i < count; i++) {
        capheap_remove_region(heap, (const void *)pieces[i].start);
    }
}

/* A piece of a chip's memory, as its table describes it. */
static capheap_status_t add_piece(capheap_heap_t *heap, const capheap_chip_t *chip,
                                  const capheap_memory_t *piece) {
    capheap_wanted_t wanted = {.type = &chip->types[piece->type],
                               .memory = piece,
                               .tag = piece->type,
                               .masters = capheap_chip_reach(chip, piece->type),
                               .master_names = chip->masters,
                               .master_count = chip->master_count};
    return capheap_add_wanted(heap, &wanted);
}

capheap_status_t capheap_add_chip(capheap_heap_t *heap, const capheap_chip_t *chip,
                                  const capheap_range_t *reserved, size_t reserved_count,
                                  size_t fitted) {
    if (heap == NULL || chip == NULL) {
        return CAPHEAP_ERROR_ARGUMENT;
    }
    capheap_memory_t pieces[CAPHEAP_LAYOUT_REGIONS];
    int count =
        capheap_chip_layout(chip, reserved, reserved_count, fitted, pieces, CAPHEAP_LAYOUT_REGIONS);
    if (count < 0) {
        return (capheap_status_t)count;
    }
    if ((size_t)count > free_slots(heap)) {
        return CAPHEAP_ERROR_FULL;
    }
    for (int i = 0; i < count; i++) {
        capheap_status_t status = add_piece(heap, chip, &pieces[i]);
        if (status != CAPHEAP_OK) {
            take_back(heap, pieces, i);
            return status;
        }
    }
    return CAPHEAP_OK;
}

static const capheap_memory_t *memory_around(const capheap_chip_t *chip, uintptr_t start,
                                             size_t size) {
    for (size_t i = 0; i < chip->memory_count; i++) {
        const capheap_memory_t *memory = &chip->memories[i];
        uintptr_t offset = start - memory->start;
        if (offset < memory->size && size <= memory->size - offset) {
            return memory;
        }
    }
    return NULL;
}

capheap_status_t capheap_add_chip_memory(capheap_heap_t *heap, const capheap_chip_t *chip,
                                         uintptr_t start, size_t size) {
    if (heap == NULL || chip == NULL || size == 0) {
        return CAPHEAP_ERROR_ARGUMENT;
    }
    const capheap_memory_t *memory = memory_around(chip, start, size);
    if (memory == NULL) {
        return CAPHEAP_ERROR_UNKNOWN;
    }
    capheap_memory_t piece = *memory;
    piece.start = start;
    piece.size = size;
    piece.alias = capheap_memory_to_alias(memory, start, size);
    return add_piece(heap, chip, &piece);
}
