/* SPDX-License-Identifier: MIT */
/* Why something can't be done: one line without its end, for the person at the keyboard. */
#ifndef PROBLEM_H
#define PROBLEM_H

#include <stdbool.h>

typedef struct problem {
    char text[1024];
} problem_t;

/* Write the line and return false, so that `return problem_set(...)` reports and fails. What is too
 * long is cut. */
bool problem_set(problem_t *problem, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
