/* SPDX-License-Identifier: MIT */
#include "trace_codec.h"

#include <string.h>

trace_kind_t trace_kind_of(trace_op_t op) {
    static const trace_kind_t kinds[TRACE_OPS] = {
        [TRACE_MALLOC] = TRACE_KIND_MALLOC,         [TRACE_FREE] = TRACE_KIND_FREE,
        [TRACE_REALLOC] = TRACE_KIND_REALLOC,       [TRACE_ALIGNED] = TRACE_KIND_ALIGNED,
        [TRACE_CALLOC] = TRACE_KIND_CALLOC,         [TRACE_REFUSED] = TRACE_KIND_REFUSED,
        [TRACE_TASK_START] = TRACE_KIND_TASK_START, [TRACE_TASK_END] = TRACE_KIND_TASK_END,
    };
    return kinds[op];
}

trace_op_t trace_op_of(trace_kind_t kind) {
    static const trace_op_t ops[TRACE_KIND_TASK_END + 1] = {
        [TRACE_KIND_MALLOC] = TRACE_MALLOC,         [TRACE_KIND_FREE] = TRACE_FREE,
        [TRACE_KIND_REALLOC] = TRACE_REALLOC,       [TRACE_KIND_ALIGNED] = TRACE_ALIGNED,
        [TRACE_KIND_CALLOC] = TRACE_CALLOC,         [TRACE_KIND_REFUSED] = TRACE_REFUSED,
        [TRACE_KIND_TASK_START] = TRACE_TASK_START, [TRACE_KIND_TASK_END] = TRACE_TASK_END,
    };
    return ops[kind];
}

bool trace_op_has_caps(trace_op_t op) {
    return op != TRACE_FREE && op != TRACE_TASK_START && op != TRACE_TASK_END;
}

uint64_t trace_zigzag(uint64_t difference) {
    return (difference << 1) ^ (0 - (difference >> 63));
}

uint64_t trace_unzigzag(uint64_t number) {
    return (number >> 1) ^ (0 - (number & 1));
}

size_t trace_encode_number(unsigned char *out, uint64_t number) {
    size_t n = 0;
    while (number >= 0x80) {
        out[n++] = (unsigned char)(number | 0x80);
        number >>= 7;
    }
    out[n++] = (unsigned char)number;
    return n;
}

static size_t encode_text(unsigned char *out, const char *text) {
    size_t length = strlen(text);
    if (length > TRACE_MAX_NAME) {
        length = TRACE_MAX_NAME;
    }
    size_t n = trace_encode_number(out, length);
    memcpy(out + n, text, length);
    return n + length;
}

size_t trace_encode_start(unsigned char *out) {
    memcpy(out, TRACE_MAGIC, TRACE_MAGIC_SIZE);
    return TRACE_MAGIC_SIZE + trace_encode_number(out + TRACE_MAGIC_SIZE, TRACE_VERSION);
}

size_t trace_encode_meta(unsigned char *out, const char *key, const char *value) {
    size_t n = 0;
    out[n++] = TRACE_KIND_META;
    n += encode_text(out + n, key);
    return n + encode_text(out + n, value);
}

size_t trace_encode_name(unsigned char *out, trace_kind_t kind, const char *name) {
    out[0] = (unsigned char)kind;
    return 1 + encode_text(out + 1, name);
}

/* What the call before doesn't tell. */
static size_t encode_context(trace_codec_t *codec, unsigned char *out, const trace_call_t *call) {
    unsigned flags = 0;
    size_t n = 1;
    if (call->task != codec->task) {
        flags |= TRACE_HAS_TASK;
        n += trace_encode_number(out + n, call->task);
        codec->task = call->task;
    }
    if (trace_op_has_caps(call->op) && call->caps != codec->caps) {
        flags |= TRACE_HAS_CAPS;
        n += trace_encode_number(out + n, call->caps);
        codec->caps = call->caps;
    }
    if (call->site != codec->site) {
        flags |= TRACE_HAS_SITE;
        n += trace_encode_number(out + n, call->site);
        codec->site = call->site;
    }
    if (call->time != codec->time) {
        flags |= TRACE_HAS_TIME;
        n += trace_encode_number(out + n, call->time - codec->time);
        codec->time = call->time;
    }
    out[0] = (unsigned char)((unsigned)trace_kind_of(call->op) | flags);
    return n;
}

static size_t encode_id(trace_codec_t *codec, unsigned char *out, uint64_t id) {
    size_t n = trace_encode_number(out, trace_zigzag(id - codec->id));
    codec->id = id;
    return n;
}

static unsigned log2_of(uint64_t power) {
    unsigned log2 = 0;
    while (power > 1) {
        power >>= 1;
        log2++;
    }
    return log2;
}

size_t trace_encode_call(trace_codec_t *codec, unsigned char *out, const trace_call_t *call,
                         uint64_t id, uint64_t new_id) {
    size_t n = encode_context(codec, out, call);
    switch (call->op) {
    case TRACE_TASK_START:
    case TRACE_TASK_END:
        return n;
    case TRACE_FREE:
        return n + encode_id(codec, out + n, id);
    case TRACE_REFUSED:
        n += trace_encode_number(out + n, call->size);
        out[n++] = (unsigned char)(call->alignment == 0 ? 0 : 1 + log2_of(call->alignment));
        return n;
    case TRACE_MALLOC:
    case TRACE_CALLOC:
    case TRACE_ALIGNED:
    case TRACE_REALLOC:
        break;
    }
    n += encode_id(codec, out + n, id);
    if (call->op == TRACE_REALLOC) {
        n += encode_id(codec, out + n, new_id);
    }
    n += trace_encode_number(out + n, call->size);
    if (call->op == TRACE_ALIGNED) {
        out[n++] = (unsigned char)log2_of(call->alignment);
    }
    return n;
}

size_t trace_encode_end(unsigned char *out, uint64_t calls) {
    out[0] = TRACE_KIND_END;
    return 1 + trace_encode_number(out + 1, calls);
}

uint32_t trace_crc(uint32_t crc, const void *data, size_t size) {
    /* Four bits at a time: the CRCs of the numbers 0 to 15. */
    static const uint32_t table[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
        0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
        0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    const unsigned char *byte = data;
    crc = ~crc;
    for (size_t i = 0; i < size; i++) {
        crc ^= byte[i];
        crc = (crc >> 4) ^ table[crc & 15];
        crc = (crc >> 4) ^ table[crc & 15];
    }
    return ~crc;
}
