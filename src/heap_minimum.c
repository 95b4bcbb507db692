/* SPDX-License-Identifier: MIT */
/*
 * Minima of several regions together. A sum only sinks where a block is taken, and no call looks at
 * sums then: each region has a floor, such that no sum can be a new minimum while no region has
 * fewer granules free than its floor. Whoever takes a region below its floor notes that the heap
 * has sunk; and before anybody gives memory back to a heap that has, the sums are settled, for they
 * are at their least now. So a sum is looked at only near its minimum, and what a call pays for it
 * is to say what is free, and one comparison.
 *
 * Sums stand under the owners' lock. What is free in a region is read from its slot's `free`
 * without a lock, so that nobody waits for who is at work in another region. A block taken while
 * floors are moved is not overlooked: either who takes it sees the new floor, or who moved the
 * floor sees what is left, for both write first and read then (shared.h).
 */
#include "capheap/minimum.h"

#include "heap_internal.h"

static size_t bytes_of(const capheap_slot_t *slot, uint32_t granules) {
    return (size_t)granules << CAPHEAP_READ(slot->granule_shift);
}

/* Floors at what is free now, the sum of which is returned. */
static size_t raise_floors(capheap_heap_t *heap, size_t slots) {
    size_t sum = 0;
    for (size_t i = 0; i < slots; i++) {
        capheap_slot_t *slot = &heap->slots[i];
        uint32_t free = CAPHEAP_READ_FIRST(slot->free);
        CAPHEAP_WRITE(slot->floor, free);
        sum += bytes_of(slot, free);
    }
    return sum;
}

/* So many bytes may be taken from each before it matters. */
static void lower_floors(capheap_heap_t *heap, size_t slots, size_t bytes) {
    for (size_t i = 0; i < slots; i++) {
        capheap_slot_t *slot = &heap->slots[i];
        size_t less = bytes >> CAPHEAP_READ(slot->granule_shift);
        uint32_t floor = CAPHEAP_READ(slot->floor);
        CAPHEAP_WRITE(slot->floor, less < floor ? floor - (uint32_t)less : 0);
    }
}

/* Has a block been taken in the meantime, by who didn't see the floor yet? */
static bool is_below_floor(const capheap_heap_t *heap, size_t slots) {
    bool below = false;
    for (size_t i = 0; i < slots; i++) {
        const capheap_slot_t *slot = &heap->slots[i];
        below = below || CAPHEAP_READ(slot->free) < CAPHEAP_READ(slot->floor);
    }
    return below;
}

size_t capheap_free_now(const capheap_slot_t *slot, capheap_caps_t caps) {
    bool counts = (caps & CAPHEAP_READ(slot->lacks)) == 0 && !capheap_alias_forbids(slot, caps);
    return counts ? bytes_of(slot, CAPHEAP_READ_FIRST(slot->free)) : 0;
}

size_t capheap_sum_free(const capheap_heap_t *heap, capheap_caps_t caps) {
    size_t sum = 0;
    size_t slots = CAPHEAP_READ(heap->slots_in_use);
    for (size_t i = 0; i < slots; i++) {
        sum += capheap_free_now(&heap->slots[i], capheap_normal_caps(caps));
    }
    return sum;
}

/* Returns how far a sum is above its minimum. */
static size_t note_least(size_t *least, size_t sum) {
    if (sum < *least) {
        CAPHEAP_WRITE(*least, sum);
    }
    return sum - *least;
}

/* Under the owners' lock. */
static void settle(capheap_heap_t *heap) {
    size_t slots = CAPHEAP_READ(heap->slots_in_use);
    CAPHEAP_WRITE(heap->sunk, 0);
    CAPHEAP_FENCE();
    size_t above = note_least(&heap->least, raise_floors(heap, slots));
    for (capheap_minimum_t *minimum = heap->minima; minimum != NULL; minimum = minimum->next) {
        minimum->free = capheap_sum_free(heap, minimum->caps);
        size_t here = note_least(&minimum->least, minimum->free);
        above = here < above ? here : above;
    }
    if (above != 0) {
        lower_floors(heap, slots, above / slots);
    }
    CAPHEAP_FENCE();
    if (is_below_floor(heap, slots)) {
        CAPHEAP_WRITE(heap->sunk, 1);
    }
}

/* The locks are there once the set's was taken. */
static void lock(capheap_heap_t *heap) {
    if (!heap->locks_ready) {
        capheap_lock_set(heap);
        capheap_unlock_set(heap);
    }
    capheap_port_lock(&heap->owner_lock);
}

static void unlock(capheap_heap_t *heap) {
    capheap_port_unlock(&heap->owner_lock);
}

void capheap_settle_minima(capheap_heap_t *heap) {
    lock(heap);
    settle(heap);
    unlock(heap);
}

void capheap_restart_least(capheap_heap_t *heap) {
    lock(heap);
    CAPHEAP_WRITE(heap->least, SIZE_MAX);
    settle(heap);
    unlock(heap);
}

static capheap_minimum_t **link_of(capheap_heap_t *heap, const capheap_minimum_t *minimum) {
    capheap_minimum_t **link = &heap->minima;
    while (*link != NULL && *link != minimum) {
        link = &(*link)->next;
    }
    return link;
}

capheap_status_t capheap_watch_minimum(capheap_heap_t *heap, capheap_minimum_t *minimum) {
    lock(heap);
    capheap_minimum_t **link = link_of(heap, minimum);
    bool fresh = *link == NULL;
    if (fresh) {
        minimum->least = SIZE_MAX;
        minimum->next = NULL;
        *link = minimum;
        settle(heap);
    }
    unlock(heap);
    return fresh ? CAPHEAP_OK : CAPHEAP_ERROR_ARGUMENT;
}

capheap_status_t capheap_drop_minimum(capheap_heap_t *heap, capheap_minimum_t *minimum) {
    lock(heap);
    capheap_minimum_t **link = link_of(heap, minimum);
    bool found = *link != NULL;
    if (found) {
        settle(heap);
        *link = minimum->next;
    }
    unlock(heap);
    return found ? CAPHEAP_OK : CAPHEAP_ERROR_UNKNOWN;
}

capheap_minimum_t capheap_get_minimum(capheap_heap_t *heap, const capheap_minimum_t *minimum) {
    lock(heap);
    settle(heap);
    capheap_minimum_t copy = *minimum;
    unlock(heap);
    return copy;
}

void capheap_restart_minimum(capheap_heap_t *heap, capheap_minimum_t *minimum) {
    lock(heap);
    minimum->least = SIZE_MAX;
    settle(heap);
    unlock(heap);
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

/* The same for all regions together. */
static void stretch_least(capheap_heap_t *heap, bool before, bool on) {
    lock(heap);
    settle(heap);
    if (before && heap->earlier_least < heap->least) {
        CAPHEAP_WRITE(heap->least, heap->earlier_least);
    }
    if (on) {
        heap->earlier_least = heap->least;
        CAPHEAP_WRITE(heap->least, SIZE_MAX);
        settle(heap);
    }
    unlock(heap);
}

static bool set_stretch(capheap_heap_t *heap, bool on) {
    capheap_lock_set(heap);
    bool before = heap->stretch;
    heap->stretch = on;
    stretch_least(heap, before, on);
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
