/* SPDX-License-Identifier: MIT */
#ifndef TRACE_COPY_H
#define TRACE_COPY_H

#include "trace.h"

/* Write all calls of a reader, with their names, as a file. False with error, and no file, if that
 * fails. The reader is left open. */
bool trace_copy(trace_reader_t *reader, const char *path, trace_format_t format,
                const trace_header_t *header, trace_error_t *error);

#endif
