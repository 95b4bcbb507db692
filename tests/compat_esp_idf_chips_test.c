/* SPDX-License-Identifier: MIT */
/*
 * esp_heap_caps.h on every chip of Espressif's that we have a table of, each in a process of its
 * own, started as ESP-IDF starts it: heap, then PSRAM, then the scheduler. For each of its
 * capability sets all memory is used up and given back: every block comes from memory that the
 * table says has them all, the first from where ESP-IDF's rules say (components/heap/
 * heap_caps_base.c, heap_caps_init.c), and the figures tell of it exactly.
 */
#define _DEFAULT_SOURCE
#include "test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capheap/chips.h"
#include "capheap/esp_idf.h"
#include "esp_heap_caps.h"
#include "esp_heap_caps_init.h"
#include "heap_memory_layout.h"
#include "memory.h"

#define KIB(n) ((size_t)(n) << 10)

enum {
    PSRAM_FITTED = 2 << 20,
    BLOCK = 2000,
    BLOCKS_MAX = 4096
};

static const capheap_chip_t *chip;

capheap_esp_idf_program_t capheap_esp_idf_program(void) {
    return (capheap_esp_idf_program_t){
        .chip = chip, .reserved = chip->usual, .reserved_count = chip->usual_count};
}

static const uint32_t sets[] = {
    MALLOC_CAP_DEFAULT,
    MALLOC_CAP_DEFAULT | MALLOC_CAP_INTERNAL,
    MALLOC_CAP_8BIT,
    MALLOC_CAP_32BIT,
    MALLOC_CAP_DMA,
    MALLOC_CAP_DMA | MALLOC_CAP_8BIT,
    MALLOC_CAP_INTERNAL,
    MALLOC_CAP_INTERNAL | MALLOC_CAP_32BIT,
    MALLOC_CAP_SPIRAM,
    MALLOC_CAP_SPIRAM | MALLOC_CAP_8BIT,
    MALLOC_CAP_EXEC,
    MALLOC_CAP_EXEC | MALLOC_CAP_INTERNAL,
    MALLOC_CAP_EXEC | MALLOC_CAP_8BIT,
    MALLOC_CAP_RTCRAM,
    MALLOC_CAP_RTCRAM | MALLOC_CAP_8BIT,
    MALLOC_CAP_RETENTION,
    MALLOC_CAP_SPM,
    MALLOC_CAP_SIMD,
    MALLOC_CAP_IRAM_8BIT,
    MALLOC_CAP_INVALID,
    0,
};

/* -------------------------------------------------------------------------- what is expected */

/* The chip's memory that holds an address of either bus; NULL: none. */
static const capheap_memory_t *memory_of(uintptr_t address) {
    for (size_t i = 0; i < chip->memory_count; i++) {
        const capheap_memory_t *memory = &chip->memories[i];
        uintptr_t alias = memory->alias_kind != CAPHEAP_ALIAS_NONE ? memory->alias : memory->start;
        if (address - memory->start < memory->size || address - alias < memory->size) {
            return memory;
        }
    }
    return NULL;
}

static uint32_t caps_of(const capheap_memory_t *memory) {
    return capheap_type_caps(&chip->types[memory->type]);
}

static const uint32_t psram_caps[3] = {MALLOC_CAP_SPIRAM | MALLOC_CAP_DEFAULT, 0,
                                       MALLOC_CAP_8BIT | MALLOC_CAP_32BIT};

static uint32_t all_of(const uint32_t caps[3]) {
    return caps[0] | caps[1] | caps[2];
}

/* Pieces in ESP-IDF's order: PSRAM, which came last, then the others by size. */
static size_t idf_order(soc_memory_region_t *regions) {
    size_t count = soc_get_available_memory_regions(regions);
    for (size_t i = 1; i < count; i++) {
        soc_memory_region_t region = regions[i];
        size_t at = i;
        /* Of two that are alike the later one comes first. */
        for (; at > 0 && regions[at - 1].size >= region.size; at--) {
            regions[at] = regions[at - 1];
        }
        regions[at] = region;
    }
    return count;
}

typedef struct place {
    uintptr_t start, end;
} place_t;

/* Where ESP-IDF would look for it, in order. psram: its place; its start is 0 if there is none. */
static size_t places_for(uint32_t caps, place_t psram, place_t *places) {
    soc_memory_region_t regions[32];
    size_t count = idf_order(regions);
    size_t found = 0;
    bool impossible =
        (caps & MALLOC_CAP_EXEC) != 0 && (caps & (MALLOC_CAP_8BIT | MALLOC_CAP_DMA)) != 0;
    caps |= (caps & MALLOC_CAP_EXEC) != 0 ? MALLOC_CAP_32BIT : 0;
    for (size_t prio = 0; prio < 3 && !impossible; prio++) {
        if (psram.start != 0 && (psram_caps[prio] & caps) != 0 &&
            (all_of(psram_caps) & caps) == caps) {
            places[found++] = psram;
        }
        for (size_t i = 0; i < count; i++) {
            const uint32_t *has = soc_memory_types[regions[i].type].caps;
            if ((has[prio] & caps) != 0 && (all_of(has) & caps) == caps) {
                uintptr_t start = (uintptr_t)regions[i].start;
                places[found++] = (place_t){start, start + regions[i].size};
            }
        }
    }
    return found;
}

/* The first of the places that holds it; count: none does. */
static size_t index_of(uintptr_t address, const place_t *places, size_t count) {
    size_t i = 0;
    while (i < count && (address < places[i].start || address >= places[i].end)) {
        i++;
    }
    return i;
}

/* By the address on the data bus. */
static uintptr_t as_data(const capheap_memory_t *memory, const void *block) {
    uintptr_t address = (uintptr_t)block;
    return address - memory->start < memory->size ? address
                                                  : capheap_memory_from_alias(memory, address, 4);
}

/* ------------------------------------------------------------------------------- on one chip */

/* Where PSRAM is; start 0: the chip takes none. */
static place_t add_psram(void) {
    for (size_t i = 0; i < chip->memory_count; i++) {
        const capheap_memory_t *memory = &chip->memories[i];
        bool usable = (memory->flags & CAPHEAP_MEMORY_EXTERNAL) != 0;
        for (size_t k = 0; k < chip->reserved_count; k++) {
            usable = usable && (chip->reserved[k].start > memory->start + KIB(64) ||
                                chip->reserved[k].end <= memory->start);
        }
        if (usable) {
            place_t place = {memory->start, memory->start + PSRAM_FITTED};
            CHECK_EQ(heap_caps_add_region_with_caps(psram_caps, (intptr_t)place.start,
                                                    (intptr_t)place.end),
                     ESP_OK);
            return place;
        }
    }
    return (place_t){0, 0};
}

static void use_up(uint32_t caps, place_t psram) {
    static void *blocks[BLOCKS_MAX];
    place_t places[64];
    size_t place_count = places_for(caps, psram, places);
    size_t before = heap_caps_get_free_size(caps);
    size_t count = 0;
    size_t at = 0;
    while (count < BLOCKS_MAX && (blocks[count] = heap_caps_malloc(BLOCK, caps)) != NULL) {
        const capheap_memory_t *memory = memory_of((uintptr_t)blocks[count]);
        REQUIRE(memory != NULL);
        CHECK_EQ(caps_of(memory) & caps, caps);
        size_t place = index_of(as_data(memory, blocks[count]), places, place_count);
        CHECK(place >= at && place < place_count); /* one is full before the next is taken */
        at = place;
        CHECK((caps & MALLOC_CAP_SIMD) == 0 || (uintptr_t)blocks[count] % 16 == 0);
        size_t line = chip->types[memory->type].cache_line;
        CHECK((caps & MALLOC_CAP_DMA) == 0 || line == 0 || (uintptr_t)blocks[count] % line == 0);
        count++;
    }
    CHECK_EQ(count > 0, place_count > 0);
    if ((caps & MALLOC_CAP_DMA) == 0) { /* which rounds up to cache lines */
        CHECK_EQ(heap_caps_get_free_size(caps), before - count * BLOCK);
    }
    CHECK(count == 0 || heap_caps_get_largest_free_block(caps) < BLOCK ||
          (caps & MALLOC_CAP_EXEC) != 0);
    for (size_t i = 0; i < count; i += 2) {
        heap_caps_free(blocks[i]);
    }
    for (size_t i = 1; i < count; i += 2) {
        heap_caps_free(blocks[i]);
    }
    CHECK_EQ(heap_caps_get_free_size(caps), before);
}

static void run_chip(void) {
    memory_t memory;
    problem_t problem;
    REQUIRE(memory_open(&memory, chip, PSRAM_FITTED, &problem) == MEMORY_OK);
    heap_caps_init();
    size_t held_back = heap_caps_get_total_size(0);
    place_t psram = add_psram();
    heap_caps_enable_nonos_stack_heaps();
    CHECK(heap_caps_get_total_size(0) >= held_back);
    CHECK_EQ(soc_memory_type_count, chip->type_count);
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        use_up(sets[i], psram);
    }
    multi_heap_info_t info;
    heap_caps_get_info(&info, 0);
    CHECK_EQ(info.allocated_blocks, psram.start != 0 ? 1 : 0); /* the record of PSRAM */
    CHECK(heap_caps_check_integrity_all(true));
}

TEST(every_chip_of_espressif_s) {
    size_t count = 0;
    for (size_t i = 0; capheap_chips[i] != NULL; i++) {
        if (strncmp(capheap_chips[i]->name, "esp", 3) != 0) {
            continue;
        }
        count++;
        fflush(stdout);
        pid_t child = fork();
        if (child == 0) {
            chip = capheap_chips[i];
            test_failures = 0;
            run_chip();
            fflush(stdout);
            _exit(test_failures == 0 ? 0 : 1);
        }
        int status = 1;
        waitpid(child, &status, 0);
        if (status != 0) {
            printf("  %s: failed\n", capheap_chips[i]->name);
        }
        CHECK_EQ(status, 0);
    }
    CHECK(count >= 30);
}

TEST_MAIN(every_chip_of_espressif_s)
