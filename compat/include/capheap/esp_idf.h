/* SPDX-License-Identifier: MIT */
/*
 * Behind the names of today's ESP-IDF (esp_heap_caps.h, esp_heap_caps_init.h, multi_heap.h,
 * heap_memory_layout.h): the heap itself, and what these names ask of the program.
 *
 * Set-up errors and pointers that are no live block's stop the program with a line that says what
 * and where, as ESP-IDF's assertions do, unless a report hook is set:
 *
 *     capheap_set_hooks(&capheap_esp_idf_heap, &hooks);     after heap_caps_init()
 */
#ifndef CAPHEAP_ESP_IDF_H
#define CAPHEAP_ESP_IDF_H

#include "capheap/esp_idf_environment.h"
#include "capheap/heap.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Regions added at run time that the heap itself can take, as a chip's memory with an alias or
 * word-only memory must be. More are served too, each as a multi_heap of its own. */
#ifndef CAPHEAP_ESP_IDF_LATE_REGIONS
#define CAPHEAP_ESP_IDF_LATE_REGIONS 4
#endif

/* Ranges that a program may reserve. */
#ifndef CAPHEAP_ESP_IDF_RESERVED
#define CAPHEAP_ESP_IDF_RESERVED 16
#endif

/*
 * 1: behind each block of a heap that multi_heap_register() makes is a guard, from one byte up to
 * the next multiple of 8. multi_heap_check() tells of blocks that were written past their end, by
 * as little as one byte; multi_heap_free() and the other calls that take a block stop the program.
 * It costs 8 bytes for a size that is a multiple of 8, else nothing: it lies in what rounding up
 * leaves. Blocks of heap_caps_malloc() and so on have none.
 *
 * 0: none. Set it where compat/esp_idf_multi_heap.c is compiled, or by
 * CONFIG_CAPHEAP_MULTI_HEAP_WITHOUT_GUARDS in sdkconfig.h.
 */
#ifndef CAPHEAP_ESP_IDF_MULTI_HEAP_GUARD
#ifdef CONFIG_CAPHEAP_MULTI_HEAP_WITHOUT_GUARDS
#define CAPHEAP_ESP_IDF_MULTI_HEAP_GUARD 0
#else
#define CAPHEAP_ESP_IDF_MULTI_HEAP_GUARD 1
#endif
#endif

/*
 * The heap that all these names work on: explain it, watch marks, look into it. Of its regions
 * each has a tag of its own. Not in it: a region added inside a block of another one, which is a
 * multi_heap of its own.
 */
extern capheap_heap_t capheap_esp_idf_heap;

/* The chip, and what the program takes of it for itself. */
typedef struct capheap_esp_idf_taken {
    const capheap_chip_t *chip;      /* chips.h, or one's own */
    const capheap_range_t *reserved; /* code and data, by either address of a memory */
    size_t reserved_count;           /* at most CAPHEAP_ESP_IDF_RESERVED */
    size_t fitted; /* bytes of external RAM that are set up before heap_caps_init; ESP-IDF adds
                      its own later */
    size_t dma_alignment; /* bytes, a power of two: what a DMA buffer must be aligned to besides its
                             cache line, 16 where flash encryption is on. 0: nothing */
} capheap_esp_idf_program_t;

/*
 * Called by heap_caps_init() and by the functions of heap_memory_layout.h; the program supplies it,
 * or takes that of compat/esp_idf_program.c, which reads sdkconfig.h and the symbols of ESP-IDF's
 * linker scripts. What it points to must stay.
 */
capheap_esp_idf_program_t capheap_esp_idf_program(void);

/* Where print and dump functions, and errors, go: a piece of text. The program supplies it, or
 * takes that of compat/esp_idf_write.c: the ROM's printf, else stdout. */
void capheap_esp_idf_write(const char *text);

#ifdef __cplusplus
}
#endif

#endif
