/* SPDX-License-Identifier: MIT */
/* For the tests of traces: does a reader keep what tools/trace.h promises, whatever it is fed? */
#ifndef TRACE_CHECK_H
#define TRACE_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "trace.h"

typedef struct trace_checked {
    uint64_t calls;
    uint64_t hash;       /* of all fields of all calls, with names instead of their numbers */
    bool complete;       /* read to the end without an error */
    const char *broken;  /* the promise that was broken; NULL: none */
    trace_error_t error; /* if not complete */
} trace_checked_t;

/* Read everything, and close the reader. NULL: opening failed with `error`. */
trace_checked_t trace_check(trace_reader_t *reader, const trace_error_t *error);
trace_checked_t trace_check_memory(const void *data, size_t size);
trace_checked_t trace_check_file(const char *path);

/* Samples of each format, made anew each time; freed by the caller. */
unsigned char *trace_sample_native(size_t *size);
unsigned char *trace_sample_trc1(size_t *size);
unsigned char *trace_sample_mtrace(size_t *size);

#endif
