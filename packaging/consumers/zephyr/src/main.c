/* SPDX-License-Identifier: MIT */
/* Zephyr's own names, served by capheap: a region of the shared multi-heap, and a k_heap. */
#include <zephyr/kernel.h>
#include <zephyr/multi_heap/shared_multi_heap.h>

static uint64_t uncached[256];

K_HEAP_DEFINE(messages, 2048);

int main(void) {
    struct shared_multi_heap_region region = {
        .attr = SMH_REG_ATTR_NON_CACHEABLE,
        .addr = (uintptr_t)uncached,
        .size = sizeof(uncached),
    };
    if (shared_multi_heap_pool_init() != 0 || shared_multi_heap_add(&region, NULL) != 0) {
        printk("the shared multi-heap can't be made\n");
        return 1;
    }
    void *packet = shared_multi_heap_aligned_alloc(SMH_REG_ATTR_NON_CACHEABLE, 32, 500);
    void *message = k_heap_alloc(&messages, 100, K_MSEC(10));
    printk("packet %s, message %s\n", packet != NULL ? "served" : "refused",
           message != NULL ? "served" : "refused");
    k_heap_free(&messages, message);
    shared_multi_heap_free(packet);
    return packet != NULL && message != NULL ? 0 : 1;
}
