/* SPDX-License-Identifier: MIT */
/* What picolibc asks of the platform: a stream to print to, and an end. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

#include "target.h"

static char line[128];
static size_t length;

static int flush_line(FILE *stream) {
    (void)stream;
    line[length] = '\0';
    if (length > 0)
        target_print(line);
    length = 0;
    return 0;
}

static int put(char c, FILE *stream) {
    line[length++] = c;
    if (c == '\n' || length == sizeof(line) - 1)
        (void)flush_line(stream);
    return (unsigned char)c;
}

static FILE output = FDEV_SETUP_STREAM(put, NULL, flush_line, _FDEV_SETUP_WRITE);
FILE *const stdout = &output;
FILE *const stderr = &output;

_Noreturn void _exit(int status) {
    (void)flush_line(stdout);
    target_exit(status);
}

/* abort() sends the program a signal; there is none to handle it. */
_Noreturn void abort(void) {
    (void)flush_line(stdout);
    target_print("abort\n");
    target_exit(TARGET_FAULT_STATUS);
}
