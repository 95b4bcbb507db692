/* SPDX-License-Identifier: MIT */
/* The page around the maps: title, legend, one map per memory. */
#include <inttypes.h>
#include <string.h>

#include "report.h"
#include "svg.h"
#include "units.h"

#define MARGIN        24.0
#define TITLE_HEIGHT  78.0
#define BAR_HEIGHT    20.0
#define LEGEND_LINE   22.0
#define LEGEND_COLUMN 340.0
#define LEGEND_ACROSS 3u

/* Of Okabe and Ito, "Color Universal Design" (2008): told apart with every kind of colour
 * blindness. */
static const char *const colours[SVG_COLOURS] = {"#0072B2", "#E69F00", "#009E73",
                                                 "#CC79A7", "#56B4E9", "#D55E00"};

/* ---------------------------------------------------------------------------------------- legend
 */

typedef struct legend_entry {
    char class_name[16];
    const char *what;
    uint64_t bytes;
    uint64_t blocks; /* 0: not told */
} legend_entry_t;

typedef struct legend {
    legend_entry_t entries[SNAPSHOT_OWNERS + 4];
    size_t count;
    uint64_t all;
} legend_t;

static void add_entry(legend_t *legend, const char *class_name, const char *what, uint64_t bytes,
                      uint64_t blocks) {
    if (bytes == 0 || legend->count == sizeof legend->entries / sizeof legend->entries[0]) {
        return;
    }
    legend_entry_t *entry = &legend->entries[legend->count++];
    snprintf(entry->class_name, sizeof entry->class_name, "%s", class_name);
    entry->what = what;
    entry->bytes = bytes;
    entry->blocks = blocks;
}

static legend_t legend_of(const snapshot_t *snapshot) {
    snapshot_sums_t sums = snapshot_sum(snapshot);
    legend_t legend = {.all = sums.memory};
    for (size_t i = 0; i < snapshot->owner_count; i++) {
        const snapshot_owner_t *owner = &snapshot->owners[i];
        char class_name[16];
        snprintf(class_name, sizeof class_name, "p%u", (unsigned)(i % SVG_COLOURS));
        add_entry(&legend, class_name, owner->name, owner->used, owner->blocks);
    }
    add_entry(&legend, "books", "books of the heap", sums.books, 0);
    add_entry(&legend, "free", "free", sums.free, 0);
    add_entry(&legend, "held", "held back for start-up", sums.held, 0);
    add_entry(&legend, "reserved", "reserved: no heap", sums.reserved, 0);
    return legend;
}

/* All memory as one bar, and what its parts are. Returns the next free height. */
static double put_legend(const legend_t *legend, double top, FILE *out) {
    double x = SVG_LEFT;
    for (size_t i = 0; i < legend->count; i++) {
        const legend_entry_t *entry = &legend->entries[i];
        double width = SVG_WIDTH * (double)entry->bytes / (double)legend->all;
        fprintf(out, "<rect class=\"%s\" x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.0f\"/>\n",
                entry->class_name, x, top, width, BAR_HEIGHT);
        x += width;
    }
    fprintf(out, "<rect class=\"edge\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.0f\"/>\n",
            SVG_LEFT, top, SVG_WIDTH, BAR_HEIGHT);
    top += BAR_HEIGHT + 14;
    for (size_t i = 0; i < legend->count; i++) {
        const legend_entry_t *entry = &legend->entries[i];
        char size[UNITS_SIZE_TEXT];
        char blocks[UNITS_COUNT_TEXT];
        double left = SVG_LEFT + LEGEND_COLUMN * (double)(i % LEGEND_ACROSS);
        double y = top + LEGEND_LINE * (double)(i / LEGEND_ACROSS);
        fprintf(out,
                "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"13\" height=\"13\"/>"
                "<rect class=\"edge\" x=\"%.1f\" y=\"%.1f\" width=\"13\" height=\"13\"/>"
                "<text x=\"%.1f\" y=\"%.1f\">",
                entry->class_name, left, y, left, y, left + 20, y + 11);
        svg_put_text(out, entry->what);
        fprintf(out, "<tspan class=\"size\" dx=\"6\">%s", units_size_text(size, entry->bytes));
        if (entry->blocks > 0) {
            fprintf(out, " in %s block%s", units_count_text(blocks, entry->blocks),
                    entry->blocks == 1 ? "" : "s");
        }
        fputs("</tspan></text>\n", out);
    }
    return top + LEGEND_LINE * (double)((legend->count + LEGEND_ACROSS - 1) / LEGEND_ACROSS) + 14;
}

/* ------------------------------------------------------------------------------------------ page
 */

static void put_style(FILE *out) {
    fputs("<style>\n"
          "text{font:13px system-ui,'Segoe UI','DejaVu Sans',sans-serif;fill:#1a1a1a}\n"
          ".title{font-size:21px;font-weight:600}\n"
          ".name{font-size:15px;font-weight:600}\n"
          ".size,.subtitle,.figures{fill:#555;font-weight:400}\n"
          ".name .size{font-size:13px}\n"
          ".figures{font-size:12px}\n"
          ".scale{font-size:12px;fill:#777;text-anchor:end}\n"
          ".address{font:11px ui-monospace,'DejaVu Sans Mono',monospace;fill:#666;"
          "text-anchor:end}\n"
          ".ground{fill:#fff;stroke:#cfcfcf}\n"
          ".edge{fill:none;stroke:#999}\n"
          ".b:hover{stroke:#000;stroke-width:2}\n"
          ".free{fill:#fff}\n"
          ".books{fill:#4d4d4d}\n"
          ".reserved{fill:url(#hatch)}\n"
          ".held{fill:url(#dots)}\n"
          ".low{fill:#D55E00;fill-opacity:.22}\n"
          ".low:hover{fill-opacity:.4}\n"
          ".line{fill:none;stroke-width:1.5}\n"
          ".sum{stroke:#0072B2}\n"
          ".piece{stroke:#009E73}\n"
          ".limit{stroke-dasharray:6 4;stroke-width:1}\n"
          ".key{font-size:12px;fill:#555}\n",
          out);
    for (unsigned i = 0; i < SVG_COLOURS; i++) {
        fprintf(out, ".p%u{fill:%s}\n", i, colours[i]);
    }
    fputs("</style>\n"
          "<defs>\n"
          "<pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
          "patternTransform=\"rotate(45)\"><rect width=\"6\" height=\"6\" fill=\"#efefef\"/>"
          "<rect width=\"1.6\" height=\"6\" fill=\"#bdbdbd\"/></pattern>\n"
          "<pattern id=\"dots\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">"
          "<rect width=\"6\" height=\"6\" fill=\"#fffbe6\"/>"
          "<circle cx=\"3\" cy=\"3\" r=\"1.3\" fill=\"#8a7a1f\"/></pattern>\n"
          "</defs>\n",
          out);
}

static void put_title(const snapshot_t *snapshot, FILE *out) {
    char moment[REPORT_MOMENT_TEXT];
    char size[UNITS_SIZE_TEXT];
    char refused[UNITS_COUNT_TEXT];
    fprintf(out, "<text class=\"title\" x=\"%.0f\" y=\"%.0f\">", SVG_LEFT, MARGIN + 16);
    svg_put_text(out, snapshot->chip->title);
    if (snapshot->fitted > 0) {
        fprintf(out, " with %s of external memory", units_exact_size_text(size, snapshot->fitted));
    }
    fprintf(out, "</text>\n<text class=\"subtitle\" x=\"%.0f\" y=\"%.0f\">The heap %s; ", SVG_LEFT,
            MARGIN + 40, report_moment(snapshot, moment));
    if (snapshot->refusals->count == 0) {
        fputs("every call was served.", out);
    } else {
        fprintf(out, "%s calls were refused.",
                units_count_text(refused, snapshot->refusals->count));
    }
    fputs(" Point at a block to see what it is.</text>\n", out);
}

/* Memory on the chip first, what is outside of it last. */
static bool is_external(const snapshot_t *snapshot, const snapshot_memory_t *memory) {
    for (size_t i = 0; i < snapshot->chip->memory_count; i++) {
        const capheap_memory_t *piece = &snapshot->chip->memories[i];
        if (piece->start == memory->start) {
            return (piece->flags & CAPHEAP_MEMORY_EXTERNAL) != 0;
        }
    }
    return false;
}

static double page_height(const snapshot_t *snapshot, const legend_t *legend) {
    double height = MARGIN + TITLE_HEIGHT + BAR_HEIGHT + 28 +
                    LEGEND_LINE * (double)((legend->count + LEGEND_ACROSS - 1) / LEGEND_ACROSS);
    for (size_t i = 0; i < snapshot->memory_count; i++) {
        height += svg_map_height(snapshot, &snapshot->memories[i]);
    }
    return height + svg_marks_height(snapshot);
}

void report_svg(const snapshot_t *snapshot, FILE *out) {
    legend_t legend = legend_of(snapshot);
    double height = page_height(snapshot, &legend);
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
            "viewBox=\"0 0 %.0f %.0f\">\n"
            "<title>The heap of ",
            SVG_PAGE_WIDTH, height, SVG_PAGE_WIDTH, height);
    svg_put_text(out, snapshot->chip->title);
    fputs("</title>\n", out);
    put_style(out);
    fputs("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n", out);
    put_title(snapshot, out);
    double top = put_legend(&legend, MARGIN + TITLE_HEIGHT - 18, out) + 18;
    for (size_t i = 0; i < 2 * snapshot->memory_count; i++) {
        const snapshot_memory_t *memory = &snapshot->memories[i % snapshot->memory_count];
        if (is_external(snapshot, memory) == (i >= snapshot->memory_count)) {
            svg_put_map(snapshot, memory, top, out);
            top += svg_map_height(snapshot, memory);
        }
    }
    svg_put_marks(snapshot, top, out);
    fputs("</svg>\n", out);
}
