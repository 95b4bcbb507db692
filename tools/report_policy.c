/* SPDX-License-Identifier: MIT */
/* The policy that was told, and what became of it, for people. Nothing told: nothing said. */
#include <inttypes.h>
#include <string.h>

#include "report.h"
#include "units.h"

#define LABEL 14 /* columns */

void report_masters(const snapshot_t *snapshot, capheap_masters_t masters, FILE *out) {
    const char *between = "";
    for (unsigned i = 0; i < snapshot->chip->master_count; i++) {
        if ((masters >> i & 1) != 0) {
            fprintf(out, "%s%s", between, snapshot->chip->masters[i]);
            between = ", ";
        }
    }
}

void report_ask(const snapshot_t *snapshot, const replay_ask_t *ask, const terminal_t *terminal) {
    FILE *out = terminal->out;
    char caps[UNITS_CAPS_TEXT];
    if (ask->without == 0 && ask->masters == 0 && ask->prefer_count == 0) {
        return;
    }
    const char *between = "              ";
    if (ask->masters != 0) {
        fprintf(out, "%sfor ", between);
        report_masters(snapshot, ask->masters, out);
        between = "; ";
    }
    if (ask->without != 0) {
        fprintf(out, "%swithout %s", between, units_caps_text(caps, ask->without));
        between = "; ";
    }
    for (size_t i = 0; i < ask->prefer_count; i++) {
        fprintf(out, "%s%s", i == 0 ? between : ", then ", i == 0 ? "rather " : "");
        fputs(units_caps_text(caps, ask->prefer[i]), out);
    }
    fputc('\n', out);
}

/* ----------------------------------------------------------------------------------------- rules
 */

static void put_placement(const capheap_placement_t *placement, FILE *out) {
    char size[UNITS_SIZE_TEXT];
    if (placement->internal_up_to != 0) {
        fprintf(out, "  %-*sup to %s: internal memory first\n", LABEL, "placement",
                units_exact_size_text(size, placement->internal_up_to));
    }
    if (placement->external_from != 0) {
        fprintf(out, "  %-*sfrom %s on: external memory first\n", LABEL, "placement",
                units_exact_size_text(size, placement->external_from));
    }
}

static void put_order(const snapshot_t *snapshot, const policy_t *policy, FILE *out) {
    if (policy->order_count == 0) {
        return;
    }
    fprintf(out, "  %-*s", LABEL, "order");
    for (size_t i = 0; i < policy->order_count; i++) {
        fprintf(out, "%s, ", snapshot->chip->types[policy->order[i]].name);
    }
    fputs("then as ever\n", out);
}

static void put_kept(const snapshot_t *snapshot, FILE *out) {
    char size[UNITS_SIZE_TEXT];
    for (size_t i = 0; i < snapshot->region_count; i++) {
        const snapshot_region_t *region = &snapshot->regions[i];
        if (region->kept == 0) {
            continue;
        }
        fprintf(out, "  %-*s%08" PRIX64 " %s keeps %s", LABEL, "", region->start, region->type,
                units_exact_size_text(size, region->kept));
        if (region->kept_piece > 0) {
            fprintf(out, ", %s in one piece", units_exact_size_text(size, region->kept_piece));
        }
        fprintf(out, "; free now %s", units_size_text(size, region->free));
        fprintf(out, ", largest %s\n", units_size_text(size, region->largest));
    }
}

static void put_reserves(const snapshot_t *snapshot, const policy_t *policy, FILE *out) {
    char text[UNITS_CAPS_TEXT];
    for (size_t i = 0; i < policy->reserve_count; i++) {
        const policy_reserve_t *reserve = &policy->reserves[i];
        fprintf(out, "  %-*s%s for requests of ", LABEL, "reserve",
                units_exact_size_text(text, reserve->bytes));
        fputs(units_caps_text(text, reserve->caps), out);
        if (reserve->piece > 0) {
            fprintf(out, ", in one piece at least %s", units_exact_size_text(text, reserve->piece));
        }
        fputc('\n', out);
    }
    put_kept(snapshot, out);
}

/* ---------------------------------------------------------------------------------------- quotas
 */

static void put_size(const terminal_t *terminal, uint64_t size, int width) {
    char text[UNITS_SIZE_TEXT];
    fprintf(terminal->out, "%*s", width, units_size_text(text, size));
}

static void put_quota(const snapshot_t *snapshot, size_t number, const terminal_t *terminal) {
    const policy_quota_t *quota = &snapshot->policy->policy->quotas[number];
    const policy_use_t *use = &snapshot->policy->uses[number];
    char count[UNITS_COUNT_TEXT];
    terminal_column(terminal, quota->who, 30);
    put_size(terminal, quota->limit, 10);
    put_size(terminal, snapshot->policy_now->owners[number].used, 10);
    put_size(terminal, snapshot->policy->owners[number].peak, 10);
    fprintf(terminal->out, "%11s", units_count_text(count, use->calls));
    fprintf(terminal->out, "%9s", units_count_text(count, use->refused));
    fprintf(terminal->out, "%9s", units_count_text(count, use->over));
    if (quota->in_text != NULL) {
        fputs("  ", terminal->out);
        terminal_text(terminal, quota->in_text, 9);
    }
    fputc('\n', terminal->out);
}

static void put_quotas(const snapshot_t *snapshot, const terminal_t *terminal) {
    const policy_run_t *run = snapshot->policy;
    char size[UNITS_SIZE_TEXT];
    if (run->policy->quota_count == 0) {
        return;
    }
    terminal_heading(terminal, "Quotas");
    fprintf(terminal->out, "%-30s%10s%10s%10s%11s%9s%9s  %s\n", "who pays", "limit", "used", "peak",
            "requests", "refused", "over", "in");
    for (size_t i = 0; i < run->policy->quota_count; i++) {
        put_quota(snapshot, i, terminal);
    }
    fprintf(terminal->out,
            "  Bytes with rounding. Over: refused, with a limit in the way. On the chip the tables "
            "of owners\n  take %s; here they are beside its memory.\n\n",
            units_size_text(size, run->table_bytes));
}

void report_policy(const snapshot_t *snapshot, const terminal_t *terminal) {
    const policy_t *policy = snapshot->policy->policy;
    if (policy->placement.internal_up_to != 0 || policy->placement.external_from != 0 ||
        policy->order_count > 0 || policy->reserve_count > 0) {
        terminal_heading(terminal, "Policy");
        put_order(snapshot, policy, terminal->out);
        put_placement(&policy->placement, terminal->out);
        put_reserves(snapshot, policy, terminal->out);
        fputc('\n', terminal->out);
    }
    put_quotas(snapshot, terminal);
    report_marks(snapshot, terminal);
}
