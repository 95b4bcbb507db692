/* SPDX-License-Identifier: MIT */
/*
 * The record of a region's least free memory, for what must leave no trace in it (a block grown
 * only to see what would be left) or put an earlier record back. Bytes; what is free now is not
 * part of the record.
 */
#ifndef CAPHEAP_REGION_MINIMUM_H
#define CAPHEAP_REGION_MINIMUM_H

#include "capheap/region.h"

/* What is free now. */
static inline uint32_t region_free_granules(const capheap_region_t *region) {
    return region->free;
}

static inline size_t region_recorded_minimum(const capheap_region_t *region) {
    return (size_t)region->minimum << region->shift;
}

/* bytes: of an earlier record, or of what was free. */
static inline void region_record_minimum(capheap_region_t *region, size_t bytes) {
    region->minimum = (uint32_t)(bytes >> region->shift);
}

#endif
