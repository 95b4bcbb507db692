/* SPDX-License-Identifier: MIT */
/* The calls that tell of failures. What is told, and when, is ESP-IDF's (components/heap/
 * heap_caps.c), down to a product that overflows and to a list without capabilities. */
#include <stdarg.h>

#include "esp_idf_internal.h"

#define SAME(name) _Static_assert((uint32_t)MALLOC_CAP_##name == CAPHEAP_##name, #name)
SAME(32BIT);
SAME(8BIT);
SAME(DMA);
SAME(PID2);
SAME(PID7);
SAME(SPIRAM);
SAME(INTERNAL);
SAME(DEFAULT);
SAME(IRAM_8BIT);
SAME(RETENTION);
SAME(RTCRAM);
SAME(SPM);
SAME(DMA_DESC_AHB);
SAME(DMA_DESC_AXI);
SAME(CACHE_ALIGNED);
SAME(SIMD);
SAME(INVALID);

static esp_alloc_failed_hook_t failed_callback;

/* -1: malloc uses internal memory alone. */
static int internal_limit = -1;

esp_err_t heap_caps_register_failed_alloc_callback(esp_alloc_failed_hook_t callback) {
    if (callback == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    failed_callback = callback;
    return ESP_OK;
}

static void tell(size_t size, uint32_t caps, const char *function) {
    if (failed_callback != NULL) {
        failed_callback(size, caps, function);
    }
#ifdef CONFIG_HEAP_ABORT_WHEN_ALLOCATION_FAILS
    capheap_esp_idf_stop("memory allocation failed", NULL);
#endif
}

static void *or_tell(void *ptr, size_t size, uint32_t caps, const char *function) {
    if (ptr == NULL && size > 0) {
        tell(size, caps, function);
    }
    return ptr;
}

/* --------------------------------------------------------------------------- by capabilities */

void *heap_caps_malloc(size_t size, uint32_t caps) {
    return or_tell(heap_caps_malloc_base(size, caps), size, caps, __func__);
}

void *heap_caps_realloc(void *ptr, size_t size, uint32_t caps) {
    return or_tell(heap_caps_realloc_base(ptr, size, caps), size, caps, __func__);
}

void *heap_caps_calloc(size_t n, size_t size, uint32_t caps) {
    void *ptr = heap_caps_calloc_base(n, size, caps);
    if (ptr == NULL && size > 0) {
        tell(n * size, caps, __func__); /* wrapped, if it overflows */
    }
    return ptr;
}

static bool is_alignment(size_t alignment) {
    return alignment != 0 && (alignment & (alignment - 1)) == 0;
}

void *heap_caps_aligned_alloc(size_t alignment, size_t size, uint32_t caps) {
    if (!is_alignment(alignment)) {
        return NULL;
    }
    return or_tell(heap_caps_aligned_alloc_base(alignment, size, caps), size, caps, __func__);
}

/* By words where the memory may take nothing else; a block has whole ones. */
static void clear(void *ptr, size_t bytes) {
    const idf_region_t *region = capheap_esp_idf_region_at((uintptr_t)ptr);
    if (region != NULL && capheap_esp_idf_has(region, MALLOC_CAP_8BIT)) {
        __builtin_memset(ptr, 0, bytes);
        return;
    }
    volatile uint32_t *word = ptr;
    for (size_t left = bytes / sizeof *word + (bytes % sizeof *word != 0); left > 0; left--) {
        *word++ = 0;
    }
}

void *heap_caps_aligned_calloc(size_t alignment, size_t n, size_t size, uint32_t caps) {
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes)) {
        return NULL;
    }
    void *ptr = heap_caps_aligned_alloc(alignment, bytes, caps);
    if (ptr != NULL) {
        clear(ptr, bytes);
    }
    return ptr;
}

void heap_caps_aligned_free(void *ptr) {
    heap_caps_free(ptr);
}

/* ------------------------------------------------------------------------- the first that does */

void *heap_caps_malloc_prefer(size_t size, size_t num, ...) {
    void *ptr = NULL;
    uint32_t caps = MALLOC_CAP_DEFAULT;
    va_list list;
    va_start(list, num);
    for (; num > 0 && ptr == NULL && size > 0; num--) {
        caps = va_arg(list, uint32_t);
        ptr = heap_caps_malloc_base(size, caps);
    }
    va_end(list);
    return or_tell(ptr, size, caps, __func__);
}

void *heap_caps_realloc_prefer(void *ptr, size_t size, size_t num, ...) {
    void *resized = NULL;
    uint32_t caps = MALLOC_CAP_DEFAULT;
    va_list list;
    va_start(list, num);
    for (; num > 0 && resized == NULL; num--) {
        caps = va_arg(list, uint32_t);
        resized = heap_caps_realloc_base(ptr, size, caps);
        if (size == 0) {
            break; /* it is given back */
        }
    }
    va_end(list);
    return or_tell(resized, size, caps, __func__);
}

void *heap_caps_calloc_prefer(size_t n, size_t size, size_t num, ...) {
    void *ptr = NULL;
    uint32_t caps = MALLOC_CAP_DEFAULT;
    va_list list;
    va_start(list, num);
    for (; num > 0 && ptr == NULL && size > 0; num--) {
        caps = va_arg(list, uint32_t);
        ptr = heap_caps_calloc_base(n, size, caps);
    }
    va_end(list);
    return or_tell(ptr, size, caps, __func__);
}

/* ------------------------------------------------------------------------------------ for malloc
 */

#define ANYWHERE     MALLOC_CAP_DEFAULT
#define INSIDE       (MALLOC_CAP_DEFAULT | MALLOC_CAP_INTERNAL)
#define OUTSIDE      (MALLOC_CAP_DEFAULT | MALLOC_CAP_SPIRAM)
#define FIRST(size_) ((size_) <= (size_t)internal_limit ? INSIDE : OUTSIDE)

void heap_caps_malloc_extmem_enable(size_t limit) {
    internal_limit = (int)limit;
}

void *heap_caps_malloc_default(size_t size) {
    if (internal_limit == -1) {
        return heap_caps_malloc(size, INSIDE);
    }
    void *ptr = heap_caps_malloc_base(size, FIRST(size));
    if (ptr == NULL && size > 0) {
        ptr = heap_caps_malloc_base(size, ANYWHERE);
    }
    return or_tell(ptr, size, ANYWHERE, __func__);
}

void *heap_caps_realloc_default(void *ptr, size_t size) {
    if (internal_limit == -1) {
        return heap_caps_realloc(ptr, size, INSIDE);
    }
    void *resized = heap_caps_realloc_base(ptr, size, FIRST(size));
    if (resized == NULL && size > 0) {
        resized = heap_caps_realloc_base(ptr, size, ANYWHERE);
    }
    return or_tell(resized, size, ANYWHERE, __func__);
}

void *heap_caps_aligned_alloc_default(size_t alignment, size_t size) {
    if (internal_limit == -1) {
        return heap_caps_aligned_alloc(alignment, size, INSIDE);
    }
    if (!is_alignment(alignment) || size == 0) {
        return NULL;
    }
    void *ptr = heap_caps_aligned_alloc_base(alignment, size, FIRST(size));
    if (ptr == NULL) {
        ptr = heap_caps_aligned_alloc_base(alignment, size, ANYWHERE);
    }
    return or_tell(ptr, size, ANYWHERE, __func__);
}
