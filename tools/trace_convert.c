/* SPDX-License-Identifier: MIT */
/* `capheap trace convert`: any trace that can be read, as our own format or as TRC1. */
#define _GNU_SOURCE
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace.h"
#include "trace_copy.h"
#include "trace_reader.h"

typedef struct convert {
    const char *in;
    const char *out;
    const char *format;
    const char *name;
    const char *origin;
    bool unfinished;
} convert_t;

enum {
    OPTION_NAME = 256,
    OPTION_ORIGIN,
    OPTION_UNFINISHED
};

static const struct argp_option options[] = {
    {"format", 'f', "FORMAT", 0, "capheap or trc1; otherwise the ending of OUT tells: .trc is TRC1",
     0},
    {"name", OPTION_NAME, "TEXT", 0, "Name of the program, instead of the one in IN", 0},
    {"origin", OPTION_ORIGIN, "TEXT", 0, "Where the trace is from, instead of what IN says", 0},
    {"unfinished", OPTION_UNFINISHED, NULL, 0,
     "IN is what is left of a recording that was interrupted: take it as far as it goes", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state) {
    convert_t *convert = state->input;
    switch (key) {
    case 'f':
        if (strcmp(argument, "capheap") != 0 && strcmp(argument, "trc1") != 0) {
            argp_error(state, "there is no format \"%s\"; name capheap or trc1", argument);
        }
        convert->format = argument;
        return 0;
    case OPTION_NAME:
        convert->name = argument;
        return 0;
    case OPTION_ORIGIN:
        convert->origin = argument;
        return 0;
    case OPTION_UNFINISHED:
        convert->unfinished = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num == 2) {
            argp_error(state, "more than IN and OUT: \"%s\"", argument);
        }
        *(state->arg_num == 0 ? &convert->in : &convert->out) = argument;
        return 0;
    case ARGP_KEY_END:
        if (state->arg_num < 2) {
            argp_error(state, "name IN and OUT");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    .options = options,
    .parser = parse,
    .args_doc = "IN OUT",
    .doc =
        "Write the trace IN as OUT."
        "\vIN is in capheap's own format, TRC1 or glibc's mtrace, maybe packed. OUT is in our own "
        "format, or TRC1 if it ends in .trc; it is packed if it then ends in .xz, .gz or .zst. "
        "\"-\" is standard input or output. TRC1 keeps neither times, tasks, call sites nor "
        "capabilities.",
};

/* "lua.trc" and "lua.trc.xz". */
static trace_format_t format_of_path(const char *path) {
    const char *dot = strstr(path, ".trc");
    for (; dot != NULL; dot = strstr(dot + 1, ".trc")) {
        if (dot[4] == '\0' || (dot[4] == '.' && strpbrk(dot + 5, "./") == NULL)) {
            return TRACE_FORMAT_TRC1;
        }
    }
    return TRACE_FORMAT_CAPHEAP;
}

int trace_convert_main(int argc, char **argv) {
    convert_t convert = {0};
    trace_error_t error;
    argp_err_exit_status = 2;
    argp_parse(&parser, argc, argv, 0, NULL, &convert);

    trace_reader_t *reader = convert.unfinished ? trace_open_unfinished(convert.in, &error)
                                                : trace_open(convert.in, &error);
    if (reader == NULL) {
        fprintf(stderr, "%s: %s\n", argv[0], error.text);
        return 2;
    }
    trace_header_t header = *trace_header(reader);
    header.name = convert.name != NULL ? convert.name : header.name;
    header.origin = convert.origin != NULL ? convert.origin : header.origin;
    trace_format_t format = convert.format == NULL                ? format_of_path(convert.out)
                            : strcmp(convert.format, "trc1") == 0 ? TRACE_FORMAT_TRC1
                                                                  : TRACE_FORMAT_CAPHEAP;
    bool good = trace_copy(reader, convert.out, format, &header, &error);
    uint64_t left_out = trace_left_out(reader);
    trace_close(reader);
    if (!good) {
        fprintf(stderr, "%s: %s\n", argv[0], error.text);
        return 2;
    }
    if (left_out > 0) {
        fprintf(stderr,
                "%s: %s: left out %" PRIu64 " calls on blocks that were allocated before the "
                "recording began\n",
                argv[0], convert.in, left_out);
    }
    return 0;
}
