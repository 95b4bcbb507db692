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
    KEY_RANGE,
    KEY_CAPS,
    KEY_WITHOUT,
    KEY_MASTERS,
    KEY_PREFER,
    KEY_POLICY,
    KEY_RESERVE,
    KEY_QUOTA,
    KEY_CELL,
    KEY_MARK,
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
    {"reserved-range", KEY_RANGE, "A-B", 0,
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
    {"without", KEY_WITHOUT, "CAPS", 0,
     "Their memory must have none of these; `none`: no such wish", 2},
    {"masters", KEY_MASTERS, "NAMES", 0,
     "All of these bus masters must reach it, such as DMA1,ETH (the chip's names); `none`", 2},
    {"prefer", KEY_PREFER, "CAPS/CAPS", 0,
     "Rather the first of these sets than the next, than anything; `none`", 2},
    {0, 0, 0, 0, "The heap's policy:", 3},
    {"policy", KEY_POLICY, "RULES", 0,
     "internal-up-to=SIZE, external-from=SIZE: where ordinary requests go by their size. "
     "order=TYPE:TYPE: types of memory that come first",
     3},
    {"reserve", KEY_RESERVE, "CAPS:BYTES[:PIECE]", 0,
     "Keep so many bytes of such memory free for requests that name these capabilities, PIECE of "
     "them in one piece",
     3},
    {"quota", KEY_QUOTA, "WHO=LIMIT[:IN]", 0,
     "WHO may use LIMIT bytes, which count towards the quota IN too. WHO is PROGRAM[/TASK][@SITE], "
     "each a pattern as the shell's",
     3},
    {"quota-cell", KEY_CELL, "BYTES", 0,
     "Owners are kept by cells of so many bytes (default: as fine as blocks are)", 3},
    {"mark", KEY_MARK, "CAPS:free=LOW-HIGH", 0,
     "Signal when less than LOW is free (or `largest=`: in one piece), until it is HIGH again; "
     "`all` for CAPS: any memory",
     3},
    {0, 0, 0, 0, "The report:", 4},
    {"at", KEY_AT, "MOMENT", 0,
     "Show the heap at its `peak` (default), at the `end`, after the first `refusal`, or after the "
     "call of this number",
     4},
    {"json", KEY_JSON, NULL, 0, "Write the report as JSON", 4},
    {"svg", KEY_SVG, "FILE", 0, "Write a map of all blocks, to be opened in a browser", 4},
    {"offsets", KEY_OFFSETS, "FILE", 0, "Write the address that each call got, a line a call", 4},
    {"ascii", KEY_ASCII, NULL, 0, "Write ASCII only", 4},
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

/* nothing: the word that stands for no capabilities. */
static void read_caps(capheap_caps_t *caps, const char *text, const char *nothing,
                      const char *option, struct argp_state *state) {
    problem_t problem;
    *caps = 0;
    check(state, strcmp(text, nothing) == 0 || units_parse_caps(text, caps, &problem), option,
          &problem);
}

static void read_prefer(replay_ask_t *ask, const char *text, struct argp_state *state) {
    problem_t problem;
    char *copy = strdup(text);
    bool read = copy != NULL || problem_set(&problem, "out of memory");
    ask->prefer_count = 0;
    char *next = strcmp(text, "none") == 0 ? NULL : copy;
    for (char *set; read && (set = strsep(&next, "/")) != NULL;) {
        read = ask->prefer_count < REPLAY_PREFER_MAX
                   ? units_parse_caps(set, &ask->prefer[ask->prefer_count], &problem)
                   : problem_set(&problem, "more than %u sets", REPLAY_PREFER_MAX);
        ask->prefer_count += read;
    }
    free(copy);
    check(state, read, "--prefer", &problem);
}

static bool read_masters(sim_trace_t *trace, const capheap_chip_t *chip, problem_t *problem) {
    char *copy = trace->masters_text != NULL ? strdup(trace->masters_text) : NULL;
    char *next = copy;
    bool read =
        copy != NULL || trace->masters_text == NULL || problem_set(problem, "out of memory");
    for (char *name; read && (name = strsep(&next, ",|")) != NULL;) {
        capheap_masters_t bit = capheap_chip_master(chip, name);
        trace->ask.masters |= bit;
        if (bit == 0) {
            read = problem_set(problem, "%s has no bus master '%.64s'%s%s", chip->name, name,
                               chip->master_count > 0 ? "; the first is " : "; it names none",
                               chip->master_count > 0 ? chip->masters[0] : "");
        }
    }
    free(copy);
    return read;
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
    options->traces[options->trace_count] = options->next;
    options->traces[options->trace_count++].path = path;
    options->unused = NULL;
}

static void finish(sim_options_t *options, struct argp_state *state) {
    problem_t problem;
    if (options->setup.chip == NULL) {
        argp_failure(state, EXIT_BAD, 0, "which chip? --chip NAME; `capheap chips` lists them");
    }
    if (options->trace_count == 0) {
        argp_failure(state, EXIT_BAD, 0, "which programs? Name a trace, or several");
    }
    if (options->unused != NULL) {
        argp_failure(state, EXIT_BAD, 0, "%s: no trace follows; it is for those behind it",
                     options->unused);
    }
    bool fine = chip_setup_finish(&options->setup, &problem) &&
                policy_finish(&options->policy, options->setup.chip, &problem);
    if (!fine) {
        argp_failure(state, EXIT_BAD, 0, "%s", problem.text);
    }
    for (size_t i = 0; i < options->trace_count; i++) {
        check(state, read_masters(&options->traces[i], options->setup.chip, &problem), "--masters",
              &problem);
    }
}

/* What the traces that follow ask for. */
static bool parse_ask(sim_options_t *options, int key, char *argument, struct argp_state *state) {
    replay_ask_t *ask = &options->next.ask;
    switch (key) {
    case KEY_CAPS:
        options->unused = "--caps";
        read_caps(&ask->caps, argument, "trace", "--caps", state);
        return true;
    case KEY_WITHOUT:
        options->unused = "--without";
        read_caps(&ask->without, argument, "none", "--without", state);
        return true;
    case KEY_MASTERS:
        options->unused = "--masters";
        options->next.masters_text = strcmp(argument, "none") == 0 ? NULL : argument;
        return true;
    case KEY_PREFER:
        options->unused = "--prefer";
        read_prefer(ask, argument, state);
        return true;
    default:
        return false;
    }
}

static bool parse_policy(policy_t *policy, int key, const char *argument,
                         struct argp_state *state) {
    problem_t problem;
    switch (key) {
    case KEY_POLICY:
        check(state, policy_read_rules(policy, argument, &problem), "--policy", &problem);
        return true;
    case KEY_RESERVE:
        check(state, policy_read_reserve(policy, argument, &problem), "--reserve", &problem);
        return true;
    case KEY_QUOTA:
        check(state, policy_read_quota(policy, argument, &problem), "--quota", &problem);
        return true;
    case KEY_CELL:
        check(state, policy_read_cell(policy, argument, &problem), "--quota-cell", &problem);
        return true;
    case KEY_MARK:
        check(state, policy_read_mark(policy, argument, &problem), "--mark", &problem);
        return true;
    default:
        return false;
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
    case KEY_RANGE:
        check(state, chip_setup_reserve(&options->setup, argument, &problem), "--reserved-range",
              &problem);
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
        return parse_ask(options, key, argument, state) ||
                       parse_policy(&options->policy, key, argument, state)
                   ? 0
                   : ARGP_ERR_UNKNOWN;
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
    policy_free(&options->policy);
    free(options->traces);
    memset(options, 0, sizeof *options);
}
