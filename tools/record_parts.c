/* SPDX-License-Identifier: MIT */
/* From what the recorded processes have left to finished traces. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capheap/version.h"
#include "record.h"
#include "trace_copy.h"
#include "trace_reader.h"

static int is_part(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

/* "out/x.trace.xz", 2: "out/x.2.trace.xz". To be freed. */
static char *numbered_path(const char *path, int number) {
    char *numbered = NULL;
    const char *slash = strrchr(path, '/');
    const char *base = slash == NULL ? path : slash + 1;
    const char *dot = strchr(base[0] == '.' ? base + 1 : base, '.');
    size_t head = dot == NULL ? strlen(path) : (size_t)(dot - path);
    if (number == 1) {
        return strdup(path);
    }
    return asprintf(&numbered, "%.*s.%d%s", (int)head, path, number, path + head) < 0 ? NULL
                                                                                      : numbered;
}

static void tell(const trace_reader_t *reader, const char *path, const char *name) {
    fprintf(stderr, "capheap record: %s: %s, %" PRIu64 " calls", path, name, reader->calls);
    if (trace_left_out(reader) > 0) {
        fprintf(stderr, " (left out: %" PRIu64 " on blocks from before the recording)",
                trace_left_out(reader));
    }
    fputc('\n', stderr);
}

/* A process that ended before it could write a byte. */
static bool is_empty(const char *part) {
    FILE *file = fopen(part, "rbe");
    int first = file == NULL ? EOF : getc(file);
    if (file != NULL) {
        fclose(file);
    }
    return file != NULL && (first == EOF || first == 0);
}

static bool finish_part(const char *part, const char *path, const char *origin, bool quiet,
                        trace_error_t *error) {
    char text[TRACE_MAX_NAME];
    trace_reader_t *reader = trace_open_unfinished(part, error);
    if (reader == NULL) {
        return false;
    }
    trace_header_t header = *trace_header(reader);
    snprintf(text, sizeof text, "capheap record " CAPHEAP_VERSION ": %s", header.origin);
    header.origin = origin != NULL ? origin : text;
    bool good = trace_copy(reader, path, TRACE_FORMAT_CAPHEAP, &header, error);
    if (good && !quiet) {
        tell(reader, path, header.name);
    }
    trace_close(reader);
    return good;
}

int record_finish(const char *folder, const char *path, const char *origin, bool quiet,
                  trace_error_t *error) {
    struct dirent **parts = NULL;
    int count = scandir(folder, &parts, is_part, alphasort);
    int done = 0;
    bool good = count >= 0;
    if (!good) {
        snprintf(error->text, sizeof error->text, "%.300s: can't be read: %s", folder,
                 strerror(errno));
    }
    for (int i = 0; i < count; i++) {
        char *part = NULL;
        char *to = numbered_path(path, done + 1);
        if (good && (to == NULL || asprintf(&part, "%s/%s", folder, parts[i]->d_name) < 0)) {
            snprintf(error->text, sizeof error->text, "%.300s: out of memory", path);
            part = NULL;
            good = false;
        }
        if (good && !is_empty(part)) {
            good = finish_part(part, to, origin, quiet, error);
            done += good;
        }
        free(part);
        free(to);
        free(parts[i]);
    }
    free(parts);
    return good ? done : -1;
}

void record_remove_folder(const char *folder) {
    struct dirent **parts = NULL;
    int count = scandir(folder, &parts, is_part, alphasort);
    for (int i = 0; i < count; i++) {
        char *part = NULL;
        if (asprintf(&part, "%s/%s", folder, parts[i]->d_name) >= 0) {
            unlink(part);
            free(part);
        }
        free(parts[i]);
    }
    free(parts);
    rmdir(folder);
}
