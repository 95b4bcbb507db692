/* SPDX-License-Identifier: MIT */
/*
 * One contiguous memory: the engine. No capabilities, no lock, no globals.
 *
 * The memory is divided into granules. A block is a run of whole granules; nothing of the engine's
 * stands between or inside live blocks. Its books, a map of two bits per granule and the heads of
 * the free lists, are at the start of the memory or wherever the caller puts them. Free blocks hold
 * two link words, which are checked against the map before they are used.
 *
 * Threads and interrupts: calls on one region must not overlap; the heap (heap.h) adds the lock.
 * Calls on two regions never touch each other. Complexity is O(1) unless said: a constant bound on
 * instructions, whatever the region's size or state.
 */
#ifndef CAPHEAP_REGION_H
#define CAPHEAP_REGION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capheap/config.h"
#include "capheap/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The memory takes aligned 32-bit accesses only (instruction RAM of ESP32 and ESP8266). */
#define CAPHEAP_REGION_WORD_ONLY 1u

/* What a region is made of. It is read by capheap_region_init and not kept; a zeroed field takes
 * its default. */
typedef struct capheap_region_config {
    void *start;      /* any address but 0; the first block begins at a multiple of the granule */
    size_t size;      /* bytes: 64 to 4 GiB less one granule */
    uint32_t granule; /* bytes: 8, 16, 32, 64 or 128; 0 means 8. Every block is a multiple of it and
                         aligned to it */
    uint32_t flags;   /* CAPHEAP_REGION_* or 0 */
    void *books;      /* memory for the books, aligned to 4; NULL: they take the first bytes of the
                         region itself */
    size_t books_size;        /* its bytes: at least capheap_region_books_size(size, granule) */
    capheap_report_fn report; /* NULL: a fault stops the program (__builtin_trap) */
    void *report_context;     /* handed to it */
} capheap_region_config_t;

/* Thirty-two granules of the map: which start a block, and which of those are free. */
typedef struct capheap_map_word {
    uint32_t start; /* bit i: a block begins at the i-th of them */
    uint32_t free;  /* of a block's first and last granule: it is free (SPEC.md) */
} capheap_map_word_t;

/* The state of a region. Its fields are the engine's own; read them through the calls below. */
typedef struct capheap_region {
    uintptr_t origin;        /* address of granule 0, one before the first that blocks may take */
    capheap_map_word_t *map; /* who starts where; before it: the heads of the free lists */
    uint32_t granules;       /* granules that blocks may take, numbered from 1 */
    uint32_t open;           /* the free block that small requests are cut from; 0: none */
    uint32_t open_end;       /* the granule after it, or 0. It is in no bin */
    uint32_t free;           /* of them: in free blocks */
    uint32_t minimum;        /* the least that `free` was when a block was given back */
    uint32_t blocks;         /* live blocks */
    uintptr_t fault;         /* address of a damaged link that this call met, else 0 */
    uint8_t shift;           /* log2 of the granule's bytes */
    uint8_t flags;           /* CAPHEAP_REGION_* */
    uint8_t last_bin;        /* the number of the last list of free blocks */
    uint8_t quick;           /* requests of so many granules take the short cuts */
    capheap_report_fn report;
    void *report_context;
} capheap_region_t;

/*
 * Make a region out of memory that nothing else uses. What it held is lost.
 * Fails: CAPHEAP_ERROR_ARGUMENT (null pointer, size 0, granule no power of two from 8 to 128,
 * unknown flag, books not aligned to 4), CAPHEAP_ERROR_WRAPS, CAPHEAP_ERROR_TOO_LARGE,
 * CAPHEAP_ERROR_TOO_SMALL (also: books too small). O(size / granule / 16): it clears the map.
 */
capheap_status_t capheap_region_init(capheap_region_t *region,
                                     const capheap_region_config_t *config);

struct capheap_attach;
struct capheap_retained;

/*
 * The same in memory that keeps its contents over deep sleep or reset: the region that was there is
 * kept, with all live blocks, if its map is sound; else it is made afresh. attach.h says how to use
 * it from then on, and retained->status which it was and why. A call that the reset cut short is
 * mended; so is an attach. The report hook is not called.
 * Fails as init does, and with CAPHEAP_ERROR_ARGUMENT if `how` is out of its range.
 * O(size / granule), twice if sealed with contents: O(size).
 */
capheap_status_t capheap_region_attach(capheap_region_t *region,
                                       const capheap_region_config_t *config,
                                       const struct capheap_attach *how,
                                       struct capheap_retained *retained);

/* Bytes of books that a region of `size` bytes needs at most, wherever it starts. granule as in the
 * configuration. */
size_t capheap_region_books_size(size_t size, uint32_t granule);

/*
 * A block of at least `size` bytes, aligned to the granule; its contents are whatever was there.
 * NULL if size is 0 or no free block is found that holds it.
 */
void *capheap_region_malloc(capheap_region_t *region, size_t size);

/* The same with `count * size` bytes, all zero; NULL too if the product overflows. O(bytes). */
void *capheap_region_calloc(capheap_region_t *region, size_t count, size_t size);

/*
 * A block of at least `size` bytes whose address is a multiple of `alignment`, a power of two (else
 * NULL). Free it like any other.
 */
void *capheap_region_aligned_alloc(capheap_region_t *region, size_t alignment, size_t size);

/*
 * Change a block's size: in place or elsewhere. Contents are kept up to the smaller of both sizes;
 * the alignment kept is the granule's. NULL if it can't be had,
 * and the block is as it was. ptr NULL: malloc. size 0: free, and NULL. A pointer that is no live
 * block's: reported, NULL. O(1) and the copy.
 */
void *capheap_region_realloc(capheap_region_t *region, void *ptr, size_t size);

/* Give a block back. NULL is fine. A pointer that is no live block's is reported and nothing
 * changes. */
void capheap_region_free(capheap_region_t *region, void *ptr);

/* Bytes that the block at ptr really has: its request rounded up to granules. 0 for NULL; reported
 * and 0 if no live block's. */
size_t capheap_region_usable_size(const capheap_region_t *region, const void *ptr);

/* The live block that ends at `end` (its start + usable size); NULL if none does. For aliases that
 * run backwards. */
void *capheap_region_block_before(const capheap_region_t *region, const void *end);

/* Does ptr lie in the memory that blocks may take? */
bool capheap_region_owns(const capheap_region_t *region, const void *ptr);

/* Figures, in bytes, each O(1). size = used + free. */
size_t capheap_region_size(const capheap_region_t *region);       /* all that blocks may take */
size_t capheap_region_free_bytes(const capheap_region_t *region); /* not in live blocks */
size_t
capheap_region_used_bytes(const capheap_region_t *region); /* in live blocks, rounding included */
size_t
capheap_region_minimum_free(const capheap_region_t *region);  /* the least that was ever free */
size_t capheap_region_blocks(const capheap_region_t *region); /* live blocks (a count) */
/* The largest size that malloc would serve now: malloc of it succeeds, of one byte more fails. 0:
 * none. */
size_t capheap_region_largest(const capheap_region_t *region);

/* Start counting the minimum afresh from what is free now. */
void capheap_region_reset_minimum(capheap_region_t *region);

/* A block, live or free, as a walk shows it. */
typedef struct capheap_block {
    void *start; /* its address, a multiple of the granule; NULL: before the first */
    size_t size; /* bytes, a multiple of the granule */
    bool used;   /* live; false: free */
} capheap_block_t;

/*
 * The block after `block` in address order, or the first if block->start is NULL; false after the
 * last. It reads the map only, never the memory. The region may change between two calls as long as
 * the block at hand is not freed or merged.
 */
bool capheap_region_next_block(const capheap_region_t *region, capheap_block_t *block);

/*
 * Check everything: the map, each free block's links, the lists, the sums. True if all agree.
 * Damage is reported block by block; nothing is changed. O(blocks).
 */
bool capheap_region_check(const capheap_region_t *region);

/* How far a check in steps has come. Start a round with all fields 0. */
typedef struct capheap_check_place {
    uint32_t next; /* granule to go on from; 0 before the first step */
    uint32_t free; /* free granules seen so far */
    uint32_t live; /* live blocks seen so far */
    bool done;     /* the round is complete */
    bool sound;    /* nothing wrong was found in the last step */
} capheap_check_t;

/*
 * The same in steps of at most `count` blocks (at least 1), for a lock held briefly each time; the
 * region may change between two steps. The sums are compared only if one step does the whole
 * round. Returns check->sound. O(count).
 */
bool capheap_region_check_step(const capheap_region_t *region, capheap_check_t *check,
                               size_t count);

/* Build the free lists anew from the map alone, as the engine does when it meets a damaged link.
 * O(blocks). */
void capheap_region_heal(capheap_region_t *region);

#ifdef __cplusplus
}
#endif

#endif
