/* SPDX-License-Identifier: MIT */
/*
 * Changing a block's size in parts, for a caller that copies with no lock held: begin, copy, end.
 * Placement is that of capheap_region_realloc, which does all three at once.
 */
#ifndef CAPHEAP_REGION_RESIZE_H
#define CAPHEAP_REGION_RESIZE_H

#include "capheap/region.h"

/*
 * The address that the block will have; NULL, and nothing has changed, if the size can't be had. If
 * it is another, `bytes` have to be copied there, and then ptr freed; until then both are live
 * blocks, and neither is to be freed or resized. bytes 0: all is done, or, with NULL, ptr was no
 * live block's, which has been reported. size is not 0. O(1).
 */
void *capheap_region_begin_realloc(capheap_region_t *region, void *ptr, size_t size, size_t *bytes);

/* Copy a block's contents, in whole granules, to another. Other calls on the region may be made
 * meanwhile. O(bytes). */
void capheap_region_copy(void *to, const void *from, size_t bytes, const capheap_region_t *region);

/* Change the size of a live block where it is: free its end, or take what is free behind it. False,
 * and nothing has changed, if it can't be had. O(1). */
bool capheap_region_resize(capheap_region_t *region, void *ptr, size_t size);

#endif
