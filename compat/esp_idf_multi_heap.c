/* SPDX-License-Identifier: MIT */
/* multi_heap.h over the region engine: the state is in the memory itself, before the books. */
#include "esp_idf_multi_heap.h"

/* Damage that a check looks for is noted; all else stops the program. */
static void on_report(void *context, const capheap_report_t *report) {
    multi_heap_handle_t heap = context;
    bool damage = report->fault == CAPHEAP_FAULT_LINK || report->fault == CAPHEAP_FAULT_MAP;
    if (!damage || heap->damage == NULL) {
        capheap_esp_idf_stop(capheap_fault_text(report->fault), report->address);
    }
    capheap_esp_idf_note_damage(heap->damage, capheap_fault_text(report->fault), report->address,
                                report->block);
}

static multi_heap_handle_t make(void *start, size_t size, bool guarded) {
    if (start == NULL) {
        capheap_esp_idf_stop("multi_heap_register: no memory", NULL);
    }
    size_t gap = (0 - (uintptr_t)start) & (_Alignof(struct multi_heap_info) - 1);
    if (size < gap + sizeof(struct multi_heap_info)) {
        return NULL;
    }
    multi_heap_handle_t heap = (multi_heap_handle_t)(void *)((char *)start + gap);
    *heap = (struct multi_heap_info){.minimum_limit = SIZE_MAX, .guarded = guarded};
    capheap_region_config_t config = {
        .start = heap + 1,
        .size = size - gap - sizeof *heap,
        .granule = MULTI_HEAP_GRANULE,
        .report = on_report,
        .report_context = heap,
    };
    return capheap_region_init(&heap->region, &config) == CAPHEAP_OK ? heap : NULL;
}

multi_heap_handle_t multi_heap_register(void *start, size_t size) {
    return make(start, size, CAPHEAP_ESP_IDF_MULTI_HEAP_GUARD != 0);
}

multi_heap_handle_t multi_heap_register_plain(void *start, size_t size) {
    return make(start, size, false);
}

void multi_heap_set_lock(multi_heap_handle_t heap, void *lock) {
    heap->lock = lock;
}

void multi_heap_internal_lock(multi_heap_handle_t heap) {
    if (heap->lock != NULL) {
        capheap_port_lock(heap->lock);
    }
}

void multi_heap_internal_unlock(multi_heap_handle_t heap) {
    if (heap->lock != NULL) {
        capheap_port_unlock(heap->lock);
    }
}

/* ------------------------------------------------------------------------------------ allocation
 */

void *multi_heap_malloc(multi_heap_handle_t heap, size_t size) {
    if (heap == NULL) {
        return NULL;
    }
    multi_heap_internal_lock(heap);
    void *ptr = multi_heap_block_take(heap, 1, size);
    multi_heap_internal_unlock(heap);
    return ptr;
}

void *multi_heap_aligned_alloc(multi_heap_handle_t heap, size_t size, size_t alignment) {
    return multi_heap_aligned_alloc_offs(heap, size, alignment, 0);
}

void *multi_heap_aligned_alloc_offs(multi_heap_handle_t heap, size_t size, size_t alignment,
                                    size_t offset) {
    bool power_of_two = alignment != 0 && (alignment & (alignment - 1)) == 0;
    if (heap == NULL || size == 0 || !power_of_two) {
        return NULL;
    }
    multi_heap_internal_lock(heap);
    void *ptr = offset % alignment == 0 ? multi_heap_block_take(heap, alignment, size)
                                        : multi_heap_shifted_alloc(heap, size, alignment, offset);
    multi_heap_internal_unlock(heap);
    return ptr;
}

void multi_heap_free(multi_heap_handle_t heap, void *p) {
    if (heap == NULL || p == NULL) {
        return;
    }
    multi_heap_internal_lock(heap);
    multi_heap_block_give(heap, multi_heap_shifted_forget(heap, p));
    multi_heap_internal_unlock(heap);
}

void multi_heap_aligned_free(multi_heap_handle_t heap, void *p) {
    multi_heap_free(heap, p);
}

void *multi_heap_realloc(multi_heap_handle_t heap, void *p, size_t size) {
    if (p == NULL) {
        return multi_heap_malloc(heap, size);
    }
    if (size == 0) {
        multi_heap_free(heap, p);
        return NULL;
    }
    multi_heap_internal_lock(heap);
    void *ptr = multi_heap_shifted_block(heap, p) != p ? multi_heap_shifted_realloc(heap, p, size)
                                                       : multi_heap_block_resize(heap, p, size);
    multi_heap_internal_unlock(heap);
    return ptr;
}

size_t multi_heap_get_allocated_size(multi_heap_handle_t heap, void *p) {
    multi_heap_internal_lock(heap);
    const char *block = multi_heap_shifted_block(heap, p);
    size_t size = multi_heap_block_size(heap, block) - (size_t)((const char *)p - block);
    multi_heap_internal_unlock(heap);
    return size;
}

size_t multi_heap_get_full_block_size(multi_heap_handle_t heap, void *p) {
    multi_heap_internal_lock(heap);
    const char *block = multi_heap_shifted_block(heap, p);
    size_t size = capheap_region_usable_size(&heap->region, block);
    multi_heap_internal_unlock(heap);
    return size;
}

/* --------------------------------------------------------------------------------------- figures
 */

static size_t minimum_free(multi_heap_handle_t heap) {
    size_t minimum = capheap_region_minimum_free(&heap->region);
    return minimum < heap->minimum_limit ? minimum : heap->minimum_limit;
}

size_t multi_heap_free_size(multi_heap_handle_t heap) {
    return heap != NULL ? capheap_region_free_bytes(&heap->region) : 0;
}

size_t multi_heap_minimum_free_size(multi_heap_handle_t heap) {
    return heap != NULL ? minimum_free(heap) : 0;
}

size_t multi_heap_reset_minimum_free_bytes(multi_heap_handle_t heap) {
    multi_heap_internal_lock(heap);
    size_t minimum = minimum_free(heap);
    capheap_region_reset_minimum(&heap->region);
    heap->minimum_limit = SIZE_MAX;
    multi_heap_internal_unlock(heap);
    return minimum;
}

void multi_heap_restore_minimum_free_bytes(multi_heap_handle_t heap,
                                           const size_t new_minimum_free_bytes_value) {
    multi_heap_internal_lock(heap);
    if (new_minimum_free_bytes_value < heap->minimum_limit) {
        heap->minimum_limit = new_minimum_free_bytes_value;
    }
    multi_heap_internal_unlock(heap);
}

/* A block has its guard behind it. */
static size_t largest(multi_heap_handle_t heap) {
    size_t bytes = capheap_region_largest(&heap->region);
    return heap->guarded && bytes > 0 ? bytes - 1 : bytes;
}

void multi_heap_get_info(multi_heap_handle_t heap, multi_heap_info_t *info) {
    *info = (multi_heap_info_t){0};
    if (heap == NULL) {
        return;
    }
    multi_heap_internal_lock(heap);
    info->total_free_bytes = capheap_region_free_bytes(&heap->region);
    info->total_allocated_bytes = capheap_region_used_bytes(&heap->region) - heap->guards;
    info->largest_free_block = largest(heap);
    info->minimum_free_bytes = minimum_free(heap);
    info->allocated_blocks = capheap_region_blocks(&heap->region);
    capheap_block_t block = {0};
    while (capheap_region_next_block(&heap->region, &block)) {
        info->free_blocks += !block.used;
    }
    multi_heap_internal_unlock(heap);
    info->total_blocks = info->allocated_blocks + info->free_blocks;
}

/* --------------------------------------------------------------------------------------- looking
 */

void multi_heap_walk(multi_heap_handle_t heap, multi_heap_walker_cb_t walker_func,
                     void *user_data) {
    multi_heap_internal_lock(heap);
    capheap_block_t block = {0};
    bool more = true;
    while (more && capheap_region_next_block(&heap->region, &block)) {
        size_t guard = multi_heap_block_guard(heap, &block);
        more = walker_func(block.start, block.size - guard, block.used, user_data);
    }
    multi_heap_internal_unlock(heap);
}

void *multi_heap_find_containing_block(multi_heap_handle_t heap, void *ptr) {
    multi_heap_internal_lock(heap);
    capheap_block_t block = {0};
    bool found = false;
    while (!found && capheap_region_next_block(&heap->region, &block)) {
        found = block.used && (uintptr_t)ptr - (uintptr_t)block.start < block.size;
    }
    multi_heap_internal_unlock(heap);
    if (!found) {
        capheap_esp_idf_stop("multi_heap_find_containing_block: in no block", ptr);
    }
    return block.start;
}

bool multi_heap_check(multi_heap_handle_t heap, bool print_errors) {
    idf_damage_t damage = {0};
    multi_heap_internal_lock(heap);
    heap->damage = &damage;
    bool sound = capheap_region_check(&heap->region);
    sound &= multi_heap_check_guards(heap);
    heap->damage = NULL;
    multi_heap_internal_unlock(heap);
    if (print_errors && damage.places > 0) {
        capheap_esp_idf_print_damage(&damage);
    }
    return sound;
}
