/* SPDX-License-Identifier: MIT */
/*
 * Minima. What is free in a set of regions is a sum kept up to date by differences: each call on a
 * region, before it gives the slot's lock back, adds what it changed there to the sums of the sets
 * that the region belongs to. The sums stand under the owners' lock.
 */
#include "capheap/minimum.h"

#include "heap_internal.h"

static size_t free_in(const capheap_slot_t *slot) {
    bool serving = slot->state == CAPHEAP_SLOT_SERVING;
    return serving ? capheap_region_free_bytes(&slot->region) : 0;
}

/* Is the slot counted in the set? What it lacks when it serves no longer is all: then by what it
 * was, for it still counts. */
static bool belongs(const capheap_heap_t *heap, const capheap_slot_t *slot,
                    const capheap_minimum_t *minimum) {
    capheap_caps_t caps = capheap_normal_caps(minimum->caps);
    return (size_t)(slot - heap->slots) < minimum->slots && slot->type != NULL &&
           (caps & ~capheap_type_caps(slot->type)) == 0 && !capheap_alias_forbids(slot, caps);
}

static void note_least(const capheap_heap_t *heap, capheap_minimum_t *minimum) {
    bool complete = minimum->slots == heap->slot_count;
    if (complete && minimum->free < minimum->least) {
        minimum->least = minimum->free;
    }
}

void capheap_count_free(capheap_heap_t *heap, capheap_slot_t *slot) {
    if (CAPHEAP_READ(heap->minima) == NULL) {
        return;
    }
    size_t before = slot->counted;
    size_t now = slot->counted = free_in(slot);
    capheap_port_lock(&heap->owner_lock);
    for (capheap_minimum_t *minimum = heap->minima; minimum != NULL; minimum = minimum->next) {
        if (belongs(heap, slot, minimum)) {
            minimum->free += now - before; /* the difference, perhaps below 0: it wraps back */
            note_least(heap, minimum);
        }
    }
    capheap_port_unlock(&heap->owner_lock);
}

static capheap_minimum_t **link_of(capheap_heap_t *heap, const capheap_minimum_t *minimum) {
    capheap_minimum_t **link = &heap->minima;
    while (*link != NULL && *link != minimum) {
        link = &(*link)->next;
    }
    return link;
}

/* Slot by slot: calls on those that count already go on meanwhile, and are counted. */
static void count_slots(capheap_heap_t *heap, capheap_minimum_t *minimum) {
    for (size_t i = 0; i < heap->slot_count; i++) {
        capheap_slot_t *slot = &heap->slots[i];
        capheap_port_lock(&slot->lock);
        size_t before = slot->counted;
        slot->counted = free_in(slot);
        capheap_port_lock(&heap->owner_lock);
        for (capheap_minimum_t *other = heap->minima; other != minimum; other = other->next) {
            if (belongs(heap, slot, other)) {
                other->free += slot->counted - before;
                note_least(heap, other);
            }
        }
        minimum->slots = i + 1;
        minimum->free += belongs(heap, slot, minimum) ? slot->counted : 0;
        minimum->least = minimum->free;
        capheap_port_unlock(&heap->owner_lock);
        capheap_port_unlock(&slot->lock);
    }
}

capheap_status_t capheap_watch_minimum(capheap_heap_t *heap, capheap_minimum_t *minimum) {
    capheap_lock_set(heap);
    capheap_port_lock(&heap->owner_lock);
    capheap_minimum_t **link = link_of(heap, minimum);
    bool fresh = *link == NULL;
    if (fresh) {
        minimum->free = minimum->least = minimum->slots = 0;
        minimum->next = NULL;
        CAPHEAP_WRITE(*link, minimum);
    }
    capheap_port_unlock(&heap->owner_lock);
    if (fresh) {
        capheap_update_ways(heap); /* from here on all calls are counted */
        count_slots(heap, minimum);
    }
    capheap_unlock_set(heap);
    return fresh ? CAPHEAP_OK : CAPHEAP_ERROR_ARGUMENT;
}

capheap_status_t capheap_drop_minimum(capheap_heap_t *heap, capheap_minimum_t *minimum) {
    capheap_lock_set(heap);
    capheap_port_lock(&heap->owner_lock);
    capheap_minimum_t **link = link_of(heap, minimum);
    bool found = *link != NULL;
    if (found) {
        CAPHEAP_WRITE(*link, minimum->next);
    }
    capheap_port_unlock(&heap->owner_lock);
    capheap_update_ways(heap);
    capheap_unlock_set(heap);
    return found ? CAPHEAP_OK : CAPHEAP_ERROR_UNKNOWN;
}

capheap_minimum_t capheap_get_minimum(capheap_heap_t *heap, const capheap_minimum_t *minimum) {
    capheap_port_lock(&heap->owner_lock);
    capheap_minimum_t copy = *minimum;
    capheap_port_unlock(&heap->owner_lock);
    return copy;
}

void capheap_restart_minimum(capheap_heap_t *heap, capheap_minimum_t *minimum) {
    capheap_port_lock(&heap->owner_lock);
    minimum->least = minimum->free;
    capheap_port_unlock(&heap->owner_lock);
}

/* ---- Stretches. Of a region that joins during one, what counts before it is nothing. */

/* Under the slot's lock: the record before the stretch is in force again. */
static void end_for(capheap_slot_t *slot) {
    if (slot->stretched && slot->state == CAPHEAP_SLOT_SERVING) {
        size_t local = capheap_region_minimum_free(&slot->region);
        region_record_minimum(&slot->region, local < slot->earlier ? local : slot->earlier);
        slot->late = slot->earlier_late;
    }
    slot->stretched = 0;
}

static void start_for(capheap_slot_t *slot) {
    if (slot->state == CAPHEAP_SLOT_SERVING) {
        slot->earlier = capheap_region_minimum_free(&slot->region);
        slot->earlier_late = slot->late;
        slot->late = 0;
        slot->stretched = 1;
        capheap_region_reset_minimum(&slot->region);
    }
}

static bool set_stretch(capheap_heap_t *heap, bool on) {
    capheap_lock_set(heap);
    bool before = heap->stretch;
    heap->stretch = on;
    for (size_t i = 0; i < heap->slots_in_use; i++) {
        capheap_slot_t *slot = &heap->slots[i];
        capheap_port_lock(&slot->lock);
        end_for(slot);
        if (on) {
            start_for(slot);
        }
        capheap_port_unlock(&slot->lock);
    }
    capheap_unlock_set(heap);
    return before;
}

void capheap_start_stretch(capheap_heap_t *heap) {
    set_stretch(heap, true);
}

bool capheap_end_stretch(capheap_heap_t *heap) {
    return set_stretch(heap, false);
}
