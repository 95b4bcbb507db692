/* SPDX-License-Identifier: MIT */
/*
 * How calls fail. Set-up calls return a capheap_status_t. Out of memory is NULL. Misuse and damage
 * are reported: once, at once, with what, where and which block, through the hook of the region or
 * heap; without a hook the program stops.
 */
#ifndef CAPHEAP_STATUS_H
#define CAPHEAP_STATUS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum capheap_status {
    CAPHEAP_OK = 0,
    CAPHEAP_ERROR_ARGUMENT = -1, /* a null pointer, or a number outside of its documented range */
    CAPHEAP_ERROR_TOO_SMALL =
        -2, /* the memory can't hold the books and one granule, or the map's memory is too small */
    CAPHEAP_ERROR_TOO_LARGE =
        -3,                   /* more granules than the engine can count (4 GiB less one granule) */
    CAPHEAP_ERROR_WRAPS = -4, /* start + size passes the end of the address space */
    CAPHEAP_ERROR_OVERLAP = -5, /* some of the memory belongs to the heap already */
    CAPHEAP_ERROR_FULL = -6,    /* the heap has no slot left for another region */
    CAPHEAP_ERROR_BUSY = -7,    /* the region still has live blocks */
    CAPHEAP_ERROR_UNKNOWN = -8, /* no such region, type or chip memory */
} capheap_status_t;

/* One line of English for a status, never NULL. */
const char *capheap_status_text(capheap_status_t status);

typedef enum capheap_fault {
    CAPHEAP_FAULT_FREED =
        1, /* the pointer lies in free memory: freed twice, or used after it was freed */
    CAPHEAP_FAULT_INTERIOR, /* the pointer lies inside a live block, not at its start */
    CAPHEAP_FAULT_FOREIGN,  /* the pointer belongs to no block memory of the region or heap */
    CAPHEAP_FAULT_LINK, /* a link in a free block was overwritten; `block` is NULL if that block has
                           been given out since */
    CAPHEAP_FAULT_MAP,  /* the map contradicts itself: memory of the books was overwritten */
} capheap_fault_t;

struct capheap_region;

typedef struct capheap_report {
    capheap_fault_t fault;
    const void *address; /* the pointer given, or the place that was found damaged */
    const struct capheap_region *region; /* NULL if no region of the heap holds the address */
    const void *block; /* start of the block that holds the address; NULL if there is none */
    size_t block_size; /* its bytes; 0 if there is none */
} capheap_report_t;

/*
 * Called from inside the call that found the fault, under the lock that it runs under: print,
 * count, store or stop, but don't allocate from the same region. When it returns, the faulty call
 * returns too, having changed nothing.
 */
typedef void (*capheap_report_fn)(void *context, const capheap_report_t *report);

/* A few words of English for a fault, never NULL. */
const char *capheap_fault_text(capheap_fault_t fault);

#ifdef __cplusplus
}
#endif

#endif
