/* SPDX-License-Identifier: MIT */
/*
 * FreeRTOS's heap functions (V11, portable.h; portable/MemMang/heap_4.c and heap_5.c), over one
 * heap. Calls that return nothing and meet an error end in configASSERT, as there.
 */
#include "FreeRTOS.h"

#include "capheap/inspect.h"
#include "freertos_internal.h"

/* What every request asks for. Blocks suit portBYTE_ALIGNMENT, of 8 to 32 bytes. */
#define CAPS CAPHEAP_8BIT
#if defined(portBYTE_ALIGNMENT) && portBYTE_ALIGNMENT > 8
#define GRANULE portBYTE_ALIGNMENT
#else
#define GRANULE 8
#endif

static const capheap_type_t ram = {"RAM", {CAPHEAP_8BIT | CAPHEAP_32BIT}, GRANULE, 0};
static capheap_slot_t slots[CAPHEAP_FREERTOS_REGIONS];
capheap_heap_t capheap_freertos_heap = CAPHEAP_HEAP_INITIAL(slots, CAPHEAP_FREERTOS_REGIONS);

/* By FreeRTOS's functions alone: who calls malloc over this heap isn't counted. */
static struct {
    capheap_lock_t lock;
    bool lock_ready;
    size_t allocations;
    size_t frees;
} done;

/* FreeRTOS.h makes nothing of them if the program doesn't trace. */
#ifndef traceMALLOC
#define traceMALLOC(ptr, size)
#endif
#ifndef traceFREE
#define traceFREE(ptr, size)
#endif

/* A pointer that is no live block's, or damage: as the kernel's heaps do it. */
static void report_by_assert(void *context, const capheap_report_t *report) {
    (void)context;
    (void)report;
    configASSERT(report == NULL);
}

static void make_ready(void) {
    if (!done.lock_ready) {
        capheap_port_lock_init(&done.lock);
        done.lock_ready = true;
    }
    if (capheap_freertos_heap.hooks.report == NULL) {
        capheap_set_hooks(&capheap_freertos_heap, &(capheap_hooks_t){.report = report_by_assert});
    }
}

bool capheap_freertos_add(void *start, size_t size) {
    make_ready();
    capheap_memory_t memory = {.start = (uintptr_t)start, .size = size};
    capheap_status_t status = capheap_add_region(&capheap_freertos_heap, &ram, 0, &memory);
    return status == CAPHEAP_OK || status == CAPHEAP_ERROR_TOO_SMALL;
}

static void count(size_t *calls) {
    capheap_port_lock(&done.lock);
    (*calls)++;
    capheap_port_unlock(&done.lock);
}

static void *conclude(void *ptr, size_t size) {
    (void)size; /* if nothing is traced */
    traceMALLOC(ptr, size);
    if (ptr != NULL) {
        count(&done.allocations);
        return ptr;
    }
#if defined(configUSE_MALLOC_FAILED_HOOK) && configUSE_MALLOC_FAILED_HOOK == 1
    extern void vApplicationMallocFailedHook(void);
    vApplicationMallocFailedHook();
#endif
    return NULL;
}

void *pvPortMalloc(size_t xWantedSize) {
    capheap_freertos_prepare();
    return conclude(capheap_malloc(&capheap_freertos_heap, xWantedSize, CAPS), xWantedSize);
}

void *pvPortCalloc(size_t xNum, size_t xSize) {
    capheap_freertos_prepare();
    return conclude(capheap_calloc(&capheap_freertos_heap, xNum, xSize, CAPS), xNum * xSize);
}

void vPortFree(void *pv) {
    size_t size = capheap_usable_size(&capheap_freertos_heap, pv);
    if (size == 0) {
        return; /* NULL, or it was reported */
    }
#if defined(configHEAP_CLEAR_MEMORY_ON_FREE) && configHEAP_CLEAR_MEMORY_ON_FREE == 1
    __builtin_memset(pv, 0, size);
#endif
    traceFREE(pv, size);
    capheap_free(&capheap_freertos_heap, pv);
    count(&done.frees);
}

/* Once needed by the kernel; it does nothing there either. */
void vPortInitialiseBlocks(void) {
}

static capheap_figures_t figures(void) {
    capheap_figures_t sums;
    capheap_get_figures(&capheap_freertos_heap, 0, &sums);
    return sums;
}

size_t xPortGetFreeHeapSize(void) {
    return figures().free;
}

size_t xPortGetMinimumEverFreeHeapSize(void) {
    return figures().minimum_free;
}

void xPortResetHeapMinimumEverFreeHeapSize(void) {
    capheap_reset_minimum(&capheap_freertos_heap, 0);
}

/* Free blocks: how many, and the smallest, found by a walk without the lock. */
static void walk(HeapStats_t *stats) {
    uintptr_t from = 0;
    capheap_region_info_t region;
    while (capheap_next_region(&capheap_freertos_heap, from, &region)) {
        capheap_block_t block = {0};
        while (capheap_next_block(&capheap_freertos_heap, &region, &block)) {
            if (!block.used) {
                size_t smallest = stats->xSizeOfSmallestFreeBlockInBytes;
                bool less = stats->xNumberOfFreeBlocks++ == 0 || block.size < smallest;
                stats->xSizeOfSmallestFreeBlockInBytes = less ? block.size : smallest;
            }
        }
        from = region.memory.start + 1;
    }
}

void vPortGetHeapStats(HeapStats_t *pxHeapStats) {
    make_ready();
    capheap_figures_t sums = figures();
    capheap_port_lock(&done.lock);
    size_t allocations = done.allocations;
    size_t frees = done.frees;
    capheap_port_unlock(&done.lock);
    *pxHeapStats = (HeapStats_t){
        .xAvailableHeapSpaceInBytes = sums.free,
        .xSizeOfLargestFreeBlockInBytes = sums.largest,
        .xMinimumEverFreeBytesRemaining = sums.minimum_free,
        .xNumberOfSuccessfulAllocations = allocations,
        .xNumberOfSuccessfulFrees = frees,
    };
    walk(pxHeapStats);
}

void vPortHeapResetState(void) {
    capheap_init(&capheap_freertos_heap, slots, CAPHEAP_FREERTOS_REGIONS);
    done.allocations = 0;
    done.frees = 0;
    capheap_freertos_forget();
}
