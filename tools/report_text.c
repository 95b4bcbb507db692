/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <string.h>

#include "report.h"
#include "units.h"

/* A region's type and its bar share so many columns; the bar takes what the longest name leaves. */
#define TYPE_AND_BAR 28u
#define TYPE_LEAST   8u
#define TYPE_MOST    14u

/* -------------------------------------------------------------------------------------- numbers */

static void put_size(const terminal_t *terminal, uint64_t size, int width) {
    char text[UNITS_SIZE_TEXT];
    fprintf(terminal->out, "%*s", width, units_size_text(text, size));
}

static void put_count(const terminal_t *terminal, uint64_t count, int width) {
    char text[UNITS_COUNT_TEXT];
    fprintf(terminal->out, "%*s", width, units_count_text(text, count));
}

/* ------------------------------------------------------------------------------------ beginning */

static void put_title(const snapshot_t *snapshot, const terminal_t *terminal) {
    char line[256];
    char size[UNITS_SIZE_TEXT];
    if (snapshot->fitted > 0) {
        snprintf(line, sizeof line, "%s (%s) with %s of external memory", snapshot->chip->title,
                 snapshot->chip->name, units_exact_size_text(size, snapshot->fitted));
    } else {
        snprintf(line, sizeof line, "%s (%s)", snapshot->chip->title, snapshot->chip->name);
    }
    terminal_heading(terminal, line);
}

static uint64_t skipped(const snapshot_t *snapshot) {
    uint64_t count = 0;
    for (size_t i = 0; i < snapshot->program_count; i++) {
        count += snapshot->programs[i].skipped;
    }
    return count;
}

static void put_outcome(const snapshot_t *snapshot, const terminal_t *terminal) {
    FILE *out = terminal->out;
    uint64_t refused = snapshot->refusals->count;
    if (snapshot->program_count > 1) {
        put_count(terminal, snapshot->program_count, 0);
        fprintf(out, " programs side by side, %s: ",
                snapshot->by_time ? "by the times of their calls" : "one call each in turn");
    }
    put_count(terminal, snapshot->calls, 0);
    fputs(snapshot->calls == 1 ? " call, " : " calls, ", out);
    if (refused == 0) {
        fputs("all of them served.\n\n", out);
        return;
    }
    fputs(terminal->colour ? "\033[1;31m" : "", out);
    put_count(terminal, refused, 0);
    fprintf(out, " of them refused%s", terminal->colour ? "\033[0m" : "");
    if (skipped(snapshot) > 0) {
        fputs(" and ", out);
        put_count(terminal, skipped(snapshot), 0);
        fputs(" skipped, of blocks that were refused", out);
    }
    fputs(".\n\n", out);
}

static void put_listing(const snapshot_t *snapshot, const terminal_t *terminal) {
    terminal_heading(terminal, "Memory that becomes heap");
    for (size_t i = 0; i < snapshot->region_count; i++) {
        const snapshot_region_t *region = &snapshot->regions[i];
        report_listing_line(terminal->out, region->start, region->size, region->type,
                            region->startup);
    }
    fputc('\n', terminal->out);
}

/* -------------------------------------------------------------------------------------- regions */

/* Bytes of live blocks between two addresses of a region. *block: where to begin, moved on. */
static double used_between(const snapshot_t *snapshot, const snapshot_region_t *region,
                           size_t *block, double from, double to) {
    double used = 0;
    size_t end = region->first_block + region->block_count;
    for (; *block < end; (*block)++) {
        const snapshot_block_t *at = &snapshot->blocks[*block];
        double start = (double)at->start;
        double stop = start + (double)at->size;
        double low = start > from ? start : from;
        double high = stop < to ? stop : to;
        if (at->used && high > low) {
            used += high - low;
        }
        if (stop >= to) {
            break; /* it may go on in the next cell */
        }
    }
    return used;
}

static unsigned type_width(const snapshot_t *snapshot) {
    size_t width = TYPE_LEAST;
    for (size_t i = 0; i < snapshot->region_count; i++) {
        size_t length = strlen(snapshot->regions[i].type) + 1;
        width = length > width ? length : width;
    }
    return width < TYPE_MOST ? (unsigned)width : TYPE_MOST;
}

static void put_bar(const snapshot_t *snapshot, const snapshot_region_t *region,
                    const terminal_t *terminal) {
    unsigned width = TYPE_AND_BAR - type_width(snapshot);
    size_t block = region->first_block;
    if (region->block_count == 0) {
        terminal_column(terminal, region->serving ? "" : "held back", width);
        return;
    }
    double start = (double)snapshot->blocks[block].start;
    double cell = (double)region->total / width;
    for (unsigned i = 0; i < width; i++) {
        double from = start + i * cell;
        double used = used_between(snapshot, region, &block, from, from + cell);
        terminal_shade(terminal, used > cell - 0.5 ? 1 : used / cell);
    }
}

static void put_region(const snapshot_t *snapshot, const snapshot_region_t *region,
                       const terminal_t *terminal) {
    fprintf(terminal->out, "%08" PRIX64 " ", region->start);
    terminal_column(terminal, region->type, type_width(snapshot));
    put_size(terminal, region->total, 9);
    fputs("  ", terminal->out);
    put_bar(snapshot, region, terminal);
    put_size(terminal, region->used, 9);
    put_size(terminal, region->free, 9);
    put_size(terminal, region->largest, 9);
    put_size(terminal, region->minimum_free, 9);
    put_count(terminal, region->blocks, 8);
    put_count(terminal, region->free_blocks, 6);
    fputc('\n', terminal->out);
}

static void put_regions(const snapshot_t *snapshot, const terminal_t *terminal) {
    char moment[REPORT_MOMENT_TEXT];
    char line[REPORT_MOMENT_TEXT + 16];
    snprintf(line, sizeof line, "The heap %s", report_moment(snapshot, moment));
    terminal_heading(terminal, line);
    unsigned width = type_width(snapshot);
    fprintf(terminal->out, "%-*s%9s  %-*s%9s%9s%9s%9s%8s%6s\n", (int)(width + 9), "region", "size",
            (int)(TYPE_AND_BAR - width), "first to last", "used", "free", "largest", "min.free",
            "blocks", "holes");
    for (size_t i = 0; i < snapshot->region_count; i++) {
        put_region(snapshot, &snapshot->regions[i], terminal);
    }
    fprintf(terminal->out, "  %s. min.free: the least of the whole run.\n\n",
            terminal_shade_legend(terminal));
}

/* --------------------------------------------------------------------------------- capabilities */

static void put_sets(const snapshot_t *snapshot, const terminal_t *terminal) {
    terminal_heading(terminal, "By capability");
    fprintf(terminal->out, "%-30s%8s%9s%9s%9s%9s%10s%8s\n", "memory that has", "regions", "size",
            "used", "free", "largest", "min.free", "blocks");
    for (size_t i = 0; i < snapshot->set_count; i++) {
        const snapshot_set_t *set = &snapshot->sets[i];
        char caps[UNITS_CAPS_TEXT];
        terminal_column(terminal, units_caps_text(caps, set->caps), 28);
        fprintf(terminal->out, "%2s", set->asked_for ? "<" : "");
        put_count(terminal, set->figures.regions, 8);
        put_size(terminal, set->figures.total, 9);
        put_size(terminal, set->figures.used, 9);
        put_size(terminal, set->figures.free, 9);
        put_size(terminal, set->figures.largest, 9);
        put_size(terminal, set->minimum_free, 10);
        put_count(terminal, set->figures.blocks, 8);
        fputc('\n', terminal->out);
    }
    fputs("  < was asked for. A region counts in every row whose capabilities it has.\n\n",
          terminal->out);
}

/* ------------------------------------------------------------------------------------- programs */

static void put_programs(const snapshot_t *snapshot, const terminal_t *terminal) {
    terminal_heading(terminal, "Programs");
    fprintf(terminal->out, "%-14s%-16s%11s%9s%9s%10s%10s%10s%10s\n", "name", "asks for", "calls",
            "refused", "skipped", "peak", "live", "left", "moved");
    for (size_t i = 0; i < snapshot->program_count; i++) {
        const snapshot_program_t *program = &snapshot->programs[i];
        char caps[UNITS_CAPS_TEXT];
        char moved[UNITS_COUNT_TEXT] = "-";
        if (program->reallocs > 0) {
            snprintf(moved, sizeof moved, "%.0f %%",
                     100.0 * (double)program->moved / (double)program->reallocs);
        }
        terminal_column(terminal, program->name, 13);
        fputc(' ', terminal->out);
        terminal_column(
            terminal,
            program->ask.caps == 0 ? "as traced" : units_caps_text(caps, program->ask.caps), 16);
        put_count(terminal, program->calls, 11);
        put_count(terminal, program->refused, 9);
        put_count(terminal, program->skipped, 9);
        put_size(terminal, program->peak_bytes, 10);
        put_size(terminal, program->moment_bytes, 10);
        put_size(terminal, program->end_bytes, 10);
        fprintf(terminal->out, "%10s\n", moved);
        report_ask(snapshot, &program->ask, terminal);
    }
    fputs("  Bytes asked for and not given back: at most (peak), now (live), after the last call "
          "(left).\n  Moved: of the reallocs served, those that changed the address.\n\n",
          terminal->out);
}

/* ------------------------------------------------------------------------------------ every byte
 */

static void put_share(const terminal_t *terminal, const char *what, const char *whose,
                      uint64_t bytes, uint64_t all) {
    if (bytes == 0) {
        return;
    }
    fputs("  ", terminal->out);
    size_t width = terminal_text(terminal, what, 30);
    width += terminal_text(terminal, whose, 30 - width);
    fprintf(terminal->out, "%*s", (int)(32 - width), "");
    put_count(terminal, bytes, 14);
    fprintf(terminal->out, " B %6.1f %%\n", 100.0 * (double)bytes / (double)all);
}

static void put_shares(const snapshot_t *snapshot, const terminal_t *terminal) {
    snapshot_sums_t sums = snapshot_sum(snapshot);
    terminal_heading(terminal, "Where every byte is");
    put_share(terminal, "all memory", "", sums.memory, sums.memory);
    put_share(terminal, "reserved, no heap", "", sums.reserved, sums.memory);
    put_share(terminal, "held back for start-up", "", sums.held, sums.memory);
    put_share(terminal, "the heap's books", "", sums.books, sums.memory);
    for (size_t i = 0; i < snapshot->owner_count; i++) {
        const snapshot_owner_t *owner = &snapshot->owners[i];
        put_share(terminal, "asked for by ", owner->name, owner->asked, sums.memory);
    }
    put_share(terminal, "rounding of blocks", "", sums.used - sums.asked, sums.memory);
    put_share(terminal, "free", "", sums.free, sums.memory);
    fputc('\n', terminal->out);
}

void report_text(const snapshot_t *snapshot, const terminal_t *terminal) {
    put_title(snapshot, terminal);
    put_outcome(snapshot, terminal);
    put_listing(snapshot, terminal);
    put_regions(snapshot, terminal);
    put_shares(snapshot, terminal);
    put_programs(snapshot, terminal);
    put_sets(snapshot, terminal);
    report_policy(snapshot, terminal);
    report_refusals(snapshot, terminal);
}
