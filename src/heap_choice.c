/* SPDX-License-Identifier: MIT */
/*
 * The order of choice. The list is in that order but for the priorities, which depend on the
 * request. One walk tries the regions that are a first choice, and notes where the others begin, so
 * that these cost nothing unless they are needed.
 */
#include "heap_internal.h"

/* From `begin` on, those that are a second choice, then those that are a third. No capabilities are
 * no choice of any. */
static void *try_later(capheap_slot_t *begin, capheap_caps_t caps, capheap_take_fn take,
                       void *context) {
    void *ptr = NULL;
    for (int third = 0; third <= 1 && caps != 0; third++) {
        for (capheap_slot_t *slot = begin; slot != NULL && ptr == NULL;
             slot = CAPHEAP_READ(slot->next)) {
            if ((caps & CAPHEAP_READ(slot->lacks)) == 0 &&
                (caps & CAPHEAP_READ(slot->first_choice)) == 0 &&
                ((caps & CAPHEAP_READ(slot->second_choice)) == 0) == third) {
                ptr = take(slot, context);
            }
        }
    }
    return ptr;
}

void *capheap_try_choices(capheap_heap_t *heap, capheap_caps_t caps, capheap_take_fn take,
                          void *context) {
    capheap_slot_t *later = NULL;
    for (capheap_slot_t *slot = CAPHEAP_READ(heap->first); slot != NULL;
         slot = CAPHEAP_READ(slot->next)) {
        if ((caps & CAPHEAP_READ(slot->lacks)) != 0) {
            continue;
        }
        if ((caps & CAPHEAP_READ(slot->first_choice)) != 0) {
            void *ptr = take(slot, context);
            if (ptr != NULL) {
                return ptr;
            }
        } else if (later == NULL) {
            later = slot;
        }
    }
    return later != NULL ? try_later(later, caps, take, context) : NULL;
}
