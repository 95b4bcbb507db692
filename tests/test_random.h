/* SPDX-License-Identifier: MIT */
/* Pseudo-random numbers that are the same on every machine (xorshift64*, Marsaglia and Vigna). */
#ifndef CAPHEAP_TEST_RANDOM_H
#define CAPHEAP_TEST_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

typedef struct test_random {
    uint64_t state;
} test_random_t;

static inline test_random_t test_random_start(uint64_t seed) {
    /* Neighbouring seeds must not give neighbouring sequences, and the state must not be 0. */
    uint64_t z = seed + UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    z ^= z >> 31;
    return (test_random_t){z != 0 ? z : 1};
}

static inline uint32_t test_random_next(test_random_t *random) {
    random->state ^= random->state >> 12;
    random->state ^= random->state << 25;
    random->state ^= random->state >> 27;
    return (uint32_t)((random->state * UINT64_C(0x2545F4914F6CDD1D)) >> 32);
}

/* 0 to bound - 1; bound > 0. */
static inline uint32_t test_random_below(test_random_t *random, uint32_t bound) {
    return (uint32_t)(((uint64_t)test_random_next(random) * bound) >> 32);
}

/* low to high, both included. */
static inline uint32_t test_random_between(test_random_t *random, uint32_t low, uint32_t high) {
    return low + test_random_below(random, high - low + 1);
}

static inline bool test_random_chance(test_random_t *random, uint32_t percent) {
    return test_random_below(random, 100) < percent;
}

#endif
