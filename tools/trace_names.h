/* SPDX-License-Identifier: MIT */
/* Names of call sites or tasks, numbered as they appear. */
#ifndef TRACE_NAMES_H
#define TRACE_NAMES_H

#include <stddef.h>
#include <stdint.h>

#define TRACE_NO_NAME         UINT32_MAX
#define TRACE_MAX_NAMES_BYTES (64u << 20) /* of all names of a table together */

/* All 0: empty and ready for use. */
typedef struct trace_names {
    char **list;
    uint32_t count;
    uint32_t capacity;
    size_t bytes;
    uint32_t *index; /* hash table of number + 1; 0: empty place */
    uint32_t index_size;
} trace_names_t;

/* Append a name, with control characters shown as '?'. Its number, or TRACE_NO_NAME: too many of
 * them, or out of memory. */
uint32_t trace_names_add(trace_names_t *names, const char *text, size_t length);
/* The number of this very name, appended if it is new. */
uint32_t trace_names_intern(trace_names_t *names, const char *text, size_t length);
/* "?" beyond the end. */
const char *trace_names_get(const trace_names_t *names, uint32_t number);
void trace_names_clear(trace_names_t *names);

#endif
