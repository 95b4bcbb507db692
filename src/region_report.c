/* SPDX-License-Identifier: MIT */
/* Telling of faults: pointers that are no live block's, and damaged links. */
#include "region_core.h"

void region_report(const capheap_region_t *region, capheap_fault_t fault, const void *address) {
    capheap_report_t report;
    report.address = address;
    report.region = region;
    report.block = NULL;
    report.block_size = 0;
    uint32_t granule = region_granule_of(region, address);
    while (granule != 0 && map_get(&region->map->start, granule) == 0) {
        granule--;
    }
    if (granule != 0) {
        capheap_fault_t kind = CAPHEAP_FAULT_FREED;
        uint32_t end = region_free_end(region, granule);
        if (end == granule) {
            kind = CAPHEAP_FAULT_INTERIOR;
            end = map_end(region->map, granule);
        }
        if (fault == CAPHEAP_FAULT_FOREIGN) {
            fault = kind;
        }
        report.block = region_address(region, granule);
        report.block_size = (size_t)(end - granule) << region->shift;
    }
    report.fault = fault;
    if (region->report == NULL) {
        __builtin_trap();
    }
    region->report(region->report_context, &report);
}

void region_report_pointer(const capheap_region_t *region, const void *ptr) {
    if (ptr != NULL) {
        region_report(region, CAPHEAP_FAULT_FOREIGN, ptr);
    }
}
