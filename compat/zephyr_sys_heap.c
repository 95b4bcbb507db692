/* SPDX-License-Identifier: MIT */
/*
 * Zephyr's sys_heap (zephyr/sys/sys_heap.h) over the engine, in place of lib/heap/heap.c: the heap
 * below k_heap, k_malloc and sys_multi_heap. As there, the caller locks. What Zephyr calls struct
 * z_heap is at the start of the heap's memory, the engine's books after it.
 */
#include <errno.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/sys_heap.h>
#ifdef CONFIG_SYS_HEAP_LISTENER
#include <zephyr/sys/heap_listener.h>
#endif

#include "capheap/region.h"

#define GRANULE 8u

/* What the engine reports is no error if it answers a question. */
typedef enum question {
    NO_QUESTION,
    IS_IT_A_BLOCK,
    IS_ALL_SOUND,
} question_t;

struct z_heap {
    capheap_region_t region;
    question_t question;
    bool wrong; /* is the answer */
};

/* A block that was asked for with a rewind (below). */
typedef struct place {
    unsigned char *block; /* what the engine knows */
    size_t gap;           /* bytes from there to what the program knows */
    size_t usable;        /* bytes that the program may use; 0: no live block */
} place_t;

/* Zephyr's older headers don't declare these, or have a macro in place of the second. */
#undef sys_heap_realloc
void *sys_heap_noalign_alloc(struct sys_heap *heap, size_t align, size_t bytes);
void *sys_heap_realloc(struct sys_heap *heap, void *ptr, size_t bytes);

static void report(void *context, const capheap_report_t *fault) {
    struct z_heap *h = context;
    h->wrong = true;
    if (h->question == IS_ALL_SOUND ||
        (h->question == IS_IT_A_BLOCK && fault->fault <= CAPHEAP_FAULT_FOREIGN)) {
        return;
    }
    __ASSERT(false, "heap %p: %s at %p", context, capheap_fault_text(fault->fault), fault->address);
    k_panic();
}

static void begin(struct z_heap *h, question_t question) {
    h->question = question;
    h->wrong = false;
}

/* Is nothing wrong? */
static bool answer(struct z_heap *h) {
    h->question = NO_QUESTION;
    return !h->wrong;
}

/* Listeners hear of what was given out and of what was given back, with the bytes that it has. */
static void tell_out(struct sys_heap *heap, void *mem, size_t size) {
#ifdef CONFIG_SYS_HEAP_LISTENER
    heap_listener_notify_alloc(HEAP_ID_FROM_POINTER(heap), mem, size);
#else
    (void)heap;
    (void)mem;
    (void)size;
#endif
}

static void tell_back(struct sys_heap *heap, void *mem, size_t size) {
#ifdef CONFIG_SYS_HEAP_LISTENER
    heap_listener_notify_free(HEAP_ID_FROM_POINTER(heap), mem, size);
#else
    (void)heap;
    (void)mem;
    (void)size;
#endif
}

/* Bytes of the live block that begins here; 0, without a report, if none does. */
static size_t ask(struct z_heap *h, const void *block) {
    begin(h, IS_IT_A_BLOCK);
    size_t usable = capheap_region_usable_size(&h->region, block);
    return answer(h) ? usable : 0;
}

/*
 * k_aligned_alloc asks for a rewind: memory so many bytes below a boundary, where a word of the
 * kernel's fits. Such memory is inside a block that begins on the boundary before; a word below it
 * tells how far inside. It is mixed with the address, so that what a program wrote there by chance
 * is not taken for one, and only a live block is ever looked up by it.
 */
static uint32_t stamp(const unsigned char *mem, size_t gap) {
    return (uint32_t)gap ^ ~(uint32_t)(uintptr_t)mem;
}

static const void *below(const void *mem, size_t bytes) {
    return (const void *)((uintptr_t)mem - bytes);
}

static place_t find(struct z_heap *h, void *mem) {
    place_t place = {.block = mem, .usable = ask(h, mem)};
    uint32_t word;
    if (place.usable != 0 || !capheap_region_owns(&h->region, below(mem, sizeof word))) {
        return place;
    }
    memcpy(&word, below(mem, sizeof word), sizeof word);
    size_t gap = stamp(mem, 0) ^ word;
    if (gap < sizeof word || !capheap_region_owns(&h->region, below(mem, gap))) {
        return place;
    }
    size_t usable = ask(h, below(mem, gap));
    return usable > gap ? (place_t){place.block - gap, gap, usable - gap} : place;
}

void sys_heap_init(struct sys_heap *heap, void *mem, size_t bytes) {
    size_t skip = (size_t)(0u - (uintptr_t)mem) & (_Alignof(struct z_heap) - 1);
    heap->heap = NULL;
    if (bytes > skip + sizeof(struct z_heap)) {
        struct z_heap *h = (struct z_heap *)(void *)((unsigned char *)mem + skip);
        const capheap_region_config_t config = {
            .start = h + 1,
            .size = bytes - skip - sizeof(*h),
            .granule = GRANULE,
            .report = report,
            .report_context = h,
        };
        h->question = NO_QUESTION;
        heap->heap = capheap_region_init(&h->region, &config) == CAPHEAP_OK ? h : NULL;
    }
    __ASSERT(heap->heap != NULL, "heap size is too small");
#if defined(CONFIG_SYS_HEAP_ARRAY_SIZE) && CONFIG_SYS_HEAP_ARRAY_SIZE > 0
    (void)sys_heap_array_save(heap);
#endif
}

static void *conclude(struct sys_heap *heap, void *mem) {
    if (IS_ENABLED(CONFIG_SYS_HEAP_LISTENER) && mem != NULL) {
        tell_out(heap, mem, find(heap->heap, mem).usable);
    }
    return mem;
}

void *sys_heap_alloc(struct sys_heap *heap, size_t bytes) {
    return heap->heap == NULL ? NULL
                              : conclude(heap, capheap_region_malloc(&heap->heap->region, bytes));
}

void *sys_heap_noalign_alloc(struct sys_heap *heap, size_t align, size_t bytes) {
    (void)align;
    return sys_heap_alloc(heap, bytes);
}

/* Memory `rewind` bytes below a multiple of align. */
static void *allocate_below(struct z_heap *h, size_t align, size_t rewind, size_t bytes) {
    align = align < GRANULE ? GRANULE : align;
    size_t gap = align - rewind;
    if (bytes == 0 || bytes > SIZE_MAX - gap) {
        return NULL;
    }
    unsigned char *block = capheap_region_aligned_alloc(&h->region, align, gap + bytes);
    if (block == NULL) {
        return NULL;
    }
    unsigned char *mem = block + gap;
    uint32_t word = stamp(mem, gap);
    memcpy(mem - sizeof word, &word, sizeof word);
    return mem;
}

/* align may have one more bit, the lowest, which is the rewind. */
void *sys_heap_aligned_alloc(struct sys_heap *heap, size_t align, size_t bytes) {
    size_t lowest = align & (0u - align);
    size_t rest = align - lowest;
    size_t boundary = rest != 0 ? rest : lowest;
    bool power = (boundary & (boundary - 1)) == 0;
    __ASSERT(power, "align must be a power of 2");
    if (heap->heap == NULL || !power) {
        return NULL;
    }
    if (rest != 0) {
        return conclude(heap, allocate_below(heap->heap, rest, lowest, bytes));
    }
    if (boundary <= GRANULE) {
        return sys_heap_alloc(heap, bytes);
    }
    return conclude(heap, capheap_region_aligned_alloc(&heap->heap->region, boundary, bytes));
}

void sys_heap_free(struct sys_heap *heap, void *mem) {
    if (mem == NULL) {
        return;
    }
    struct z_heap *h = heap->heap;
    if (IS_ENABLED(CONFIG_SYS_HEAP_LISTENER)) {
        size_t usable = find(h, mem).usable;
        if (usable != 0) {
            tell_back(heap, mem, usable);
        }
    }
    begin(h, IS_IT_A_BLOCK);
    capheap_region_free(&h->region, mem);
    if (!answer(h)) {
        capheap_region_free(&h->region, find(h, mem).block);
    }
}

size_t sys_heap_usable_size(struct sys_heap *heap, void *mem) {
    place_t place = find(heap->heap, mem);
    return place.usable != 0 ? place.usable : capheap_region_usable_size(&heap->heap->region, mem);
}

/* The engine keeps no alignment beyond the granule's: what needs it stays or is copied here. */
static void *resize_aligned(struct sys_heap *heap, void *ptr, const place_t *place, size_t align,
                            size_t bytes) {
    bool aligned = align == 0 || ((uintptr_t)ptr & (align - 1)) == 0;
    if (aligned && bytes <= place->usable && bytes > place->usable / 2) {
        return ptr;
    }
    void *mem = sys_heap_aligned_alloc(heap, align, bytes);
    if (mem == NULL) {
        return aligned && bytes <= place->usable ? ptr : NULL;
    }
    memcpy(mem, ptr, bytes < place->usable ? bytes : place->usable);
    sys_heap_free(heap, ptr);
    return mem;
}

void *sys_heap_aligned_realloc(struct sys_heap *heap, void *ptr, size_t align, size_t bytes) {
    if (ptr == NULL) {
        return sys_heap_aligned_alloc(heap, align, bytes);
    }
    if (bytes == 0) {
        sys_heap_free(heap, ptr);
        return NULL;
    }
    __ASSERT((align & (align - 1)) == 0, "align must be a power of 2");
    struct z_heap *h = heap->heap;
    place_t place = find(h, ptr);
    if (place.gap != 0 || (align > GRANULE && place.usable != 0)) {
        return resize_aligned(heap, ptr, &place, align, bytes);
    }
    void *mem = capheap_region_realloc(&h->region, ptr, bytes);
    if (IS_ENABLED(CONFIG_SYS_HEAP_LISTENER) && mem != NULL) {
        tell_out(heap, mem, find(h, mem).usable);
        tell_back(heap, ptr, place.usable);
    }
    return mem;
}

void *sys_heap_realloc(struct sys_heap *heap, void *ptr, size_t bytes) {
    return sys_heap_aligned_realloc(heap, ptr, 0, bytes);
}

#ifdef CONFIG_SYS_HEAP_VALIDATE
bool sys_heap_validate(struct sys_heap *heap) {
    begin(heap->heap, IS_ALL_SOUND);
    bool sound = capheap_region_check(&heap->heap->region);
    return answer(heap->heap) && sound;
}
#endif

int sys_heap_runtime_stats_get(struct sys_heap *heap, struct sys_memory_stats *stats) {
    if (heap == NULL || heap->heap == NULL || stats == NULL) {
        return -EINVAL;
    }
    const capheap_region_t *region = &heap->heap->region;
    stats->free_bytes = capheap_region_free_bytes(region);
    stats->allocated_bytes = capheap_region_used_bytes(region);
    stats->max_allocated_bytes = capheap_region_size(region) - capheap_region_minimum_free(region);
    return 0;
}

int sys_heap_runtime_stats_reset_max(struct sys_heap *heap) {
    if (heap == NULL || heap->heap == NULL) {
        return -EINVAL;
    }
    capheap_region_reset_minimum(&heap->heap->region);
    return 0;
}

#ifdef CONFIG_SYS_HEAP_INFO
void sys_heap_print_info(struct sys_heap *heap, bool dump_chunks) {
    const capheap_region_t *region = &heap->heap->region;
    printk("Heap at %p: %zu bytes used, %zu free, the largest piece %zu, in %zu blocks\n",
           (void *)heap->heap, capheap_region_used_bytes(region), capheap_region_free_bytes(region),
           capheap_region_largest(region), capheap_region_blocks(region));
    capheap_block_t block = {0};
    while (dump_chunks && capheap_region_next_block(region, &block)) {
        printk("%p %zu %s\n", block.start, block.size, block.used ? "used" : "free");
    }
}
#endif
