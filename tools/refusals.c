/* SPDX-License-Identifier: MIT */
#include "refusals.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------------- reasons */

/* What no free memory would change about. */
#define NEVER                                                                                      \
    (CAPHEAP_REFUSED_LACKS | CAPHEAP_REFUSED_FORBIDDEN | CAPHEAP_REFUSED_MASTERS |                 \
     CAPHEAP_REFUSED_TAG | CAPHEAP_REFUSED_ALIAS | CAPHEAP_REFUSED_NOTHING |                       \
     CAPHEAP_REFUSED_OWNERS)

/* The heap tells all that holds; of it what decides, so that refusals can be told by kinds. */
static uint32_t deciding(uint32_t reasons) {
    if ((reasons & NEVER) != 0) {
        return reasons & NEVER;
    }
    return (reasons & CAPHEAP_REFUSED_HELD) != 0 ? CAPHEAP_REFUSED_HELD : reasons;
}

static refusal_room_t room_of(const capheap_refusal_t *refusal, const capheap_figures_t *figures) {
    if ((deciding(refusal->reasons) & CAPHEAP_REFUSED_SMALL) == 0) {
        return REFUSAL_ROOM;
    }
    if (refusal->needed > figures->total) {
        return REFUSAL_REGION;
    }
    return refusal->needed > figures->free ? REFUSAL_FULL : REFUSAL_PIECES;
}

static refusal_region_t describe(capheap_heap_t *heap, const capheap_refusal_t *refusal) {
    capheap_region_info_t info = {0};
    capheap_next_region(heap, refusal->memory.start, &info);
    return (refusal_region_t){
        .start = refusal->memory.start,
        .reasons = deciding(refusal->reasons),
        .room = room_of(refusal, &info.figures),
        .lacking = refusal->lacks,
        .forbidden = refusal->forbidden,
        .unreached = refusal->unreached,
        .total = info.figures.total,
        .kept = refusal->kept,
        .least_free = info.figures.free,
        .most_free = info.figures.free,
        .least_largest = info.figures.largest,
        .most_largest = info.figures.largest,
        .most_needed = refusal->needed,
    };
}

/* All regions of the heap; NULL if out of memory. */
static refusal_region_t *explain_all(capheap_heap_t *heap, const capheap_request_t *request,
                                     size_t *count) {
    capheap_refusal_t *refusals = calloc(heap->slot_count + 1, sizeof *refusals);
    refusal_region_t *regions = calloc(heap->slot_count + 1, sizeof *regions);
    if (refusals == NULL || regions == NULL) {
        free(refusals);
        free(regions);
        return NULL;
    }
    *count = capheap_explain(heap, request, refusals, heap->slot_count);
    for (size_t i = 0; i < *count; i++) {
        regions[i] = describe(heap, &refusals[i]);
    }
    free(refusals);
    return regions;
}

/* --------------------------------------------------------------------------------------- kinds */

static bool is_same_kind(const refusal_kind_t *a, const refusal_kind_t *b) {
    const capheap_request_t *x = &a->request;
    const capheap_request_t *y = &b->request;
    if (a->op != b->op || x->caps != y->caps || x->without != y->without ||
        x->masters != y->masters || x->owner != y->owner || a->alignment != b->alignment ||
        a->region_count != b->region_count) {
        return false;
    }
    for (size_t i = 0; i < a->region_count; i++) {
        if (a->regions[i].start != b->regions[i].start ||
            a->regions[i].reasons != b->regions[i].reasons ||
            a->regions[i].room != b->regions[i].room) {
            return false;
        }
    }
    return true;
}

static void widen(size_t *least, size_t *most, size_t value) {
    *least = value < *least ? value : *least;
    *most = value > *most ? value : *most;
}

static void join(refusal_kind_t *kind, const refusal_kind_t *one) {
    kind->count++;
    kind->least_size = one->least_size < kind->least_size ? one->least_size : kind->least_size;
    kind->most_size = one->most_size > kind->most_size ? one->most_size : kind->most_size;
    if (kind->count <= REFUSALS_EXAMPLES) {
        kind->examples[kind->count - 1] = one->examples[0];
    }
    for (size_t i = 0; i < kind->region_count; i++) {
        refusal_region_t *region = &kind->regions[i];
        widen(&region->least_free, &region->most_free, one->regions[i].least_free);
        widen(&region->least_largest, &region->most_largest, one->regions[i].least_largest);
        if (one->regions[i].most_needed > region->most_needed) {
            region->most_needed = one->regions[i].most_needed;
        }
    }
}

/* Takes one's regions over, or frees them. */
static bool keep(refusals_t *refusals, refusal_kind_t *one) {
    for (size_t i = 0; i < refusals->kind_count; i++) {
        if (is_same_kind(&refusals->kinds[i], one)) {
            join(&refusals->kinds[i], one);
            free(one->regions);
            return true;
        }
    }
    if (refusals->kind_count == REFUSALS_KINDS) {
        refusals->uncounted++;
        free(one->regions);
        return true;
    }
    refusal_kind_t *kinds =
        realloc(refusals->kinds, (refusals->kind_count + 1) * sizeof *refusals->kinds);
    if (kinds == NULL) {
        free(one->regions);
        return false;
    }
    refusals->kinds = kinds;
    refusals->kinds[refusals->kind_count++] = *one;
    return true;
}

bool refusals_add(refusals_t *refusals, capheap_heap_t *heap, const trace_call_t *call,
                  const capheap_request_t *request, size_t program, uint64_t number, bool *over) {
    refusal_kind_t one = {
        .op = call->op,
        .request = *request,
        .alignment = call->alignment,
        .count = 1,
        .least_size = call->size,
        .most_size = call->size,
        .examples = {{number, call->size, program, call->site, call->task}},
    };
    one.regions = explain_all(heap, request, &one.region_count);
    if (one.regions == NULL) {
        return false;
    }
    *over = false;
    for (size_t i = 0; i < one.region_count; i++) {
        *over = *over || (one.regions[i].reasons & CAPHEAP_REFUSED_QUOTA) != 0;
    }
    refusals->count++;
    if (refusals->first_call == 0) {
        refusals->first_call = number;
    }
    return keep(refusals, &one);
}

void refusals_clear(refusals_t *refusals) {
    for (size_t i = 0; i < refusals->kind_count; i++) {
        free(refusals->kinds[i].regions);
    }
    free(refusals->kinds);
    memset(refusals, 0, sizeof *refusals);
}
