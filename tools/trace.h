/* SPDX-License-Identifier: MIT */
/*
 * Traces of allocation calls: read them call by call, whatever their format, and write them.
 *
 * Read are capheap's own format (SPEC.md), TRC1 and glibc's mtrace, each plain or compressed by xz,
 * gzip or zstd (whose programs are run); which of them is told by the file's first bytes. A file is
 * read as a stream: memory is bounded by the blocks that are live at once and by the names in it,
 * both limited (TRACE_MAX_*), never by its length or by numbers that it states.
 *
 * Nothing in a file is trusted. What the reader hands out is sound: see trace_call_t.
 */
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capheap/caps.h"

#define TRACE_MAX_LIVE  (UINT32_C(1) << 24) /* blocks live at once */
#define TRACE_MAX_NAMES (UINT32_C(1) << 20) /* call sites, and tasks */
#define TRACE_MAX_NAME  4096u               /* bytes of one name */

typedef enum trace_op {
    TRACE_MALLOC = 0,
    TRACE_FREE = 1,
    TRACE_REALLOC = 2,
    TRACE_ALIGNED = 3,    /* aligned allocation */
    TRACE_CALLOC = 4,     /* size is the product */
    TRACE_REFUSED = 5,    /* a request that got NULL when it was recorded; it has no block */
    TRACE_TASK_START = 6, /* of call->task; tasks may also appear without it */
    TRACE_TASK_END = 7,
} trace_op_t;
#define TRACE_OPS 8 /* op < TRACE_OPS, always */

/*
 * One call. The reader guarantees:
 * - block is a slot: a small number, unique among live blocks and reused after a free, always less
 *   than the most blocks that have been live at once so far; so `void *slot[]`, grown when block
 *   equals its length, is all that a replay needs. The numbers follow from the calls alone, so one
 *   program's calls have the same numbers in every format.
 * - MALLOC, CALLOC, ALIGNED: block was not live. FREE, REALLOC: block is live; a realloc keeps its
 *   number.
 * - alignment is a power of two for ALIGNED; 0 means that none was asked for (all other ops; maybe
 *   REFUSED).
 * - size of a REALLOC is not 0: realloc(p, 0) is a FREE, realloc(NULL, n) a MALLOC. free(NULL)
 *   doesn't appear. size of MALLOC, CALLOC and ALIGNED may be 0.
 * - time never goes backwards.
 */
typedef struct trace_call {
    trace_op_t op;
    uint32_t block;      /* 0 for REFUSED and the task events */
    uint64_t size;       /* bytes asked for; 0 for FREE and the task events */
    uint64_t old_size;   /* FREE, REALLOC: bytes that the block had been asked for; else 0 */
    uint64_t alignment;  /* bytes */
    capheap_caps_t caps; /* that were asked for; 0: none named, an ordinary malloc */
    uint32_t site;       /* call site: index for trace_site_name; 0 is "?": not recorded */
    uint32_t task;       /* index for trace_task_name; 0 is the first one */
    uint64_t time;       /* nanoseconds since the trace began; 0 throughout if not timed */
} trace_call_t;

typedef enum trace_format {
    TRACE_FORMAT_CAPHEAP,
    TRACE_FORMAT_TRC1,
    TRACE_FORMAT_MTRACE,
} trace_format_t;

/* What the trace says of itself. Strings are never NULL, maybe empty; printable ASCII or UTF-8. */
typedef struct trace_header {
    trace_format_t format;
    const char *name;      /* the program's; else the file's without folder and endings */
    const char *origin;    /* how it came about, for people */
    unsigned pointer_bits; /* of the recorded program: 16, 32 or 64; 0: unknown */
    bool timed;            /* calls carry times */
    bool totals_known;     /* the rest is known before the calls are read */
    uint64_t calls;        /* all ops counted */
    uint64_t peak_bytes;   /* most bytes asked for in live blocks at once */
    uint64_t peak_blocks;  /* most live blocks at once */
} trace_header_t;

/* One line without its end: file, place, what is wrong, what to do. */
typedef struct trace_error {
    char text[768];
} trace_error_t;

typedef struct trace_reader trace_reader_t;

/* Open by path; "-" is standard input. NULL, with error filled in, if that fails. */
trace_reader_t *trace_open(const char *path, trace_error_t *error);
/* The same from memory (never compressed), which must stay while the reader is open. */
trace_reader_t *trace_open_memory(const char *name, const void *data, size_t size,
                                  trace_error_t *error);

typedef enum trace_result {
    TRACE_ERROR = -1, /* error is filled in; the reader is of no further use but to be closed */
    TRACE_END = 0,    /* the whole trace has been read and it is complete */
    TRACE_CALL = 1,
} trace_result_t;

trace_result_t trace_next(trace_reader_t *reader, trace_call_t *call, trace_error_t *error);

/* NULL is fine. */
void trace_close(trace_reader_t *reader);

/* Valid until the reader is closed. */
const trace_header_t *trace_header(const trace_reader_t *reader);
const char *trace_path(const trace_reader_t *reader);
/* "?" for an index that has not appeared so far. Never NULL; valid until the reader is closed. */
const char *trace_site_name(const trace_reader_t *reader, uint32_t site);
const char *trace_task_name(const trace_reader_t *reader, uint32_t task);
/* How many have appeared so far; at least 1. */
uint32_t trace_site_count(const trace_reader_t *reader);
uint32_t trace_task_count(const trace_reader_t *reader);
/* Part of the file that has been read, 0 to 1; negative if its length can't be told (a pipe). */
double trace_progress(const trace_reader_t *reader);
const char *trace_format_name(trace_format_t format); /* "capheap", "TRC1", "mtrace" */
const char *trace_op_name(trace_op_t op);             /* "malloc", "free", ... */

typedef struct trace_writer trace_writer_t;

/*
 * Write a trace. header gives name, origin, pointer_bits, timed; format is CAPHEAP or TRC1 (which
 * keeps neither names, tasks, sites, times, capabilities nor refused requests; sizes must fit in 32
 * bits). A path that ends in .xz, .gz or .zst is compressed; "-" is standard output. An existing
 * file is replaced, and only when trace_finish succeeds.
 */
trace_writer_t *trace_create(const char *path, trace_format_t format, const trace_header_t *header,
                             trace_error_t *error);
/* Index for a name; the same name gives the same index. Site 0 is "?", task 0 the first name given
 * (or ""). Returns UINT32_MAX, with error filled in, beyond TRACE_MAX_NAMES. */
uint32_t trace_writer_site(trace_writer_t *writer, const char *name, trace_error_t *error);
uint32_t trace_writer_task(trace_writer_t *writer, const char *name, trace_error_t *error);
/* block: any number unique among live blocks. False, with error filled in, if it fails. */
bool trace_write(trace_writer_t *writer, const trace_call_t *call, trace_error_t *error);
/* Complete the file and release the writer. False, with error filled in, and no file, if it fails.
 */
bool trace_finish(trace_writer_t *writer, trace_error_t *error);
/* Release the writer and leave no file. NULL is fine. */
void trace_abandon(trace_writer_t *writer);

/* `capheap trace info`, `capheap trace convert`, `capheap record`: argv[0] is the name to print in
 * messages; they return the exit code: 0, or 2 for bad usage or input (record: the command's own).
 */
int trace_info_main(int argc, char **argv);
int trace_convert_main(int argc, char **argv);
int record_main(int argc, char **argv);

#endif
