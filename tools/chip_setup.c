/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "chip_setup.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "units.h"

bool chip_setup_choose(chip_setup_t *setup, const char *name, problem_t *problem) {
    setup->chip = capheap_chip_find(name);
    if (setup->chip != NULL) {
        return true;
    }
    return problem_set(problem, "no chip '%.64s'; 'capheap chips' lists those that there are",
                       name);
}

bool chip_setup_reserve(chip_setup_t *setup, const char *text, problem_t *problem) {
    const char **texts = realloc(setup->reserve_texts, (setup->reserve_count + 1) * sizeof *texts);
    if (texts == NULL) {
        return problem_set(problem, "out of memory");
    }
    setup->reserve_texts = texts;
    setup->reserve_texts[setup->reserve_count++] = text;
    return true;
}

size_t chip_setup_external(const capheap_chip_t *chip) {
    size_t size = 0;
    for (size_t i = 0; i < chip->memory_count; i++) {
        if ((chip->memories[i].flags & CAPHEAP_MEMORY_EXTERNAL) != 0) {
            size += chip->memories[i].size;
        }
    }
    return size;
}

static bool read_fitted(chip_setup_t *setup, problem_t *problem) {
    uint64_t size = 0;
    size_t most = chip_setup_external(setup->chip);
    char text[UNITS_SIZE_TEXT];
    setup->fitted = 0;
    if (setup->fitted_text == NULL) {
        return true;
    }
    if (!units_parse_size(setup->fitted_text, &size, problem)) {
        return false;
    }
    if (size > 0 && most == 0) {
        return problem_set(problem, "%s takes no external memory", setup->chip->name);
    }
    if (size > most) {
        return problem_set(problem, "%s reaches at most %s of external memory, not %.64s",
                           setup->chip->name, units_exact_size_text(text, most),
                           setup->fitted_text);
    }
    setup->fitted = (size_t)size;
    return true;
}

static bool add_range(chip_setup_t *setup, const capheap_range_t *range, problem_t *problem) {
    capheap_range_t *ranges =
        realloc(setup->ranges, (setup->range_count + 1) * sizeof *setup->ranges);
    if (ranges == NULL) {
        return problem_set(problem, "out of memory");
    }
    setup->ranges = ranges;
    setup->ranges[setup->range_count++] = *range;
    return true;
}

static bool add_usual(chip_setup_t *setup, problem_t *problem) {
    for (size_t i = 0; i < setup->chip->usual_count; i++) {
        capheap_range_t range = setup->chip->usual[i];
        range.name = range.name != NULL ? strdup(range.name) : NULL;
        if (!add_range(setup, &range, problem)) {
            return false;
        }
    }
    return true;
}

static bool read_range(chip_setup_t *setup, const char *text, problem_t *problem) {
    if (strcmp(text, "usual") == 0) {
        return add_usual(setup, problem);
    }
    capheap_range_t range;
    if (!units_parse_range(text, &range, problem)) {
        return false;
    }
    capheap_status_t status = capheap_chip_check_range(setup->chip, &range);
    if (status != CAPHEAP_OK) {
        free((char *)range.name);
        return problem_set(problem, "the range '%.64s' can't be reserved: %s", text,
                           status == CAPHEAP_ERROR_UNKNOWN ? "it touches no memory of the chip"
                                                           : capheap_status_text(status));
    }
    return add_range(setup, &range, problem);
}

bool chip_setup_finish(chip_setup_t *setup, problem_t *problem) {
    if (!read_fitted(setup, problem)) {
        return false;
    }
    for (size_t i = 0; i < setup->reserve_count; i++) {
        if (!read_range(setup, setup->reserve_texts[i], problem)) {
            return false;
        }
    }
    return true;
}

void chip_setup_free(chip_setup_t *setup) {
    for (size_t i = 0; i < setup->range_count; i++) {
        free((char *)setup->ranges[i].name);
    }
    free(setup->ranges);
    free(setup->reserve_texts);
    memset(setup, 0, sizeof *setup);
}
