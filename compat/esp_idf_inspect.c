/* SPDX-License-Identifier: MIT */
/* Looking at blocks, and whether all is sound. */
#include "capheap/inspect.h"
#include "esp_idf_internal.h"

/* ---------------------------------------------------------------------------------------- blocks
 */

void capheap_esp_idf_walk(const idf_region_t *region, multi_heap_walker_cb_t call, void *data) {
    if (region->apart != NULL) {
        multi_heap_walk(region->apart, call, data);
        return;
    }
    capheap_region_info_t info;
    if (!capheap_find_region(&capheap_esp_idf_heap, (const void *)region->start, &info)) {
        return;
    }
    capheap_block_t block = {0};
    while (capheap_next_block(&capheap_esp_idf_heap, &info, &block) &&
           call(block.start, block.size, block.used, data)) {
    }
}

typedef struct walk {
    const idf_region_t *region;
    heap_caps_walker_cb_t call;
    void *data;
} walk_t;

static bool step(void *block, size_t size, int used, void *data) {
    const walk_t *walk = data;
    walker_heap_into_t heap = {(intptr_t)walk->region->start, (intptr_t)walk->region->end};
    walker_block_info_t info = {.ptr = block, .size = size, .used = used != 0};
    return walk->call(heap, info, walk->data);
}

void heap_caps_walk(uint32_t caps, heap_caps_walker_cb_t walker_func, void *user_data) {
    if (walker_func == NULL) {
        capheap_esp_idf_stop("heap_caps_walk: no function", NULL);
    }
    walk_t walk = {.call = walker_func, .data = user_data};
    for (walk.region = capheap_esp_idf_first_region(); walk.region != NULL;
         walk.region = walk.region->next) {
        if (capheap_esp_idf_covers(walk.region, caps)) {
            capheap_esp_idf_walk(walk.region, step, &walk);
        }
    }
}

void heap_caps_walk_all(heap_caps_walker_cb_t walker_func, void *user_data) {
    heap_caps_walk(MALLOC_CAP_INVALID, walker_func, user_data);
}

size_t heap_caps_get_allocated_size(void *ptr) {
    const idf_region_t *apart = capheap_esp_idf_apart(ptr);
    return apart != NULL ? multi_heap_get_allocated_size(apart->apart, ptr)
                         : capheap_usable_size(&capheap_esp_idf_heap, ptr);
}

typedef struct search {
    uintptr_t address;
    size_t size; /* of the block that holds it; 0: none is found yet */
} search_t;

static bool look(void *block, size_t size, int used, void *data) {
    search_t *search = data;
    if (search->address - (uintptr_t)block < size) {
        search->size = used != 0 ? size : 0;
        return false;
    }
    return true;
}

size_t heap_caps_get_containing_block_size(void *ptr) {
    const idf_region_t *region = capheap_esp_idf_region_at((uintptr_t)ptr);
    search_t search = {.address = (uintptr_t)ptr};
    if (region != NULL) {
        capheap_esp_idf_walk(region, look, &search);
    }
    if (search.size == 0) {
        capheap_esp_idf_stop("heap_caps_get_containing_block_size: in no block", ptr);
    }
    return search.size;
}

/* ----------------------------------------------------------------------------------------- damage
 */

/* Of the check that is on, if one is. */
static struct {
    bool on;
    uintptr_t start, end; /* only damage here counts */
    bool elsewhere;       /* there was some that doesn't */
    idf_damage_t damage;
} checking;

void capheap_esp_idf_report(void *context, const capheap_report_t *report) {
    (void)context;
    bool damage = report->fault == CAPHEAP_FAULT_LINK || report->fault == CAPHEAP_FAULT_MAP;
    if (!damage || !checking.on) {
        capheap_esp_idf_stop(capheap_fault_text(report->fault), report->address);
    }
    uintptr_t address = (uintptr_t)report->address;
    if (address >= checking.start && address < checking.end) {
        capheap_esp_idf_note_damage(&checking.damage, capheap_fault_text(report->fault),
                                    report->address, report->block);
    } else {
        checking.elsewhere = true;
    }
}

/* Check all regions of the heap that have these capabilities; what lies between start and end
 * counts. With a report hook of the program's own, which tells us nothing, all counts. */
static bool check_heap(uint32_t caps, uintptr_t start, uintptr_t end, bool print_errors) {
    checking.damage = (idf_damage_t){0};
    checking.start = start;
    checking.end = end;
    checking.elsewhere = false;
    checking.on = true;
    bool sound = capheap_check(&capheap_esp_idf_heap, caps);
    checking.on = false;
    if (checking.damage.places == 0) {
        return sound || checking.elsewhere;
    }
    if (print_errors) {
        capheap_esp_idf_print_damage(&checking.damage);
    }
    return false;
}

bool heap_caps_check_integrity(uint32_t caps, bool print_errors) {
    bool in_heap = false;
    bool sound = true;
    for (const idf_region_t *region = capheap_esp_idf_first_region(); region;
         region = region->next) {
        if (!capheap_esp_idf_covers(region, caps)) {
            continue;
        }
        if (region->apart != NULL) {
            sound &= multi_heap_check(region->apart, print_errors);
        } else {
            in_heap = true;
        }
    }
    if (in_heap) {
        bool all = (caps & MALLOC_CAP_INVALID) != 0;
        sound &= check_heap(all ? 0 : caps, 0, UINTPTR_MAX, print_errors);
    }
    return sound;
}

bool heap_caps_check_integrity_all(bool print_errors) {
    return heap_caps_check_integrity(MALLOC_CAP_INVALID, print_errors);
}

bool heap_caps_check_integrity_addr(intptr_t addr, bool print_errors) {
    const idf_region_t *region = capheap_esp_idf_region_at((uintptr_t)addr);
    if (region == NULL) {
        return false;
    }
    if (region->apart != NULL) {
        return multi_heap_check(region->apart, print_errors);
    }
    return check_heap(0, region->start, region->end, print_errors);
}
