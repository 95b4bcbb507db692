/* SPDX-License-Identifier: MIT */
/*
 * What the property tests take from the command line and the environment:
 *
 *     [--seed N] [--steps N] [--round N] [--log]
 *
 * A round is one region or heap with some hundred to some thousand calls. It depends on the seed
 * and its own number only, so that a failure can be replayed by its round alone. --log prints every
 * call. CAPHEAP_SEED and CAPHEAP_STEPS in the environment do as --seed and --steps.
 */
#ifndef CAPHEAP_PROPERTY_SETTINGS_H
#define CAPHEAP_PROPERTY_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test_random.h"

typedef struct property_settings {
    uint64_t seed;
    uint64_t steps;
    uint64_t round;
    bool one_round;
    bool log;
} property_settings_t;

static inline bool property_parse_number(const char *text, uint64_t *value) {
    char *end = NULL;
    if (text == NULL || *text < '0' || *text > '9')
        return false;
    *value = strtoull(text, &end, 0);
    return *end == '\0';
}

static inline bool property_parse_options(int argc, char **argv, property_settings_t *settings) {
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        bool known = false;
        if (strcmp(argv[i], "--log") == 0) {
            settings->log = true;
            continue;
        }
        if (strcmp(argv[i], "--seed") == 0)
            known = property_parse_number(value, &settings->seed);
        else if (strcmp(argv[i], "--steps") == 0)
            known = property_parse_number(value, &settings->steps);
        else if (strcmp(argv[i], "--round") == 0)
            known = settings->one_round = property_parse_number(value, &settings->round);
        if (!known)
            return false;
        i++;
    }
    return true;
}

/* By default each kind of build plays other rounds, so that all of them together see more. */
static inline property_settings_t property_settings(int argc, char **argv, uint64_t steps) {
    property_settings_t settings = {.seed = sizeof(void *), .steps = steps};
#ifdef __clang__
    settings.seed++;
#endif
    const char *seed = getenv("CAPHEAP_SEED");
    const char *limit = getenv("CAPHEAP_STEPS");
    if ((seed != NULL && !property_parse_number(seed, &settings.seed)) ||
        (limit != NULL && !property_parse_number(limit, &settings.steps)) ||
        !property_parse_options(argc, argv, &settings)) {
        fprintf(stderr, "usage: %s [--seed N] [--steps N] [--round N] [--log]\n", argv[0]);
        exit(2);
    }
    return settings;
}

static inline test_random_t property_random(const property_settings_t *settings, uint64_t round) {
    return test_random_start(settings->seed * UINT64_C(1000003) + round);
}

static inline void property_print_failure(const property_settings_t *settings, const char *program,
                                          uint64_t round, uint64_t step, const char *what) {
    printf("FAIL in round %llu, step %llu: %s\nreplay: %s --seed %llu --round %llu --log\n",
           (unsigned long long)round, (unsigned long long)step, what, program,
           (unsigned long long)settings->seed, (unsigned long long)round);
}

#endif
