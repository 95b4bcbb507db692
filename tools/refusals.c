/* SPDX-License-Identifier: MIT */
#include "refusals.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------------- reasons */

/* What a type must have for a request: EXEC implies 32BIT; CACHE_ALIGNED selects nothing. */
static capheap_caps_t needed_caps(capheap_caps_t caps) {
    caps &= ~CAPHEAP_CACHE_ALIGNED;
    return (caps & CAPHEAP_EXEC) != 0 ? caps | CAPHEAP_32BIT : caps;
}

static bool alias_is_in_the_way(const capheap_region_info_t *info, capheap_caps_t caps) {
    return info->memory.alias_kind != CAPHEAP_ALIAS_NONE && (caps & CAPHEAP_EXEC) != 0 &&
           (caps & (CAPHEAP_8BIT | CAPHEAP_DMA)) != 0;
}

static refusal_reason_t reason_of(const capheap_region_info_t *info, capheap_caps_t caps,
                                  uint64_t size) {
    if ((needed_caps(caps) & ~info->caps) != 0) {
        return REFUSAL_LACKS;
    }
    if (alias_is_in_the_way(info, caps)) {
        return REFUSAL_ALIAS;
    }
    if (!info->serving) {
        return REFUSAL_HELD;
    }
    if (size > info->figures.total) {
        return REFUSAL_REGION;
    }
    if (size > info->figures.free) {
        return REFUSAL_FULL;
    }
    return size > info->figures.largest ? REFUSAL_PIECES : REFUSAL_ALIGNMENT;
}

static refusal_region_t explain(const capheap_region_info_t *info, capheap_caps_t caps,
                                uint64_t size) {
    const capheap_figures_t *figures = &info->figures;
    return (refusal_region_t){
        .start = info->memory.start,
        .reason = reason_of(info, caps, size),
        .lacking = needed_caps(caps) & ~info->caps,
        .total = figures->total,
        .least_free = figures->free,
        .most_free = figures->free,
        .least_largest = figures->largest,
        .most_largest = figures->largest,
    };
}

/* All regions of the heap; NULL if out of memory. */
static refusal_region_t *explain_all(capheap_heap_t *heap, capheap_caps_t caps, uint64_t size,
                                     size_t *count) {
    capheap_region_info_t info;
    refusal_region_t *regions = calloc(heap->slot_count + 1, sizeof *regions);
    *count = 0;
    for (uintptr_t from = 0; regions != NULL && capheap_next_region(heap, from, &info);
         from = info.memory.start + 1) {
        regions[(*count)++] = explain(&info, caps, size);
    }
    return regions;
}

/* --------------------------------------------------------------------------------------- kinds */

static bool is_same_kind(const refusal_kind_t *a, const refusal_kind_t *b) {
    if (a->op != b->op || a->caps != b->caps || a->alignment != b->alignment ||
        a->region_count != b->region_count) {
        return false;
    }
    for (size_t i = 0; i < a->region_count; i++) {
        if (a->regions[i].start != b->regions[i].start ||
            a->regions[i].reason != b->regions[i].reason) {
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
                  capheap_caps_t caps, size_t program, uint64_t number) {
    refusal_kind_t one = {
        .op = call->op,
        .caps = caps,
        .alignment = call->alignment,
        .count = 1,
        .least_size = call->size,
        .most_size = call->size,
        .examples = {{number, call->size, program, call->site, call->task}},
    };
    one.regions = explain_all(heap, caps, call->size, &one.region_count);
    if (one.regions == NULL) {
        return false;
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
