/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "sim_input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Standard input as a file in memory that can be opened by the path given back, NULL on failure. */
static char *copy_standard_input(problem_t *problem) {
    char buffer[65536];
    char *path = NULL;
    int file = memfd_create("standard input", 0);
    ssize_t got = file < 0 ? -1 : 1;
    while (got > 0) {
        got = read(STDIN_FILENO, buffer, sizeof buffer);
        for (ssize_t put = 0; put < got;) {
            ssize_t step = write(file, buffer + put, (size_t)(got - put));
            if (step <= 0) {
                got = -1;
                break;
            }
            put += step;
        }
    }
    if (got < 0 || asprintf(&path, "/proc/self/fd/%d", file) < 0) {
        problem_set(problem, "standard input can't be read: %s", strerror(errno));
        return NULL;
    }
    return path;
}

static bool is_taken(const replay_program_t *programs, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(programs[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* One word, so that lines about it can be taken apart; of a path its last part. */
static char *plain_name(const char *name) {
    const char *slash = strrchr(name, '/');
    char *copy = strdup(slash != NULL && slash[1] != '\0' ? slash + 1 : name);
    for (char *at = copy; at != NULL && *at != '\0'; at++) {
        if (*at == ' ' || *at == '\t') {
            *at = '_';
        }
    }
    return copy;
}

static bool name_program(replay_program_t *programs, size_t number, bool by_input,
                         problem_t *problem) {
    trace_error_t error;
    replay_program_t *program = &programs[number];
    trace_reader_t *reader = trace_open(program->path, &error);
    if (reader == NULL) {
        return problem_set(problem, "%s", error.text);
    }
    const trace_header_t *header = trace_header(reader);
    bool nameless = header->name[0] == '\0' || (by_input && header->format != TRACE_FORMAT_CAPHEAP);
    char *base = plain_name(nameless ? by_input ? "stdin" : "program" : header->name);
    trace_close(reader);
    program->name = base != NULL ? strdup(base) : NULL;
    for (unsigned i = 2; program->name != NULL && is_taken(programs, number, program->name); i++) {
        free(program->name);
        if (asprintf(&program->name, "%s-%u", base, i) < 0) {
            program->name = NULL;
        }
    }
    free(base);
    return program->name != NULL || problem_set(problem, "out of memory");
}

bool sim_input_open(const sim_options_t *options, replay_program_t **programs, problem_t *problem) {
    replay_program_t *list = calloc(options->trace_count, sizeof *list);
    *programs = list;
    if (list == NULL) {
        return problem_set(problem, "out of memory");
    }
    for (size_t i = 0; i < options->trace_count; i++) {
        bool by_input = strcmp(options->traces[i].path, "-") == 0;
        list[i].path = by_input ? copy_standard_input(problem) : strdup(options->traces[i].path);
        list[i].ask = options->traces[i].ask;
        if (list[i].path == NULL || !name_program(list, i, by_input, problem)) {
            return false;
        }
    }
    return true;
}

void sim_input_close(replay_program_t *programs, size_t count) {
    for (size_t i = 0; programs != NULL && i < count; i++) {
        free((char *)programs[i].path);
        free(programs[i].name);
    }
    free(programs);
}
