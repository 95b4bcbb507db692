/* SPDX-License-Identifier: MIT */
/*
 * capheap's trace format (SPEC.md, "Traces"), as bytes: what reader, writer and the recorder share.
 * Nothing here allocates or calls the C library beyond memcpy, so the recorder may use it inside
 * malloc.
 */
#ifndef TRACE_CODEC_H
#define TRACE_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "trace.h"

#define TRACE_MAGIC      "CAPTRACE"
#define TRACE_MAGIC_SIZE 8u
#define TRACE_VERSION    1u

/* Low four bits of a record's first byte. */
typedef enum trace_kind {
    TRACE_KIND_NOTHING = 0, /* no record: the recorder has not got further */
    TRACE_KIND_MALLOC = 1,
    TRACE_KIND_FREE = 2,
    TRACE_KIND_REALLOC = 3,
    TRACE_KIND_ALIGNED = 4,
    TRACE_KIND_CALLOC = 5,
    TRACE_KIND_REFUSED = 6,
    TRACE_KIND_TASK_START = 7,
    TRACE_KIND_TASK_END = 8,
    TRACE_KIND_META = 12,
    TRACE_KIND_TASK = 13,
    TRACE_KIND_SITE = 14,
    TRACE_KIND_END = 15,
} trace_kind_t;

/* High four bits of a call's first byte: what differs from the call before and so follows. */
#define TRACE_HAS_TASK  0x10u
#define TRACE_HAS_CAPS  0x20u
#define TRACE_HAS_SITE  0x40u
#define TRACE_HAS_TIME  0x80u
#define TRACE_HAS_SHIFT 4

#define TRACE_MAX_NUMBER 10u /* bytes of the longest number */
#define TRACE_MAX_CALL   80u /* bytes that hold any call record */
#define TRACE_MAX_RECORD (2u * (TRACE_MAX_NAME + TRACE_MAX_NUMBER) + 1u) /* any record */

#define TRACE_MAX_ALIGNMENT_LOG2 47u

/* What the next call is told against. All 0 at the start of a trace. */
typedef struct trace_codec {
    uint64_t id;
    uint64_t time;
    uint32_t site;
    uint32_t task;
    capheap_caps_t caps;
} trace_codec_t;

/* Kinds 1 to 8 are the calls; op_of needs one of these. */
trace_kind_t trace_kind_of(trace_op_t op);
trace_op_t trace_op_of(trace_kind_t kind);

/* Does this op carry capabilities? */
bool trace_op_has_caps(trace_op_t op);

/* Each writes at out, which has room for the bytes named above, and returns how many it wrote. */
size_t trace_encode_start(unsigned char *out); /* at most TRACE_MAX_CALL bytes */
size_t trace_encode_number(unsigned char *out, uint64_t number);
size_t trace_encode_meta(unsigned char *out, const char *key, const char *value);
size_t trace_encode_name(unsigned char *out, trace_kind_t kind, const char *name);
/* id: of the block; new_id: of the block after a REALLOC, which may rename it. call->block is not
 * used. */
size_t trace_encode_call(trace_codec_t *codec, unsigned char *out, const trace_call_t *call,
                         uint64_t id, uint64_t new_id);
size_t trace_encode_end(unsigned char *out, uint64_t calls); /* without the checksum */

uint64_t trace_zigzag(uint64_t difference);
uint64_t trace_unzigzag(uint64_t number);

/* CRC-32 as in zlib, gzip and PNG (polynomial 0xEDB88320, reflected); crc is 0 to begin with. */
uint32_t trace_crc(uint32_t crc, const void *data, size_t size);

#endif
