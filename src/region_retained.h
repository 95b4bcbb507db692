/* SPDX-License-Identifier: MIT */
/*
 * The header of a region that is kept, and marking in it that a call changes the region. Words
 * alone, each written whole and in the order written here: a reset may come between any two.
 */
#ifndef CAPHEAP_REGION_RETAINED_H
#define CAPHEAP_REGION_RETAINED_H

#include "capheap/attach.h"
#include "region_names.h"

/* What `state` may be; words that no few flipped bits turn into one another. */
#define RETAINED_IDLE       UINT32_C(0x3C5A6996)
#define RETAINED_BUSY       UINT32_C(0xC3A59669) /* a call is under way */
#define RETAINED_SEALED     UINT32_C(0x96C30F5A)
#define RETAINED_SEALED_ALL UINT32_C(0x693CF0A5) /* contents included */

#define RETAINED_STRUCT_WORDS (sizeof(capheap_region_t) / sizeof(uint32_t))

/* SPEC.md has its fields. */
typedef struct capheap_retained_header {
    uint32_t magic;
    uint32_t layout;
    uint32_t key;
    uint32_t start;
    uint32_t size;
    uint32_t shape;
    uint32_t books;
    uint32_t check;                       /* of all above and of `made` */
    uint32_t made[RETAINED_STRUCT_WORDS]; /* the region's struct as capheap_region_init left it */
    uint32_t state;
    uint32_t tally; /* of free bytes and live blocks, while no call is under way */
    uint32_t seal;
    uint32_t roots[];
} retained_header_t;

_Static_assert(sizeof(retained_header_t) == CAPHEAP_RETAINED_BYTES, "attach.h says how large");

/* One whole word. */
static inline void retained_write(uint32_t *word, uint32_t value) {
    *(volatile uint32_t *)word = value;
}

/* What was written before it reaches the memory before what is written after it. */
static inline void retained_fence(void) {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static inline void retained_begin(retained_header_t *header) {
    retained_write(&header->state, RETAINED_BUSY);
    retained_fence();
}

/* One bit that is flipped in the map changes one of the two, or makes the map contradict itself. */
static inline uint32_t retained_tally(size_t free_bytes, size_t blocks) {
    return (uint32_t)free_bytes * UINT32_C(0x9E3779B1) + (uint32_t)blocks;
}

static inline void retained_end(retained_header_t *header, const capheap_region_t *region) {
    uint32_t tally =
        retained_tally(capheap_region_free_bytes(region), capheap_region_blocks(region));
    retained_write(&header->tally, tally);
    retained_fence();
    retained_write(&header->state, RETAINED_IDLE);
}

/* region_retained.c: the roots that the header has; the checksum of a seal. */
static inline uint32_t retained_roots(const retained_header_t *header) {
    return header->shape >> 16;
}
uint32_t retained_checksum(const capheap_retained_t *retained, bool contents);

/* CRC-32, going on from `crc`; bytes is a multiple of 4. */
uint32_t retained_crc(uint32_t crc, const void *start, size_t bytes);

#endif
