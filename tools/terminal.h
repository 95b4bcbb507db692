/* SPDX-License-Identifier: MIT */
/* What the place that a report is written to can show. */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct terminal {
    FILE *out;
    bool utf8;   /* else ASCII */
    bool colour; /* a terminal, and NO_COLOR is not set */
} terminal_t;

/* By the locale, which setlocale must have set, and what out is. ascii: never UTF-8. */
terminal_t terminal_open(FILE *out, bool ascii);

/* A line in bold, underlined by nothing: how a part of a report begins. */
void terminal_heading(const terminal_t *terminal, const char *text);

/* The text, at most `width` characters of it, without what the terminal can't show. Returns how
 * many were written. */
size_t terminal_text(const terminal_t *terminal, const char *text, size_t width);
/* The same, filled up with spaces to `width`. */
void terminal_column(const terminal_t *terminal, const char *text, size_t width);

/* One character of a bar: how much of it is taken, 0 to 1; the ends mean nothing at all and
 * everything. */
void terminal_shade(const terminal_t *terminal, double taken);
/* What these characters mean, as a sentence. */
const char *terminal_shade_legend(const terminal_t *terminal);

#endif
