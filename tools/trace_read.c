/* SPDX-License-Identifier: MIT */
/* The reader: which format it is, and what holds for all of them. */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace_reader.h"

static void show_control_characters(char *text) {
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f) {
            *text = '?';
        }
    }
}

trace_result_t trace_fail(const trace_reader_t *reader, trace_error_t *error, const char *format,
                          ...) {
    int n = snprintf(error->text, sizeof error->text, "%.300s: %s %" PRIu64 ": ", reader->path,
                     reader->line != 0 ? "line" : "byte",
                     reader->line != 0 ? reader->line : trace_input_offset(&reader->input));
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text + n, sizeof error->text - (size_t)n, format, arguments);
    va_end(arguments);
    show_control_characters(error->text);
    return TRACE_ERROR;
}

trace_result_t trace_fail_end(const trace_reader_t *reader, trace_error_t *error,
                              const char *what) {
    if (reader->input.problem[0] != '\0') {
        return trace_fail(reader, error, "%s", reader->input.problem);
    }
    return trace_fail(reader, error, "the file ends where %s is due: it was cut off; get it anew",
                      what);
}

/* ---- What every call must obey. ---- */

static trace_result_t grow_bytes(trace_reader_t *reader, uint64_t size, trace_error_t *error) {
    if (size > TRACE_MAX_LIVE_BYTES - reader->live_bytes) {
        return trace_fail(reader, error,
                          "a block of %" PRIu64 " bytes: more than any memory holds; the file is "
                          "damaged",
                          size);
    }
    reader->live_bytes += size;
    if (reader->live_bytes > reader->peak_bytes) {
        reader->peak_bytes = reader->live_bytes;
    }
    return TRACE_CALL;
}

trace_result_t trace_take_block(trace_reader_t *reader, trace_call_t *call, uint64_t id,
                                trace_error_t *error) {
    if (trace_live_find(&reader->live, id) != TRACE_NO_BLOCK) {
        return trace_fail(reader, error,
                          "%s gives out block %" PRIu64 ", which is live already; the file is "
                          "damaged or the recorder missed a free",
                          trace_op_name(call->op), id);
    }
    if (grow_bytes(reader, call->size, error) != TRACE_CALL) {
        return TRACE_ERROR;
    }
    call->block = trace_live_add(&reader->live, id, call->size);
    if (call->block == TRACE_NO_BLOCK) {
        return trace_fail(reader, error,
                          "more than %" PRIu32 " blocks are live at once, or no memory is left to "
                          "follow them; take a shorter trace",
                          reader->live.count);
    }
    return TRACE_CALL;
}

static uint32_t find_block(trace_reader_t *reader, trace_op_t op, uint64_t id,
                           trace_error_t *error) {
    uint32_t slot = trace_live_find(&reader->live, id);
    if (slot == TRACE_NO_BLOCK) {
        trace_fail(reader, error,
                   "%s of block %" PRIu64 ", which isn't live; the file is damaged or the recorder "
                   "missed an allocation",
                   trace_op_name(op), id);
    }
    return slot;
}

trace_result_t trace_resize_block(trace_reader_t *reader, trace_call_t *call, uint64_t id,
                                  uint64_t new_id, trace_error_t *error) {
    uint32_t slot = find_block(reader, TRACE_REALLOC, id, error);
    if (slot == TRACE_NO_BLOCK) {
        return TRACE_ERROR;
    }
    if (call->size == 0) {
        return trace_fail(reader, error,
                          "realloc of block %" PRIu64 " to 0 bytes, which is to be written as free",
                          id);
    }
    if (new_id != id && trace_live_find(&reader->live, new_id) != TRACE_NO_BLOCK) {
        return trace_fail(reader, error,
                          "realloc moves block %" PRIu64 " to %" PRIu64 ", which is live already; "
                          "the file is damaged or the recorder missed a free",
                          id, new_id);
    }
    trace_live_block_t *block = &reader->live.blocks[slot];
    reader->live_bytes -= block->size;
    if (grow_bytes(reader, call->size, error) != TRACE_CALL) {
        return TRACE_ERROR;
    }
    call->block = slot;
    call->old_size = block->size;
    block->size = call->size;
    trace_live_rename(&reader->live, slot, new_id);
    return TRACE_CALL;
}

trace_result_t trace_drop_block(trace_reader_t *reader, trace_call_t *call, uint64_t id,
                                trace_error_t *error) {
    uint32_t slot = find_block(reader, TRACE_FREE, id, error);
    if (slot == TRACE_NO_BLOCK) {
        return TRACE_ERROR;
    }
    call->block = slot;
    call->old_size = reader->live.blocks[slot].size;
    reader->live_bytes -= call->old_size;
    trace_live_remove(&reader->live, slot);
    return TRACE_CALL;
}

/* ---- Opening. ---- */

bool trace_set_text(char **where, const char **shown, const char *text, size_t length) {
    char *copy = malloc(length + 1);
    if (copy == NULL) {
        return false;
    }
    memcpy(copy, text, length);
    copy[length] = '\0';
    show_control_characters(copy);
    free(*where);
    *where = copy;
    *shown = copy;
    return true;
}

/* "traces/lua.trc.xz" is called "lua". */
static bool name_after_path(trace_reader_t *reader, const char *path) {
    const char *slash = strrchr(path, '/');
    const char *base = slash == NULL ? path : slash + 1;
    size_t length = strcspn(base + (base[0] == '.'), ".") + (base[0] == '.');
    const char *shown = NULL;
    return trace_set_text(&reader->name, &reader->header.name, base, length) &&
           trace_set_text(&reader->origin, &reader->header.origin, "", 0) &&
           trace_set_text(&reader->path, &shown, path, strlen(path)) &&
           trace_names_add(&reader->sites, "?", 1) != TRACE_NO_NAME;
}

static bool start_format(trace_reader_t *reader, trace_error_t *error) {
    trace_input_t *input = &reader->input;
    trace_input_want(input, TRACE_MAGIC_SIZE);
    size_t have = input->end - input->at;
    const unsigned char *start = input->data + input->at;
    if (input->problem[0] != '\0') {
        trace_fail(reader, error, "%s", input->problem);
        return false;
    }
    if (have >= TRACE_MAGIC_SIZE && memcmp(start, TRACE_MAGIC, TRACE_MAGIC_SIZE) == 0) {
        return trace_start_native(reader, error);
    }
    if (have >= 4 && memcmp(start, "TRC1", 4) == 0) {
        return trace_start_trc1(reader, error);
    }
    if (have >= 7 && memcmp(start, "= Start", 7) == 0) {
        return trace_start_mtrace(reader, error);
    }
    trace_fail(reader, error,
               have == 0
                   ? "the file is empty; it holds no trace"
                   : "no trace that capheap knows: it reads its own format (\"" TRACE_MAGIC
                     "\"), TRC1 and glibc's mtrace (\"= Start\"), maybe packed by xz, gzip or "
                     "zstd");
    return false;
}

/* The header of our own format goes on until the first call. */
static trace_reader_t *start(trace_reader_t *reader, trace_error_t *error) {
    if (!start_format(reader, error)) {
        trace_close(reader);
        return NULL;
    }
    reader->ahead_result = reader->decode(reader, &reader->ahead, &reader->ahead_error);
    reader->has_ahead = true;
    return reader;
}

static trace_reader_t *new_reader(const char *path, trace_error_t *error) {
    trace_reader_t *reader = calloc(1, sizeof *reader);
    if (reader != NULL) {
        reader->input.fd = reader->input.file = -1;
        if (name_after_path(reader, path)) {
            return reader;
        }
        trace_close(reader);
    }
    snprintf(error->text, sizeof error->text, "%.300s: out of memory", path);
    return NULL;
}

static trace_reader_t *open_path(const char *path, bool unfinished, trace_error_t *error) {
    trace_reader_t *reader = new_reader(path, error);
    if (reader == NULL) {
        return NULL;
    }
    reader->unfinished = unfinished;
    if (!trace_input_open(&reader->input, path)) {
        snprintf(error->text, sizeof error->text, "%.300s: %s", reader->path,
                 reader->input.problem);
        trace_close(reader);
        return NULL;
    }
    return start(reader, error);
}

trace_reader_t *trace_open(const char *path, trace_error_t *error) {
    return open_path(path, false, error);
}

trace_reader_t *trace_open_unfinished(const char *path, trace_error_t *error) {
    return open_path(path, true, error);
}

trace_reader_t *trace_open_memory(const char *name, const void *data, size_t size,
                                  trace_error_t *error) {
    trace_reader_t *reader = new_reader(name, error);
    if (reader == NULL) {
        return NULL;
    }
    trace_input_open_memory(&reader->input, data, size);
    return start(reader, error);
}

void trace_close(trace_reader_t *reader) {
    if (reader == NULL) {
        return;
    }
    trace_input_close(&reader->input);
    trace_live_clear(&reader->live);
    trace_names_clear(&reader->sites);
    trace_names_clear(&reader->tasks);
    free(reader->path);
    free(reader->name);
    free(reader->origin);
    free(reader);
}

/* ---- Reading. ---- */

trace_result_t trace_next(trace_reader_t *reader, trace_call_t *call, trace_error_t *error) {
    trace_result_t result;
    if (reader->has_ahead) {
        *call = reader->ahead;
        result = reader->ahead_result;
        if (result == TRACE_ERROR) {
            *error = reader->ahead_error;
        }
        reader->has_ahead = result != TRACE_CALL;
    } else {
        result = reader->decode(reader, call, error);
        if (result != TRACE_CALL) { /* final: every further call gets the same */
            reader->has_ahead = true;
            reader->ahead_result = result;
            if (result == TRACE_ERROR) {
                reader->ahead_error = *error;
            }
        }
    }
    return result;
}

const trace_header_t *trace_header(const trace_reader_t *reader) {
    return &reader->header;
}

const char *trace_path(const trace_reader_t *reader) {
    return reader->path;
}

const char *trace_site_name(const trace_reader_t *reader, uint32_t site) {
    return trace_names_get(&reader->sites, site);
}

const char *trace_task_name(const trace_reader_t *reader, uint32_t task) {
    return trace_names_get(&reader->tasks, task);
}

uint32_t trace_site_count(const trace_reader_t *reader) {
    return reader->sites.count;
}

uint32_t trace_task_count(const trace_reader_t *reader) {
    return reader->tasks.count == 0 ? 1 : reader->tasks.count;
}

double trace_progress(const trace_reader_t *reader) {
    return trace_input_progress(&reader->input);
}

uint64_t trace_left_out(const trace_reader_t *reader) {
    return reader->left_out;
}

const char *trace_format_name(trace_format_t format) {
    static const char *const names[] = {
        [TRACE_FORMAT_CAPHEAP] = "capheap",
        [TRACE_FORMAT_TRC1] = "TRC1",
        [TRACE_FORMAT_MTRACE] = "mtrace",
    };
    return names[format];
}

const char *trace_op_name(trace_op_t op) {
    static const char *const names[TRACE_OPS] = {
        [TRACE_MALLOC] = "malloc",         [TRACE_FREE] = "free",
        [TRACE_REALLOC] = "realloc",       [TRACE_ALIGNED] = "aligned",
        [TRACE_CALLOC] = "calloc",         [TRACE_REFUSED] = "refused",
        [TRACE_TASK_START] = "task start", [TRACE_TASK_END] = "task end",
    };
    return names[op];
}
