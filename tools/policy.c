/* SPDX-License-Identifier: MIT */
#include "policy.h"

#include <stdlib.h>

#include "capheap/inspect.h"
#include "policy_parts.h"
#include "units.h"

/* --------------------------------------------------------------------------------------- reserve
 */

static bool set_reserve(policy_run_t *run, const policy_reserve_t *reserve, problem_t *problem) {
    capheap_figures_t figures;
    char caps[UNITS_CAPS_TEXT];
    char unused[UNITS_SIZE_TEXT];
    char largest[UNITS_SIZE_TEXT];
    capheap_status_t status =
        capheap_set_reserve(run->heap, reserve->caps, reserve->bytes, reserve->piece);
    if (status == CAPHEAP_OK) {
        return true;
    }
    if (status == CAPHEAP_ERROR_FULL) {
        return problem_set(problem, "--reserve: a heap keeps %d reserves at most",
                           CAPHEAP_RESERVES);
    }
    capheap_get_figures(run->heap, reserve->caps, &figures);
    return problem_set(
        problem, "--reserve %s: %s; free %s, largest %s", units_caps_text(caps, reserve->caps),
        status == CAPHEAP_ERROR_TOO_SMALL ? "there is not so much of it"
                                          : capheap_status_text(status),
        units_size_text(unused, figures.free), units_size_text(largest, figures.largest));
}

static bool set_reserves(policy_run_t *run, bool late, problem_t *problem) {
    for (size_t i = 0; i < run->policy->reserve_count; i++) {
        if (!set_reserve(run, &run->policy->reserves[i], problem)) {
            run->reserves_wait = late;
            return late;
        }
    }
    return true;
}

bool policy_end_startup(policy_run_t *run, problem_t *problem) {
    bool wait = run->reserves_wait;
    run->reserves_wait = false;
    return !wait || set_reserves(run, false, problem);
}

/* ---------------------------------------------------------------------------------------- quotas
 */

static bool add_table(policy_run_t *run, const capheap_memory_t *memory, size_t granule,
                      problem_t *problem) {
    size_t cell = run->policy->cell > granule ? run->policy->cell : granule;
    size_t bytes = (memory->start + memory->size - 1) / cell - memory->start / cell + 1;
    uint8_t *table = malloc(bytes);
    uint8_t **tables = realloc(run->tables, (run->table_count + 1) * sizeof *tables);
    run->tables = tables != NULL ? tables : run->tables;
    if (table == NULL || tables == NULL) {
        free(table);
        return problem_set(problem, "out of memory");
    }
    run->tables[run->table_count++] = table;
    run->table_bytes += bytes;
    capheap_status_t status =
        capheap_keep_owners(run->heap, (const void *)memory->start, table, bytes);
    return status == CAPHEAP_OK ||
           problem_set(problem, "--quota: owners can't be kept: %s", capheap_status_text(status));
}

static bool set_owners(policy_run_t *run, problem_t *problem) {
    size_t count = run->policy->quota_count;
    capheap_region_info_t info;
    run->owners = calloc(count + 1, sizeof *run->owners);
    run->uses = calloc(count + 1, sizeof *run->uses);
    run->matches = calloc(POLICY_MATCHES, sizeof *run->matches);
    if (run->owners == NULL || run->uses == NULL || run->matches == NULL) {
        return problem_set(problem, "out of memory");
    }
    for (size_t i = 0; i < count; i++) {
        const policy_quota_t *quota = &run->policy->quotas[i];
        run->owners[i].name = quota->who;
        run->owners[i].limit = quota->limit;
        run->owners[i].parent = quota->in != POLICY_NOBODY ? &run->owners[quota->in] : NULL;
    }
    capheap_status_t status = capheap_set_owners(run->heap, run->owners, count);
    if (status != CAPHEAP_OK) {
        return problem_set(problem, "--quota: %s", capheap_status_text(status));
    }
    bool set = true;
    for (uintptr_t from = 0; set && capheap_next_region(run->heap, from, &info);
         from = info.memory.start + 1) {
        set = add_table(run, &info.memory, info.granule != 0 ? info.granule : POLICY_CELL_MIN,
                        problem);
    }
    return set;
}

/* ----------------------------------------------------------------------------------------- marks
 */

static bool set_marks(policy_run_t *run, problem_t *problem) {
    size_t count = run->policy->mark_count;
    run->watches = calloc(count + 1, sizeof *run->watches);
    if (run->watches == NULL) {
        return problem_set(problem, "out of memory");
    }
    run->watch_count = count;
    for (size_t i = 0; i < count; i++) {
        const policy_mark_t *told = &run->policy->marks[i];
        watch_t *watch = &run->watches[i];
        watch->mark = (capheap_mark_t){
            .caps = told->caps,
            .free_low = told->free_low,
            .free_high = told->free_high,
            .largest_low = told->largest_low,
            .largest_high = told->largest_high,
        };
        if (!watch_open(watch, run->heap)) {
            return problem_set(problem, "--mark: %s", capheap_status_text(CAPHEAP_ERROR_ARGUMENT));
        }
    }
    return true;
}

bool policy_step(policy_run_t *run, uint64_t call, uint64_t time) {
    bool kept = true;
    for (size_t i = 0; i < run->watch_count; i++) {
        kept = watch_step(&run->watches[i], call, time) && kept;
    }
    return kept;
}

/* ------------------------------------------------------------------------------------------- all
 */

bool policy_open(policy_run_t *run, const policy_t *policy, capheap_heap_t *heap, bool late,
                 problem_t *problem) {
    *run = (policy_run_t){.policy = policy, .heap = heap};
    if (policy->order_count > 0) {
        capheap_set_order(heap, policy->order, policy->order_count);
    }
    if (policy->placement.internal_up_to != 0 || policy->placement.external_from != 0) {
        capheap_set_placement(heap, &policy->placement);
    }
    return set_reserves(run, late, problem) &&
           (policy->quota_count == 0 || set_owners(run, problem)) && set_marks(run, problem);
}

void policy_close(policy_run_t *run) {
    for (size_t i = 0; i < run->watch_count; i++) {
        watch_close(&run->watches[i]);
    }
    for (size_t i = 0; i < run->table_count; i++) {
        free(run->tables[i]);
    }
    free(run->watches);
    free(run->tables);
    free(run->matches);
    free(run->uses);
    free(run->owners);
    *run = (policy_run_t){0};
}
