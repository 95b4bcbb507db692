/* SPDX-License-Identifier: MIT */
/* Whom a request is charged to: of the quotas whose patterns fit, the one that says most. */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "policy_parts.h"

static bool fits(const char *pattern, const char *text) {
    return pattern == NULL || fnmatch(pattern, text, 0) == 0;
}

static size_t search(const policy_t *policy, const char *program, const char *task,
                     const char *site) {
    size_t best = POLICY_NOBODY;
    int best_says = -1;
    for (size_t i = 0; i < policy->quota_count; i++) {
        const policy_quota_t *quota = &policy->quotas[i];
        int says = (quota->site != NULL ? 2 : 0) + (quota->task != NULL ? 1 : 0);
        if (says > best_says && fits(quota->program, program) && fits(quota->task, task) &&
            fits(quota->site, site)) {
            best = i;
            best_says = says;
        }
    }
    return best;
}

size_t policy_payer(policy_run_t *run, size_t program, const char *name,
                    const trace_reader_t *reader, const trace_call_t *call) {
    if (run->policy->quota_count == 0) {
        return POLICY_NOBODY;
    }
    size_t hash = program * 31 + call->task * 7 + call->site;
    policy_match_t *match = &run->matches[hash % POLICY_MATCHES];
    if (!match->known || match->program != program || match->site != call->site ||
        match->task != call->task) {
        *match = (policy_match_t){
            .program = program,
            .site = call->site,
            .task = call->task,
            .payer = search(run->policy, name, trace_task_name(reader, call->task),
                            trace_site_name(reader, call->site)),
            .known = true,
        };
    }
    return match->payer;
}

bool policy_check_programs(const policy_t *policy, const char *const *names, size_t count,
                           problem_t *problem) {
    for (size_t i = 0; i < policy->quota_count; i++) {
        const policy_quota_t *quota = &policy->quotas[i];
        bool found = false;
        for (size_t n = 0; n < count && !found; n++) {
            found = fits(quota->program, names[n]);
        }
        if (!found) {
            return problem_set(problem, "--quota: no program '%.64s' here; the first is '%.64s'",
                               quota->program, names[0]);
        }
    }
    return true;
}
