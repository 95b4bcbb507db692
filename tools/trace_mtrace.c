/* SPDX-License-Identifier: MIT */
/*
 * Decode what glibc's mtrace() writes: lines of text (malloc/mtrace-impl.c):
 *
 *     = Start
 *     @ prog:(main+0x1c)[0x4011c2] + 0x4052a0 0x20        malloc, calloc or aligned
 *     @ prog:[0x4011d0] < 0x4052a0                        realloc: from ...
 *     @ prog:[0x4011d0] > 0x4056b0 0x40                   ... to
 *     @ prog:[0x4011e0] ! 0x4056b0 0x7fffffffffff         realloc that failed
 *     @ prog:[0x4011f0] - 0x4056b0                        free
 *     = End
 *
 * "@ ... " is missing where the caller is unknown. Frees of blocks from before mtrace() are passed
 * over: such a log may begin in the middle of a program.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "trace_reader.h"

#define MAX_LINE 8192u

typedef struct mtrace_line {
    char op;          /* + - < > ! = */
    uint64_t address; /* 0: "(nil)" */
    uint64_t size;    /* of + > ! */
    const char *site; /* between "@ " and the op */
    size_t site_length;
} mtrace_line_t;

/* One line without its end. 1: read; 0: the file's end; -1: error. */
static int read_line(trace_reader_t *reader, char *line, trace_error_t *error) {
    size_t length = 0;
    reader->line++;
    for (;;) {
        int byte = trace_input_byte(&reader->input);
        if (byte < 0 && length == 0 && reader->input.problem[0] == '\0') {
            return 0;
        }
        if (byte < 0) {
            trace_fail_end(reader, error, "the end of the line");
            return -1;
        }
        if (byte == '\n') {
            line[length] = '\0';
            return 1;
        }
        if (byte == '\0' || length == MAX_LINE - 1) {
            trace_fail(reader, error,
                       byte == '\0' ? "a zero byte; this is no mtrace log"
                                    : "the line is too long; this is no mtrace log");
            return -1;
        }
        line[length++] = (char)byte;
    }
}

/* glibc prints with %p and %#lx: hexadecimal with 0x, or "(nil)", or "0". */
static bool parse_number(const char *word, uint64_t *number) {
    *number = 0;
    if (strcmp(word, "(nil)") == 0 || strcmp(word, "0") == 0) {
        return true;
    }
    size_t digits = strlen(word) - (strlen(word) >= 2 ? 2 : 0);
    if (strncmp(word, "0x", 2) != 0 || digits == 0 || digits > 16 ||
        strspn(word + 2, "0123456789abcdef") != digits) {
        return false;
    }
    *number = strtoull(word + 2, NULL, 16);
    return true;
}

/* Cut the last word off the line; NULL: there is none. */
static char *cut_word(char *line) {
    char *space = strrchr(line, ' ');
    if (space == NULL) {
        return NULL;
    }
    *space = '\0';
    return space + 1;
}

/* The op is the last or the last but one word before the numbers: a path may hold spaces and signs,
 * so the line is taken apart from its end. */
static bool parse_line(char *line, mtrace_line_t *parsed) {
    *parsed = (mtrace_line_t){.op = line[0]};
    if (line[0] == '=') {
        return true;
    }
    char *numbers[2] = {NULL, NULL};
    char *op = NULL;
    for (int i = 0; i < 2 && op == NULL; i++) {
        numbers[i] = cut_word(line);
        char *space = strrchr(line, ' ');
        char *word = space == NULL ? line : space + 1;
        if (numbers[i] != NULL && word[0] != '\0' && word[1] == '\0' &&
            strchr(i == 0 ? "-<" : "+>!", word[0]) != NULL) {
            op = word;
        }
    }
    if (op == NULL) {
        return false;
    }
    parsed->op = *op;
    if (op > line) {
        op[-1] = '\0';
    }
    if (op > line + 2 && strncmp(line, "@ ", 2) == 0) {
        parsed->site = line + 2;
        parsed->site_length = strlen(parsed->site);
    }
    return numbers[1] == NULL ? parse_number(numbers[0], &parsed->address)
                              : parse_number(numbers[1], &parsed->address) &&
                                    parse_number(numbers[0], &parsed->size);
}

static bool read_parsed(trace_reader_t *reader, char *line, mtrace_line_t *parsed, int *got,
                        trace_error_t *error) {
    *got = read_line(reader, line, error);
    if (*got <= 0) {
        return *got == 0;
    }
    if (parse_line(line, parsed)) {
        return true;
    }
    trace_fail(reader, error, "this is no line of an mtrace log; the file is damaged");
    return false;
}

/* After "<" comes ">" with the new address. */
static trace_result_t read_move(trace_reader_t *reader, trace_call_t *call, uint64_t old,
                                trace_error_t *error) {
    char line[MAX_LINE];
    mtrace_line_t parsed;
    int got;
    if (!read_parsed(reader, line, &parsed, &got, error)) {
        return TRACE_ERROR;
    }
    if (got == 0 || parsed.op != '>') {
        return trace_fail(reader, error,
                          "after a line with '<' one with '>' is due; the file is "
                          "damaged or cut off");
    }
    call->size = parsed.size;
    if (trace_live_find(&reader->live, old) == TRACE_NO_BLOCK) {
        reader->left_out++;
        call->op = TRACE_MALLOC;
        return trace_take_block(reader, call, parsed.address, error);
    }
    call->op = TRACE_REALLOC;
    return trace_resize_block(reader, call, old, parsed.address, error);
}

/* TRACE_END: not a call, go on. */
static trace_result_t take_line(trace_reader_t *reader, const mtrace_line_t *parsed,
                                trace_call_t *call, trace_error_t *error) {
    *call = (trace_call_t){.size = parsed->size};
    if (parsed->op == '=') {
        return TRACE_END;
    }
    if (parsed->site != NULL) {
        call->site = trace_names_intern(&reader->sites, parsed->site, parsed->site_length);
        if (call->site == TRACE_NO_NAME) {
            return trace_fail(reader, error, "too many call sites; take a shorter trace");
        }
    }
    if (parsed->op == '!' || (parsed->op == '+' && parsed->address == 0)) {
        call->op = TRACE_REFUSED;
        return TRACE_CALL;
    }
    if (parsed->op == '+') {
        call->op = TRACE_MALLOC;
        return trace_take_block(reader, call, parsed->address, error);
    }
    if (parsed->op == '<') {
        return read_move(reader, call, parsed->address, error);
    }
    if (parsed->op != '-') {
        return trace_fail(reader, error,
                          "a line with '>' without one with '<' before it; the file "
                          "is damaged");
    }
    call->op = TRACE_FREE;
    if (trace_live_find(&reader->live, parsed->address) == TRACE_NO_BLOCK) {
        reader->left_out++;
        return TRACE_END;
    }
    return trace_drop_block(reader, call, parsed->address, error);
}

static trace_result_t decode(trace_reader_t *reader, trace_call_t *call, trace_error_t *error) {
    char line[MAX_LINE];
    for (;;) {
        mtrace_line_t parsed;
        int got;
        if (!read_parsed(reader, line, &parsed, &got, error)) {
            return TRACE_ERROR;
        }
        if (got == 0) {
            return TRACE_END;
        }
        trace_result_t result = take_line(reader, &parsed, call, error);
        if (result != TRACE_END) {
            reader->calls += result == TRACE_CALL;
            return result;
        }
    }
}

bool trace_start_mtrace(trace_reader_t *reader, trace_error_t *error) {
    char line[MAX_LINE];
    if (read_line(reader, line, error) < 0) {
        return false;
    }
    reader->header.format = TRACE_FORMAT_MTRACE;
    reader->decode = decode;
    return true;
}
