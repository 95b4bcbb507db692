/* SPDX-License-Identifier: MIT */
/* Packed files: xz, gzip and zstd, by running their programs. */
#ifndef TRACE_PACK_H
#define TRACE_PACK_H

#include <stddef.h>
#include <sys/types.h>

#define TRACE_PACK_MAGIC 6u /* bytes that tell how a file is packed */

/* The program ("xz", "gzip", "zstd") for a file that begins so, or whose name ends so; NULL: it
 * isn't packed. */
const char *trace_pack_of_bytes(const unsigned char *start, size_t size);
const char *trace_pack_of_path(const char *path);
/* What to tell a user who lacks the program. */
const char *trace_pack_missing(const char *program);

/* Start the program to unpack what is read from `from`; *output is where to read what comes out.
 * Its process, or -1 with errno. */
pid_t trace_unpack_start(const char *program, int from, int *output);
/* Start it to pack what is written to *input, into `to`. A write after it has died is EPIPE: this
 * process ignores SIGPIPE from here on. */
pid_t trace_pack_start(const char *program, int to, int *input);
/* Its exit code; 128 and more: killed. */
int trace_pack_wait(pid_t process);

#endif
