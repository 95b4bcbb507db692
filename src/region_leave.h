/* SPDX-License-Identifier: MIT */
/* Taking a block only if what is left has a piece of a given size; and whether that could be. */
#ifndef CAPHEAP_REGION_LEAVE_H
#define CAPHEAP_REGION_LEAVE_H

#include "capheap/region.h"

/*
 * As capheap_region_aligned_alloc, but of what is free afterwards `piece` bytes must be in one
 * piece. The largest free block is only cut if no other will do, and then at the end that leaves
 * more of it. NULL if that can't be. O(1).
 */
void *capheap_region_take_leaving(capheap_region_t *region, size_t alignment, size_t size,
                                  size_t piece);

/* Would that be served now; with piece 0: would capheap_region_aligned_alloc? Nothing changes.
 * O(1). */
bool capheap_region_fits(capheap_region_t *region, size_t alignment, size_t size, size_t piece);

/* Bytes, no fewer than these, such that a free block of so many is surely found, whatever blocks
 * come to stand beside it in its bin. At most a quarter more. O(1). */
size_t capheap_region_sure_piece(const capheap_region_t *region, size_t bytes);

#endif
