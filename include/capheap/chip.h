/* SPDX-License-Identifier: MIT */
/*
 * What a chip's memories are: types, memories, aliases, start-up memory, and what is reserved; and
 * what remains of them for a heap. Tables and arithmetic only: nothing here touches the memory, so
 * a program on a PC can ask for any chip's layout. Everything is const and may be called from
 * anywhere, interrupts included.
 *
 * The tables are in chips/, one file per chip, declared in chips.h. docs/adding-a-chip.md shows how
 * to write one's own.
 */
#ifndef CAPHEAP_CHIP_H
#define CAPHEAP_CHIP_H

#include <stddef.h>
#include <stdint.h>

#include "capheap/caps.h"
#include "capheap/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Capabilities are listed in three priorities. A request is served first by types that have one of
 * its bits in the first, then by those that have one in the second, then in the third; each time
 * only by types that have all of its bits in the three together. So a memory whose `8BIT` stands in
 * the third priority is the last to be spent on a plain request, and still serves one that asks
 * for what only it can do.
 */
#define CAPHEAP_PRIORITIES 3 /* lists of capabilities per type */

/*
 * A kind of memory. Its tag is its index in the chip's table.
 *
 * CAPHEAP_ATOMIC in a table says that a 32-bit compare-and-swap works there as the chip's compiler
 * or SDK does it: by instruction; or, where the core has none, by masking interrupts (one core:
 * ESP8266, ESP32-S2, -C2, -C3, Cortex-M0) or under a hardware lock (RP2040), which serves every
 * memory. A memory lacks it if the instruction fails there, as in PSRAM behind the cache of an
 * Xtensa chip, or if no document says that it works. It has no say about other masters on the bus.
 */
typedef struct capheap_type {
    const char *name;                        /* as listings print it: "D/IRAM" */
    capheap_caps_t caps[CAPHEAP_PRIORITIES]; /* no bit twice; never CACHE_ALIGNED or INVALID */
    uint32_t granule;    /* bytes, a power of two from 8 to 128; 0 means the default of 8 */
    uint32_t cache_line; /* bytes of the largest line of a write-back cache in front of it, a power
                            of two; 0 if there is none */
} capheap_type_t;

/* A second address of a memory, on the instruction bus. Granules begin at both: the distance of a
 * linear one, and the sum of both ends of an inverted one, is a multiple of the type's granule. */
typedef enum capheap_alias {
    CAPHEAP_ALIAS_NONE = 0, /* none */
    CAPHEAP_ALIAS_LINEAR,   /* alias + (address - start) */
    CAPHEAP_ALIAS_INVERTED, /* words in reverse order: the memory's last word is the alias's first
                               (ESP32's SRAM 1) */
} capheap_alias_t;

/* Used during start-up (stacks, boot loader): held back until start-up is over. */
#define CAPHEAP_MEMORY_STARTUP 1u
/* There only if fitted: the program tells how many bytes are. */
#define CAPHEAP_MEMORY_EXTERNAL 2u

/* A piece of the address space: a chip's memory, or what is left of it. */
typedef struct capheap_memory {
    uintptr_t start;    /* a multiple of 4 */
    size_t size;        /* bytes, a multiple of 4; of external memory the most that can be fitted */
    uint8_t type;       /* index of its type */
    uint8_t flags;      /* CAPHEAP_MEMORY_* or 0 */
    uint8_t alias_kind; /* capheap_alias_t */
    uintptr_t alias;    /* the lowest address of the same piece on the instruction bus; 0 if none */
} capheap_memory_t;

/* A piece of the address space: start <= address < end; start == end: nothing. */
typedef struct capheap_range {
    uintptr_t start;  /* the first address; any */
    uintptr_t end;    /* the first one that is not meant any more */
    const char *name; /* what it is for; may be NULL */
} capheap_range_t;

/*
 * Bus masters besides the cores: DMA engines, and peripherals with one of their own. A bit each,
 * numbered as in the chip's table; masters.h has names for them.
 */
typedef uint32_t capheap_masters_t;

#define CAPHEAP_MASTERS_MAX 32 /* bits of capheap_masters_t */

/* A chip: four tables and a name. Constant; what it points to must outlive its use. */
typedef struct capheap_chip {
    const char *name;                 /* "esp32": lower-case letters, digits, '-' */
    const char *title;                /* "Espressif ESP32" */
    const capheap_type_t *types;      /* the index is the tag */
    const capheap_memory_t *memories; /* sorted by start, no overlap, aliases included */
    const capheap_range_t *reserved;  /* reserved whatever the program is: ROM data, caches */
    const capheap_range_t *usual;     /* what the code and data of an ordinary small application
                                         take besides: an example to show and to test with, never
                                         applied by itself */
    const char *const *masters;       /* names as the manual has them; NULL: none are known */
    const capheap_masters_t *reach;   /* per type: the masters that reach its memory, by the manual;
                                         what no manual tells is not reached. NULL if masters is */
    uint8_t type_count;               /* entries of types, and of reach */
    uint8_t memory_count;             /* entries of memories, at least 1 */
    uint8_t reserved_count;           /* entries of reserved */
    uint8_t usual_count;              /* entries of usual */
    uint8_t master_count;             /* entries of masters, at most CAPHEAP_MASTERS_MAX */
} capheap_chip_t;

/* Bytes of the smallest piece that a layout keeps: what a region of 8-byte granules needs. With
 * coarser granules it is proportionally more: eight granules. */
#define CAPHEAP_CHIP_PIECE_MIN 64u

/*
 * What is left for a heap: the chip's memories, less the chip's own reserved ranges and those
 * given; adjacent pieces of one type, one start-up state and one continuing alias joined; pieces
 * too small for a region dropped; sorted by start. These are ESP-IDF's rules
 * (components/heap/port/memory_layout_utils.c, components/heap/heap_caps_init.c).
 *
 * Reserved ranges may come in any order, overlap, be empty, and be given by either address of a
 * memory that has two: code at its place on the instruction bus takes its data address away. Each
 * is widened to whole 32-bit words.
 *
 * fitted: bytes of external memory that are there, counted from the start of the chip's external
 * memory; more than fits its window counts as the window. Memory that a program maps elsewhere is
 * added to a heap by hand.
 *
 * out: room for max pieces; memory_count + reserved_count + the given ranges are always enough.
 * NULL (and max 0): count only.
 *
 * Returns the number of pieces, or a negative capheap_status_t: CAPHEAP_ERROR_ARGUMENT (chip NULL;
 * ranges NULL though counted; a range that ends before it starts), CAPHEAP_ERROR_WRAPS (a range
 * that ends at 0, past the end of the address space), CAPHEAP_ERROR_UNKNOWN (a range that touches
 * no memory of the chip, or memory fitted to a chip that takes none), CAPHEAP_ERROR_FULL (more than
 * max pieces). On failure out holds nothing of use. capheap_chip_check_range tells which range it
 * was. O(memories * ranges^2).
 */
int capheap_chip_layout(const capheap_chip_t *chip, const capheap_range_t *reserved,
                        size_t reserved_count, size_t fitted, capheap_memory_t *out, size_t max);

/* Would a layout take this range? CAPHEAP_OK, or why not, as above. O(memories). */
capheap_status_t capheap_chip_check_range(const capheap_chip_t *chip, const capheap_range_t *range);

/*
 * Is the table itself in order? For one's own chips. CAPHEAP_OK; CAPHEAP_ERROR_ARGUMENT (something
 * missing; a granule, cache line, alignment or alias that the comments above don't allow; a
 * capability or a master listed twice; memories not sorted; a type reached by a master that isn't
 * listed), CAPHEAP_ERROR_WRAPS (a memory or alias passes the end of the address space),
 * CAPHEAP_ERROR_OVERLAP (of memories or aliases), CAPHEAP_ERROR_UNKNOWN (a type out of range, or a
 * reserved range that touches no memory). *index, if not NULL: which type, memory or range it was.
 * O(memories^2 + masters^2).
 */
capheap_status_t capheap_chip_check(const capheap_chip_t *chip, size_t *index);

/* The master of this name, as a bit; 0 if the chip has none, or if a pointer is NULL. O(masters).
 */
capheap_masters_t capheap_chip_master(const capheap_chip_t *chip, const char *name);

/* The masters that reach memory of this type; none if the type is out of range. O(1). */
capheap_masters_t capheap_chip_reach(const capheap_chip_t *chip, size_t type);

/* All capabilities of a type, of its three priorities together. O(1). */
capheap_caps_t capheap_type_caps(const capheap_type_t *type);

/*
 * From an address of a memory to that on the instruction bus: of a piece of `size` bytes (0
 * included) that lies inside the memory, the lowest address on the other side; 0 if it does not lie
 * inside, or if there is no alias. Where the alias is inverted, the piece's last word is the first
 * on the other side; so the alias of a block and size 0 give the end of the block. O(1).
 */
uintptr_t capheap_memory_to_alias(const capheap_memory_t *memory, uintptr_t start, size_t size);
/* The other way: of a piece that lies inside the alias, the lowest address in the memory itself. 0
 * as above. O(1). */
uintptr_t capheap_memory_from_alias(const capheap_memory_t *memory, uintptr_t alias, size_t size);

/* Every table of chips/, NULL at the end. A firmware that names its chip links that table alone. */
extern const capheap_chip_t *const capheap_chips[];
/* By name; NULL if there is none, or if name is NULL. O(chips). */
const capheap_chip_t *capheap_chip_find(const char *name);

#ifdef __cplusplus
}
#endif

#endif
