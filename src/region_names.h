/* SPDX-License-Identifier: MIT */
/*
 * The linker's names for what the engine's files share among themselves: with the library's prefix,
 * lest they meet a program's own.
 */
#ifndef CAPHEAP_REGION_NAMES_H
#define CAPHEAP_REGION_NAMES_H

#define bins_follow           capheap_in_bins_follow
#define bins_index            capheap_in_bins_index
#define bins_insert           capheap_in_bins_insert
#define bins_mark             capheap_in_bins_mark
#define bins_remove           capheap_in_bins_remove
#define map_end               capheap_in_map_end
#define map_get               capheap_in_map_get
#define map_put               capheap_in_map_put
#define map_start             capheap_in_map_start
#define map_write_ends        capheap_in_map_write_ends
#define map_write_length      capheap_in_map_write_length
#define map_write_live        capheap_in_map_write_live
#define region_absorb         capheap_in_region_absorb
#define region_block_at       capheap_in_region_block_at
#define region_carve          capheap_in_region_carve
#define region_cut            capheap_in_region_cut
#define region_find           capheap_in_region_find
#define region_free_end       capheap_in_region_free_end
#define region_free_start     capheap_in_region_free_start
#define region_give           capheap_in_region_give
#define region_granules       capheap_in_region_granules
#define region_largest        capheap_in_region_largest
#define region_live_at        capheap_in_region_live_at
#define region_mend           capheap_in_region_mend
#define region_pick           capheap_in_region_pick
#define region_put            capheap_in_region_put
#define region_put_into_bin   capheap_in_region_put_into_bin
#define region_report         capheap_in_region_report
#define region_report_pointer capheap_in_region_report_pointer
#define region_take           capheap_in_region_take
#define retained_checksum     capheap_in_retained_checksum
#define retained_crc          capheap_in_retained_crc

#endif
