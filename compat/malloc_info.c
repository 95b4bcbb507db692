/* SPDX-License-Identifier: MIT */
/* How much malloc has given out, by the names that C libraries have for it. */
#include "capheap/inspect.h"
#include "malloc_serve.h"

static size_t free_blocks(capheap_heap_t *heap, const capheap_region_info_t *region) {
    size_t count = 0;
    capheap_block_t block = {0};
    while (capheap_next_block(heap, region, &block)) {
        count += !block.used;
    }
    return count;
}

struct mallinfo2 CAPHEAP_MALLOC_NAME(mallinfo2)(void) {
    capheap_heap_t *heap = capheap_malloc_source.heap;
    capheap_caps_t caps = capheap_malloc_source.caps;
    struct mallinfo2 info = {0};
    capheap_region_info_t region;
    for (uintptr_t from = 0; capheap_next_region(heap, from, &region);
         from = region.memory.start + 1) {
        if (region.serving && (region.caps & caps) == caps) {
            info.arena += region.figures.total;
            info.uordblks += region.figures.used;
            info.fordblks += region.figures.free;
            info.ordblks += free_blocks(heap, &region);
        }
    }
    return info;
}

/* Its fields are int in glibc, where large sums are cut short, and size_t in newlib. */
struct mallinfo CAPHEAP_MALLOC_NAME(mallinfo)(void) {
    struct mallinfo2 full = CAPHEAP_MALLOC_NAME(mallinfo2)();
    struct mallinfo info = {0};
    info.arena = (__typeof__(info.arena))full.arena;
    info.ordblks = (__typeof__(info.ordblks))full.ordblks;
    info.uordblks = (__typeof__(info.uordblks))full.uordblks;
    info.fordblks = (__typeof__(info.fordblks))full.fordblks;
    return info;
}
