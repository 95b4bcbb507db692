/* SPDX-License-Identifier: MIT */
/* Decode capheap's own format (SPEC.md, "Traces"). */
#include <inttypes.h>
#include <string.h>

#include "trace_reader.h"

static bool read_number(trace_reader_t *reader, uint64_t *number, const char *what,
                        trace_error_t *error) {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 7 * TRACE_MAX_NUMBER; shift += 7) {
        int byte = trace_input_byte(&reader->input);
        if (byte < 0) {
            trace_fail_end(reader, error, what);
            return false;
        }
        if (shift == 63 && byte > 1) {
            break;
        }
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *number = value;
            return true;
        }
    }
    trace_fail(reader, error, "%s is a number of more than 64 bits; the file is damaged", what);
    return false;
}

/* A number that must be below a limit. */
static bool read_below(trace_reader_t *reader, uint64_t *number, uint64_t limit, const char *what,
                       trace_error_t *error) {
    if (!read_number(reader, number, what, error)) {
        return false;
    }
    if (*number >= limit) {
        trace_fail(reader, error,
                   "%s is %" PRIu64 ", but must be below %" PRIu64 "; the file is damaged", what,
                   *number, limit);
        return false;
    }
    return true;
}

/* A text: its length and that many bytes, which stay at hand until the next read. */
static bool read_text(trace_reader_t *reader, const char **text, size_t *length, const char *what,
                      trace_error_t *error) {
    trace_input_t *input = &reader->input;
    uint64_t number;
    if (!read_below(reader, &number, TRACE_MAX_NAME + 1, "the length of a text", error)) {
        return false;
    }
    if (!trace_input_want(input, (size_t)number)) {
        trace_fail_end(reader, error, what);
        return false;
    }
    *text = (const char *)input->data + input->at;
    *length = (size_t)number;
    input->at += (size_t)number;
    return true;
}

static bool read_name(trace_reader_t *reader, trace_names_t *names, const char *what,
                      trace_error_t *error) {
    const char *text;
    size_t length;
    if (!read_text(reader, &text, &length, what, error)) {
        return false;
    }
    if (trace_names_add(names, text, length) == TRACE_NO_NAME) {
        trace_fail(reader, error,
                   "more than %" PRIu32 " names, or no memory is left for them; take "
                   "a shorter trace",
                   names->count);
        return false;
    }
    return true;
}

static bool same(const char *text, size_t length, const char *word) {
    return length == strlen(word) && memcmp(text, word, length) == 0;
}

static bool read_pointer_bits(trace_reader_t *reader, const char *text, size_t length,
                              trace_error_t *error) {
    static const unsigned widths[] = {16, 32, 64};
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
        char word[3] = {(char)('0' + widths[i] / 10), (char)('0' + widths[i] % 10), '\0'};
        if (same(text, length, word)) {
            reader->header.pointer_bits = widths[i];
            return true;
        }
    }
    trace_fail(reader, error, "pointer_bits is \"%.*s\", but must be 16, 32 or 64",
               (int)(length < 20 ? length : 20), text);
    return false;
}

/* Keys that we don't know are somebody else's. Those that we do count before the first call only.
 */
static bool read_meta(trace_reader_t *reader, trace_error_t *error) {
    char key[16];
    const char *text;
    size_t length;
    if (!read_text(reader, &text, &length, "a key", error)) {
        return false;
    }
    size_t key_length = length < sizeof key ? length : sizeof key;
    memcpy(key, text, key_length);
    if (!read_text(reader, &text, &length, "a value", error)) {
        return false;
    }
    trace_header_t *header = &reader->header;
    if (reader->calls > 0) {
        return true;
    }
    if (same(key, key_length, "pointer_bits")) {
        return read_pointer_bits(reader, text, length, error);
    }
    if (same(key, key_length, "clock")) {
        header->timed = same(text, length, "ns");
        return true;
    }
    bool stored = true;
    if (same(key, key_length, "name")) {
        stored = trace_set_text(&reader->name, &header->name, text, length);
    } else if (same(key, key_length, "origin")) {
        stored = trace_set_text(&reader->origin, &header->origin, text, length);
    }
    if (!stored) {
        trace_fail(reader, error, "out of memory");
    }
    return stored;
}

/* What may have changed since the call before. */
static bool read_context(trace_reader_t *reader, unsigned head, trace_op_t op,
                         trace_error_t *error) {
    trace_codec_t *codec = &reader->codec;
    uint64_t number;
    if ((head & TRACE_HAS_TASK) != 0) {
        if (!read_below(reader, &number, reader->tasks.count, "a task", error)) {
            return false;
        }
        codec->task = (uint32_t)number;
    }
    if ((head & TRACE_HAS_CAPS) != 0) {
        if (!trace_op_has_caps(op)) {
            trace_fail(reader, error, "a %s with capabilities; the file is damaged",
                       trace_op_name(op));
            return false;
        }
        if (!read_below(reader, &number, UINT64_C(1) << 32, "capabilities", error)) {
            return false;
        }
        codec->caps = (capheap_caps_t)number;
    }
    if ((head & TRACE_HAS_SITE) != 0) {
        if (!read_below(reader, &number, reader->sites.count, "a call site", error)) {
            return false;
        }
        codec->site = (uint32_t)number;
    }
    if ((head & TRACE_HAS_TIME) != 0) {
        if (!read_number(reader, &number, "a time", error)) {
            return false;
        }
        if (number > UINT64_MAX - codec->time) {
            trace_fail(reader, error, "the time passes 2^64 ns; the file is damaged");
            return false;
        }
        codec->time += number;
    }
    return true;
}

static bool read_id(trace_reader_t *reader, trace_error_t *error) {
    uint64_t number;
    if (!read_number(reader, &number, "a block", error)) {
        return false;
    }
    reader->codec.id += trace_unzigzag(number);
    return true;
}

/* log2, with `bias` more; 0 with a bias is none. */
static bool read_alignment(trace_reader_t *reader, unsigned bias, uint64_t *alignment,
                           trace_error_t *error) {
    int byte = trace_input_byte(&reader->input);
    if (byte < 0) {
        trace_fail_end(reader, error, "an alignment");
        return false;
    }
    if ((unsigned)byte > TRACE_MAX_ALIGNMENT_LOG2 + bias) {
        trace_fail(reader, error,
                   "an alignment of 2^%u bytes, but at most 2^%u are possible; the "
                   "file is damaged",
                   (unsigned)byte - bias, TRACE_MAX_ALIGNMENT_LOG2);
        return false;
    }
    *alignment = (unsigned)byte < bias ? 0 : UINT64_C(1) << ((unsigned)byte - bias);
    return true;
}

/* In the recorder's own file: a block from before it came. It is passed over, or begins here. */
static bool is_from_before(const trace_reader_t *reader, uint64_t id) {
    return reader->unfinished && trace_live_find(&reader->live, id) == TRACE_NO_BLOCK;
}

static trace_result_t read_request(trace_reader_t *reader, trace_call_t *call,
                                   trace_error_t *error) {
    uint64_t id = 0;
    uint64_t new_id = 0;
    if (call->op != TRACE_REFUSED) {
        if (!read_id(reader, error)) {
            return TRACE_ERROR;
        }
        id = reader->codec.id;
    }
    if (call->op == TRACE_REALLOC) {
        if (!read_id(reader, error)) {
            return TRACE_ERROR;
        }
        new_id = reader->codec.id;
    }
    if (!read_number(reader, &call->size, "a size", error)) {
        return TRACE_ERROR;
    }
    if (call->op == TRACE_REFUSED) {
        return read_alignment(reader, 1, &call->alignment, error) ? TRACE_CALL : TRACE_ERROR;
    }
    if (call->op == TRACE_ALIGNED && !read_alignment(reader, 0, &call->alignment, error)) {
        return TRACE_ERROR;
    }
    if (call->op == TRACE_REALLOC && is_from_before(reader, id)) {
        reader->left_out++;
        call->op = TRACE_MALLOC;
        id = new_id;
    }
    return call->op == TRACE_REALLOC ? trace_resize_block(reader, call, id, new_id, error)
                                     : trace_take_block(reader, call, id, error);
}

/* TRACE_END: the call was passed over. */
static trace_result_t read_free(trace_reader_t *reader, trace_call_t *call, trace_error_t *error) {
    if (!read_id(reader, error)) {
        return TRACE_ERROR;
    }
    if (is_from_before(reader, reader->codec.id)) {
        reader->left_out++;
        return TRACE_END;
    }
    return trace_drop_block(reader, call, reader->codec.id, error);
}

/* TRACE_END: the call was passed over. */
static trace_result_t read_call(trace_reader_t *reader, unsigned head, trace_call_t *call,
                                trace_error_t *error) {
    trace_op_t op = trace_op_of((trace_kind_t)(head & 15));
    if (!read_context(reader, head, op, error)) {
        return TRACE_ERROR;
    }
    const trace_codec_t *codec = &reader->codec;
    *call = (trace_call_t){.op = op, .site = codec->site, .task = codec->task, .time = codec->time};
    trace_result_t result = TRACE_CALL;
    if (trace_op_has_caps(op)) {
        call->caps = codec->caps;
        result = read_request(reader, call, error);
    } else if (op == TRACE_FREE) {
        result = read_free(reader, call, error);
    }
    reader->calls += result == TRACE_CALL;
    return result;
}

static trace_result_t read_end(trace_reader_t *reader, trace_error_t *error) {
    trace_input_t *input = &reader->input;
    uint64_t calls;
    if (!read_number(reader, &calls, "the number of calls", error)) {
        return TRACE_ERROR;
    }
    uint32_t crc = trace_input_crc(input);
    if (!trace_input_want(input, 4)) {
        return trace_fail_end(reader, error, "the checksum");
    }
    uint32_t told = 0;
    for (unsigned i = 0; i < 4; i++) {
        told |= (uint32_t)trace_input_byte(input) << (8 * i);
    }
    if (calls != reader->calls) {
        return trace_fail(reader, error,
                          "the end record tells of %" PRIu64 " calls, but %" PRIu64
                          " came; the file is damaged",
                          calls, reader->calls);
    }
    if (told != crc) {
        return trace_fail(reader, error,
                          "the checksum is %08" PRIx32 ", but the contents have "
                          "%08" PRIx32 "; the file is damaged",
                          told, crc);
    }
    if (trace_input_peek(input) >= 0) {
        return trace_fail(reader, error,
                          "there is more after the end record; cut it off, or split "
                          "the files that were joined here");
    }
    return input->problem[0] == '\0' ? TRACE_END : trace_fail_end(reader, error, "the end");
}

/* A record that is no call. TRACE_CALL: done, go on. */
static trace_result_t read_other(trace_reader_t *reader, int head, trace_error_t *error) {
    bool good = false;
    switch (head) {
    case TRACE_KIND_END:
        return read_end(reader, error);
    case TRACE_KIND_META:
        good = read_meta(reader, error);
        break;
    case TRACE_KIND_TASK:
        good = read_name(reader, &reader->tasks, "a task's name", error);
        break;
    case TRACE_KIND_SITE:
        good = read_name(reader, &reader->sites, "a call site's name", error);
        break;
    case TRACE_KIND_NOTHING:
        trace_fail(reader, error,
                   "the recording was never finished; `capheap trace convert "
                   "--unfinished` saves what there is");
        break;
    default:
        trace_fail(reader, error, "no record begins with 0x%02x; the file is damaged", head);
        break;
    }
    return good ? TRACE_CALL : TRACE_ERROR;
}

static trace_result_t decode(trace_reader_t *reader, trace_call_t *call, trace_error_t *error) {
    for (;;) {
        if (reader->unfinished && trace_input_peek(&reader->input) <= TRACE_KIND_NOTHING &&
            reader->input.problem[0] == '\0') {
            return TRACE_END;
        }
        int head = trace_input_byte(&reader->input);
        if (head < 0) {
            return trace_fail_end(reader, error, "a record");
        }
        unsigned kind = (unsigned)head & 15;
        if (kind >= TRACE_KIND_MALLOC && kind <= TRACE_KIND_TASK_END) {
            trace_result_t result = read_call(reader, (unsigned)head, call, error);
            if (result != TRACE_END) {
                return result;
            }
        } else {
            trace_result_t result = read_other(reader, head, error);
            if (result != TRACE_CALL) {
                return result;
            }
        }
    }
}

bool trace_start_native(trace_reader_t *reader, trace_error_t *error) {
    uint64_t version;
    reader->input.at += TRACE_MAGIC_SIZE;
    if (!read_number(reader, &version, "the version", error)) {
        return false;
    }
    if (version != TRACE_VERSION) {
        trace_fail(reader, error,
                   "version %" PRIu64 " of the format; this capheap reads version "
                   "%u: use a newer capheap",
                   version, TRACE_VERSION);
        return false;
    }
    reader->header.format = TRACE_FORMAT_CAPHEAP;
    reader->decode = decode;
    return true;
}
