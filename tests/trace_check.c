/* SPDX-License-Identifier: MIT */
#include "trace_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test_random.h"
#include "trace_codec.h"

/* What a replay knows of a slot. */
typedef struct slot {
    bool live;
    uint64_t size;
} slot_t;

typedef struct state {
    slot_t *slots;
    uint32_t count; /* slots that have been used */
    uint32_t live;
    uint32_t peak;
    uint64_t time;
} state_t;

static const char *check_slot(state_t *state, const trace_call_t *call) {
    bool takes = call->op == TRACE_MALLOC || call->op == TRACE_CALLOC || call->op == TRACE_ALIGNED;
    if (call->block > state->count || (call->block == state->count && !takes))
        return "the slot is beyond those in use";
    if (call->block == state->count) {
        state->slots = realloc(state->slots, (state->count + 1u) * sizeof *state->slots);
        state->slots[state->count++] = (slot_t){0};
    }
    slot_t *slot = &state->slots[call->block];
    if (slot->live == takes)
        return takes ? "the slot is live" : "the slot isn't live";
    if (!takes && call->old_size != slot->size)
        return "the old size is wrong";
    if (takes && call->old_size != 0)
        return "an old size without an old block";
    slot->live = call->op != TRACE_FREE;
    slot->size = call->size;
    state->live += takes;
    state->live -= call->op == TRACE_FREE;
    if (state->live > state->peak)
        state->peak = state->live;
    return state->count > state->peak ? "more slots than blocks were ever live" : NULL;
}

static const char *check_call(state_t *state, const trace_call_t *call) {
    bool has_block = call->op <= TRACE_CALLOC;
    bool power = (call->alignment & (call->alignment - 1)) == 0;
    if ((unsigned)call->op >= TRACE_OPS)
        return "no such op";
    if (call->time < state->time)
        return "the time goes backwards";
    state->time = call->time;
    if (!power || (call->op == TRACE_ALIGNED) > (call->alignment != 0))
        return "the alignment is no power of two";
    if (call->alignment != 0 && call->op != TRACE_ALIGNED && call->op != TRACE_REFUSED)
        return "an alignment where none belongs";
    if (call->op == TRACE_REALLOC && call->size == 0)
        return "a realloc to 0";
    if ((call->op == TRACE_FREE || call->op >= TRACE_TASK_START) && call->size != 0)
        return "a size where none belongs";
    if (!has_block)
        return call->block != 0 ? "a block where none belongs" : NULL;
    return check_slot(state, call);
}

static uint64_t mix(uint64_t hash, uint64_t value) {
    hash = (hash ^ value) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 29;
}

static uint64_t mix_text(uint64_t hash, const char *text) {
    for (; *text != '\0'; text++)
        hash = mix(hash, (unsigned char)*text);
    return hash;
}

static uint64_t mix_call(uint64_t hash, const trace_reader_t *reader, const trace_call_t *call) {
    hash = mix(hash, (uint64_t)call->op);
    hash = mix(hash, call->block);
    hash = mix(hash, call->size);
    hash = mix(hash, call->old_size);
    hash = mix(hash, call->alignment);
    hash = mix(hash, call->caps);
    hash = mix(hash, call->time);
    hash = mix_text(hash, trace_site_name(reader, call->site));
    return mix_text(hash, trace_task_name(reader, call->task));
}

/* One line with something in it. */
static const char *check_error(const trace_error_t *error) {
    size_t length = strnlen(error->text, sizeof error->text);
    if (length == sizeof error->text)
        return "the error has no end";
    if (length < 10)
        return "the error says nothing";
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)error->text[i] < 0x20 || error->text[i] == 0x7f)
            return "the error has control characters";
    }
    return NULL;
}

trace_checked_t trace_check(trace_reader_t *reader, const trace_error_t *error) {
    trace_checked_t checked = {0};
    state_t state = {0};
    trace_call_t call;
    if (reader == NULL) {
        checked.error = *error;
        checked.broken = check_error(error);
        return checked;
    }
    trace_result_t result;
    while ((result = trace_next(reader, &call, &checked.error)) == TRACE_CALL) {
        checked.calls++;
        checked.broken = check_call(&state, &call);
        if (checked.broken == NULL &&
            (call.site >= trace_site_count(reader) || call.task >= trace_task_count(reader)))
            checked.broken = "a site or task that has not appeared";
        if (checked.broken != NULL)
            break;
        checked.hash = mix_call(checked.hash, reader, &call);
    }
    checked.complete = result == TRACE_END;
    if (result == TRACE_ERROR)
        checked.broken = check_error(&checked.error);
    if (checked.broken == NULL && trace_next(reader, &call, &checked.error) != result)
        checked.broken = "the end isn't final";
    if (checked.broken == NULL && trace_header(reader)->totals_known && checked.complete &&
        trace_header(reader)->calls != checked.calls)
        checked.broken = "the header's number of calls is wrong";
    free(state.slots);
    trace_close(reader);
    return checked;
}

trace_checked_t trace_check_memory(const void *data, size_t size) {
    trace_error_t error;
    return trace_check(trace_open_memory("memory", data, size, &error), &error);
}

trace_checked_t trace_check_file(const char *path) {
    trace_error_t error;
    return trace_check(trace_open(path, &error), &error);
}

/* ---- Samples: every kind of call, a few names, slots used again. ---- */

#define SAMPLE_BYTES 16384u
#define SAMPLE_CALLS 120u
#define SAMPLE_SLOTS 24u

unsigned char *trace_sample_native(size_t *size) {
    test_random_t random = test_random_start(1);
    unsigned char *out = calloc(1, SAMPLE_BYTES);
    trace_codec_t codec = {0};
    bool live[SAMPLE_SLOTS] = {false};
    size_t n = trace_encode_start(out);
    n += trace_encode_meta(out + n, "name", "sample");
    n += trace_encode_meta(out + n, "origin", "made by a test");
    n += trace_encode_meta(out + n, "pointer_bits", "32");
    n += trace_encode_meta(out + n, "clock", "ns");
    n += trace_encode_meta(out + n, "unknown key", "passed over");
    n += trace_encode_name(out + n, TRACE_KIND_TASK, "main");
    n += trace_encode_name(out + n, TRACE_KIND_SITE, "main+5");
    n += trace_encode_name(out + n, TRACE_KIND_SITE, "worker+0x1f");
    n += trace_encode_name(out + n, TRACE_KIND_TASK, "worker");
    for (unsigned i = 0; i < SAMPLE_CALLS; i++) {
        uint32_t id = test_random_below(&random, SAMPLE_SLOTS);
        trace_op_t takes[] = {TRACE_MALLOC, TRACE_CALLOC, TRACE_ALIGNED};
        trace_call_t call = {.op = live[id] ? (i % 3 == 0 ? TRACE_REALLOC : TRACE_FREE)
                                            : takes[i % 3],
                             .size = test_random_below(&random, 5000) + 1,
                             .caps = i % 7 == 0 ? CAPHEAP_DMA | CAPHEAP_8BIT : 0,
                             .site = test_random_below(&random, 3),
                             .task = test_random_below(&random, 2),
                             .time = i * 1000u};
        if (i % 31 == 5)
            call.op = i % 2 ? TRACE_REFUSED : TRACE_TASK_START;
        call.alignment = call.op == TRACE_ALIGNED ? 64 : call.op == TRACE_REFUSED ? 16 : 0;
        if (call.op <= TRACE_CALLOC)
            live[id] = call.op != TRACE_FREE;
        /* Ids are scattered as addresses are. */
        uint64_t spread = UINT64_C(0x20000000) + id * 8;
        n += trace_encode_call(&codec, out + n, &call, spread, spread);
    }
    n += trace_encode_end(out + n, SAMPLE_CALLS);
    uint32_t crc = trace_crc(0, out, n);
    for (unsigned i = 0; i < 4; i++)
        out[n++] = (unsigned char)(crc >> (8 * i));
    *size = n;
    return out;
}

static void put_words(unsigned char *out, size_t *n, uint32_t first, uint32_t second) {
    const uint32_t words[] = {first, second};
    for (unsigned i = 0; i < 8; i++)
        out[(*n)++] = (unsigned char)(words[i / 4] >> (8 * (i % 4)));
}

unsigned char *trace_sample_trc1(size_t *size) {
    unsigned char *out = calloc(1, SAMPLE_BYTES);
    size_t n = 0;
    put_words(out, &n, UINT32_C(0x31435254), 7);
    put_words(out, &n, 3, 190);
    put_words(out, &n, 3, 100);
    put_words(out, &n, 1, 0);
    put_words(out, &n, 0, 40);                    /* malloc */
    put_words(out, &n, 3 | 6 << 3 | 1 << 8, 100); /* aligned to 64 */
    put_words(out, &n, 0 | 2 << 8, 10);
    put_words(out, &n, 2 | 2 << 8, 50); /* realloc */
    put_words(out, &n, 1 | 1 << 8, 0);  /* free */
    put_words(out, &n, 0 | 1 << 8, 30);
    put_words(out, &n, 1, 0);
    *size = n;
    return out;
}

unsigned char *trace_sample_mtrace(size_t *size) {
    static const char text[] = "= Start\n"
                               "@ ./a b+c:(main+0x1c)[0x4011c2] + 0x4052a0 0x20\n"
                               "@ /lib/libc.so.6:(fopen+0x9)[0x7f01] + 0x4052d0 0x1d8\n"
                               "@ ./prog:[0x4011d0] - 0x111110\n"
                               "@ ./prog:[0x4011d0] < 0x4052a0\n"
                               "@ ./prog:[0x4011d0] > 0x4056b0 0x40\n"
                               "@ ./prog:[0x4011d8] < 0x99990\n"
                               "@ ./prog:[0x4011d8] > 0x4056f0 0x8\n"
                               "+ 0x405700 0\n"
                               "@ ./prog:[0x4011e0] ! 0x4056b0 0x7fffffffffff\n"
                               "@ ./prog:[0x4011e4] + (nil) 0x7fffffffffff\n"
                               "@ ./prog:[0x4011f0] - 0x4056b0\n"
                               "- 0x405700\n"
                               "= End\n";
    *size = sizeof text - 1;
    unsigned char *out = malloc(*size);
    memcpy(out, text, *size);
    return out;
}
