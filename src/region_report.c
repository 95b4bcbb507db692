/* SPDX-License-Identifier: MIT */
/* Telling of faults: pointers that are no live block's, and damaged links. */
#include "region_core.h"

/* Send a report, with the block that holds the granule; 0: none does. */
static void send(const capheap_region_t *region, capheap_fault_t fault, const void *address,
                 uint32_t granule) {
    capheap_report_t report = {.fault = fault, .address = address, .region = region};
    if (granule != 0) {
        while (granule > 1 && !map_start_at(region->map, granule)) {
            granule--;
        }
        report.block = region_address(region, granule);
        report.block_size = (size_t)region_block_length(region, granule) << region->shift;
        if (fault == CAPHEAP_FAULT_FOREIGN) {
            report.fault =
                map_free_at(region->map, granule) ? CAPHEAP_FAULT_FREED : CAPHEAP_FAULT_INTERIOR;
        }
    }
    if (region->report == NULL) {
        __builtin_trap();
    }
    region->report(region->report_context, &report);
}

void region_report_pointer(const capheap_region_t *region, const void *ptr) {
    send(region, CAPHEAP_FAULT_FOREIGN, ptr, region_granule_of(region, ptr));
}

void region_report_map(const capheap_region_t *region, uint32_t granule) {
    send(region, CAPHEAP_FAULT_MAP, region_address(region, granule), 0);
}

void region_report_link(const capheap_region_t *region, uint32_t fault) {
    uint32_t granule = fault != BINS_HEAD_FAULT ? fault : 0;
    const void *address = granule != 0 ? region_address(region, granule) : NULL;
    send(region, CAPHEAP_FAULT_LINK, address, granule);
}
