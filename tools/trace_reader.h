/* SPDX-License-Identifier: MIT */
/* Inside the reader: what the decoders of the formats share. */
#ifndef TRACE_READER_H
#define TRACE_READER_H

#include "trace.h"
#include "trace_codec.h"
#include "trace_input.h"
#include "trace_live.h"
#include "trace_names.h"

/* Live bytes never pass this, so that sums of a consumer's don't wrap. */
#define TRACE_MAX_LIVE_BYTES (UINT64_C(1) << 62)

/* Reads the next call. Everything but TRACE_CALL is final. */
typedef trace_result_t (*trace_decode_fn)(trace_reader_t *reader, trace_call_t *call,
                                          trace_error_t *error);

struct trace_reader {
    trace_input_t input;
    trace_decode_fn decode;
    trace_header_t header;
    trace_live_t live;
    trace_names_t sites;
    trace_names_t tasks;
    trace_codec_t codec;
    uint64_t calls;      /* handed out */
    uint64_t live_bytes; /* asked for */
    uint64_t peak_bytes;
    uint64_t line;     /* mtrace: that is being read; 0 for the others */
    uint64_t end;      /* TRC1: calls that the file holds */
    uint32_t slots;    /* TRC1: slots are below this */
    uint64_t left_out; /* calls on blocks of which the recorder didn't see the beginning */
    bool unfinished;   /* the recorder's raw file: it may end anywhere */
    char *path;
    char *name;
    char *origin;
    trace_call_t ahead; /* the first call, which was read to complete the header */
    trace_error_t ahead_error;
    trace_result_t ahead_result;
    bool has_ahead;
};

/* Fill in error: path, place, and the text. Returns TRACE_ERROR. */
trace_result_t trace_fail(const trace_reader_t *reader, trace_error_t *error, const char *format,
                          ...) __attribute__((format(printf, 3, 4)));
/* The file ended (or couldn't be read) where `what` was due. Returns TRACE_ERROR. */
trace_result_t trace_fail_end(const trace_reader_t *reader, trace_error_t *error, const char *what);

/* The bookkeeping of calls, the same for all formats: each checks the call against the blocks that
 * are live and completes its block and old_size. TRACE_ERROR or TRACE_CALL. */
trace_result_t trace_take_block(trace_reader_t *reader, trace_call_t *call, uint64_t id,
                                trace_error_t *error);
trace_result_t trace_resize_block(trace_reader_t *reader, trace_call_t *call, uint64_t id,
                                  uint64_t new_id, trace_error_t *error);
trace_result_t trace_drop_block(trace_reader_t *reader, trace_call_t *call, uint64_t id,
                                trace_error_t *error);

/* The formats. start: reads the header; false with error. */
bool trace_start_native(trace_reader_t *reader, trace_error_t *error);
bool trace_start_trc1(trace_reader_t *reader, trace_error_t *error);
bool trace_start_mtrace(trace_reader_t *reader, trace_error_t *error);

/* Set a string of the header. False: out of memory. */
bool trace_set_text(char **where, const char **shown, const char *text, size_t length);

/*
 * As trace_open, for a file that the recorder's library has written: it has no end record (a
 * program may be killed at any time), and blocks that were allocated before the recorder came are
 * passed over; trace_left_out counts those calls.
 */
trace_reader_t *trace_open_unfinished(const char *path, trace_error_t *error);
uint64_t trace_left_out(const trace_reader_t *reader);

#endif
