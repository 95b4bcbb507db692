/* SPDX-License-Identifier: MIT */
/* What was refused and why, region by region, for people. */
#include <inttypes.h>
#include <string.h>

#include "report.h"
#include "units.h"

#define KINDS_SHOWN 8u /* the rest is in the JSON report */
#define TYPE_WIDTH  14u

/* "512 B", or "512 to 4096 B". */
static void put_span(FILE *out, uint64_t least, uint64_t most) {
    char low[UNITS_SIZE_TEXT];
    char high[UNITS_SIZE_TEXT];
    if (least == most) {
        fputs(units_size_text(low, least), out);
    } else {
        fprintf(out, "%s to %s", units_size_text(low, least), units_size_text(high, most));
    }
}

static void put_room(const refusal_region_t *region, FILE *out) {
    char size[UNITS_SIZE_TEXT];
    switch (region->room) {
    case REFUSAL_ROOM:
        break;
    case REFUSAL_REGION:
        fprintf(out, "too small: %s in all", units_size_text(size, region->total));
        break;
    case REFUSAL_FULL:
        fputs("full: free ", out);
        put_span(out, region->least_free, region->most_free);
        fputs(", largest ", out);
        put_span(out, region->least_largest, region->most_largest);
        break;
    case REFUSAL_PIECES:
        fputs("in pieces: largest ", out);
        put_span(out, region->least_largest, region->most_largest);
        fputs(", free ", out);
        put_span(out, region->least_free, region->most_free);
        break;
    }
}

static void put_reason(const snapshot_t *snapshot, const refusal_region_t *region, uint32_t reason,
                       FILE *out) {
    char text[UNITS_CAPS_TEXT];
    switch (reason) {
    case CAPHEAP_REFUSED_LACKS:
        fprintf(out, "lacks %s", units_caps_text(text, region->lacking));
        break;
    case CAPHEAP_REFUSED_FORBIDDEN:
        fprintf(out, "has %s", units_caps_text(text, region->forbidden));
        break;
    case CAPHEAP_REFUSED_MASTERS:
        fputs("not reached by ", out);
        report_masters(snapshot, region->unreached, out);
        break;
    case CAPHEAP_REFUSED_ALIAS:
        fputs("EXEC is at its other address, which can do neither 8BIT nor DMA", out);
        break;
    case CAPHEAP_REFUSED_HELD:
        fputs("held back until start-up is over", out);
        break;
    case CAPHEAP_REFUSED_QUOTA:
        fputs("over the quota", out);
        break;
    case CAPHEAP_REFUSED_RESERVE:
        fprintf(out, "%s of what is free are reserved", units_size_text(text, region->kept));
        break;
    case CAPHEAP_REFUSED_SMALL:
        put_room(region, out);
        break;
    case CAPHEAP_REFUSED_ALIGNMENT:
        fputs("no piece at this alignment: largest ", out);
        put_span(out, region->least_largest, region->most_largest);
        break;
    default:
        fprintf(out, "reason %" PRIX32, reason);
        break;
    }
}

/* Is more needed than the size tells, rounded to the usual granule? */
static void put_needed(const refusal_kind_t *kind, const refusal_region_t *region, FILE *out) {
    char size[UNITS_SIZE_TEXT];
    bool told = (region->reasons & (CAPHEAP_REFUSED_SMALL | CAPHEAP_REFUSED_ALIGNMENT)) != 0;
    if (told && region->most_needed != SIZE_MAX && region->most_needed > kind->most_size &&
        region->most_needed - kind->most_size >= 8) {
        fprintf(out, "; needs %s", units_size_text(size, region->most_needed));
    }
}

static void put_region(const snapshot_t *snapshot, const refusal_kind_t *kind,
                       const refusal_region_t *region, const terminal_t *terminal) {
    const snapshot_region_t *shown = snapshot_region_at(snapshot, region->start);
    fprintf(terminal->out, "    %08" PRIX64 " ",
            memory_chip_address(snapshot->memory, region->start));
    terminal_column(terminal, shown != NULL ? shown->type : "?", TYPE_WIDTH);
    const char *between = "";
    for (uint32_t bit = 1; bit != 0; bit <<= 1) {
        if ((region->reasons & bit) != 0) {
            fputs(between, terminal->out);
            put_reason(snapshot, region, bit, terminal->out);
            between = "; ";
        }
    }
    put_needed(kind, region, terminal->out);
    fputc('\n', terminal->out);
}

/* Who asked for what besides a size. */
static void put_request(const snapshot_t *snapshot, const refusal_kind_t *kind, FILE *out) {
    char text[UNITS_CAPS_TEXT];
    const capheap_request_t *request = &kind->request;
    if (kind->alignment != 0) {
        fprintf(out, ", aligned to %" PRIu64, kind->alignment);
    }
    fprintf(out, ", %s\n", units_caps_text(text, request->caps));
    const char *between = "    ";
    if (request->masters != 0) {
        fprintf(out, "%sfor ", between);
        report_masters(snapshot, request->masters, out);
        between = ", ";
    }
    if (request->without != 0) {
        fprintf(out, "%swithout %s", between, units_caps_text(text, request->without));
        between = ", ";
    }
    if (request->owner != NULL) {
        fprintf(out, "%scharged to %s", between, request->owner->name);
        between = ", ";
    }
    fputs(between[0] == ',' ? "\n" : "", out);
}

static void put_example(const snapshot_t *snapshot, const refusal_example_t *example,
                        const terminal_t *terminal) {
    char call[UNITS_COUNT_TEXT];
    char size[UNITS_SIZE_TEXT];
    const replay_program_t *program = &snapshot->replay->programs[example->program];
    fprintf(terminal->out, "    call %s: ", units_count_text(call, example->call));
    terminal_text(terminal, program->name, 20);
    fprintf(terminal->out, ", %s", units_size_text(size, example->size));
    const char *site = trace_site_name(program->reader, example->site);
    if (strcmp(site, "?") != 0) {
        fputs(", at ", terminal->out);
        terminal_text(terminal, site, 50);
    }
    fputc('\n', terminal->out);
}

static void put_kind(const snapshot_t *snapshot, const refusal_kind_t *kind,
                     const terminal_t *terminal) {
    char text[UNITS_CAPS_TEXT];
    FILE *out = terminal->out;
    fprintf(out, "  %s x %s of ", units_count_text(text, kind->count), trace_op_name(kind->op));
    put_span(out, kind->least_size, kind->most_size);
    put_request(snapshot, kind, out);
    for (size_t i = 0; i < kind->region_count; i++) {
        put_region(snapshot, kind, &kind->regions[i], terminal);
    }
    for (size_t i = 0; i < REFUSALS_EXAMPLES && i < kind->count; i++) {
        put_example(snapshot, &kind->examples[i], terminal);
    }
    if (kind->count > REFUSALS_EXAMPLES) {
        fprintf(out, "    and %s more\n", units_count_text(text, kind->count - REFUSALS_EXAMPLES));
    }
    fputc('\n', out);
}

void report_refusals(const snapshot_t *snapshot, const terminal_t *terminal) {
    const refusals_t *refusals = snapshot->refusals;
    char text[UNITS_COUNT_TEXT];
    uint64_t hidden = refusals->uncounted;
    if (refusals->count == 0) {
        return;
    }
    terminal_heading(terminal, "Refused");
    for (size_t i = 0; i < refusals->kind_count; i++) {
        if (i < KINDS_SHOWN) {
            put_kind(snapshot, &refusals->kinds[i], terminal);
        } else {
            hidden += refusals->kinds[i].count;
        }
    }
    if (hidden > 0) {
        fprintf(terminal->out, "  %s more of other kinds; --json lists them.\n",
                units_count_text(text, hidden));
    }
}
