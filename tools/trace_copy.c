/* SPDX-License-Identifier: MIT */
#include "trace_copy.h"

#include <stdlib.h>

#include "progress.h"

#define STEP 4096u /* calls between two looks at the progress */

/* Numbers of one writer for those of a reader: names that appear twice in the reader are one in the
 * writer. */
typedef struct number_map {
    uint32_t *to;
    uint32_t count;
    uint32_t capacity;
} number_map_t;

static bool map_push(number_map_t *map, uint32_t number) {
    if (map->count == map->capacity) {
        uint32_t capacity = map->capacity == 0 ? 64 : map->capacity * 2;
        uint32_t *to = realloc(map->to, capacity * sizeof *to);
        if (to == NULL) {
            return false;
        }
        map->to = to;
        map->capacity = capacity;
    }
    map->to[map->count++] = number;
    return true;
}

typedef uint32_t (*intern_fn)(trace_writer_t *writer, const char *name, trace_error_t *error);
typedef const char *(*name_fn)(const trace_reader_t *reader, uint32_t number);

/* The writer's number for the reader's, after all names up to it have been handed over in order. */
static bool map_number(number_map_t *map, uint32_t *number, const trace_reader_t *reader,
                       name_fn name, trace_writer_t *writer, intern_fn intern,
                       trace_error_t *error) {
    while (map->count <= *number) {
        uint32_t to = intern(writer, name(reader, map->count), error);
        if (to == UINT32_MAX) {
            return false;
        }
        if (!map_push(map, to)) {
            *error = (trace_error_t){"out of memory"};
            return false;
        }
    }
    *number = map->to[*number];
    return true;
}

bool trace_copy(trace_reader_t *reader, const char *path, trace_format_t format,
                const trace_header_t *header, trace_error_t *error) {
    trace_writer_t *writer = trace_create(path, format, header, error);
    if (writer == NULL) {
        return false;
    }
    number_map_t sites = {0};
    number_map_t tasks = {0};
    trace_call_t call;
    trace_result_t result;
    uint64_t calls = 0;
    bool good = true;
    progress_t progress;
    progress_begin(&progress, trace_path(reader));
    while (good && (result = trace_next(reader, &call, error)) == TRACE_CALL) {
        good = map_number(&sites, &call.site, reader, trace_site_name, writer, trace_writer_site,
                          error) &&
               map_number(&tasks, &call.task, reader, trace_task_name, writer, trace_writer_task,
                          error) &&
               trace_write(writer, &call, error);
        if (++calls % STEP == 0) {
            progress_step(&progress, trace_progress(reader), calls);
        }
    }
    progress_end(&progress);
    good = good && result == TRACE_END;
    free(sites.to);
    free(tasks.to);
    if (!good) {
        trace_abandon(writer);
        return false;
    }
    return trace_finish(writer, error);
}
