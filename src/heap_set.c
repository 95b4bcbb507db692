/* SPDX-License-Identifier: MIT */
/*
 * The set of regions: its lock, and the list of those that serve, in order of choice. The list is
 * kept in order as regions come, so that a request only walks it.
 */
#include "heap_internal.h"

void capheap_init(capheap_heap_t *heap, capheap_slot_t *slots, size_t slot_count) {
    *heap = (capheap_heap_t)CAPHEAP_HEAP_INITIAL(slots, slot_count);
    for (size_t i = 0; i < slot_count; i++) {
        slots[i] = (capheap_slot_t){0};
    }
}

/* A static heap is never made by a call: its locks, the slots' among them, are made when the set's
 * is first taken, which is when the first region is added, before other threads use the heap. */
static void make_locks(capheap_heap_t *heap) {
    capheap_port_lock_init(&heap->lock);
    capheap_port_lock_init(&heap->owner_lock);
    for (size_t i = 0; i < heap->slot_count; i++) {
        capheap_port_lock_init(&heap->slots[i].lock);
    }
    heap->locks_ready = 1;
}

void capheap_lock_set(capheap_heap_t *heap) {
    if (!heap->locks_ready) {
        make_locks(heap);
    }
    capheap_port_lock(&heap->lock);
}

void capheap_unlock_set(capheap_heap_t *heap) {
    capheap_port_unlock(&heap->lock);
}

/* A search that began before this, and saw anything of the change or not, will know. */
static void count_change(capheap_heap_t *heap) {
    CAPHEAP_WRITE(heap->version, heap->version + 1);
}

static uint32_t rank_of_tag(const capheap_heap_t *heap, uint32_t tag) {
    size_t rank = 0;
    while (rank < heap->order_count && heap->order[rank] != tag) {
        rank++;
    }
    return (uint32_t)rank;
}

/* Does a come before b? The order of capheap_set_order but for the priorities, which depend on the
 * request. */
static bool comes_before(const capheap_slot_t *a, const capheap_slot_t *b) {
    if (a->rank != b->rank) {
        return a->rank < b->rank;
    }
    bool a_bytes = !capheap_is_word_only(a->type);
    bool b_bytes = !capheap_is_word_only(b->type);
    if (a_bytes != b_bytes) {
        return b_bytes;
    }
    if (a->memory.size != b->memory.size) {
        return a->memory.size < b->memory.size;
    }
    return a->serial > b->serial;
}

/* A region whose tag is in the order given is a first choice for whatever it can serve. */
static void set_choices(const capheap_heap_t *heap, capheap_slot_t *slot) {
    slot->rank = rank_of_tag(heap, slot->tag);
    bool ranked = slot->rank < heap->order_count;
    CAPHEAP_WRITE(slot->first_choice, ranked ? capheap_type_caps(slot->type) : slot->type->caps[0]);
    CAPHEAP_WRITE(slot->second_choice, slot->type->caps[1]);
}

static void link_in_order(capheap_heap_t *heap, capheap_slot_t *slot) {
    capheap_slot_t **link = &heap->first;
    while (*link != NULL && comes_before(*link, slot)) {
        link = &(*link)->next;
    }
    CAPHEAP_WRITE(slot->next, *link);
    CAPHEAP_WRITE(*link, slot);
}

void capheap_list_insert(capheap_heap_t *heap, capheap_slot_t *slot) {
    set_choices(heap, slot);
    link_in_order(heap, slot);
    count_change(heap);
}

/* The slot's own link stays, so that a reader who stands on it walks on. */
void capheap_list_remove(capheap_heap_t *heap, capheap_slot_t *slot) {
    capheap_slot_t **link = &heap->first;
    while (*link != slot) {
        link = &(*link)->next;
    }
    CAPHEAP_WRITE(*link, slot->next);
    count_change(heap);
}

void capheap_set_order(capheap_heap_t *heap, const uint32_t *tags, size_t count) {
    capheap_lock_set(heap);
    heap->order = tags;
    heap->order_count = tags != NULL ? count : 0;
    capheap_slot_t *rest = heap->first;
    CAPHEAP_WRITE(heap->first, NULL);
    while (rest != NULL) {
        capheap_slot_t *slot = rest;
        rest = slot->next;
        set_choices(heap, slot);
        link_in_order(heap, slot);
    }
    count_change(heap);
    capheap_unlock_set(heap);
}
