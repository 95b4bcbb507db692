/* SPDX-License-Identifier: MIT */
#include "patterns.h"

#include "board.h"
#include "count.h"

static void **const holes = BOARD_SLOTS;
static void **const walls = BOARD_MORE_SLOTS;

static const size_t hole_sizes[] = {24, 100, 500, 1000, 4000};

enum {
    HOLE_SIZES = sizeof hole_sizes / sizeof hole_sizes[0],
    WALL = 12
};

static uint32_t random_state;

static uint32_t random_below(uint32_t limit) {
    random_state = random_state * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(random_state >> 4) * limit >> 28);
}

static void shuffle(void **pointers, uint32_t count) {
    for (uint32_t i = count - 1; i > 0 && count > 0; i--) {
        uint32_t other = random_below(i + 1);
        void *kept = pointers[i];
        pointers[i] = pointers[other];
        pointers[other] = kept;
    }
}

static void give_back(void *ptr) {
    if (ptr != NULL) {
        counted_free(ptr);
    }
}

static void take_and_give_back(size_t size) {
    give_back(counted_malloc(size));
}

static void free_all(void **pointers, uint32_t count, bool downwards) {
    for (uint32_t i = 0; i < count; i++) {
        counted_free(pointers[downwards ? count - 1 - i : i]);
    }
}

/* Fill the pool with pairs of a block that is to become a hole and a small one. Returns pairs. */
static uint32_t build_comb(size_t size, uint32_t spread) {
    uint32_t pairs = 0;
    for (;; pairs++) {
        holes[pairs] = counted_malloc(size + (spread != 0 ? random_below(spread) : 0));
        if (holes[pairs] == NULL) {
            return pairs;
        }
        walls[pairs] = counted_malloc(WALL);
        if (walls[pairs] == NULL) {
            counted_free(holes[pairs]);
            return pairs;
        }
    }
}

static size_t fine_step(size_t size) {
    return size < 64 ? 2 : size / 24;
}

enum order {
    UPWARDS,
    DOWNWARDS,
    SHUFFLED,
    ORDERS
};

/* Holes of one size; then requests of just that and a little more. */
static void equal_holes(size_t pool_size, size_t size, enum order order) {
    allocator.init(BOARD_POOL, pool_size);
    uint32_t pairs = build_comb(size, 0);
    if (order == SHUFFLED) {
        shuffle(holes, pairs);
    }
    free_all(holes, pairs, order == DOWNWARDS);
    for (size_t more = 0; more < size; more += fine_step(size)) {
        take_and_give_back(size + more);
    }
    free_all(walls, pairs, order != UPWARDS);
}

/* Holes of many sizes that share a bin; then requests that only the largest of them can serve. */
static void unequal_holes(size_t pool_size, size_t size) {
    allocator.init(BOARD_POOL, pool_size);
    uint32_t pairs = build_comb(size, (uint32_t)size);
    free_all(holes, pairs, false);
    for (size_t less = 0; less < size; less += fine_step(size)) {
        void *first = counted_malloc(2 * size - 1 - less);
        void *second = counted_malloc(2 * size - 1 - less);
        void *third = counted_malloc(2 * size - less);
        give_back(first);
        give_back(second);
        give_back(third);
    }
    free_all(walls, pairs, false);
}

/* A pool that stays nearly full, in small pieces. */
static void nearly_full(size_t pool_size) {
    enum {
        TOUCHED = 3000,
        STEPS = 6000
    };
    allocator.init(BOARD_POOL, pool_size);
    uint32_t count = 0;
    while ((holes[count] = counted_malloc(1 + random_below(64))) != NULL) {
        count++;
    }
    for (uint32_t i = 0; i < count; i += 2) {
        counted_free(holes[i]);
        holes[i] = NULL;
    }
    uint32_t touched = count < TOUCHED ? count : TOUCHED;
    for (int step = 0; step < STEPS; step++) {
        uint32_t i = random_below(touched);
        if (holes[i] != NULL) {
            counted_free(holes[i]);
            holes[i] = NULL;
        } else {
            uint32_t limit = random_below(4) != 0 ? 64 : 2000;
            holes[i] = counted_malloc(1 + random_below(limit));
        }
    }
}

/* Every second block is freed upwards, then the others downwards: each joins two neighbours. */
static void ordered_frees(size_t pool_size) {
    allocator.init(BOARD_POOL, pool_size);
    uint32_t count = 0;
    while ((holes[count] = counted_malloc(32)) != NULL) {
        count++;
    }
    for (uint32_t i = 1; i < count; i += 2) {
        counted_free(holes[i]);
    }
    for (uint32_t i = (count + 1) / 2; i-- > 0;) {
        counted_free(holes[2 * i]);
    }
    take_and_give_back(pool_size / 2);
}

/* Free blocks in as many bins as there are. */
static void many_bins(size_t pool_size) {
    allocator.init(BOARD_POOL, pool_size);
    uint32_t count = 0;
    for (size_t size = 8; size < pool_size / 8; size += size / 16 + 4) {
        void *hole = counted_malloc(size);
        if (hole == NULL) {
            break;
        }
        holes[count++] = hole;
        if (counted_malloc(8) == NULL) {
            break;
        }
    }
    shuffle(holes, count);
    free_all(holes, count, false);
    for (size_t size = 8; size < pool_size / 8; size += size / 16 + 3) {
        take_and_give_back(size);
    }
}

/* Sizes that differ in one bit each: a search tree over the bits becomes a list. */
static void lone_bits(size_t pool_size, unsigned divide_log2) {
    allocator.init(BOARD_POOL, pool_size);
    size_t base = 64;
    while (base * 64 <= pool_size >> divide_log2) {
        base *= 2;
    }
    uint32_t count = 0;
    for (size_t bit = 8; bit < base; bit *= 2) {
        void *hole = counted_malloc(base + bit - 4);
        if (hole == NULL) {
            break;
        }
        holes[count++] = hole;
        if (counted_malloc(WALL) == NULL) {
            break;
        }
    }
    while (counted_malloc(base * 2) != NULL) {
    }
    free_all(holes, count, false);
    for (size_t more = 0; more < base; more += base / 32 + 1) {
        take_and_give_back(base + more);
    }
    for (size_t bit = 8; bit < base; bit *= 2) {
        take_and_give_back(base + bit - 5);
    }
    take_and_give_back(16);
}

void patterns_run(size_t size) {
    random_state = 12345;
    for (int i = 0; i < HOLE_SIZES; i++) {
        for (enum order order = UPWARDS; order < ORDERS; order++) {
            equal_holes(size, hole_sizes[i], order);
        }
    }
    for (int i = 0; i < HOLE_SIZES; i++) {
        unequal_holes(size, hole_sizes[i]);
    }
    nearly_full(size);
    ordered_frees(size);
    many_bins(size);
    for (unsigned i = 0; i < 3; i++) {
        lone_bits(size, 2 * i);
    }
}
