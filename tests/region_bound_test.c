/* SPDX-License-Identifier: MIT */
/* What docs/bounds.md promises of memory: a region refuses a request only if every free block is
 * shorter than n + n/4 granules, so that a load of known peaks can be given enough for ever. */
#include "capheap/region.h"
#include "test.h"
#include "test_random.h"

enum {
    GRANULE = 8,
    ARENA = 12288,
    SLOTS = 160,
    CALLS = 30000
};

static _Alignas(128) unsigned char bound_arena[ARENA];
static void *bound_slots[SLOTS];
static capheap_region_t bound_region;

static void start(size_t size) {
    capheap_region_config_t config = {.start = bound_arena, .size = size};
    REQUIRE(capheap_region_init(&bound_region, &config) == CAPHEAP_OK);
    for (unsigned i = 0; i < SLOTS; i++) {
        bound_slots[i] = NULL;
    }
}

static size_t granules_of(size_t bytes) {
    return (bytes + GRANULE - 1) / GRANULE;
}

/* Free blocks of so many granules always serve a request of so many. */
static size_t found(size_t granules) {
    return granules + granules / 4;
}

typedef struct state {
    size_t longest; /* free block, in granules */
    size_t live;    /* granules of live blocks */
    size_t blocks;  /* that live */
} state_t;

static state_t look(void) {
    state_t state = {0, 0, 0};
    capheap_block_t block = {0};
    while (capheap_region_next_block(&bound_region, &block)) {
        size_t length = block.size / GRANULE;
        if (block.used) {
            state.live += length;
            state.blocks++;
        } else if (length > state.longest) {
            state.longest = length;
        }
    }
    return state;
}

/* A request for so many granules, those that alignment takes included, was refused. */
static void check_refusal(size_t granules) {
    state_t state = look();
    size_t all = capheap_region_size(&bound_region) / GRANULE;
    CHECK(state.longest < found(granules));
    CHECK(all <= state.live + (state.blocks + 1) * (found(granules) - 1));
}

/* Mostly small, some medium, few large; and loads that are all of one kind. */
static size_t random_size(test_random_t *random, unsigned kind) {
    if (kind == 0) {
        return test_random_between(random, 1, 64);
    }
    if (kind == 1) {
        return test_random_between(random, 200, 1200);
    }
    uint32_t most = test_random_chance(random, 80)   ? 64
                    : test_random_chance(random, 80) ? 600
                                                     : ARENA / 2;
    return test_random_between(random, 1, most);
}

static bool random_call(test_random_t *random, unsigned kind) {
    void **slot = &bound_slots[test_random_below(random, SLOTS)];
    size_t size = random_size(random, kind);
    uint32_t choice = test_random_below(random, 10);
    if (*slot == NULL && choice < 8) {
        *slot = capheap_region_malloc(&bound_region, size);
        if (*slot == NULL) {
            check_refusal(granules_of(size));
        }
        return *slot == NULL;
    }
    if (*slot == NULL) {
        size_t alignment = (size_t)GRANULE << test_random_below(random, 5);
        *slot = capheap_region_aligned_alloc(&bound_region, alignment, size);
        if (*slot == NULL) {
            check_refusal(granules_of(size) + alignment / GRANULE - 1);
        }
        return *slot == NULL;
    }
    if (choice < 4) {
        void *moved = capheap_region_realloc(&bound_region, *slot, size);
        if (moved == NULL) {
            check_refusal(granules_of(size));
            return true;
        }
        *slot = moved;
        return false;
    }
    capheap_region_free(&bound_region, *slot);
    *slot = NULL;
    return false;
}

TEST(refuses_only_if_all_is_short) {
    for (unsigned kind = 0; kind < 3; kind++) {
        test_random_t random = test_random_start(kind);
        unsigned refused = 0;
        start(kind == 0 ? ARENA / 4 : ARENA);
        for (unsigned i = 0; i < 500 + TEST_STEPS(CALLS / 3u); i++) {
            refused += random_call(&random, kind);
        }
        CHECK(refused > TEST_STEPS(50)); /* else nothing was tried */
    }
}

/* The worst load of all: live blocks of one granule, each two free ones apart, when three are
 * asked for. With one granule more than the bound says it could not fail. */
TEST(bound_is_reached) {
    start(2048);
    size_t pairs = 0;
    while (pairs < SLOTS / 2) {
        void *hole = capheap_region_malloc(&bound_region, 2 * GRANULE);
        void *block = hole != NULL ? capheap_region_malloc(&bound_region, GRANULE) : NULL;
        if (block == NULL) {
            capheap_region_free(&bound_region, hole);
            break;
        }
        bound_slots[pairs * 2] = hole;
        bound_slots[pairs * 2 + 1] = block;
        pairs++;
    }
    for (size_t i = 0; i < pairs; i++) {
        capheap_region_free(&bound_region, bound_slots[i * 2]);
    }
    while (capheap_region_largest(&bound_region) > 2 * GRANULE) { /* the rest behind the pairs */
        CHECK(capheap_region_malloc(&bound_region, GRANULE) != NULL);
    }
    state_t state = look();
    size_t all = capheap_region_size(&bound_region) / GRANULE;
    CHECK(pairs > 20);
    CHECK(capheap_region_malloc(&bound_region, 3 * GRANULE) == NULL);
    CHECK(all > 2 * state.live); /* two thirds are free, in vain */
    check_refusal(3);
}

/* Free blocks of nearly the length that is asked for, those that are too short in front: the engine
 * doesn't look at all of them. */
TEST(near_misses) {
    for (size_t asked = 17; asked <= 60; asked++) {
        for (size_t longer = asked; longer <= found(asked); longer++) {
            start(ARENA);
            size_t count = 0;
            for (; count + 2 <= SLOTS; count += 2) {
                size_t length = count < 10 ? asked - 1 : longer;
                void *hole = capheap_region_malloc(&bound_region, length * GRANULE);
                void *wall = hole != NULL ? capheap_region_malloc(&bound_region, GRANULE) : NULL;
                if (wall == NULL) {
                    capheap_region_free(&bound_region, hole);
                    break;
                }
                bound_slots[count] = hole;
            }
            while (capheap_region_malloc(&bound_region, GRANULE) != NULL) {
            }
            for (size_t i = count; i > 0; i -= 2) {
                capheap_region_free(&bound_region, bound_slots[i - 2]);
            }
            if (capheap_region_malloc(&bound_region, asked * GRANULE) == NULL) {
                check_refusal(asked);
            }
        }
    }
}

/* With what the bound says no order of calls fails: here of sizes of 1 to 8 granules. */
TEST(enough_is_enough) {
    enum {
        LARGEST = 8,
        LIVE = 60
    };
    size_t most = (size_t)LIVE * LARGEST;
    size_t needed = most - LARGEST + LIVE * (found(LARGEST) - 1) + 1;
    REQUIRE((needed + 1) * GRANULE + capheap_region_books_size(needed * GRANULE, 0) <= ARENA);
    start(needed * GRANULE + capheap_region_books_size(needed * GRANULE, 0) + GRANULE);
    REQUIRE(capheap_region_size(&bound_region) / GRANULE >= needed);
    test_random_t random = test_random_start(9);
    for (unsigned i = 0; i < TEST_STEPS(CALLS); i++) {
        void **slot = &bound_slots[test_random_below(&random, LIVE)];
        /* Now and then all of one size go: holes. */
        size_t size = test_random_below(&random, 4) == 0 ? LARGEST : 1 + i / 1000 % LARGEST;
        capheap_region_free(&bound_region, *slot);
        *slot = capheap_region_malloc(&bound_region, size * GRANULE);
        REQUIRE(*slot != NULL);
    }
}

TEST_MAIN(refuses_only_if_all_is_short, bound_is_reached, near_misses, enough_is_enough)
