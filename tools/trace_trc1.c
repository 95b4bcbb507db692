/* SPDX-License-Identifier: MIT */
/*
 * Decode TRC1: a header of eight 32-bit little-endian words (magic, calls, slots, peak of live
 * bytes, peak of live blocks, largest request, number of aligned allocations, 0), then two words a
 * call: op | log2 of the alignment << 3 | slot << 8, and the size.
 */
#include <inttypes.h>

#include "trace_reader.h"

enum {
    TRC1_MALLOC = 0,
    TRC1_FREE = 1,
    TRC1_REALLOC = 2,
    TRC1_ALIGNED = 3
};

static bool read_word(trace_reader_t *reader, uint32_t *word) {
    trace_input_t *input = &reader->input;
    if (!trace_input_want(input, 4)) {
        return false;
    }
    *word = 0;
    for (unsigned i = 0; i < 4; i++) {
        *word |= (uint32_t)trace_input_byte(input) << (8 * i);
    }
    return true;
}

/* The format has no checksum; that its totals hold is the best check there is. */
static trace_result_t at_end(trace_reader_t *reader, trace_error_t *error) {
    const trace_header_t *header = &reader->header;
    if (trace_input_peek(&reader->input) >= 0) {
        return trace_fail(reader, error,
                          "there is more after the %" PRIu64 " calls that the header "
                          "tells of; the file is damaged",
                          reader->end);
    }
    if (reader->input.problem[0] != '\0') {
        return trace_fail_end(reader, error, "the end");
    }
    if (header->peak_bytes != reader->peak_bytes || header->peak_blocks != reader->live.slots) {
        return trace_fail(
            reader, error,
            "the header tells of a peak of %" PRIu64 " bytes in %" PRIu64
            " blocks, but the calls make %" PRIu64 " in %" PRIu32 "; the file is damaged",
            header->peak_bytes, header->peak_blocks, reader->peak_bytes, reader->live.slots);
    }
    return TRACE_END;
}

static trace_result_t decode(trace_reader_t *reader, trace_call_t *call, trace_error_t *error) {
    uint32_t head;
    uint32_t size;
    if (reader->calls == reader->end) {
        return at_end(reader, error);
    }
    if (!read_word(reader, &head) || !read_word(reader, &size)) {
        return trace_fail_end(reader, error, "a call that its header tells of");
    }
    uint32_t log2 = head >> 3 & 31;
    uint32_t slot = head >> 8;
    if (slot >= reader->slots) {
        return trace_fail(reader, error,
                          "slot %" PRIu32 ", but the header tells of %" PRIu32
                          "; the file is damaged",
                          slot, reader->slots);
    }
    reader->calls++;
    *call = (trace_call_t){.size = size};
    switch (head & 7) {
    case TRC1_MALLOC:
        call->op = TRACE_MALLOC;
        return trace_take_block(reader, call, slot, error);
    case TRC1_FREE:
        call->op = TRACE_FREE;
        call->size = 0;
        return trace_drop_block(reader, call, slot, error);
    case TRC1_REALLOC:
        call->op = TRACE_REALLOC;
        return trace_resize_block(reader, call, slot, slot, error);
    case TRC1_ALIGNED:
        call->op = TRACE_ALIGNED;
        call->alignment = UINT64_C(1) << log2;
        return trace_take_block(reader, call, slot, error);
    default:
        return trace_fail(reader, error,
                          "operation %" PRIu32 ", but TRC1 has 0 to 3; the file is "
                          "damaged",
                          head & 7);
    }
}

bool trace_start_trc1(trace_reader_t *reader, trace_error_t *error) {
    uint32_t words[8];
    for (unsigned i = 0; i < 8; i++) {
        if (!read_word(reader, &words[i])) {
            trace_fail_end(reader, error, "TRC1's header of 32 bytes");
            return false;
        }
    }
    if (words[7] != 0) {
        trace_fail(reader, error,
                   "the last word of TRC1's header is %" PRIu32 ", not 0; the file is "
                   "damaged or of a later kind",
                   words[7]);
        return false;
    }
    reader->end = words[1];
    reader->slots = words[2];
    trace_header_t *header = &reader->header;
    header->format = TRACE_FORMAT_TRC1;
    header->pointer_bits = 32;
    header->totals_known = true;
    header->calls = words[1];
    header->peak_bytes = words[3];
    header->peak_blocks = words[4];
    reader->decode = decode;
    return true;
}
