/* SPDX-License-Identifier: MIT */
/*
 * Changing a block's size in parts, for a caller that copies with no lock held: begin, copy, end.
 * Placement is that of capheap_region_realloc, which does all three at once.
 */
#ifndef CAPHEAP_REGION_RESIZE_H
#define CAPHEAP_REGION_RESIZE_H

#include "capheap/region.h"

/* What is left to do after the beginning. */
typedef struct region_move {
    const void *from; /* NULL: ptr was no live block's, which has been reported */
    void *to;
    size_t bytes; /* to be copied from `from` to `to`; 0: all is done */
    size_t keep;  /* the two overlap in one block, which gets this size at the end; 0: they are two
                     blocks, and the first is given back */
} region_move_t;

/*
 * The address that the block will have; NULL, and nothing has changed, if the size can't be had. If
 * move->bytes is not 0 its contents have to be copied, and then the end made; until then whatever
 * belongs to either place is a live block, and neither is to be freed or resized. size is not 0.
 * O(1).
 */
void *capheap_region_begin_realloc(capheap_region_t *region, void *ptr, size_t size,
                                   region_move_t *move);

/* Copy. Other calls on the region may be made meanwhile. O(bytes). */
void capheap_region_copy_moved(const capheap_region_t *region, const region_move_t *move);

/* Give back what is not needed any more. O(1). */
void capheap_region_end_realloc(capheap_region_t *region, const region_move_t *move);

/* Change the size of a live block where it is: free its end, or take what is free behind it. False,
 * and nothing has changed, if it can't be had. O(1). */
bool capheap_region_resize(capheap_region_t *region, void *ptr, size_t size);

#endif
