/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "sim_options.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "units.h"

enum {
    KEY_PSRAM = 256,
    KEY_RESERVE,
    KEY_CAPS,
    KEY_AT,
    KEY_STARTUP,
    KEY_JSON,
    KEY_SVG,
    KEY_OFFSETS,
    KEY_ASCII
};

static const struct argp_option option_list[] = {
    {0, 0, 0, 0, "The chip:", 1},
    {"chip", 'c', "NAME", 0, "Serve from the memories of this chip (`capheap chips` lists them)",
     1},
    {"psram", KEY_PSRAM, "SIZE", 0, "External memory that is fitted, such as 4M", 1},
    {"reserve", KEY_RESERVE, "A-B", 0,
     "Keep addresses A (hexadecimal) up to B out of the heap; =NAME may follow. Or: usual, what an "
     "ordinary program takes",
     1},
    {"startup-calls", KEY_STARTUP, "N", 0,
     "Start-up is over after N calls (default 0): until then start-up memory is held back", 1},
    {0, 0, 0, 0, "The programs:", 2},
    {"caps", KEY_CAPS, "CAPS", 0,
     "Every call of the traces that follow asks for these, such as 8BIT,DMA; `trace`: what the "
     "trace says, else DEFAULT, as malloc does",
     2},
    {0, 0, 0, 0, "The report:", 3},
    {"at", KEY_AT, "MOMENT", 0,
     "Show the heap at its `peak` (default), at the `end`, after the first `refusal`, or after the "
     "call of this number",
     3},
    {"json", KEY_JSON, NULL, 0, "Write the report as JSON", 3},
    {"svg", KEY_SVG, "FILE", 0, "Write a map of all blocks, to be opened in a browser", 3},
    {"offsets", KEY_OFFSETS, "FILE", 0, "Write the address that each call got, a line a call", 3},
    {"ascii", KEY_ASCII, NULL, 0, "Write ASCII only", 3},
    {0},
};

static const char doc[] =
    "Serve the calls of recorded programs from a chip's memories, and show where every byte went."
    "\vTRACE is a file in capheap's own format, TRC1 or glibc's mtrace, maybe packed by xz, gzip "
    "or zstd; - is standard input. Several run side by side, as tasks do: by the times of their "
    "calls if all have them, else one call each in turn.\n\n"
    "Exit code: 0 when every call was served, 1 when some were refused, 2 for bad usage or input.";

static void check(struct argp_state *state, bool fine, const char *option,
                  const problem_t *problem) {
    if (!fine) {
        argp_failure(state, EXIT_BAD, 0, "%s: %s", option, problem->text);
    }
}

static void read_moment(sim_options_t *options, const char *text, struct argp_state *state) {
    problem_t problem;
    if (strcmp(text, "peak") == 0) {
        options->moment = SIM_AT_PEAK;
    } else if (strcmp(text, "end") == 0) {
        options->moment = SIM_AT_END;
    } else if (strcmp(text, "refusal") == 0) {
        options->moment = SIM_AT_REFUSAL;
    } else if (units_parse_count(text, &options->moment_call, &problem)) {
        options->moment = SIM_AT_CALL;
    } else {
        argp_failure(state, EXIT_BAD, 0,
                     "--at: '%s' is no moment; write peak, end, refusal or the number of a call",
                     text);
    }
}

static void read_caps(sim_options_t *options, const char *text, struct argp_state *state) {
    problem_t problem;
    if (strcmp(text, "trace") == 0) {
        options->caps = 0;
        return;
    }
    check(state, units_parse_caps(text, &options->caps, &problem), "--caps", &problem);
}

static void add_trace(sim_options_t *options, const char *path, struct argp_state *state) {
    sim_trace_t *traces =
        realloc(options->traces, (options->trace_count + 1) * sizeof *options->traces);
    if (traces == NULL) {
        argp_failure(state, EXIT_BAD, 0, "out of memory");
        return;
    }
    for (size_t i = 0; strcmp(path, "-") == 0 && i < options->trace_count; i++) {
        if (strcmp(traces[i].path, "-") == 0) {
            argp_failure(state, EXIT_BAD, 0, "standard input can be read as one trace only");
        }
    }
    options->traces = traces;
    options->traces[options->trace_count++] = (sim_trace_t){path, options->caps};
}

static void finish(sim_options_t *options, struct argp_state *state) {
    problem_t problem;
    if (options->setup.chip == NULL) {
        argp_failure(state, EXIT_BAD, 0, "which chip? --chip NAME; `capheap chips` lists them");
    }
    if (options->trace_count == 0) {
        argp_failure(state, EXIT_BAD, 0, "which programs? Name a trace, or several");
    }
    if (!chip_setup_finish(&options->setup, &problem)) {
        argp_failure(state, EXIT_BAD, 0, "%s", problem.text);
    }
}

static error_t parse_option(int key, char *argument, struct argp_state *state) {
    sim_options_t *options = state->input;
    problem_t problem;
    switch (key) {
    case 'c':
        check(state, chip_setup_choose(&options->setup, argument, &problem), "--chip", &problem);
        return 0;
    case KEY_PSRAM:
        options->setup.fitted_text = argument;
        return 0;
    case KEY_RESERVE:
        check(state, chip_setup_reserve(&options->setup, argument, &problem), "--reserve",
              &problem);
        return 0;
    case KEY_CAPS:
        read_caps(options, argument, state);
        return 0;
    case KEY_AT:
        read_moment(options, argument, state);
        return 0;
    case KEY_STARTUP:
        check(state, units_parse_count(argument, &options->startup_calls, &problem),
              "--startup-calls", &problem);
        return 0;
    case KEY_JSON:
        options->json = true;
        return 0;
    case KEY_SVG:
        options->svg_path = argument;
        return 0;
    case KEY_OFFSETS:
        options->offsets_path = argument;
        return 0;
    case KEY_ASCII:
        options->ascii = true;
        return 0;
    case ARGP_KEY_ARG:
        add_trace(options, argument, state);
        return 0;
    case ARGP_KEY_END:
        finish(options, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

void sim_options_read(sim_options_t *options, int argc, char **argv) {
    static const struct argp argp = {
        .options = option_list, .parser = parse_option, .args_doc = "TRACE...", .doc = doc};
    memset(options, 0, sizeof *options);
    argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, options);
}

void sim_options_free(sim_options_t *options) {
    chip_setup_free(&options->setup);
    free(options->traces);
    memset(options, 0, sizeof *options);
}
