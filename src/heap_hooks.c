/* SPDX-License-Identifier: MIT */
/* Whom the heap tells what happened: events, failures, misuse. */
#include "heap_internal.h"

void capheap_set_hooks(capheap_heap_t *heap, const capheap_hooks_t *hooks) {
    capheap_lock_set(heap);
    heap->hooks = hooks != NULL ? *hooks : (capheap_hooks_t){0};
    capheap_update_ways(heap);
    capheap_unlock_set(heap);
}

void capheap_call_event(const capheap_heap_t *heap, const void *old_ptr, const void *new_ptr,
                        size_t size, capheap_caps_t caps) {
    if (heap->hooks.event != NULL) {
        heap->hooks.event(heap->hooks.context, old_ptr, new_ptr, size, caps);
    }
}

void capheap_call_failure(const capheap_heap_t *heap, const capheap_request_t *request) {
    if (heap->hooks.failure != NULL) {
        heap->hooks.failure(heap->hooks.context, request);
    }
}

static void report(const capheap_heap_t *heap, const capheap_report_t *what) {
    if (heap->hooks.report == NULL) {
        __builtin_trap();
    }
    heap->hooks.report(heap->hooks.context, what);
}

/* The engine knows the memory's own addresses only: where the caller gave the alias's, the report
 * names what was given. */
void capheap_forward_report(void *context, const capheap_report_t *what) {
    const capheap_heap_t *heap = context;
    capheap_report_t copy = *what;
    bool of_pointer = what->fault == CAPHEAP_FAULT_FREED || what->fault == CAPHEAP_FAULT_INTERIOR ||
                      what->fault == CAPHEAP_FAULT_FOREIGN;
    if (of_pointer && what->region != NULL) {
        const char *region = (const char *)what->region;
        const capheap_slot_t *slot =
            (const capheap_slot_t *)(const void *)(region - offsetof(capheap_slot_t, region));
        if (slot->asked != NULL) {
            copy.address = slot->asked;
        }
    }
    report(heap, &copy);
}

void capheap_report_foreign(const capheap_heap_t *heap, const void *ptr) {
    capheap_report_t what = {.fault = CAPHEAP_FAULT_FOREIGN, .address = ptr};
    report(heap, &what);
}
