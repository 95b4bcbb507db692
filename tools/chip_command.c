/* SPDX-License-Identifier: MIT */
/* `capheap chips` and `capheap chip NAME`: what chips are known, and what a chip's memory is. */
#define _GNU_SOURCE
#include <argp.h>
#include <inttypes.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "chip_setup.h"
#include "commands.h"
#include "report.h"
#include "terminal.h"
#include "units.h"

/* ---------------------------------------------------------------------------------------- chips */

static error_t parse_nothing(int key, char *argument, struct argp_state *state) {
    if (key == ARGP_KEY_ARG) {
        argp_failure(state, EXIT_BAD, 0, "too many arguments, from '%s' on", argument);
    }
    return ARGP_ERR_UNKNOWN;
}

/* Columns of the list: as wide as what stands in them, and a gap. */
typedef struct columns {
    int name;
    int title;
} columns_t;

static columns_t columns_of_chips(void) {
    columns_t columns = {0, 0};
    for (size_t i = 0; capheap_chips[i] != NULL; i++) {
        int name = (int)strlen(capheap_chips[i]->name) + 2;
        int title = (int)strlen(capheap_chips[i]->title) + 2;
        columns.name = name > columns.name ? name : columns.name;
        columns.title = title > columns.title ? title : columns.title;
    }
    return columns;
}

static void put_chip_row(const capheap_chip_t *chip, columns_t columns) {
    size_t external = chip_setup_external(chip);
    size_t all = 0;
    char text[UNITS_SIZE_TEXT];
    for (size_t i = 0; i < chip->memory_count; i++) {
        all += chip->memories[i].size;
    }
    printf("%-*s%-*s%8s", columns.name, chip->name, columns.title, chip->title,
           units_size_text(text, all - external));
    printf("%12s\n", external > 0 ? units_exact_size_text(text, external) : "-");
}

int chips_main(int argc, char **argv) {
    struct argp argp = {.parser = parse_nothing, .doc = "List the chips that are known."};
    argp_parse(&argp, argc, argv, 0, NULL, NULL);
    columns_t columns = columns_of_chips();
    printf("%-*s%-*s%8s%12s\n", columns.name, "name", columns.title, "chip", "internal",
           "external");
    for (size_t i = 0; capheap_chips[i] != NULL; i++) {
        put_chip_row(capheap_chips[i], columns);
    }
    return EXIT_SERVED;
}

/* ----------------------------------------------------------------------------------------- chip */

enum {
    KEY_PSRAM = 256,
    KEY_RANGE,
    KEY_RESERVE,
    KEY_ASCII
};

typedef struct chip_options {
    chip_setup_t setup;
    const char *name;
    bool ascii;
} chip_options_t;

static const struct argp_option chip_option_list[] = {
    {"psram", KEY_PSRAM, "SIZE", 0, "External memory that is fitted, such as 4M", 0},
    {"reserved-range", KEY_RANGE, "A-B", 0,
     "Keep addresses A (hexadecimal) up to B out of the heap; =NAME may follow. Or: usual, what an "
     "ordinary program takes",
     0},
    {"reserve", KEY_RESERVE, "", OPTION_HIDDEN, "What it was called once", 0},
    {"ascii", KEY_ASCII, NULL, 0, "Write ASCII only", 0},
    {0},
};

static error_t parse_chip_option(int key, char *argument, struct argp_state *state) {
    chip_options_t *options = state->input;
    problem_t problem;
    switch (key) {
    case KEY_PSRAM:
        options->setup.fitted_text = argument;
        return 0;
    case KEY_RESERVE:
        argp_failure(state, EXIT_BAD, 0, "--reserve: write --reserved-range %.64s", argument);
        return 0;
    case KEY_RANGE:
        if (!chip_setup_reserve(&options->setup, argument, &problem)) {
            argp_failure(state, EXIT_BAD, 0, "%s", problem.text);
        }
        return 0;
    case KEY_ASCII:
        options->ascii = true;
        return 0;
    case ARGP_KEY_ARG:
        if (options->name != NULL) {
            argp_failure(state, EXIT_BAD, 0, "one chip at a time: '%s' is too many", argument);
        }
        options->name = argument;
        return 0;
    case ARGP_KEY_END:
        if (options->name == NULL) {
            argp_failure(state, EXIT_BAD, 0, "which chip? `capheap chips` lists them");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

#define TYPE_WIDTH 14

/* A line for each priority that has capabilities; the first goes on where the name stands. */
static void put_priorities(const capheap_type_t *type) {
    static const char *const order[] = {"first ", "second", "last  "};
    bool begun = false;
    for (size_t i = 0; i < CAPHEAP_PRIORITIES; i++) {
        char caps[UNITS_CAPS_TEXT];
        if (type->caps[i] != 0) {
            printf("%*s%s %s\n", begun ? TYPE_WIDTH + 4 : 0, "", order[i],
                   units_caps_text(caps, type->caps[i]));
            begun = true;
        }
    }
}

static void put_types(const capheap_chip_t *chip, const terminal_t *terminal) {
    terminal_heading(terminal, "Types of memory, and what they are chosen for");
    for (size_t i = 0; i < chip->type_count; i++) {
        const capheap_type_t *type = &chip->types[i];
        printf("%3zu %-*s", i, TYPE_WIDTH, type->name);
        put_priorities(type);
        if (type->granule > 8) {
            printf("%*sin blocks of %" PRIu32 " bytes\n", TYPE_WIDTH + 4, "", type->granule);
        }
        if (type->cache_line > 0) {
            printf("%*sbehind a write-back cache with lines of %" PRIu32 " bytes\n", TYPE_WIDTH + 4,
                   "", type->cache_line);
        }
    }
    putchar('\n');
}

static void put_memory(const capheap_chip_t *chip, const capheap_memory_t *memory) {
    char size[UNITS_SIZE_TEXT];
    printf("%08" PRIXPTR "-%08" PRIXPTR "  %8s  %s", memory->start, memory->start + memory->size,
           units_exact_size_text(size, memory->size), chip->types[memory->type].name);
    if (memory->alias_kind != CAPHEAP_ALIAS_NONE) {
        printf("; code at %08" PRIXPTR "-%08" PRIXPTR "%s", memory->alias,
               memory->alias + memory->size,
               memory->alias_kind == CAPHEAP_ALIAS_INVERTED ? ", words reversed" : "");
    }
    printf("%s%s\n", (memory->flags & CAPHEAP_MEMORY_STARTUP) != 0 ? "; used by start-up" : "",
           (memory->flags & CAPHEAP_MEMORY_EXTERNAL) != 0 ? "; external, at most so much" : "");
}

static void put_memories(const capheap_chip_t *chip, const terminal_t *terminal) {
    terminal_heading(terminal, "Memories");
    for (size_t i = 0; i < chip->memory_count; i++) {
        put_memory(chip, &chip->memories[i]);
    }
    putchar('\n');
}

static void put_ranges(const capheap_range_t *ranges, size_t count, const char *heading,
                       const terminal_t *terminal) {
    if (count == 0) {
        return;
    }
    terminal_heading(terminal, heading);
    for (size_t i = 0; i < count; i++) {
        char size[UNITS_SIZE_TEXT];
        printf("%08" PRIXPTR "-%08" PRIXPTR "  %8s  %s\n", ranges[i].start, ranges[i].end,
               units_size_text(size, ranges[i].end - ranges[i].start),
               ranges[i].name != NULL ? ranges[i].name : "");
    }
    putchar('\n');
}

static int put_layout(const chip_setup_t *setup, const terminal_t *terminal) {
    capheap_memory_t pieces[256];
    int count = capheap_chip_layout(setup->chip, setup->ranges, setup->range_count, setup->fitted,
                                    pieces, sizeof pieces / sizeof pieces[0]);
    if (count < 0) {
        fprintf(stderr, "capheap chip: %s\n", capheap_status_text((capheap_status_t)count));
        return EXIT_BAD;
    }
    terminal_heading(terminal, "Memory that becomes heap");
    for (int i = 0; i < count; i++) {
        report_listing_line(stdout, pieces[i].start, pieces[i].size,
                            setup->chip->types[pieces[i].type].name,
                            (pieces[i].flags & CAPHEAP_MEMORY_STARTUP) != 0);
    }
    return EXIT_SERVED;
}

int chip_main(int argc, char **argv) {
    struct argp argp = {.options = chip_option_list,
                        .parser = parse_chip_option,
                        .args_doc = "NAME",
                        .doc = "Show a chip's types of memory, its memories, what is reserved, and "
                               "what becomes heap."};
    chip_options_t options = {0};
    problem_t problem;
    setlocale(LC_CTYPE, "");
    argp_parse(&argp, argc, argv, 0, NULL, &options);
    if (!chip_setup_choose(&options.setup, options.name, &problem) ||
        !chip_setup_finish(&options.setup, &problem)) {
        fprintf(stderr, "%s: %s\n", argv[0], problem.text);
        chip_setup_free(&options.setup);
        return EXIT_BAD;
    }
    const capheap_chip_t *chip = options.setup.chip;
    terminal_t terminal = terminal_open(stdout, options.ascii);
    terminal_heading(&terminal, chip->title);
    putchar('\n');
    put_types(chip, &terminal);
    put_memories(chip, &terminal);
    put_ranges(chip->reserved, chip->reserved_count, "Reserved on this chip", &terminal);
    put_ranges(options.setup.ranges, options.setup.range_count, "Reserved by the program",
               &terminal);
    int code = put_layout(&options.setup, &terminal);
    chip_setup_free(&options.setup);
    return code;
}
