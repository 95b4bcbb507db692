/* SPDX-License-Identifier: MIT */
/*
 * Capabilities: what a memory can do, one bit each. A request ORs the bits that it needs; a memory
 * serves it if it has them all. Bits 0 to 20 have the values of ESP-IDF's MALLOC_CAP_*
 * (components/heap/include/esp_heap_caps.h).
 */
#ifndef CAPHEAP_CAPS_H
#define CAPHEAP_CAPS_H

#include <stdint.h>

/* A set of capabilities: the bits below, ORed. */
typedef uint32_t capheap_caps_t;

#define CAPHEAP_EXEC   (UINT32_C(1) << 0)  /* instructions can be fetched from it */
#define CAPHEAP_32BIT  (UINT32_C(1) << 1)  /* aligned 32-bit accesses work */
#define CAPHEAP_8BIT   (UINT32_C(1) << 2)  /* accesses of 8 and 16 bits work too */
#define CAPHEAP_DMA    (UINT32_C(1) << 3)  /* the chip's general DMA engine reaches it */
#define CAPHEAP_PID2   (UINT32_C(1) << 4)  /* process 2 reaches it */
#define CAPHEAP_PID3   (UINT32_C(1) << 5)  /* process 3 reaches it */
#define CAPHEAP_PID4   (UINT32_C(1) << 6)  /* process 4 reaches it */
#define CAPHEAP_PID5   (UINT32_C(1) << 7)  /* process 5 reaches it */
#define CAPHEAP_PID6   (UINT32_C(1) << 8)  /* process 6 reaches it */
#define CAPHEAP_PID7   (UINT32_C(1) << 9)  /* process 7 reaches it */
#define CAPHEAP_SPIRAM (UINT32_C(1) << 10) /* external RAM */
#define CAPHEAP_INTERNAL                                                                           \
    (UINT32_C(1) << 11)                     /* internal: stays there when the flash cache is off   \
                                             */
#define CAPHEAP_DEFAULT (UINT32_C(1) << 12) /* may serve malloc() */
#define CAPHEAP_IRAM_8BIT                                                                          \
    (UINT32_C(1) << 13) /* instruction RAM whose byte accesses are emulated by a trap */
#define CAPHEAP_RETENTION (UINT32_C(1) << 14) /* the retention DMA reaches it: kept over sleep */
#define CAPHEAP_RTCRAM    (UINT32_C(1) << 15) /* fast memory of the real-time clock's power domain */
#define CAPHEAP_SPM       (UINT32_C(1) << 16) /* scratch-pad memory beside the core */
#define CAPHEAP_TCM       CAPHEAP_SPM         /* the same, as Arm calls it: tightly coupled */
#define CAPHEAP_DMA_DESC_AHB                                                                       \
    (UINT32_C(1) << 17) /* can hold descriptors of the DMA on the AHB bus */
#define CAPHEAP_DMA_DESC_AXI                                                                       \
    (UINT32_C(1) << 18) /* can hold descriptors of the DMA on the AXI bus */
#define CAPHEAP_CACHE_ALIGNED                                                                      \
    (UINT32_C(1) << 19) /* request: start and size in whole lines of the memory's caches */
#define CAPHEAP_SIMD    (UINT32_C(1) << 20) /* the vector unit's wide accesses work */
#define CAPHEAP_INVALID (UINT32_C(1) << 31) /* no memory has it; marks the end of a list */

/* capheap's own, from the bits that ESP-IDF leaves free, counted down from the top. */
#define CAPHEAP_ATOMIC                                                                             \
    (UINT32_C(1)                                                                                   \
     << 30) /* compare-and-swap works; PSRAM behind the cache of an Xtensa chip lacks it */

#endif
