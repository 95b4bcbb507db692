/* SPDX-License-Identifier: MIT */
/* Telling of faults: pointers that are no live block's, and damaged links. */
#include "region_core.h"

static void send(const capheap_region_t *region, const capheap_report_t *report) {
    if (region->report == NULL) {
        __builtin_trap();
    }
    region->report(region->report_context, report);
}

/* Say which block holds the granule. */
static void describe(const capheap_region_t *region, uint32_t granule, capheap_report_t *report) {
    while (granule > 1 && !map_start_at(region->map, granule)) {
        granule--;
    }
    report->block = region_address(region, granule);
    report->block_size = (size_t)region_block_length(region, granule) << region->shift;
    report->fault =
        map_free_at(region->map, granule) ? CAPHEAP_FAULT_FREED : CAPHEAP_FAULT_INTERIOR;
}

void region_report_pointer(const capheap_region_t *region, const void *ptr) {
    capheap_report_t report = {.fault = CAPHEAP_FAULT_FOREIGN, .address = ptr, .region = region};
    uint32_t granule = region_granule_of(region, ptr);
    if (granule != 0) {
        describe(region, granule, &report);
    }
    send(region, &report);
}

void region_report_map(const capheap_region_t *region, uint32_t granule) {
    capheap_report_t report = {
        .fault = CAPHEAP_FAULT_MAP, .address = region_address(region, granule), .region = region};
    send(region, &report);
}

void region_report_link(const capheap_region_t *region, uint32_t fault) {
    capheap_report_t report = {.region = region};
    if (fault <= region->granules) {
        describe(region, fault, &report);
        report.address = region_address(region, fault);
    }
    report.fault = CAPHEAP_FAULT_LINK;
    send(region, &report);
}
