/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "report.h"
#include "units.h"

void report_listing_line(FILE *out, uint64_t start, uint64_t size, const char *type, bool startup) {
    fprintf(out, "At %08" PRIX64 " len %08" PRIX64 " (%" PRIu64 " KiB): %s%s\n", start, size,
            size / 1024, type, startup ? " (after start-up)" : "");
}

char *report_moment(const snapshot_t *snapshot, char text[REPORT_MOMENT_TEXT]) {
    char call[UNITS_COUNT_TEXT];
    char calls[UNITS_COUNT_TEXT];
    const char *what = "";
    switch (snapshot->moment[0]) {
    case 'p':
        what = "at its fullest, ";
        break;
    case 'e':
        what = "at the end, ";
        break;
    case 'r':
        what = "at the first refusal, ";
        break;
    default:
        break;
    }
    snprintf(text, REPORT_MOMENT_TEXT, "%safter call %s of %s", what,
             units_count_text(call, snapshot->moment_call),
             units_count_text(calls, snapshot->calls));
    return text;
}
