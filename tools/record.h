/* SPDX-License-Identifier: MIT */
/* `capheap record`: what its parts share. */
#ifndef RECORD_H
#define RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "trace.h"

/* Environment of the recorded program: the folder where each process makes its file. */
#define RECORD_FOLDER_VARIABLE "CAPHEAP_RECORD_FOLDER"
/* The same: the only program that is to be recorded, if it is set. */
#define RECORD_PROGRAM_VARIABLE "CAPHEAP_RECORD_PROGRAM"
/* Environment of the command: a library file, or a folder that has it, to be used instead. */
#define RECORD_LIBRARY_VARIABLE "CAPHEAP_RECORD_LIBRARY"
#define RECORD_LIBRARY          "libcapheap_record.so"

/* A program that can be recorded, and how. */
typedef struct record_program {
    char *path;    /* of the file that will run */
    char *library; /* the one to preload: of the program's kind */
} record_program_t;

/* Exit codes of a command that can't be run, as env(1) and the shells have them. */
#define RECORD_CANNOT_RUN 126
#define RECORD_NOT_FOUND  127

/* Find a command as the shell does. 0, or the exit code, with error filled in. */
int record_find_program(const char *command, record_program_t *program, trace_error_t *error);
void record_release_program(record_program_t *program);

/*
 * Turn the files that the recorded processes have left in a folder into traces, in the order in
 * which the processes began: the first becomes `path`, the next ones have .2, .3, ... before the
 * endings of its name. origin: NULL, or what to note instead of the command line. Tells of each on
 * standard error unless quiet. The number of traces, or -1 with error filled in.
 */
int record_finish(const char *folder, const char *path, const char *origin, bool quiet,
                  trace_error_t *error);

/* Remove a folder and the files in it. */
void record_remove_folder(const char *folder);

#endif
