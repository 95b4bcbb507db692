/* SPDX-License-Identifier: MIT */
/*
 * The largest block that a request could get: sizes are halved towards it, each asked of one region
 * under its lock as an explanation asks.
 */
#include "capheap/explain.h"
#include "capheap/inspect.h"

#include "heap_internal.h"

/* Would the region serve the request with this size? Under the slot's lock. */
static bool serves(capheap_heap_t *heap, capheap_slot_t *slot, const capheap_request_t *request,
                   size_t size) {
    capheap_request_t sized = *request;
    sized.size = size;
    return capheap_serves_now(heap, slot, &sized);
}

/* One more question to the slot, in its granules: low is served, high is not. */
static void ask(capheap_heap_t *heap, capheap_slot_t *slot, const capheap_request_t *request,
                capheap_largest_t *search) {
    size_t granule = capheap_granule_of(slot->type);
    size_t most = capheap_region_free_bytes(&slot->region) / granule;
    if (search->high == 0) {
        search->low = search->size / granule;
        search->high = most + 1;
    }
    if (search->high > search->low + 1) {
        size_t middle = search->low + (search->high - search->low) / 2;
        if (serves(heap, slot, request, middle * granule)) {
            search->low = middle;
            search->size = middle * granule;
        } else {
            search->high = middle;
        }
    }
}

static bool can_ask(const capheap_slot_t *slot, const capheap_largest_t *search) {
    return slot->state == CAPHEAP_SLOT_SERVING &&
           (search->high == 0 || search->high > search->low + 1);
}

bool capheap_largest_step(capheap_heap_t *heap, const capheap_request_t *request,
                          capheap_largest_t *search) {
    if (search->slot < CAPHEAP_READ(heap->slots_in_use)) {
        capheap_slot_t *slot = &heap->slots[search->slot];
        capheap_port_lock(&slot->lock);
        bool more = can_ask(slot, search);
        if (more) {
            ask(heap, slot, request, search);
        }
        capheap_port_unlock(&slot->lock);
        if (!more) {
            search->slot++;
            search->low = search->high = 0;
        }
    }
    return search->slot >= CAPHEAP_READ(heap->slots_in_use);
}

size_t capheap_find_largest(capheap_heap_t *heap, const capheap_request_t *request) {
    capheap_largest_t search = {0};
    while (!capheap_largest_step(heap, request, &search)) {
    }
    return search.size;
}
