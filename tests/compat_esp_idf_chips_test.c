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

/* The type of memory that ESP-IDF would take first; PSRAM is the type of its memory; -1: none. */
static int first_type(uint32_t caps, int psram) {
    soc_memory_region_t regions[32];
    size_t count = idf_order(regions);
    bool impossible =
        (caps & MALLOC_CAP_EXEC) != 0 && (caps & (MALLOC_CAP_8BIT | MALLOC_CAP_DMA)) != 0;
    caps |= (caps & MALLOC_CAP_EXEC) != 0 ? MALLOC_CAP_32BIT : 0;
    for (size_t prio = 0; prio < 3 && !impossible; prio++) {
        if (psram >= 0 && (psram_caps[prio] & caps) != 0 && (all_of(psram_caps) & caps) == caps) {
            return psram;
        }
        for (size_t i = 0; i < count; i++) {
            const soc_memory_type_desc_t *type = &soc_memory_types[regions[i].type];
            if ((type->caps[prio] & caps) != 0 && (all_of(type->caps) & caps) == caps) {
                return (int)regions[i].type;
            }
        }
    }
    return -1;
}

/* ------------------------------------------------------------------------------- on one chip */

/* The type of PSRAM; -1: the chip takes none. */
static int add_psram(void) {
    for (size_t i = 0; i < chip->memory_count; i++) {
        const capheap_memory_t *memory = &chip->memories[i];
        if ((memory->flags & CAPHEAP_MEMORY_EXTERNAL) != 0) {
            bool reserved = false;
            for (size_t k = 0; k < chip->reserved_count; k++) {
                reserved = reserved || (chip->reserved[k].start <= memory->start + KIB(64) &&
                                        chip->reserved[k].end > memory->start);
            }
            intptr_t start = (intptr_t)memory->start;
            if (!reserved &&
                heap_caps_add_region_with_caps(psram_caps, start, start + PSRAM_FITTED) == ESP_OK) {
                return memory->type;
            }
        }
    }
    return -1;
}

static void use_up(uint32_t caps, int psram) {
    static void *blocks[BLOCKS_MAX];
    size_t before = heap_caps_get_free_size(caps);
    size_t count = 0;
    while (count < BLOCKS_MAX && (blocks[count] = heap_caps_malloc(BLOCK, caps)) != NULL) {
        const capheap_memory_t *memory = memory_of((uintptr_t)blocks[count]);
        REQUIRE(memory != NULL);
        CHECK_EQ(caps_of(memory) & caps, caps);
        count++;
    }
    int expected = first_type(caps, psram);
    CHECK_EQ(count > 0 ? memory_of((uintptr_t)blocks[0])->type : -1, expected);
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
    int psram = add_psram();
    heap_caps_enable_nonos_stack_heaps();
    CHECK(heap_caps_get_total_size(0) >= held_back);
    CHECK_EQ(soc_memory_type_count, chip->type_count);
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        use_up(sets[i], psram);
    }
    multi_heap_info_t info;
    heap_caps_get_info(&info, 0);
    CHECK_EQ(info.allocated_blocks, psram >= 0 ? 1 : 0); /* the record of PSRAM */
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
