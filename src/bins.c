/* SPDX-License-Identifier: MIT */
/* Taking a block out of the middle of a list. */
#include "bins.h"

bins_fault_t bins_remove(capheap_region_t *region, uint32_t granule, uint32_t length) {
    if (granule == region->open) {
        region->open = 0;
        region->open_length = 0;
        return 0;
    }
    uint32_t bin = bins_index(length);
    const bins_links_t *links = bins_links(region, granule);
    uint32_t next = links->next;
    if (region->bins[bin] == granule) {
        bins_set_head(region, bin, next);
        return 0;
    }
    uint32_t back = links->back;
    if (!bins_sound(region, back) || bins_links(region, back)->next != granule) {
        return granule;
    }
    if (next != 0) {
        if (!bins_sound(region, next)) {
            return granule;
        }
        bins_links(region, next)->back = back;
    }
    bins_links(region, back)->next = next;
    return 0;
}
