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

/* What a set-up call returns: CAPHEAP_OK, or why it failed. All failures are below 0. */
typedef enum capheap_status {
    CAPHEAP_OK = 0,              /* done */
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
    /* Why a region was started afresh (attach.h): */
    CAPHEAP_ERROR_NOT_KEPT = -9, /* no region is there */
    CAPHEAP_ERROR_OTHER = -10,   /* one of another memory, shape, key or version */
    CAPHEAP_ERROR_DAMAGED = -11, /* its books contradict themselves, or its seal doesn't fit */
} capheap_status_t;

/* One line of English for a status, never NULL; constant text, for any number. O(1); from anywhere,
 * interrupts included. */
const char *capheap_status_text(capheap_status_t status);

/* What was found wrong: misuse by the program (the first three), or damage to memory. */
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

/* One fault: what, where, and which block. Valid during the call of the hook. */
typedef struct capheap_report {
    capheap_fault_t fault; /* what is wrong */
    const void *address;   /* the pointer given, or the place that was found damaged */
    const struct capheap_region *region; /* NULL if no region of the heap holds the address */
    const void *block; /* start of the block, free or live, that holds the address; NULL if there is
                          none */
    size_t block_size; /* its bytes; 0 if there is none */
} capheap_report_t;

/*
 * Called from inside the call that found the fault, in its thread or interrupt and under its lock:
 * that of the region, or of the heap's set of regions. It may count, store, write to a port that it
 * polls, or stop the program. It must not use the heap, nor call what allocates by itself: printf
 * takes a buffer for its stream from malloc, dprintf one for long lines. To print, format into an
 * array of one's own (snprintf, no floating point) and write that; or store the report, and print
 * when the call is over.
 *
 * When it returns, the call goes on: misuse changes nothing; after damage the lists are rebuilt
 * from the map. Hooks of two regions may run at once, in two threads. To find the block that
 * holds the address takes O(granules of the block). context: as it was given with the hook.
 */
typedef void (*capheap_report_fn)(void *context, const capheap_report_t *report);

/* A few words of English for a fault, never NULL; constant text, for any number. O(1); from
 * anywhere, interrupts included. */
const char *capheap_fault_text(capheap_fault_t fault);

#ifdef __cplusplus
}
#endif

#endif
