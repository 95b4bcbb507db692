/* SPDX-License-Identifier: MIT */
/* The calls on a region that is kept: the engine's, marked in the header; roots; seals. */
#include "region_retained.h"
#include "region_core.h"
#include "region_resize.h"
#include "region_stretch.h"

void *capheap_retained_malloc(capheap_retained_t *retained, size_t size) {
    retained_begin(retained->header);
    void *ptr = capheap_region_malloc(retained->region, size);
    retained_end(retained->header, retained->region);
    return ptr;
}

void *capheap_retained_calloc(capheap_retained_t *retained, size_t count, size_t size) {
    retained_begin(retained->header);
    void *ptr = capheap_region_calloc(retained->region, count, size);
    retained_end(retained->header, retained->region);
    return ptr;
}

void *capheap_retained_aligned_alloc(capheap_retained_t *retained, size_t alignment, size_t size) {
    retained_begin(retained->header);
    void *ptr = capheap_region_aligned_alloc(retained->region, alignment, size);
    retained_end(retained->header, retained->region);
    return ptr;
}

void capheap_retained_free(capheap_retained_t *retained, void *ptr) {
    retained_begin(retained->header);
    capheap_region_free(retained->region, ptr);
    retained_end(retained->header, retained->region);
}

void *capheap_retained_realloc(capheap_retained_t *retained, void *ptr, size_t size) {
    const capheap_region_t *region = retained->region;
    if (ptr == NULL) {
        return capheap_retained_malloc(retained, size);
    }
    if (size == 0) {
        capheap_retained_free(retained, ptr);
        return NULL;
    }
    size_t usable = capheap_region_usable_size(region, ptr); /* reports what is no live block */
    uint32_t want = region_granules(region, size);
    if (usable == 0 || want == 0) {
        return NULL;
    }
    size_t wanted = (size_t)want << region->shift;
    if (wanted == usable) {
        return ptr;
    }
    void *moved = capheap_retained_malloc(retained, size);
    if (moved == NULL) {
        return wanted < usable ? ptr : NULL; /* to shrink never fails */
    }
    capheap_region_copy(moved, ptr, wanted < usable ? wanted : usable, region);
    retained_fence();
    capheap_retained_free(retained, ptr);
    return moved;
}

/*
 * ---- Roots. A root is the granule of its block, times an odd number: one flipped bit of the
 * product makes a granule that is off by 183 millions or more, which no region under 1 GiB has.
 */

#define ROOT_FACTOR  UINT32_C(0x9E3779B1)
#define ROOT_INVERSE UINT32_C(0x0E8B2F51) /* ROOT_FACTOR * ROOT_INVERSE is 1 modulo 2^32 */

/* What the word of a root leads to; NULL if that is no live block. */
static void *root_block(const capheap_region_t *region, uint32_t word) {
    uint32_t granule = word * ROOT_INVERSE;
    bool live = granule != 0 && granule <= region->granules && map_live_block(region->map, granule);
    return live ? region_address(region, granule) : NULL;
}

bool capheap_retained_set_root(capheap_retained_t *retained, uint32_t index, const void *ptr) {
    retained_header_t *header = retained->header;
    uint32_t granule = 0;
    if (index >= retained_roots(header)) {
        return false;
    }
    if (ptr != NULL) {
        granule = region_live_at(retained->region, ptr);
        if (granule == 0) {
            region_report_pointer(retained->region, ptr);
            return false;
        }
    }
    capheap_retained_break_seal(retained);
    retained_write(&header->roots[index], granule * ROOT_FACTOR);
    return true;
}

void *capheap_retained_root(const capheap_retained_t *retained, uint32_t index) {
    const retained_header_t *header = retained->header;
    return index < retained_roots(header) ? root_block(retained->region, header->roots[index])
                                          : NULL;
}

/* ---- Seals */

uint32_t retained_crc(uint32_t crc, const void *start, size_t bytes) {
    static const uint32_t table[16] = {
        0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4,
        0x4DB26158, 0x5005713C, 0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C,
        0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
    };
    const volatile uint32_t *word = start;
    for (size_t i = 0; i < bytes / sizeof *word; i++) {
        crc ^= word[i];
        for (unsigned nibble = 0; nibble < 8; nibble++) {
            crc = crc >> 4 ^ table[crc & 15];
        }
    }
    return crc;
}

uint32_t retained_checksum(const capheap_retained_t *retained, bool contents) {
    const capheap_region_t *region = retained->region;
    const retained_header_t *header = retained->header;
    size_t map_words = (size_t)(region->granules + 1) / MAP_GRANULES + 1;
    uint32_t crc = ~header->check;
    crc = retained_crc(crc, header->roots, retained_roots(header) * sizeof(uint32_t));
    crc = retained_crc(crc, region->map, map_words * sizeof(map_word_t));
    for (uint32_t granule = 1; contents && granule <= region->granules;) {
        stretch_t stretch = stretch_at(region->map, granule);
        if (!stretch.first_free) {
            size_t bytes = (size_t)stretch.length << region->shift;
            crc = retained_crc(crc, region_address(region, granule), bytes);
        }
        granule += stretch.length;
    }
    return ~crc;
}

void capheap_retained_seal(capheap_retained_t *retained, bool contents) {
    retained_header_t *header = retained->header;
    capheap_retained_break_seal(retained);
    retained_write(&header->seal, retained_checksum(retained, contents));
    retained_fence();
    retained_write(&header->state, contents ? RETAINED_SEALED_ALL : RETAINED_SEALED);
    retained_fence();
}

void capheap_retained_break_seal(capheap_retained_t *retained) {
    retained_write(&retained->header->state, RETAINED_IDLE);
    retained_fence();
}

void capheap_retained_forget(capheap_retained_t *retained) {
    retained_write(&retained->header->magic, 0);
    retained_fence();
}
