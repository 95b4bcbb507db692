/* SPDX-License-Identifier: MIT */
/*
 * A heap: a set of regions, each of a memory type with capabilities. A request names capabilities;
 * a region can serve it if its type has them all. The regions that can are tried in the order of
 * choice (capheap_set_order) until one has room. Any number of heaps live side by side; a block is
 * given back through the heap that gave it, whichever of its regions it came from.
 *
 * Capabilities that do more than select:
 * - CAPHEAP_EXEC implies CAPHEAP_32BIT. From memory with an alias on the instruction bus the block
 *   comes back as its address there, and free, realloc and usable size take that address. Such
 *   memory never serves EXEC together with 8BIT or DMA, which its alias can't do.
 * - CAPHEAP_CACHE_ALIGNED asks for a block whose start and size are whole cache lines of the
 *   memory that serves it. So do CAPHEAP_DMA and masters named in a request, without being asked:
 *   a buffer that the cache doesn't see change shares no line with anything else. Memory without
 *   a write-back cache in front of it rounds nothing.
 * - A request for 8BIT never gets word-only memory, because a type without 8BIT is word-only.
 * - No capabilities at all (0): refused, for such a block could not be used for anything certain.
 *
 * Every block is aligned to its region's granule (8 bytes or more). Size 0 gives NULL, and that is
 * no failure. A request that no region serves gives NULL and calls the failure hook. A pointer that
 * is no live block's is reported (capheap_set_hooks) and nothing changes.
 *
 * Threads: every call may be made from several threads at once, except where it says otherwise.
 * Each region has its own lock (port.h), held for one operation of the engine at a time, so that
 * two threads work in two regions at once. No lock is held over a hook (the report hook aside),
 * while calloc clears, or while realloc copies. Calls that change the set of regions, and for a
 * moment requests that no region serves, take the set's lock too. Interrupts: malloc, free and the
 * rest may be called where the port's lock may be taken.
 *
 * Complexity: O(regions), each visited with a constant number of instructions, unless said.
 */
#ifndef CAPHEAP_HEAP_H
#define CAPHEAP_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capheap/caps.h"
#include "capheap/chip.h"
#include "capheap/port.h"
#include "capheap/region.h"
#include "capheap/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ----------------------------------------------------------------------------------- request */

/* A component or task with a limit (quota.h). */
struct capheap_owner;

/*
 * All that can be asked of a block. What is left 0 asks for nothing; size, and caps, prefer or tag
 * must be given. The simple calls below are short for the requests that are made most.
 */
typedef struct capheap_request {
    size_t size;                  /* bytes */
    size_t alignment;             /* bytes, a power of two; 0: the granule's will do */
    capheap_caps_t caps;          /* the memory must have all of these, ... */
    capheap_caps_t without;       /* ... and none of these */
    capheap_masters_t masters;    /* all of these bus masters must reach it (chip.h) */
    const capheap_caps_t *prefer; /* best first: try as if prefer[0] had been asked for besides
                                     caps, then as if prefer[1] had been, ..., then by caps alone */
    size_t prefer_count;          /* entries of prefer */
    const uint32_t *tag;          /* only regions with this tag; caps may be 0 then. NULL: any */
    bool zero;                    /* the block is to be all zero */
    struct capheap_owner *owner;  /* whom it is charged to; NULL: nobody */
} capheap_request_t;

/* ------------------------------------------------------------------------------------- hooks */

/*
 * What became of a block. Called with no lock held, in the thread that made the call:
 * - given out: old_ptr is NULL; after it was given out.
 * - resized or moved: both pointers, the same if it stayed; after its contents are in place, and
 *   before its old place is given back.
 * - given back: new_ptr is NULL; before it is given back, so that no other thread has it yet.
 * size: the bytes asked for; of a block given back, the bytes that it has. caps: as asked for, with
 * the preference that was met; 0 for a block given back or asked for by tag alone. A pointer that
 * is no live block's causes no event.
 */
typedef void (*capheap_event_fn)(void *context, const void *old_ptr, const void *new_ptr,
                                 size_t size, capheap_caps_t caps);

/*
 * A request could not be served: no region has these capabilities and room, the alignment is no
 * power of two, or count * size overflows (size is SIZE_MAX then). Called once per call, with no
 * lock held, before it returns NULL. The request is that of the call, or what a simple call stands
 * for: a list of preferences is in `prefer`, with no caps besides. It is valid during the call.
 */
typedef void (*capheap_failure_fn)(void *context, const capheap_request_t *request);

/* What the heap calls: none, some or all. */
typedef struct capheap_hooks {
    capheap_event_fn event;     /* may be NULL */
    capheap_failure_fn failure; /* may be NULL */
    capheap_report_fn report;   /* misuse or damage (status.h: called under the region's lock); NULL
                                   stops the program */
    void *context;              /* handed to each of them */
} capheap_hooks_t;

/* -------------------------------------------------------------------------------------- heap */

/* Bytes that are kept, and how many of them are in use by those for whom they are kept. */
typedef struct capheap_share {
    size_t all;   /* kept */
    size_t drawn; /* in use */
} capheap_share_t;

/* A reserve (policy.h). What each region keeps of its bytes stands in the slots, its piece here: a
 * matter of the one slot that keeps it, and of that slot's lock. */
typedef struct capheap_kept_for {
    capheap_caps_t caps;   /* whom it is for; 0: there is none */
    capheap_share_t piece; /* bytes in one piece, in the region that keeps it */
} capheap_kept_for_t;

/* Memory for a region's books. The fields are the heap's own. */
typedef struct capheap_books {
    void *start; /* NULL: in the region itself */
    size_t size; /* bytes */
} capheap_books_t;

/* Room for one region. The fields are the heap's own; read them through inspect.h. */
typedef struct capheap_slot {
    capheap_lock_t lock;
    struct capheap_slot *next;   /* in order of choice */
    capheap_caps_t lacks;        /* capabilities that its type has not; all, if it serves nothing */
    capheap_caps_t plain_lacks;  /* the same, and those that take more than a plain malloc here */
    capheap_caps_t first_choice; /* those that make it a first choice, ... */
    capheap_caps_t second_choice;
    uint32_t floor;            /* granules: while none has fewer free, no sum of several is least */
    uint32_t free;             /* granules, as others may read it */
    capheap_memory_t memory;   /* where it is, its alias and flags, as it was added */
    uint8_t plain;             /* a plain free will do */
    uint8_t state;             /* empty, held back, joining or serving */
    uint8_t late;              /* came after the end of start-up */
    uint8_t stretched;         /* a stretch (minimum.h) is on: what was before it */
    uint8_t earlier_late;      /* `late`, ... */
    uint8_t granule_shift;     /* log2 of a granule's bytes */
    uint8_t owner_shift;       /* log2 of a cell's bytes */
    uint8_t keeps;             /* of how many reserves it has a part */
    uint16_t pieces;           /* a bit for each reserve whose piece it keeps, ... */
    uint8_t piece_shift;       /* ... and log2 of the unit that these are counted in */
    uint32_t tag;              /* as it was added */
    uint32_t rank;             /* place of its tag in the order given */
    uint32_t serial;           /* regions added before it */
    capheap_masters_t masters; /* bus masters that reach it */
    const capheap_type_t *type;
    size_t earlier;  /* its minimum before the stretch */
    uint8_t *owners; /* a byte per cell: whose block begins there (quota.h); NULL: no owners */
    struct capheap_retained *retained; /* its region was attached (sleep.h); NULL: it was not */
    const void *asked; /* the pointer being looked at, if it is the alias's: for reports */
    capheap_share_t kept[CAPHEAP_RESERVES]; /* bytes: its parts of the reserves (policy.h) */
    capheap_share_t part;                   /* its part of one that is being dealt out */
    union {
        capheap_region_t region;
        capheap_books_t books; /* of a region that is not made yet */
    };
} capheap_slot_t;

/* The fields are the heap's own. */
typedef struct capheap_heap {
    capheap_slot_t *slots;
    size_t slot_count;
    capheap_slot_t *first; /* of the serving regions, in order of choice */
    size_t slots_in_use;   /* slots from the front that were ever used */
    uintptr_t version;     /* of the list: its changes so far */
    const uint32_t *order; /* tags in the order given; NULL: by priority */
    size_t order_count;
    uint32_t serial;                 /* regions ever added */
    const char *const *master_names; /* of the first chip that was added */
    capheap_caps_t special;          /* requests with one of these take more than a plain malloc */
    capheap_caps_t line_caps;        /* those of `special` that ask for whole cache lines */
    capheap_kept_for_t reserves[CAPHEAP_RESERVES];
    struct capheap_mark *marks;     /* mark.h */
    struct capheap_minimum *minima; /* minimum.h */
    size_t least;                   /* bytes: that were ever free in all regions together; ... */
    size_t earlier_least;           /* ... before the stretch */
    struct capheap_owner *owners;   /* quota.h */
    size_t owner_count;
    capheap_lock_t owner_lock; /* of their counts */
    size_t internal_up_to;     /* placement (policy.h) */
    size_t external_from;
    uint8_t master_count;
    uint8_t stretch; /* minimum.h */
    uint8_t sunk;    /* a region has come below its floor */
    uint8_t watched; /* a hook or mark waits for what is given out and back */
    uint8_t locks_ready;
    uint8_t startup_over;
    capheap_lock_t lock; /* of the set of regions */
    capheap_hooks_t hooks;
} capheap_heap_t;

/* The initial value of a heap with an array of zeroed slots, one per region that it may get. */
#ifndef __cplusplus
#define CAPHEAP_HEAP_INITIAL(slots_, slot_count_)                                                  \
    {                                                                                              \
        .slots = (slots_), .slot_count = (slot_count_),                                            \
        .special = CAPHEAP_EXEC | CAPHEAP_CACHE_ALIGNED, .least = SIZE_MAX                         \
    }
#else
/* C++11 has neither named initializers nor constants made in steps, and -Wextra asks for each
 * field: all of them, in the order above. */
constexpr capheap_heap_t capheap_heap_initial(capheap_slot_t *slots, size_t slot_count) {
    return {slots,   slot_count, nullptr, 0,       0,
            nullptr, 0,          0,       nullptr, CAPHEAP_EXEC | CAPHEAP_CACHE_ALIGNED,
            0,       {},         nullptr, nullptr, SIZE_MAX,
            0,       nullptr,    0,       {},      0,
            0,       0,          0,       0,       0,
            0,       0,          {},      {}};
}
#define CAPHEAP_HEAP_INITIAL(slots_, slot_count_) capheap_heap_initial((slots_), (slot_count_))
#endif

/* A static heap with room for `regions` regions; nothing has to run before it is used. */
#define CAPHEAP_HEAP_DEFINE(name, regions)                                                         \
    static capheap_slot_t name##_slots[(regions)];                                                 \
    static capheap_heap_t name = CAPHEAP_HEAP_INITIAL(name##_slots, (regions))

/* The same at run time, before anything else is done with the heap: slots need not be zeroed. heap
 * and slots must stay where they are for as long as it is used. O(slots). */
void capheap_init(capheap_heap_t *heap, capheap_slot_t *slots, size_t slot_count);

/* Before other threads use the heap, or while none does. hooks is copied; NULL: no hooks. O(1). */
void capheap_set_hooks(capheap_heap_t *heap, const capheap_hooks_t *hooks);

/*
 * The order of choice among the regions that can serve a request.
 *
 * By default (tags NULL): first the regions whose type lists one of the bits asked for in its first
 * priority, then the second, then the third; among these the word-only before the others, then the
 * smaller (by capheap_memory_t.size) before the larger, then the one added later.
 *
 * With tags[0..count): regions tagged tags[0] come first, then those tagged tags[1], and so on,
 * whatever their priorities; all others after them by the default. Regions of one tag by size as
 * above. The array is not copied: keep it for as long as it is in force. It holds for regions added
 * later too.
 *
 * O(regions^2 + regions * count), under the set's lock.
 */
void capheap_set_order(capheap_heap_t *heap, const uint32_t *tags, size_t count);

/* ----------------------------------------------------------------------------------- regions */

/*
 * The first of these calls on a heap must have returned before other threads use it; later ones may
 * run while others allocate. What the memory held is lost. type, and tags given by
 * capheap_set_order, must outlive the heap's use of them; memory is copied.
 *
 * Fails, and then the heap is as it was: CAPHEAP_ERROR_ARGUMENT (a null pointer; memory at
 * address 0, for a block there would be NULL: leave its first granule out; a type with
 * CAPHEAP_INVALID or CAPHEAP_CACHE_ALIGNED, or whose cache line is no power of two; an unknown flag
 * or kind of alias; an alias less aligned than the granule; those of capheap_region_init),
 * CAPHEAP_ERROR_OVERLAP (with a region of the heap, held back or not, or the alias with a region or
 * its alias), CAPHEAP_ERROR_FULL, CAPHEAP_ERROR_TOO_SMALL, CAPHEAP_ERROR_TOO_LARGE,
 * CAPHEAP_ERROR_WRAPS.
 *
 * Complexity: O(regions) and the clearing of the map, O(size / granule / 16).
 */

/*
 * Add a region of a type, which may be one's own: capabilities in three priorities. tag is any
 * number, for capheap_malloc_tagged and capheap_set_order; of a chip's type it is the index.
 * Memory flagged CAPHEAP_MEMORY_STARTUP is held back: not touched until capheap_end_startup, from
 * then on added at once.
 */
capheap_status_t capheap_add_region(capheap_heap_t *heap, const capheap_type_t *type, uint32_t tag,
                                    const capheap_memory_t *memory);

/*
 * The same with the region's books in other memory: at least
 * capheap_region_books_size(memory->size, type->granule) bytes, aligned to 4, usable until the
 * region is removed. A faster memory can so hold the map of a slow one.
 */
capheap_status_t capheap_add_region_with_books(capheap_heap_t *heap, const capheap_type_t *type,
                                               uint32_t tag, const capheap_memory_t *memory,
                                               void *books, size_t books_size);

/*
 * Add all memory that a chip has (capheap_chip_layout), less what is reserved; of external memory
 * the first `fitted` bytes, 0 if it is to come later. Tags are the types' indices in the chip's
 * table. Its types and the names of its masters must outlive the heap's use of them. All is added
 * or nothing. Takes CAPHEAP_LAYOUT_REGIONS * sizeof(capheap_memory_t) bytes of stack.
 */
capheap_status_t capheap_add_chip(capheap_heap_t *heap, const capheap_chip_t *chip,
                                  const capheap_range_t *reserved, size_t reserved_count,
                                  size_t fitted);

/*
 * Add a part of a chip's memory at run time, for example PSRAM that was just set up: type, tag and
 * alias are those of the chip's memory that holds it. CAPHEAP_ERROR_UNKNOWN if no single memory of
 * the chip does.
 */
capheap_status_t capheap_add_chip_memory(capheap_heap_t *heap, const capheap_chip_t *chip,
                                         uintptr_t start, size_t size);

/*
 * Start-up is over: its memory is free now. The regions held back begin to serve. Also, regions
 * that come later are left out of minimum figures until capheap_reset_minimum. The first failure is
 * returned after all were tried; a region that failed stays held back. A second call does nothing
 * but try these again.
 */
capheap_status_t capheap_end_startup(capheap_heap_t *heap);

/*
 * Take out the region that holds `address`; its memory is the caller's again.
 * CAPHEAP_ERROR_BUSY if it has live blocks, CAPHEAP_ERROR_UNKNOWN if there is none.
 */
capheap_status_t capheap_remove_region(capheap_heap_t *heap, const void *address);

/* -------------------------------------------------------------------------------- allocation */

/*
 * A block as the request asks for it; the request isn't kept. Fails (NULL, and the failure hook)
 * if no region can serve it. O(regions), once for each preference.
 */
void *capheap_allocate(capheap_heap_t *heap, const capheap_request_t *request);

/*
 * Change a block's size, and its memory, to what the request asks for, as capheap_realloc does:
 * alignment, masters and whole cache lines included. With a list of preferences the block moves to
 * the first memory of the list that has room. `zero` is ignored, `owner` too: the block stays its
 * owner's.
 */
void *capheap_reallocate(capheap_heap_t *heap, void *ptr, const capheap_request_t *request);

/* A block of at least size bytes of memory with all these capabilities, at a multiple of its
 * region's granule. Its contents are whatever was there. NULL, and a failure, if no region serves
 * it. O(regions). */
void *capheap_malloc(capheap_heap_t *heap, size_t size, capheap_caps_t caps);

/* count * size bytes, all zero. NULL, and a failure, if the product overflows. O(bytes). */
void *capheap_calloc(capheap_heap_t *heap, size_t count, size_t size, capheap_caps_t caps);

/*
 * Change a block's size, and its memory if that lacks one of these capabilities. Contents are kept
 * up to the smaller of both sizes; of alignment the region's granule (and the cache line, if caps
 * has CAPHEAP_CACHE_ALIGNED or CAPHEAP_DMA: name it again). ptr NULL: malloc. size 0: free, and
 * NULL. If it can't be had: NULL, a failure, and the block is as it was; to shrink within the same
 * memory never fails. O(regions) and the copy.
 */
void *capheap_realloc(capheap_heap_t *heap, void *ptr, size_t size, capheap_caps_t caps);

/* As malloc; the address is a multiple of alignment in bytes, a power of two (else NULL, and a
 * failure). Free it like any other. O(regions). */
void *capheap_aligned_alloc(capheap_heap_t *heap, size_t alignment, size_t size,
                            capheap_caps_t caps);
/* As calloc, so aligned. O(bytes). */
void *capheap_aligned_calloc(capheap_heap_t *heap, size_t alignment, size_t count, size_t size,
                             capheap_caps_t caps);

/* As malloc, with the first of prefer[0..prefer_count) that can be served. An empty list fails.
 * O(prefer_count * regions). */
void *capheap_malloc_prefer(capheap_heap_t *heap, size_t size, const capheap_caps_t *prefer,
                            size_t prefer_count);
/* As calloc, with a list of preferences. O(prefer_count * regions + bytes). */
void *capheap_calloc_prefer(capheap_heap_t *heap, size_t count, size_t size,
                            const capheap_caps_t *prefer, size_t prefer_count);
/* As realloc, by each preference in turn: the block stays if its memory has these and room for it,
 * else it moves to memory that has. O(prefer_count * regions), and the copy. */
void *capheap_realloc_prefer(capheap_heap_t *heap, void *ptr, size_t size,
                             const capheap_caps_t *prefer, size_t prefer_count);

/* As malloc, from the regions with this tag, whatever their capabilities (word-only memory
 * included), in the order of choice. O(regions). */
void *capheap_malloc_tagged(capheap_heap_t *heap, size_t size, uint32_t tag);

/* Give a block back, by the address that it was handed out by. NULL is fine. A pointer that is no
 * live block's is reported, and nothing changes. O(regions) to find the region. */
void capheap_free(capheap_heap_t *heap, void *ptr);

/* Bytes that the block at ptr has, its request rounded up: all of them may be used. 0 for NULL; a
 * pointer that is no live block's is reported, and 0. O(regions). */
size_t capheap_usable_size(capheap_heap_t *heap, const void *ptr);

/* ----------------------------------------------------------------------------------- figures */

/* Sums over the serving regions of a capability set, in bytes. total = used + free. */
typedef struct capheap_figures {
    size_t total;        /* all that blocks may take; books are not counted */
    size_t used;         /* in live blocks, rounding included */
    size_t free;         /* not in live blocks, perhaps in many pieces */
    size_t largest;      /* a size that malloc with these capabilities would serve now, and none
                            larger, but for whole cache lines and reserves: then a larger one may be
                            served too (capheap_find_largest in inspect.h is exact). By tag, or of
                            all regions: in one piece */
    size_t minimum_free; /* the least that was ever free: exact of one region, since it serves, and
                            of all regions (caps 0) together, whichever served at the time. Of other
                            sets: the sum of the regions' own minima, a late one counting 0, which
                            is a lower bound; minimum.h watches any set exactly. By tag: that sum */
    size_t blocks;       /* live blocks (a count) */
    size_t regions;      /* regions that these sums cover (a count) */
    size_t kept;         /* of `free`: kept in reserve from malloc with these capabilities */
} capheap_figures_t;

/* Figures of all regions that can serve these capabilities (0: of all regions). Each region's are
 * taken under its lock, one region after the other. Held back regions don't count. O(regions): no
 * block is walked. */
void capheap_get_figures(capheap_heap_t *heap, capheap_caps_t caps, capheap_figures_t *figures);
/* The same of the regions with this tag. O(regions). */
void capheap_get_figures_tagged(capheap_heap_t *heap, uint32_t tag, capheap_figures_t *figures);

/* Start counting the minimum afresh, from what is free now, in all regions that can serve these
 * capabilities (0: all, and of all together). O(regions). */
void capheap_reset_minimum(capheap_heap_t *heap, capheap_caps_t caps);

#ifdef __cplusplus
}
#endif

#endif
