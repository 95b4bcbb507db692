/* SPDX-License-Identifier: MIT */
/*
 * What all allocation comes down to. The order of choice is ESP-IDF's: by priority, within one the
 * regions added at run time, the latest first, then the others by size. Without the former it is
 * the order that the heap has by itself.
 */
#include "esp_idf_internal.h"

/* A request as ESP-IDF's rules make it. */
typedef struct wish {
    size_t size;
    size_t alignment;
    uint32_t caps; /* as a heap understands them */
    bool zero;
} wish_t;

#define ANY_DMA     (MALLOC_CAP_DMA | MALLOC_CAP_DMA_DESC_AHB | MALLOC_CAP_DMA_DESC_AXI)
#define GRANULE_MIN 8u
#define SIMD_BYTES  16u /* SOC_SIMD_PREFERRED_DATA_ALIGNMENT of every chip that has SIMD */

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

/* What memory must be asked for (ESP-IDF components/esp_hw_support/heap_align_hw.c). Cache lines
 * are the heap's business: it asks for whole ones where there is a cache. */
static wish_t hardware_wish(size_t alignment, size_t size, uint32_t caps) {
    wish_t wish = {.size = size, .alignment = alignment, .caps = caps};
    if ((caps & MALLOC_CAP_SIMD) != 0) {
        wish.alignment = larger(wish.alignment, SIMD_BYTES);
    }
    if ((caps & MALLOC_CAP_DMA) != 0) {
        wish.alignment = larger(wish.alignment, capheap_esp_idf_dma_alignment());
    }
    if (wish.alignment > alignment) {
        size_t rounded = (size + wish.alignment - 1) & ~(wish.alignment - 1);
        wish.size = rounded >= size ? rounded : SIZE_MAX;
    }
    if ((caps & ANY_DMA) != 0) {
        wish.caps = (caps & ~(uint32_t)ANY_DMA) | MALLOC_CAP_DMA;
    }
    /* No external memory is DMA memory in the tables; a descriptor can't be there. */
    if ((caps & MALLOC_CAP_SPIRAM) != 0 && (caps & ANY_DMA) != 0) {
        wish.caps = (wish.caps & ~(uint32_t)MALLOC_CAP_DMA) | MALLOC_CAP_CACHE_ALIGNED;
    }
    return wish;
}

/* Memory for code takes words only: with bytes or DMA it is impossible. */
static bool complete(wish_t *wish) {
    if (wish->size == 0) {
        return false;
    }
    if ((wish->caps & CAPHEAP_EXEC) != 0) {
        if ((wish->caps & (MALLOC_CAP_8BIT | MALLOC_CAP_DMA)) != 0) {
            return false;
        }
        wish->caps |= MALLOC_CAP_32BIT;
    }
    if ((wish->caps & MALLOC_CAP_32BIT) != 0 && wish->size <= SIZE_MAX - 3) {
        wish->size = (wish->size + 3) & ~(size_t)3;
    }
    return true;
}

/* What a region must have. */
static uint32_t memory_caps(const wish_t *wish) {
    return wish->caps & ~(uint32_t)MALLOC_CAP_CACHE_ALIGNED;
}

/* ---------------------------------------------------------------------------------------- hooks */

#ifdef CONFIG_HEAP_USE_HOOKS
static void tell_allocated(void *ptr, const wish_t *wish) {
    if (esp_heap_trace_alloc_hook != NULL) {
        esp_heap_trace_alloc_hook(ptr, wish->size, memory_caps(wish));
    }
}

static void tell_freed(void *ptr) {
    if (esp_heap_trace_free_hook != NULL) {
        esp_heap_trace_free_hook(ptr);
    }
}
#else
static void tell_allocated(void *ptr, const wish_t *wish) {
    (void)ptr;
    (void)wish;
}

static void tell_freed(void *ptr) {
    (void)ptr;
}
#endif

/* -------------------------------------------------------------------------------- one region */

static capheap_request_t request_of(const wish_t *wish) {
    return (capheap_request_t){
        .size = wish->size,
        .alignment = wish->alignment > GRANULE_MIN ? wish->alignment : 0,
        .caps = wish->caps,
        .zero = wish->zero,
    };
}

static size_t line_of(const idf_region_t *region, const wish_t *wish) {
    bool lines = (wish->caps & (MALLOC_CAP_CACHE_ALIGNED | MALLOC_CAP_DMA)) != 0;
    return lines ? larger(region->type.cache_line, 1) : 1;
}

static void *take_apart(const idf_region_t *region, const wish_t *wish) {
    size_t line = line_of(region, wish);
    size_t alignment = larger(larger(wish->alignment, line), 1);
    size_t size = (wish->size + line - 1) & ~(line - 1);
    if (size < wish->size) {
        return NULL;
    }
    void *ptr = alignment > GRANULE_MIN ? multi_heap_aligned_alloc(region->apart, size, alignment)
                                        : multi_heap_malloc(region->apart, size);
    if (ptr != NULL && wish->zero) {
        __builtin_memset(ptr, 0, wish->size);
    }
    return ptr;
}

static void *take_from(const idf_region_t *region, const wish_t *wish) {
    if (region->apart != NULL) {
        return take_apart(region, wish);
    }
    capheap_request_t request = request_of(wish);
    request.tag = &region->tag;
    return capheap_allocate(&capheap_esp_idf_heap, &request);
}

static void give_back(void *ptr) {
    idf_region_t *apart = capheap_esp_idf_apart(ptr);
    if (apart != NULL) {
        multi_heap_free(apart->apart, ptr);
    } else {
        capheap_free(&capheap_esp_idf_heap, ptr);
    }
}

/* ---------------------------------------------------------------------------- order of choice */

/* The priority at which a region would serve it; CAPHEAP_PRIORITIES: it can't. */
static size_t priority_for(const idf_region_t *region, uint32_t caps) {
    size_t prio = 0;
    if (!capheap_esp_idf_has(region, caps)) {
        return CAPHEAP_PRIORITIES;
    }
    while (prio < CAPHEAP_PRIORITIES && (region->type.caps[prio] & caps) == 0) {
        prio++;
    }
    return prio;
}

/* Would the heap try one of those that follow before this one, which comes first here? Within a
 * priority it takes word-only memory, then the smaller region. */
static bool heap_prefers_another(const idf_region_t *late, uint32_t caps, size_t prio) {
    for (const idf_region_t *region = late->next; region != NULL; region = region->next) {
        bool preferred = region->end - region->start < late->end - late->start ||
                         (region->caps & CAPHEAP_8BIT) == 0;
        if (preferred && priority_for(region, caps) == prio) {
            return true;
        }
    }
    return false;
}

/* Can the heap's own order not be used, because of a region added at run time? */
static bool order_differs(uint32_t caps) {
    const idf_region_t *region = capheap_esp_idf_first_region();
    for (; region != NULL && region->late; region = region->next) {
        size_t prio = priority_for(region, caps);
        if (prio < CAPHEAP_PRIORITIES &&
            (region->apart != NULL || heap_prefers_another(region, caps, prio))) {
            return true;
        }
    }
    return false;
}

/* The next region after `at` (NULL: the first) that can serve these capabilities, from *prio on. */
static const idf_region_t *next_choice(const idf_region_t *at, uint32_t caps, size_t *prio) {
    const idf_region_t *region = at != NULL ? at->next : capheap_esp_idf_first_region();
    for (; *prio < CAPHEAP_PRIORITIES; ++*prio, region = capheap_esp_idf_first_region()) {
        for (; region != NULL; region = region->next) {
            if ((region->type.caps[*prio] & caps) != 0 && capheap_esp_idf_has(region, caps)) {
                return region;
            }
        }
    }
    return NULL;
}

static void *take_in_order(const wish_t *wish) {
    uint32_t caps = memory_caps(wish);
    size_t prio = 0;
    const idf_region_t *region = NULL;
    while ((region = next_choice(region, caps, &prio)) != NULL) {
        void *ptr = take_from(region, wish);
        if (ptr != NULL) {
            return ptr;
        }
    }
    return NULL;
}

static void *take(wish_t *wish) {
    if (!complete(wish) || memory_caps(wish) == 0) {
        return NULL;
    }
    void *ptr;
    if (order_differs(memory_caps(wish))) {
        ptr = take_in_order(wish);
    } else if (wish->alignment <= GRANULE_MIN && !wish->zero) {
        ptr = capheap_malloc(&capheap_esp_idf_heap, wish->size, wish->caps);
    } else {
        capheap_request_t request = request_of(wish);
        ptr = capheap_allocate(&capheap_esp_idf_heap, &request);
    }
    if (ptr != NULL) {
        tell_allocated(ptr, wish);
    }
    return ptr;
}

/* ------------------------------------------------------------------------------------- the calls
 */

void *heap_caps_aligned_alloc_base(size_t alignment, size_t size, uint32_t caps) {
    wish_t wish = hardware_wish(alignment, size, caps);
    return take(&wish);
}

void *heap_caps_malloc_base(size_t size, uint32_t caps) {
    wish_t wish = hardware_wish(1, size, caps);
    return take(&wish);
}

void *heap_caps_calloc_base(size_t n, size_t size, uint32_t caps) {
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes)) {
        return NULL;
    }
    wish_t wish = hardware_wish(1, bytes, caps);
    wish.zero = true;
    return take(&wish);
}

void heap_caps_free(void *ptr) {
    if (ptr != NULL) {
        give_back(ptr);
        tell_freed(ptr);
    }
}

/* -------------------------------------------------------------------------------------- realloc */

/* By words: either block may be in memory that takes nothing else, and both have whole ones. */
static void copy(void *to, const void *from, size_t bytes) {
    volatile uint32_t *out = to;
    const volatile uint32_t *in = from;
    for (size_t left = bytes / sizeof *out + (bytes % sizeof *out != 0); left > 0; left--) {
        *out++ = *in++;
    }
}

/* Between the heap and a multi_heap, or between two of these. */
static void *move_to(const idf_region_t *region, void *ptr, const wish_t *wish) {
    size_t old_size = heap_caps_get_allocated_size(ptr);
    void *moved = old_size != 0 ? take_from(region, wish) : NULL;
    if (moved != NULL) {
        copy(moved, ptr, old_size < wish->size ? old_size : wish->size);
        give_back(ptr);
    }
    return moved;
}

/* Resize in this region, or move there. */
static void *resize_in(const idf_region_t *region, const idf_region_t *from, void *ptr,
                       const wish_t *wish) {
    bool in_heap = region->apart == NULL && (from == NULL || from->apart == NULL);
    if (in_heap) {
        capheap_request_t request = request_of(wish);
        request.tag = &region->tag;
        return capheap_reallocate(&capheap_esp_idf_heap, ptr, &request);
    }
    if (region == from && wish->alignment <= GRANULE_MIN && line_of(region, wish) == 1) {
        return multi_heap_realloc(region->apart, ptr, wish->size);
    }
    return move_to(region, ptr, wish);
}

static void *resize_in_order(const idf_region_t *from, void *ptr, const wish_t *wish) {
    uint32_t caps = memory_caps(wish);
    if (from != NULL && capheap_esp_idf_has(from, caps)) {
        void *resized = resize_in(from, from, ptr, wish);
        if (resized != NULL) {
            return resized;
        }
    }
    size_t prio = 0;
    const idf_region_t *region = NULL;
    while ((region = next_choice(region, caps, &prio)) != NULL) {
        void *resized = region != from ? resize_in(region, from, ptr, wish) : NULL;
        if (resized != NULL) {
            return resized;
        }
    }
    return NULL;
}

/* ESP-IDF tells of the old place, and of a size in whole words, only if the block went to another
 * region. */
static void tell_resized(const idf_region_t *from, void *old, void *resized, const wish_t *asked,
                         const wish_t *wish) {
    bool stays = resized == old || capheap_esp_idf_region_at((uintptr_t)resized) == from;
    tell_allocated(resized, stays ? asked : wish);
    if (!stays) {
        tell_freed(old);
    }
}

static void *resize(void *ptr, wish_t *wish) {
    const wish_t asked = *wish;
    if (!complete(wish)) {
        return NULL;
    }
    const idf_region_t *from = capheap_esp_idf_region_at((uintptr_t)ptr);
    bool apart = from != NULL && from->apart != NULL;
    void *resized;
    if (apart || memory_caps(wish) == 0 || order_differs(memory_caps(wish))) {
        resized = resize_in_order(from, ptr, wish);
    } else {
        capheap_request_t request = request_of(wish);
        resized = capheap_reallocate(&capheap_esp_idf_heap, ptr, &request);
    }
    if (resized != NULL) {
        tell_resized(from, ptr, resized, &asked, wish);
    }
    return resized;
}

void *heap_caps_realloc_base(void *ptr, size_t size, uint32_t caps) {
    if (ptr == NULL) {
        return heap_caps_malloc_base(size, caps);
    }
    if (size == 0) {
        heap_caps_free(ptr);
        return NULL;
    }
    wish_t wish = hardware_wish(1, size, caps);
    return resize(ptr, &wish);
}
