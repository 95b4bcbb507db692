/* SPDX-License-Identifier: MIT */
/*
 * Attaching a region that was kept over deep sleep or reset.
 *
 * Of what is found nothing is trusted but what can be checked: the header by its checksum, the map
 * by its own redundancy, the free lists not at all. Where blocks begin is told by the map's start
 * bits alone; the free bits at a block's two ends, and the length of a long one, must agree.
 *
 * If the header says that no call was under way, everything must, but for the length of one free
 * block, the open one, which is not in the map. If a call was, any of its stores may be missing, in
 * any order. A call touches no blocks but the one it is about and free ones next to it, so doubtful
 * blocks must lie side by side; and a block of which either end says "free" is free:
 * - malloc: of the free block that is cut up, what stays free keeps its outer end. What is given
 *   out is nobody's yet.
 * - free: the block is nobody's any more, and its free neighbours keep their outer ends.
 * There is no call that resizes a block where it is.
 */
#include "region_core.h"
#include "region_retained.h"
#include "region_stretch.h"

#define MAGIC UINT32_C(0x52504143) /* "CAPR" in the bytes of a little-endian chip */

/* Raise the number when the map, or the header, changes its meaning: a region that an older
 * firmware left is then started afresh. A test holds it against the map. */
#define LAYOUT (UINT32_C(1) << 16 | (uint32_t)sizeof(retained_header_t))

#define CALL_BLOCKS 3u /* doubtful blocks that one call can leave, side by side */
#define CALL_UNTOLD 3u /* free blocks whose length isn't in the map: the open one, an older one */

/* ---- The header */

static uint32_t fold(uintptr_t address) {
    return (uint32_t)address ^ (uint32_t)((uint64_t)address >> 32);
}

/* The header that belongs to what is asked for, but for `made` and `check`. */
static retained_header_t header_for(const capheap_region_config_t *config,
                                    const capheap_attach_t *how) {
    return (retained_header_t){.magic = MAGIC,
                               .layout = LAYOUT,
                               .key = how->key,
                               .start = fold((uintptr_t)config->start),
                               .size = fold(config->size),
                               .shape = (config->granule != 0 ? config->granule : 8) |
                                        config->flags << 8 | how->roots << 16,
                               .books = fold((uintptr_t)config->books)};
}

/* A header's words are read and written one by one: the memory may take nothing else. */
static void copy_words(uint32_t *to, const uint32_t *from, size_t count) {
    for (size_t i = 0; i < count; i++) {
        retained_write(&to[i], ((const volatile uint32_t *)from)[i]);
    }
}

static uint32_t header_check(const retained_header_t *header) {
    uint32_t crc = retained_crc(~0u, header, offsetof(retained_header_t, check));
    return ~retained_crc(crc, header->made, sizeof header->made);
}

static capheap_status_t compare_header(const retained_header_t *found,
                                       const retained_header_t *due) {
    if (found->magic != MAGIC || found->layout != LAYOUT) {
        return found->magic != MAGIC ? CAPHEAP_ERROR_NOT_KEPT : CAPHEAP_ERROR_OTHER;
    }
    if (header_check(found) != found->check) {
        return CAPHEAP_ERROR_NOT_KEPT;
    }
    bool same = found->key == due->key && found->start == due->start && found->size == due->size &&
                found->shape == due->shape && found->books == due->books;
    return same ? CAPHEAP_OK : CAPHEAP_ERROR_OTHER;
}

/* ---- Is the map sound? */

typedef struct findings {
    uint32_t free;     /* granules */
    uint32_t live;     /* blocks */
    uint32_t doubtful; /* blocks whose bits don't agree, or free ones side by side */
    uint32_t first;    /* granule of the first of them */
    uint32_t run;      /* blocks from the first of them to the last */
    uint32_t untold;   /* free blocks that are sound but for their length */
} findings_t;

static void note_doubt(findings_t *findings, uint32_t granule, uint32_t number,
                       uint32_t *first_number) {
    if (findings->doubtful == 0) {
        findings->first = granule;
        *first_number = number;
    }
    findings->doubtful++;
    findings->run = number - *first_number + 1;
}

static findings_t look_at_blocks(const capheap_region_t *region) {
    findings_t findings = {0};
    uint32_t number = 0;
    uint32_t first_number = 0;
    bool free_before = false;
    for (uint32_t granule = 1; granule <= region->granules; number++) {
        stretch_t stretch = stretch_at(region->map, granule);
        bool told = stretch_told(region->map, &stretch);
        bool free = stretch.first_free && stretch.last_free;
        if (stretch.first_free != stretch.last_free || (free && free_before) || (!free && !told)) {
            note_doubt(&findings, granule, number, &first_number);
        } else if (!told) {
            findings.untold++;
        }
        free_before = free;
        findings.free += free ? stretch.length : 0;
        findings.live += !stretch.first_free;
        granule += stretch.length;
    }
    return findings;
}

/* The bits of the granules before the first and after the last. */
static bool edges_are_sound(const capheap_region_t *region) {
    const map_word_t *map = region->map;
    uint32_t end = region->granules + 1;
    return !map_start_at(map, 0) && !map_free_at(map, 0) && map_start_at(map, 1) &&
           map_start_at(map, end) && !map_free_at(map, end);
}

/* What is wrong first: a block or a word of the header; NULL if nothing is. */
static const void *find_damage(const capheap_retained_t *retained) {
    const capheap_region_t *region = retained->region;
    if (!edges_are_sound(region)) {
        return region_address(region, 1);
    }
    findings_t found = look_at_blocks(region);
    bool sound = retained->interrupted ? found.run <= CALL_BLOCKS && found.untold <= CALL_UNTOLD
                                       : found.doubtful == 0 && found.untold <= 1;
    if (!sound) {
        return region_address(region, found.doubtful != 0 ? found.first : 1);
    }
    uint32_t tally = retained_tally((size_t)found.free << region->shift, found.live);
    bool sums = retained->interrupted || tally == retained->header->tally;
    return sums ? NULL : &retained->header->tally;
}

/* ---- Mending. Cut short at any store, it leaves what can be mended. */

static bool counts_as_free(const stretch_t *stretch) {
    return stretch->first_free || stretch->last_free;
}

/* Join a free block with those after it, and write it anew. Returns its end. */
static uint32_t mend_free(const capheap_region_t *region, const stretch_t *stretch) {
    map_word_t *map = region->map;
    uint32_t end = stretch->start + stretch->length;
    map_set_free(map, stretch->start);
    while (end <= region->granules) {
        stretch_t next = stretch_at(map, end);
        if (!counts_as_free(&next)) {
            break;
        }
        retained_fence();
        map_set_free(map, end + next.length - 1);
        retained_fence();
        map_clear_start(map, end);
        retained_fence();
        end += next.length;
    }
    map_write_ends(map, stretch->start, end, 1);
    map_write_length(map, stretch->start, end);
    retained_fence();
    return end;
}

/* Write the map anew, count, and build the free lists. */
static void mend(capheap_region_t *region) {
    region->free = 0;
    region->blocks = 0;
    region->open = 0;
    region->open_end = 0;
    for (uint32_t granule = 1; granule <= region->granules;) {
        stretch_t stretch = stretch_at(region->map, granule);
        if (counts_as_free(&stretch)) {
            uint32_t end = mend_free(region, &stretch);
            region->free += end - granule;
            granule = end;
        } else {
            map_write_live(region->map, granule, granule + stretch.length);
            region->blocks++;
            granule += stretch.length;
        }
    }
    region->minimum = region->free;
    capheap_region_heal(region);
}

/* ---- Keeping what was found, or starting afresh */

static void check_roots(capheap_retained_t *retained) {
    retained_header_t *header = retained->header;
    for (uint32_t i = 0; i < retained_roots(header); i++) {
        if (header->roots[i] != 0 && capheap_retained_root(retained, i) == NULL) {
            retained_write(&header->roots[i], 0);
            retained->roots_lost++;
        }
    }
}

static bool seal_fits(const capheap_retained_t *retained) {
    const retained_header_t *header = retained->header;
    return retained_checksum(retained, header->state == RETAINED_SEALED_ALL) == header->seal;
}

/* The struct as it was when the region was made; then where it is wrong, if it is. */
static capheap_status_t examine(capheap_retained_t *retained) {
    const retained_header_t *header = retained->header;
    uint32_t state = header->state;
    uint32_t made[RETAINED_STRUCT_WORDS];
    copy_words(made, header->made, RETAINED_STRUCT_WORDS);
    __builtin_memcpy(retained->region, made, sizeof made);
    retained->sealed = state == RETAINED_SEALED || state == RETAINED_SEALED_ALL;
    retained->interrupted = state == RETAINED_BUSY;
    if (!retained->sealed && !retained->interrupted && state != RETAINED_IDLE) {
        retained->damage = &header->state;
        return CAPHEAP_ERROR_DAMAGED;
    }
    retained->damage = find_damage(retained);
    if (retained->damage == NULL && retained->sealed && !seal_fits(retained)) {
        retained->damage = &header->seal;
    }
    return retained->damage == NULL ? CAPHEAP_OK : CAPHEAP_ERROR_DAMAGED;
}

/* What attach.h promises to be there only if the region was kept. */
static capheap_status_t keep(capheap_retained_t *retained, const retained_header_t *due) {
    capheap_status_t status = compare_header(retained->header, due);
    if (status == CAPHEAP_OK) {
        status = examine(retained);
    }
    if (status != CAPHEAP_OK) {
        retained->sealed = false;
        retained->interrupted = false;
        return status;
    }
    retained_begin(retained->header);
    mend(retained->region);
    check_roots(retained);
    retained_end(retained->header, retained->region);
    return CAPHEAP_OK;
}

static capheap_status_t start_afresh(capheap_retained_t *retained,
                                     const capheap_region_config_t *config,
                                     retained_header_t *due) {
    retained_header_t *header = retained->header;
    capheap_retained_forget(retained);
    capheap_status_t status = capheap_region_init(retained->region, config);
    if (status != CAPHEAP_OK) {
        return status;
    }
    capheap_region_t made = *retained->region;
    made.report = NULL;
    made.report_context = NULL;
    __builtin_memcpy(due->made, &made, sizeof due->made);
    due->check = header_check(due);
    for (uint32_t i = 0; i < due->shape >> 16; i++) {
        retained_write(&header->roots[i], 0);
    }
    copy_words(&header->layout, &due->layout,
               (offsetof(retained_header_t, state) - sizeof due->magic) / sizeof(uint32_t));
    retained_end(header, retained->region);
    retained_fence();
    retained_write(&header->magic, MAGIC);
    retained_fence();
    return CAPHEAP_OK;
}

static capheap_status_t check_arguments(const capheap_region_config_t *config,
                                        const capheap_attach_t *how) {
    if (config->start == NULL || how->roots > CAPHEAP_ROOTS_MAX ||
        (how->flags & ~CAPHEAP_ATTACH_AFRESH) != 0 || config->granule > 128 ||
        (config->flags & ~CAPHEAP_REGION_WORD_ONLY) != 0) {
        return CAPHEAP_ERROR_ARGUMENT;
    }
    uintptr_t start = (uintptr_t)config->start;
    return config->size != 0 && start + (config->size - 1) < start ? CAPHEAP_ERROR_WRAPS
                                                                   : CAPHEAP_OK;
}

capheap_status_t capheap_region_attach(capheap_region_t *region,
                                       const capheap_region_config_t *config,
                                       const capheap_attach_t *how, capheap_retained_t *retained) {
    if (region == NULL || config == NULL || how == NULL || retained == NULL) {
        return CAPHEAP_ERROR_ARGUMENT;
    }
    capheap_status_t status = check_arguments(config, how);
    if (status != CAPHEAP_OK) {
        return status;
    }
    uintptr_t start = (uintptr_t)config->start;
    size_t skip = (size_t)((0 - start) & (sizeof(uint32_t) - 1));
    size_t taken = skip + CAPHEAP_RETAINED_BYTES + how->roots * sizeof(uint32_t);
    if (config->size <= taken) {
        return CAPHEAP_ERROR_TOO_SMALL;
    }
    retained_header_t due = header_for(config, how);
    *retained =
        (capheap_retained_t){.region = region, .header = (retained_header_t *)(start + skip)};
    bool afresh = (how->flags & CAPHEAP_ATTACH_AFRESH) != 0;
    retained->status = afresh ? CAPHEAP_ERROR_NOT_KEPT : keep(retained, &due);
    if (retained->status != CAPHEAP_OK) {
        capheap_region_config_t behind = *config;
        behind.start = (void *)(start + taken);
        behind.size = config->size - taken;
        status = start_afresh(retained, &behind, &due);
    }
    region->report = config->report;
    region->report_context = config->report_context;
    return status;
}
