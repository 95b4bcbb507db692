/* SPDX-License-Identifier: MIT */
/* Regions that memory has kept, as part of a heap: attach.h's calls under the slot's lock. */
#include "capheap/sleep.h"

#include "heap_internal.h"

capheap_status_t capheap_attach_region(capheap_heap_t *heap, const capheap_type_t *type,
                                       uint32_t tag, const capheap_memory_t *memory,
                                       const capheap_attach_t *how, capheap_retained_t *retained) {
    if (how == NULL || retained == NULL || memory == NULL ||
        (memory->flags & CAPHEAP_MEMORY_STARTUP) != 0) {
        return CAPHEAP_ERROR_ARGUMENT;
    }
    capheap_wanted_t wanted = {.type = type,
                               .memory = memory,
                               .tag = tag,
                               .attach = capheap_region_attach,
                               .how = how,
                               .retained = retained};
    return capheap_add_wanted(heap, &wanted);
}

/* Its region is part of a slot. */
static capheap_slot_t *slot_of(const capheap_retained_t *retained) {
    return (capheap_slot_t *)(void *)((char *)retained->region - offsetof(capheap_slot_t, region));
}

bool capheap_set_root(capheap_retained_t *retained, uint32_t index, const void *ptr) {
    capheap_slot_t *slot = slot_of(retained);
    capheap_port_lock(&slot->lock);
    bool set = capheap_retained_set_root(retained, index, ptr);
    capheap_port_unlock(&slot->lock);
    return set;
}

void *capheap_get_root(const capheap_retained_t *retained, uint32_t index) {
    capheap_slot_t *slot = slot_of(retained);
    capheap_port_lock(&slot->lock);
    void *root = capheap_retained_root(retained, index);
    capheap_port_unlock(&slot->lock);
    return root;
}

void capheap_seal(capheap_retained_t *retained, bool contents) {
    capheap_slot_t *slot = slot_of(retained);
    capheap_port_lock(&slot->lock);
    capheap_retained_seal(retained, contents);
    capheap_port_unlock(&slot->lock);
}

void capheap_break_seal(capheap_retained_t *retained) {
    capheap_slot_t *slot = slot_of(retained);
    capheap_port_lock(&slot->lock);
    capheap_retained_break_seal(retained);
    capheap_port_unlock(&slot->lock);
}
