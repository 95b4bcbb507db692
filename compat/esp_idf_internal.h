/* SPDX-License-Identifier: MIT */
/*
 * Between the parts of today's ESP-IDF's heap: the list of its regions in ESP-IDF's order of
 * choice. Below it is one capheap_heap_t, in which every region has a tag of its own, so that a
 * request can be directed at one region; a region that the heap can't take is a multi_heap.
 */
#ifndef CAPHEAP_ESP_IDF_INTERNAL_H
#define CAPHEAP_ESP_IDF_INTERNAL_H

#include "capheap/esp_idf.h"
#include "esp_heap_caps.h"

/* capheap's capabilities that ESP-IDF's tables don't have: a program may use their bits for its
 * own, and ESP-IDF's figures don't find memory by them. */
#define CAPHEAP_ESP_IDF_UNKNOWN (CAPHEAP_ATOMIC | CAPHEAP_DMA_DESC_AHB | CAPHEAP_DMA_DESC_AXI)

typedef struct idf_region {
    struct idf_region *next;
    capheap_type_t type; /* of its own, less CAPHEAP_ESP_IDF_UNKNOWN */
    uint32_t caps;       /* all of its capabilities */
    uintptr_t start;
    uintptr_t end;
    uint32_t tag;              /* in the heap */
    multi_heap_handle_t apart; /* serves it in place of the heap; NULL: the heap does */
    size_t minimum_before;     /* if apart: the least that was free before a stretch that is on */
    bool serving;              /* false: held back until start-up is over */
    bool late;                 /* came after heap_caps_init */
} idf_region_t;

/* The first in order of choice; NULL before heap_caps_init. Regions are only ever added. */
idf_region_t *capheap_esp_idf_first_region(void);

/* The region, other than the heap's, whose multi_heap holds ptr; NULL if none does. */
idf_region_t *capheap_esp_idf_apart(const void *ptr);

/* The region that holds an address, as data are read there; the innermost. NULL if none does. */
idf_region_t *capheap_esp_idf_region_at(uintptr_t address);

/* Does it serve, and have all of caps? */
static inline bool capheap_esp_idf_has(const idf_region_t *region, uint32_t caps) {
    return region->serving && (region->caps & caps) == caps;
}

/* The same; MALLOC_CAP_INVALID means all regions. */
bool capheap_esp_idf_covers(const idf_region_t *region, uint32_t caps);

/* Its figures, one region's; free blocks are not counted. */
capheap_figures_t capheap_esp_idf_figures(const idf_region_t *region);

/* The same as ESP-IDF has them, free blocks included. */
void capheap_esp_idf_info(const idf_region_t *region, multi_heap_info_t *info);

/* Call for each block of a region until it says false. */
void capheap_esp_idf_walk(const idf_region_t *region, multi_heap_walker_cb_t call, void *data);

/* What is left of the chip for a heap: a number of pieces, or a negative capheap_status_t. */
int capheap_esp_idf_layout(const capheap_esp_idf_program_t *program, capheap_memory_t *out,
                           size_t max);

/* Bytes that a DMA buffer must be aligned to besides its cache line. */
size_t capheap_esp_idf_dma_alignment(void);

/* Stop the program, with a line. */
_Noreturn void capheap_esp_idf_stop(const char *what, const void *where);

/* As a report hook: misuse, and damage met in passing, stop the program; damage that a check looks
 * for is noted. */
void capheap_esp_idf_report(void *context, const capheap_report_t *report);

/* What a check found. */
typedef struct idf_damage {
    size_t places;
    const char *what; /* this and the rest: the first */
    const void *address;
    const void *block; /* that holds it; NULL: not known */
} idf_damage_t;

/* Note one more place. Called under a region's lock. */
static inline void capheap_esp_idf_note_damage(idf_damage_t *damage, const char *what,
                                               const void *address, const void *block) {
    if (damage->places++ == 0) {
        damage->what = what;
        damage->address = address;
        damage->block = block;
    }
}

void capheap_esp_idf_print_damage(const idf_damage_t *damage);

/* What heap_caps_malloc and so on come down to. They don't tell of failures. Each is called by its
 * name from another file, as ESP-IDF's heap tracing expects (it wraps them at link time). */
void *heap_caps_malloc_base(size_t size, uint32_t caps);
void *heap_caps_aligned_alloc_base(size_t alignment, size_t size, uint32_t caps);
void *heap_caps_calloc_base(size_t n, size_t size, uint32_t caps);
void *heap_caps_realloc_base(void *ptr, size_t size, uint32_t caps);

/* What malloc, realloc and memalign come down to; ESP-IDF's C library declares them itself. */
void *heap_caps_malloc_default(size_t size);
void *heap_caps_realloc_default(void *ptr, size_t size);
void *heap_caps_aligned_alloc_default(size_t alignment, size_t size);

#endif
