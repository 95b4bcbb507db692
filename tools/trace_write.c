/* SPDX-License-Identifier: MIT */
/* The writer: capheap's own format, and TRC1. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace.h"
#include "trace_codec.h"
#include "trace_live.h"
#include "trace_names.h"
#include "trace_output.h"

#define TRC1_HEADER_WORDS 8

struct trace_writer {
    trace_output_t output;
    trace_format_t format;
    trace_codec_t codec;
    trace_names_t sites;
    trace_names_t tasks;
    uint64_t calls;
    char *path;
    /* TRC1, whose header tells the totals: */
    FILE *body; /* the calls, until all is known */
    trace_live_t live;
    uint64_t live_bytes;
    uint64_t peak_bytes;
    uint32_t largest;
    uint32_t aligned;
};

static bool fail(const trace_writer_t *writer, trace_error_t *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool fail(const trace_writer_t *writer, trace_error_t *error, const char *format, ...) {
    int n = snprintf(error->text, sizeof error->text, "%.300s: ", writer->path);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text + n, sizeof error->text - (size_t)n, format, arguments);
    va_end(arguments);
    return false;
}

static bool put(trace_writer_t *writer, const void *data, size_t size, trace_error_t *error) {
    return trace_output_put(&writer->output, data, size) ||
           fail(writer, error, "%s", writer->output.problem);
}

/* ---- Names. ---- */

/* As the reader would show it: no control characters, not too long. */
static void clean(char *out, const char *name) {
    size_t length = 0;
    for (; name[length] != '\0' && length < TRACE_MAX_NAME; length++) {
        unsigned char c = (unsigned char)name[length];
        out[length] = (char)(c < 0x20 || c == 0x7f ? '?' : c);
    }
    out[length] = '\0';
}

static uint32_t add_name(trace_writer_t *writer, trace_names_t *names, trace_kind_t kind,
                         const char *name, trace_error_t *error) {
    char text[TRACE_MAX_NAME + 1];
    unsigned char record[TRACE_MAX_RECORD];
    clean(text, name);
    uint32_t count = names->count;
    uint32_t number = trace_names_intern(names, text, strlen(text));
    if (number == TRACE_NO_NAME) {
        fail(writer, error, "more than %u names, or no memory is left for them", TRACE_MAX_NAMES);
        return UINT32_MAX;
    }
    if (number < count || writer->format != TRACE_FORMAT_CAPHEAP) {
        return number;
    }
    size_t size = trace_encode_name(record, kind, text);
    return put(writer, record, size, error) ? number : UINT32_MAX;
}

uint32_t trace_writer_site(trace_writer_t *writer, const char *name, trace_error_t *error) {
    return add_name(writer, &writer->sites, TRACE_KIND_SITE, name, error);
}

uint32_t trace_writer_task(trace_writer_t *writer, const char *name, trace_error_t *error) {
    return add_name(writer, &writer->tasks, TRACE_KIND_TASK, name, error);
}

/* ---- TRC1. ---- */

static bool put_word(trace_writer_t *writer, uint32_t word, trace_error_t *error) {
    const unsigned char bytes[4] = {(unsigned char)word, (unsigned char)(word >> 8),
                                    (unsigned char)(word >> 16), (unsigned char)(word >> 24)};
    return fwrite(bytes, 1, sizeof bytes, writer->body) == sizeof bytes ||
           fail(writer, error, "the temporary file can't be written; is the disk full?");
}

/* The totals, as a TRC1 reader will count them. The slot, or TRACE_NO_BLOCK. */
static uint32_t count_call(trace_writer_t *writer, const trace_call_t *call, uint32_t size) {
    uint32_t slot = trace_live_find(&writer->live, call->block);
    bool takes = call->op != TRACE_FREE && call->op != TRACE_REALLOC;
    if (takes != (slot == TRACE_NO_BLOCK)) {
        return TRACE_NO_BLOCK;
    }
    if (takes) {
        slot = trace_live_add(&writer->live, call->block, 0);
        if (slot == TRACE_NO_BLOCK) {
            return TRACE_NO_BLOCK;
        }
    }
    writer->live_bytes += size - writer->live.blocks[slot].size;
    writer->live.blocks[slot].size = size;
    if (writer->live_bytes > writer->peak_bytes) {
        writer->peak_bytes = writer->live_bytes;
    }
    if (call->op == TRACE_FREE) {
        trace_live_remove(&writer->live, slot);
    }
    writer->largest = size > writer->largest ? size : writer->largest;
    writer->aligned += call->op == TRACE_ALIGNED;
    return slot;
}

static bool write_trc1(trace_writer_t *writer, const trace_call_t *call, trace_error_t *error) {
    uint32_t op = call->op == TRACE_FREE      ? 1
                  : call->op == TRACE_REALLOC ? 2
                  : call->op == TRACE_ALIGNED ? 3
                                              : 0;
    uint32_t log2 = 0;
    while (op == 3 && UINT64_C(1) << log2 < call->alignment) {
        log2++;
    }
    if (call->size > UINT32_MAX || log2 > 31 || writer->calls == UINT32_MAX) {
        return fail(writer, error,
                    "TRC1 holds neither %" PRIu64 " bytes nor an alignment of %" PRIu64
                    " nor more than 2^32 calls; write capheap's own format",
                    call->size, call->alignment);
    }
    uint32_t size = (uint32_t)call->size;
    if (size == 0 && op != 1) {
        size = 1; /* TRC1 writes malloc(0) so */
    }
    uint32_t slot = count_call(writer, call, size);
    if (slot == TRACE_NO_BLOCK) {
        return fail(writer, error,
                    "%s of block %" PRIu32 " doesn't fit the calls before, or more "
                    "than %" PRIu32 " blocks are live",
                    trace_op_name(call->op), call->block, TRACE_MAX_LIVE);
    }
    writer->calls++;
    return put_word(writer, op | log2 << 3 | slot << 8, error) && put_word(writer, size, error);
}

static bool finish_trc1(trace_writer_t *writer, trace_error_t *error) {
    char buffer[4096];
    if (writer->peak_bytes > UINT32_MAX) {
        return fail(writer, error,
                    "TRC1 can't tell of a peak of %" PRIu64 " bytes; write capheap's "
                    "own format",
                    writer->peak_bytes);
    }
    const uint32_t words[TRC1_HEADER_WORDS] = {UINT32_C(0x31435254), (uint32_t)writer->calls,
                                               writer->live.slots,   (uint32_t)writer->peak_bytes,
                                               writer->live.slots,   writer->largest,
                                               writer->aligned,      0};
    FILE *body = writer->body;
    for (int i = 0; i < TRC1_HEADER_WORDS; i++) {
        const unsigned char bytes[4] = {(unsigned char)words[i], (unsigned char)(words[i] >> 8),
                                        (unsigned char)(words[i] >> 16),
                                        (unsigned char)(words[i] >> 24)};
        if (!put(writer, bytes, sizeof bytes, error)) {
            return false;
        }
    }
    if (fseek(body, 0, SEEK_SET) != 0) {
        return fail(writer, error, "the temporary file can't be written; is the disk full?");
    }
    for (size_t got; (got = fread(buffer, 1, sizeof buffer, body)) > 0;) {
        if (!put(writer, buffer, got, error)) {
            return false;
        }
    }
    return !ferror(body) || fail(writer, error, "the temporary file can't be read");
}

/* ---- Our own format. ---- */

static bool put_meta(trace_writer_t *writer, const char *key, const char *value,
                     trace_error_t *error) {
    unsigned char record[TRACE_MAX_RECORD];
    char text[TRACE_MAX_NAME + 1];
    clean(text, value);
    return text[0] == '\0' || put(writer, record, trace_encode_meta(record, key, text), error);
}

static bool start_native(trace_writer_t *writer, const trace_header_t *header,
                         trace_error_t *error) {
    unsigned char start[TRACE_MAX_CALL];
    char bits[16] = "";
    if (header->pointer_bits != 0) {
        snprintf(bits, sizeof bits, "%u", header->pointer_bits);
    }
    return put(writer, start, trace_encode_start(start), error) &&
           put_meta(writer, "name", header->name, error) &&
           put_meta(writer, "origin", header->origin, error) &&
           put_meta(writer, "pointer_bits", bits, error) &&
           put_meta(writer, "clock", header->timed ? "ns" : "", error);
}

static bool write_native(trace_writer_t *writer, const trace_call_t *call, trace_error_t *error) {
    unsigned char record[TRACE_MAX_CALL];
    bool known = (call->site == 0 || call->site < writer->sites.count) &&
                 (call->task == 0 || call->task < writer->tasks.count);
    if (!known || call->time < writer->codec.time) {
        return fail(writer, error, "a call from an unknown site or task, or back in time");
    }
    writer->calls++;
    size_t size = trace_encode_call(&writer->codec, record, call, call->block, call->block);
    return put(writer, record, size, error);
}

static bool finish_native(trace_writer_t *writer, trace_error_t *error) {
    unsigned char record[TRACE_MAX_CALL];
    if (!put(writer, record, trace_encode_end(record, writer->calls), error)) {
        return false;
    }
    uint32_t crc = writer->output.crc;
    const unsigned char bytes[4] = {(unsigned char)crc, (unsigned char)(crc >> 8),
                                    (unsigned char)(crc >> 16), (unsigned char)(crc >> 24)};
    return put(writer, bytes, sizeof bytes, error);
}

/* ---- Both. ---- */

trace_writer_t *trace_create(const char *path, trace_format_t format, const trace_header_t *header,
                             trace_error_t *error) {
    trace_writer_t *writer = calloc(1, sizeof *writer);
    char *copy = strdup(path);
    if (writer == NULL || copy == NULL) {
        snprintf(error->text, sizeof error->text, "%.300s: out of memory", path);
        free(writer);
        free(copy);
        return NULL;
    }
    writer->path = copy;
    writer->format = format;
    bool good = trace_output_open(&writer->output, path) ||
                fail(writer, error, "%s", writer->output.problem);
    if (good && format == TRACE_FORMAT_MTRACE) {
        good = fail(writer, error, "capheap doesn't write mtrace's format");
    } else if (good && format == TRACE_FORMAT_TRC1) {
        writer->body = tmpfile();
        good = writer->body != NULL ||
               fail(writer, error, "no temporary file can be made; is the disk full?");
    } else if (good) {
        good = start_native(writer, header, error);
    }
    if (good && trace_names_intern(&writer->sites, "?", 1) == TRACE_NO_NAME) {
        good = fail(writer, error, "out of memory");
    }
    if (!good) {
        trace_abandon(writer);
        return NULL;
    }
    return writer;
}

bool trace_write(trace_writer_t *writer, const trace_call_t *call, trace_error_t *error) {
    if (writer->format == TRACE_FORMAT_CAPHEAP) {
        return write_native(writer, call, error);
    }
    bool kept =
        call->op != TRACE_REFUSED && call->op != TRACE_TASK_START && call->op != TRACE_TASK_END;
    return !kept || write_trc1(writer, call, error);
}

static void release(trace_writer_t *writer) {
    if (writer->body != NULL) {
        fclose(writer->body);
    }
    trace_live_clear(&writer->live);
    trace_names_clear(&writer->sites);
    trace_names_clear(&writer->tasks);
    free(writer->path);
    free(writer);
}

bool trace_finish(trace_writer_t *writer, trace_error_t *error) {
    bool good = writer->format == TRACE_FORMAT_TRC1 ? finish_trc1(writer, error)
                                                    : finish_native(writer, error);
    if (good && !trace_output_finish(&writer->output)) {
        good = fail(writer, error, "%s", writer->output.problem);
    }
    if (!good) {
        trace_abandon(writer);
        return false;
    }
    release(writer);
    return true;
}

void trace_abandon(trace_writer_t *writer) {
    if (writer != NULL) {
        trace_output_abandon(&writer->output);
        release(writer);
    }
}
