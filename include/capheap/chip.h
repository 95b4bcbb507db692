/* SPDX-License-Identifier: MIT */
/*
 * What a chip's memories are: types, memories, aliases, start-up memory, and what is reserved; and
 * what remains of them for a heap. Tables only: nothing here touches the memory, so a program on a
 * PC can ask for any chip's layout.
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

/* Capabilities are listed in three priorities: a request is served first by a type that has one of
 * its bits in the first. */
#define CAPHEAP_PRIORITIES 3

/* A kind of memory. Its tag is its index in the chip's table. */
typedef struct capheap_type {
    const char *name;
    capheap_caps_t caps[CAPHEAP_PRIORITIES];
    uint32_t granule;    /* bytes; 0 means the default of 8 */
    uint32_t cache_line; /* bytes of the largest write-back cache line in front of it; 0 if none */
} capheap_type_t;

typedef enum capheap_alias {
    CAPHEAP_ALIAS_NONE = 0,
    CAPHEAP_ALIAS_LINEAR,   /* alias + (address - start) */
    CAPHEAP_ALIAS_INVERTED, /* word order reversed: the last word of the memory is the first of the
                               alias (ESP32's SRAM1) */
} capheap_alias_t;

#define CAPHEAP_MEMORY_STARTUP                                                                     \
    1u /* used during start-up (stacks, boot loader): held back until start-up is over */
#define CAPHEAP_MEMORY_EXTERNAL                                                                    \
    2u /* there only if fitted; its size is what the program finds at run time */

/* A piece of the address space. */
typedef struct capheap_memory {
    uintptr_t start;
    size_t size;        /* bytes */
    uint8_t type;       /* index of its type */
    uint8_t flags;      /* CAPHEAP_MEMORY_* */
    uint8_t alias_kind; /* capheap_alias_t */
    uintptr_t alias;    /* second address, on the instruction bus, of the whole piece: of its lowest
                           address on that bus */
} capheap_memory_t;

/* start <= address < end. */
typedef struct capheap_range {
    uintptr_t start;
    uintptr_t end;
    const char *name; /* what it is for; may be NULL */
} capheap_range_t;

typedef struct capheap_chip {
    const char *name;  /* "esp32" */
    const char *title; /* "Espressif ESP32" */
    const capheap_type_t *types;
    const capheap_memory_t *memories; /* sorted by start */
    const capheap_range_t *reserved;  /* always reserved on this chip: ROM data, caches */
    uint8_t type_count;
    uint8_t memory_count;
    uint8_t reserved_count;
} capheap_chip_t;

/*
 * The chip's memories less the chip's own reserved ranges and those given, adjacent pieces of one
 * type (and one alias and one start-up state) joined, pieces too small for a region dropped, sorted
 * by start, into out[0..max). Returns how many there are (negative: a capheap_status_t). External
 * memories count only where `fitted` names the bytes that are there. O(memories * ranges).
 */
int capheap_chip_layout(const capheap_chip_t *chip, const capheap_range_t *reserved,
                        size_t reserved_count, size_t fitted, capheap_memory_t *out, size_t max);

/* All chips that are linked in, NULL at the end; capheap_chip_find: by name, NULL if there is none.
 */
extern const capheap_chip_t *const capheap_chips[];
const capheap_chip_t *capheap_chip_find(const char *name);

#ifdef __cplusplus
}
#endif

#endif
