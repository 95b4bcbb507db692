/* SPDX-License-Identifier: MIT */
/* Sums over regions, and what one region adds to them. */
#include "heap_internal.h"

/* Under the slot's lock. */
void capheap_add_figures(const capheap_slot_t *slot, capheap_figures_t *figures) {
    const capheap_region_t *region = &slot->region;
    size_t largest = capheap_region_largest(region);
    figures->total += capheap_region_size(region);
    figures->used += capheap_region_used_bytes(region);
    figures->free += capheap_region_free_bytes(region);
    figures->largest = largest > figures->largest ? largest : figures->largest;
    figures->minimum_free += capheap_region_minimum_free(region);
    figures->blocks += capheap_region_blocks(region);
    figures->regions++;
}

/* Under the slot's lock: does it serve, and can it serve these? */
bool capheap_can_serve(const capheap_slot_t *slot, capheap_caps_t caps) {
    caps = capheap_normal_caps(caps);
    return slot->state == CAPHEAP_SLOT_SERVING && (caps & slot->lacks) == 0 &&
           !capheap_alias_forbids(slot, caps);
}

/*
 * A size that is surely served, of what malloc with these capabilities may have: of the largest
 * piece, what must stay in it left, and, where blocks are whole cache lines, what may be lost
 * before the first whole one.
 */
static size_t largest_for(const capheap_slot_t *slot, capheap_caps_t caps, capheap_kept_t kept) {
    size_t granule = capheap_granule_of(slot->type), line = slot->type->cache_line;
    bool whole = (caps & (CAPHEAP_DMA | CAPHEAP_CACHE_ALIGNED)) != 0 && line > granule;
    size_t unit = whole ? line : granule;
    size_t free = capheap_region_free_bytes(&slot->region);
    size_t largest = capheap_region_largest(&slot->region);
    size_t taken = kept.piece + unit - granule;
    size_t room = largest > taken ? largest - taken : 0;
    size_t spare = free > kept.bytes ? free - kept.bytes : 0;
    room = room < spare ? room : spare;
    return room & ~(unit - 1);
}

/* The same for whom memory that is kept over sleep may be for. */
static size_t largest_beside(const capheap_slot_t *slot, capheap_caps_t caps, capheap_kept_t kept) {
    bool retained = slot->retained != NULL && (caps & (CAPHEAP_RETENTION | CAPHEAP_RTCRAM)) == 0;
    return retained ? 0 : largest_for(slot, caps, kept);
}

size_t capheap_largest_for(capheap_heap_t *heap, capheap_slot_t *slot, capheap_caps_t caps) {
    if (!capheap_can_serve(slot, caps)) {
        return 0;
    }
    return caps != 0 ? largest_beside(slot, caps, capheap_kept_from(heap, slot, caps))
                     : capheap_region_largest(&slot->region);
}

/* Under the slot's lock. */
static void add_for(capheap_heap_t *heap, capheap_slot_t *slot, capheap_caps_t caps,
                    capheap_figures_t *figures) {
    size_t before = figures->largest;
    capheap_kept_t kept = capheap_kept_from(heap, slot, caps);
    size_t largest = largest_beside(slot, caps, kept);
    size_t free = capheap_region_free_bytes(&slot->region);
    capheap_add_figures(slot, figures);
    figures->largest = largest > before ? largest : before;
    figures->kept += kept.bytes < free ? kept.bytes : free;
}

/* Under the slot's lock: what doesn't count as the least that was free in several regions, for the
 * region was not there all the time. */
static size_t late_minimum(const capheap_slot_t *slot) {
    return slot->late ? capheap_region_minimum_free(&slot->region) : 0;
}

/* Of all regions. */
static size_t least_free(capheap_heap_t *heap, size_t free) {
    size_t least = CAPHEAP_READ(heap->least);
    return least < free ? least : free;
}

void capheap_get_figures(capheap_heap_t *heap, capheap_caps_t caps, capheap_figures_t *figures) {
    capheap_before_giving(heap);
    *figures = (capheap_figures_t){0};
    size_t late = 0;
    size_t count = CAPHEAP_READ(heap->slots_in_use);
    for (capheap_slot_t *slot = heap->slots; count > 0; count--, slot++) {
        capheap_port_lock(&slot->lock);
        if (capheap_can_serve(slot, caps) && caps != 0) {
            add_for(heap, slot, caps, figures);
            late += late_minimum(slot);
        } else if (caps == 0 && slot->state == CAPHEAP_SLOT_SERVING) {
            capheap_add_figures(slot, figures);
        }
        capheap_port_unlock(&slot->lock);
    }
    if (caps == 0) {
        figures->minimum_free = least_free(heap, figures->free);
    } else if (figures->regions > 1) {
        figures->minimum_free -= late;
    }
}

void capheap_get_figures_tagged(capheap_heap_t *heap, uint32_t tag, capheap_figures_t *figures) {
    *figures = (capheap_figures_t){0};
    size_t count = CAPHEAP_READ(heap->slots_in_use);
    for (capheap_slot_t *slot = heap->slots; count > 0; count--, slot++) {
        capheap_port_lock(&slot->lock);
        if (slot->state == CAPHEAP_SLOT_SERVING && slot->tag == tag) {
            capheap_add_figures(slot, figures);
            figures->minimum_free -= late_minimum(slot);
        }
        capheap_port_unlock(&slot->lock);
    }
}

void capheap_reset_minimum(capheap_heap_t *heap, capheap_caps_t caps) {
    size_t count = CAPHEAP_READ(heap->slots_in_use);
    for (capheap_slot_t *slot = heap->slots; count > 0; count--, slot++) {
        capheap_port_lock(&slot->lock);
        if (capheap_can_serve(slot, caps)) {
            slot->late = 0;
            capheap_region_reset_minimum(&slot->region);
        }
        capheap_port_unlock(&slot->lock);
    }
    if (caps == 0) {
        capheap_restart_least(heap);
    }
}
