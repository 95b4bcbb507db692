/* SPDX-License-Identifier: MIT */
/* When the heap's early signals came, for people. */
#include <inttypes.h>

#include "report.h"
#include "units.h"

#define BAR           60u
#define SIGNALS_SHOWN 6u /* the rest is in the JSON report */

static void put_limits(const char *what, size_t low, size_t high, FILE *out) {
    char text[UNITS_SIZE_TEXT];
    if (high == 0) {
        return;
    }
    fprintf(out, "  low below %s %s", units_exact_size_text(text, low), what);
    fprintf(out, ", recovered from %s on\n", units_exact_size_text(text, high));
}

/* Of the calls (from, to], those after which it was low. */
static double low_share(const watch_t *watch, double from, double to) {
    double low = 0;
    for (size_t i = 0; i < watch->signal_count; i++) {
        if (!watch->signals[i].low) {
            continue;
        }
        double start = (double)watch->signals[i].call - 1;
        double end = i + 1 < watch->signal_count ? (double)watch->signals[i + 1].call - 1
                                                 : (double)watch->calls;
        start = start > from ? start : from;
        end = end < to ? end : to;
        low += end > start ? end - start : 0;
    }
    return to > from ? low / (to - from) : 0;
}

static void put_bar(const watch_t *watch, const terminal_t *terminal) {
    double cell = (double)watch->calls / BAR;
    fputs("  ", terminal->out);
    for (unsigned i = 0; i < BAR; i++) {
        terminal_shade(terminal, low_share(watch, i * cell, (i + 1) * cell));
    }
    char low[UNITS_COUNT_TEXT];
    fprintf(terminal->out, "  low after %s call%s", units_count_text(low, watch->low_calls),
            watch->low_calls == 1 ? "" : "s");
    if (watch->calls > 0) {
        fprintf(terminal->out, ", %.1f %%",
                100.0 * (double)watch->low_calls / (double)watch->calls);
    }
    fputc('\n', terminal->out);
}

static void put_signal(const snapshot_t *snapshot, const watch_signal_t *signal, FILE *out) {
    char text[UNITS_SIZE_TEXT];
    fprintf(out, "  call %s", units_count_text(text, signal->call));
    if (snapshot->by_time) {
        fprintf(out, " at %.3f s", (double)signal->time * 1e-9);
    }
    fprintf(out, ": %s, free %s", signal->low ? "low" : "recovered",
            units_size_text(text, signal->free));
    fprintf(out, ", largest %s\n", units_size_text(text, signal->largest));
}

static void put_mark(const snapshot_t *snapshot, const watch_t *watch, const terminal_t *terminal) {
    FILE *out = terminal->out;
    const capheap_mark_t *mark = &watch->mark;
    char text[UNITS_CAPS_TEXT];
    fprintf(out, "%s\n", mark->caps == 0 ? "all memory" : units_caps_text(text, mark->caps));
    put_limits("free", mark->free_low, mark->free_high, out);
    put_limits("in one piece", mark->largest_low, mark->largest_high, out);
    put_bar(watch, terminal);
    for (size_t i = 0; i < watch->signal_count && i < SIGNALS_SHOWN; i++) {
        put_signal(snapshot, &watch->signals[i], out);
    }
    if (watch->signal_count > SIGNALS_SHOWN) {
        fprintf(out, "  and %s more; --json lists them\n",
                units_count_text(text, watch->signal_count - SIGNALS_SHOWN));
    }
}

void report_marks(const snapshot_t *snapshot, const terminal_t *terminal) {
    const policy_run_t *run = snapshot->policy;
    if (run->watch_count == 0) {
        return;
    }
    terminal_heading(terminal, "Marks, from the first call to the last");
    for (size_t i = 0; i < run->watch_count; i++) {
        put_mark(snapshot, &run->watches[i], terminal);
    }
    fputc('\n', terminal->out);
}
