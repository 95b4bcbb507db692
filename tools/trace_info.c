/* SPDX-License-Identifier: MIT */
/* `capheap trace info`: what is in a trace, for people. */
#define _GNU_SOURCE
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "progress.h"
#include "trace.h"
#include "trace_reader.h"
#include "trace_stats.h"
#include "units.h"

#define STEP      4096u /* calls between two looks at the progress */
#define BAR_WIDTH 30u

typedef struct info {
    char **files;
    unsigned count;
    unsigned top;
} info_t;

static const struct argp_option options[] = {
    {"top", 't', "N", 0, "Show the N first of each list (default 10)", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state) {
    info_t *info = state->input;
    char *end;
    switch (key) {
    case 't':
        info->top = (unsigned)strtoul(argument, &end, 10);
        if (*end != '\0' || end == argument || info->top > TRACE_MAX_NAMES) {
            argp_error(state, "--top wants a number from 0 to %u, not \"%s\"", TRACE_MAX_NAMES,
                       argument);
        }
        return 0;
    case ARGP_KEY_ARGS:
        info->files = state->argv + state->next;
        info->count = (unsigned)(state->argc - state->next);
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "name a trace file");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    .options = options,
    .parser = parse,
    .args_doc = "FILE...",
    .doc =
        "Tell what is in traces: calls, peaks, sizes, tasks, call sites, what lives longest."
        "\vFILE is in capheap's own format, TRC1 or glibc's mtrace, maybe packed by xz, gzip or "
        "zstd; \"-\" is standard input. All figures are of the bytes that the program asked for: "
        "what a heap makes of them, `capheap sim` tells.",
};

/* ---- Pieces of text. ---- */

static void print_size(const char *before, uint64_t size, const char *after) {
    char text[UNITS_SIZE_TEXT];
    printf("%s%s%s", before, units_size_text(text, size), after);
}

static void print_time(uint64_t ns) {
    static const struct {
        double ns;
        const char *unit;
    } units[] = {{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}, {1, "ns"}};
    size_t i = 0;
    while (i < 3 && (double)ns < units[i].ns) {
        i++;
    }
    printf("%.4g %s", (double)ns / units[i].ns, units[i].unit);
}

static void print_percent(uint64_t part, uint64_t whole) {
    printf("%5.1f %%", whole == 0 ? 0.0 : 100.0 * (double)part / (double)whole);
}

/* Of whose time is known, also how long. */
static void print_life(const trace_life_t *life, bool timed) {
    printf("%" PRIu64 " calls", life->calls);
    if (timed) {
        fputs(" (", stdout);
        print_time(life->time);
        putchar(')');
    }
}

/* ---- The report, part by part. ---- */

static void print_head(const trace_reader_t *reader, const trace_stats_t *stats) {
    const trace_header_t *header = trace_header(reader);
    printf("%s: %s\n", trace_path(reader), header->name[0] == '\0' ? "?" : header->name);
    printf("  format     %s", trace_format_name(header->format));
    if (header->pointer_bits != 0) {
        printf(", of a %u-bit program", header->pointer_bits);
    }
    putchar('\n');
    if (header->origin[0] != '\0') {
        printf("  origin     %s\n", header->origin);
    }
    if (header->timed) {
        fputs("  duration   ", stdout);
        print_time(stats->last_time);
        putchar('\n');
    }
    if (trace_left_out(reader) > 0) {
        printf("  left out   %" PRIu64 " calls on blocks from before the recording\n",
               trace_left_out(reader));
    }
}

static void print_calls(const trace_stats_t *stats) {
    printf("  calls      %" PRIu64 ":", stats->calls);
    const char *comma = "";
    for (unsigned op = 0; op < TRACE_OPS; op++) {
        if (stats->ops[op] > 0) {
            printf("%s %s %" PRIu64, comma, trace_op_name((trace_op_t)op), stats->ops[op]);
            comma = ",";
        }
    }
    putchar('\n');
    if (stats->ops[TRACE_REALLOC] > 0) {
        printf("  reallocs   %" PRIu64 " to more bytes than before, %" PRIu64
               " to less or as many\n",
               stats->grown, stats->ops[TRACE_REALLOC] - stats->grown);
    }
}

static void print_totals(const trace_stats_t *stats) {
    const trace_use_t *all = &stats->all;
    printf("  peak       %" PRIu64 " bytes at call %" PRIu64 "; %" PRIu64 " blocks\n",
           all->peak_bytes, stats->peak_call, all->peak_blocks);
    printf("  at the end %" PRIu64 " bytes in %" PRIu64 " blocks still live\n", all->live_bytes,
           all->live_blocks);
    printf("  asked for  %" PRIu64 " bytes in all", all->bytes);
    if (all->requests > 0) {
        printf(", mean %.1f, largest %" PRIu64, (double)all->bytes / (double)all->requests,
               stats->largest);
    }
    putchar('\n');
}

static void print_bar(uint64_t part, uint64_t most) {
    uint64_t width = most == 0 ? 0 : (part * BAR_WIDTH + most - 1) / most;
    for (uint64_t i = 0; i < width; i++) {
        putchar('#');
    }
}

/* "17..32"; the first two classes are single sizes. */
static void print_class(unsigned class) {
    char text[64];
    uint64_t last = class == 0 ? 0 : UINT64_C(1) << (class - 1);
    if (class <= 2) {
        snprintf(text, sizeof text, "%" PRIu64, last);
    } else {
        snprintf(text, sizeof text, "%" PRIu64 "..%" PRIu64, last / 2 + 1, last);
    }
    printf("  %21s ", text);
}

static void print_sizes(const trace_stats_t *stats) {
    uint64_t most = 0;
    for (unsigned class = 0; class <= 64; class ++) {
        most = stats->sizes[class] > most ? stats->sizes[class] : most;
    }
    if (most == 0) {
        return;
    }
    printf("  %21s %10s\n", "bytes asked for", "requests");
    for (unsigned class = 0; class <= 64; class ++) {
        if (stats->sizes[class] > 0) {
            print_class(class);
            printf("%10" PRIu64 " ", stats->sizes[class]);
            print_percent(stats->sizes[class], stats->all.requests);
            fputs("  ", stdout);
            print_bar(stats->sizes[class], most);
            putchar('\n');
        }
    }
}

static void print_alignments(const trace_stats_t *stats) {
    for (unsigned log2 = 0; log2 < 64; log2++) {
        if (stats->alignments[log2] > 0) {
            print_size("  aligned to ", UINT64_C(1) << log2, "");
            printf(": %" PRIu64 "\n", stats->alignments[log2]);
        }
    }
}

static void print_caps(const trace_stats_t *stats) {
    bool named = stats->caps_count > 1 || (stats->caps_count == 1 && stats->caps[0] != 0);
    for (unsigned i = 0; named && i < stats->caps_count; i++) {
        char text[UNITS_CAPS_TEXT];
        printf("  capabilities %s: %" PRIu64 "\n", units_caps_text(text, stats->caps[i]),
               stats->caps_requests[i]);
    }
    if (stats->caps_other > 0) {
        printf("  other sets of capabilities: %" PRIu64 "\n", stats->caps_other);
    }
}

/* ---- Lists of tasks and call sites, those with the highest peak first. ---- */

static const trace_use_t *sorted_uses; /* what qsort's comparison looks at */

static int by_peak(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    const trace_use_t *use_a = &sorted_uses[a];
    const trace_use_t *use_b = &sorted_uses[b];
    if (use_a->peak_bytes != use_b->peak_bytes) {
        return use_a->peak_bytes < use_b->peak_bytes ? 1 : -1;
    }
    if (use_a->requests != use_b->requests) {
        return use_a->requests < use_b->requests ? 1 : -1;
    }
    return (a > b) - (a < b);
}

typedef const char *(*name_fn)(const trace_reader_t *reader, uint32_t number);

static void print_uses(const trace_reader_t *reader, const char *what, const trace_use_t *uses,
                       uint32_t count, name_fn name, unsigned top) {
    uint32_t *order = calloc(count + 1, sizeof *order);
    uint32_t used = 0;
    for (uint32_t i = 0; order != NULL && i < count; i++) {
        if (uses[i].requests > 0) {
            order[used++] = i;
        }
    }
    bool only_unknown = used == 1 && strcmp(name(reader, order[0]), "?") == 0;
    if (used == 0 || only_unknown || top == 0) {
        free(order);
        return;
    }
    sorted_uses = uses;
    qsort(order, used, sizeof *order, by_peak);
    printf("  %12s %10s %12s %12s   %s\n", "peak bytes", "requests", "asked for", "at the end",
           what);
    for (uint32_t i = 0; i < used && i < top; i++) {
        const trace_use_t *use = &uses[order[i]];
        printf("  %12" PRIu64 " %10" PRIu64 " %12" PRIu64 " %12" PRIu64 "   %s\n", use->peak_bytes,
               use->requests, use->bytes, use->live_bytes, name(reader, order[i]));
    }
    if (used > top) {
        printf("  %53s and %" PRIu32 " more\n", "", used - top);
    }
    free(order);
}

static void print_longest(const trace_reader_t *reader, const trace_stats_t *stats) {
    bool timed = trace_header(reader)->timed;
    if (stats->longest_count > 0) {
        puts("  longest lived of those given back");
    }
    for (unsigned i = 0; i < stats->longest_count; i++) {
        const trace_life_t *life = &stats->longest[i];
        printf("  %12" PRIu64 " bytes from call %" PRIu64 " for ", life->size, life->first_call);
        print_life(life, timed);
        if (life->site != 0) {
            printf(", %s", trace_site_name(reader, life->site));
        }
        putchar('\n');
    }
}

static void print_report(const trace_reader_t *reader, const trace_stats_t *stats, unsigned top) {
    print_head(reader, stats);
    print_calls(stats);
    print_totals(stats);
    print_sizes(stats);
    print_alignments(stats);
    print_caps(stats);
    print_uses(reader, "task", stats->tasks, stats->task_count, trace_task_name, top);
    print_uses(reader, "call site", stats->sites, stats->site_count, trace_site_name, top);
    print_longest(reader, stats);
}

/* ---- ---- */

static bool gather(trace_reader_t *reader, trace_stats_t *stats, trace_error_t *error) {
    progress_t progress;
    trace_call_t call;
    trace_result_t result;
    progress_begin(&progress, trace_path(reader));
    while ((result = trace_next(reader, &call, error)) == TRACE_CALL) {
        if (!trace_stats_add(stats, &call)) {
            snprintf(error->text, sizeof error->text, "%.300s: out of memory", trace_path(reader));
            result = TRACE_ERROR;
            break;
        }
        if (stats->calls % STEP == 0) {
            progress_step(&progress, trace_progress(reader), stats->calls);
        }
    }
    progress_end(&progress);
    return result == TRACE_END;
}

static bool print_file(const char *path, unsigned top, trace_error_t *error) {
    trace_reader_t *reader = trace_open(path, error);
    if (reader == NULL) {
        return false;
    }
    trace_stats_t stats = {0};
    bool good = gather(reader, &stats, error);
    if (good) {
        print_report(reader, &stats, top);
    }
    trace_stats_clear(&stats);
    trace_close(reader);
    return good;
}

int trace_info_main(int argc, char **argv) {
    info_t info = {.top = 10};
    trace_error_t error;
    int code = 0;
    argp_err_exit_status = 2;
    argp_parse(&parser, argc, argv, 0, NULL, &info);
    for (unsigned i = 0; i < info.count; i++) {
        if (i > 0) {
            putchar('\n');
        }
        if (!print_file(info.files[i], info.top, &error)) {
            fflush(stdout);
            fprintf(stderr, "%s: %s\n", argv[0], error.text);
            code = 2;
        }
    }
    if (fflush(stdout) != 0) {
        fprintf(stderr, "%s: the output can't be written\n", argv[0]);
        code = 2;
    }
    return code;
}
