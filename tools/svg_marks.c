/* SPDX-License-Identifier: MIT */
/* A mark of the heap in the course of time: what was free, the largest piece, the limits, and when
 * it was low. */
#include "svg.h"
#include "units.h"

#define HEADING 26.0
#define HEIGHT  150.0
#define BELOW   40.0

typedef struct chart {
    const watch_t *watch;
    uint64_t most; /* bytes at the top */
    double top;
    FILE *out;
} chart_t;

double svg_marks_height(const snapshot_t *snapshot) {
    return (HEADING + HEIGHT + BELOW) * (double)snapshot->policy->watch_count;
}

static double x_of(const chart_t *chart, double calls) {
    double all = chart->watch->calls > 0 ? (double)chart->watch->calls : 1;
    return SVG_LEFT + SVG_WIDTH * calls / all;
}

static double y_of(const chart_t *chart, uint64_t bytes) {
    return chart->top + HEIGHT * (1 - (double)bytes / (double)chart->most);
}

static uint64_t most_of(const watch_t *watch) {
    uint64_t most = watch->mark.free_high > watch->mark.largest_high ? watch->mark.free_high
                                                                     : watch->mark.largest_high;
    for (size_t i = 0; i < watch->sample_count; i++) {
        most = watch->samples[i].free > most ? watch->samples[i].free : most;
    }
    return most > 0 ? most : 1;
}

/* The times when it was low, each to be pointed at. */
static void put_low(const chart_t *chart) {
    const watch_t *watch = chart->watch;
    for (size_t i = 0; i < watch->signal_count; i++) {
        const watch_signal_t *signal = &watch->signals[i];
        bool ends = i + 1 < watch->signal_count;
        if (!signal->low) {
            continue;
        }
        uint64_t end = ends ? signal[1].call : watch->calls + 1;
        double left = x_of(chart, (double)(signal->call - 1));
        double width = x_of(chart, (double)(end - 1)) - left;
        char count[UNITS_COUNT_TEXT];
        char size[UNITS_SIZE_TEXT];
        fprintf(chart->out,
                "<rect class=\"low\" x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.0f\">"
                "<title>low from call %s",
                left, chart->top, width > 0.75 ? width : 0.75, HEIGHT,
                units_count_text(count, signal->call));
        fprintf(chart->out, " (free %s, ", units_size_text(size, signal->free));
        fprintf(chart->out, "largest %s) ", units_size_text(size, signal->largest));
        fprintf(chart->out, "%s%s</title></rect>\n", ends ? "until call " : "to the end",
                ends ? units_count_text(count, end) : "");
    }
}

static void put_line(const chart_t *chart, const char *class_name, bool pieces) {
    const watch_t *watch = chart->watch;
    fprintf(chart->out, "<path class=\"line %s\" d=\"", class_name);
    for (size_t i = 0; i < watch->sample_count; i++) {
        const watch_sample_t *sample = &watch->samples[i];
        double end = (double)(i + 1) * (double)watch->sample_calls;
        end = end < (double)watch->calls ? end : (double)watch->calls;
        double y = y_of(chart, pieces ? sample->largest : sample->free);
        fprintf(chart->out, "%s%.2f %.1fH%.2f", i == 0 ? "M" : "L",
                x_of(chart, (double)i * (double)watch->sample_calls), y, x_of(chart, end));
    }
    fputs("\"/>\n", chart->out);
}

static void put_limit(const chart_t *chart, const char *class_name, size_t bytes) {
    char size[UNITS_SIZE_TEXT];
    if (bytes == 0) {
        return;
    }
    double y = y_of(chart, bytes);
    fprintf(chart->out,
            "<path class=\"limit %s\" d=\"M%.1f %.1fh%.1f\"/>"
            "<text class=\"address\" x=\"%.0f\" y=\"%.1f\">%s</text>\n",
            class_name, SVG_LEFT, y, SVG_WIDTH, SVG_LEFT - 10, y + 3.8,
            units_exact_size_text(size, bytes));
}

static void put_heading(const chart_t *chart, double y) {
    const capheap_mark_t *mark = &chart->watch->mark;
    char caps[UNITS_CAPS_TEXT];
    char calls[UNITS_COUNT_TEXT];
    fprintf(chart->out,
            "<text class=\"name\" x=\"%.0f\" y=\"%.1f\">Mark: %s<tspan class=\"size\" dx=\"10\">",
            SVG_LEFT, y, mark->caps == 0 ? "all memory" : units_caps_text(caps, mark->caps));
    fprintf(chart->out, "low after %s of ", units_count_text(calls, chart->watch->low_calls));
    fprintf(chart->out, "%s calls</tspan></text>\n", units_count_text(calls, chart->watch->calls));
}

static void put_key(const chart_t *chart) {
    double y = chart->top + HEIGHT + 16;
    fprintf(chart->out,
            "<path class=\"line sum\" d=\"M%.0f %.1fh24\"/>"
            "<text class=\"key\" x=\"%.0f\" y=\"%.1f\">free</text>"
            "<path class=\"line piece\" d=\"M%.0f %.1fh24\"/>"
            "<text class=\"key\" x=\"%.0f\" y=\"%.1f\">largest piece</text>"
            "<rect class=\"low\" x=\"%.0f\" y=\"%.1f\" width=\"24\" height=\"10\"/>"
            "<text class=\"key\" x=\"%.0f\" y=\"%.1f\">low</text>"
            "<text class=\"scale\" x=\"%.0f\" y=\"%.1f\">from the first call to the last</text>\n",
            SVG_LEFT, y - 4, SVG_LEFT + 30, y, SVG_LEFT + 90, y - 4, SVG_LEFT + 120, y,
            SVG_LEFT + 230, y - 9, SVG_LEFT + 260, y, SVG_LEFT + SVG_WIDTH, y);
}

static void put_chart(const chart_t *chart) {
    const capheap_mark_t *mark = &chart->watch->mark;
    put_heading(chart, chart->top - 10);
    fprintf(chart->out,
            "<rect class=\"ground\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.0f\"/>\n",
            SVG_LEFT, chart->top, SVG_WIDTH, HEIGHT);
    put_low(chart);
    put_line(chart, "sum", false);
    put_line(chart, "piece", true);
    put_limit(chart, "sum", mark->free_low);
    put_limit(chart, "piece", mark->largest_low);
    put_key(chart);
}

void svg_put_marks(const snapshot_t *snapshot, double top, FILE *out) {
    for (size_t i = 0; i < snapshot->policy->watch_count; i++) {
        chart_t chart = {.watch = &snapshot->policy->watches[i], .top = top + HEADING, .out = out};
        chart.most = most_of(chart.watch);
        put_chart(&chart);
        top += HEADING + HEIGHT + BELOW;
    }
}
