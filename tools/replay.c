/* SPDX-License-Identifier: MIT */
#include "replay.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PROGRESS_CALLS 4096u

/* ------------------------------------------------------------------------------------ open, close
 */

/* The heap found something wrong: kept, and looked at after the call. */
static void note_fault(void *context, const capheap_report_t *report) {
    replay_t *replay = context;
    if (replay->faults++ == 0) {
        replay->first_fault = *report;
    }
}

static bool read_next(replay_program_t *program, problem_t *problem) {
    trace_error_t error;
    switch (trace_next(program->reader, &program->next, &error)) {
    case TRACE_ERROR:
        return problem_set(problem, "%s", error.text);
    case TRACE_END:
        program->has_next = false;
        return true;
    default:
        program->has_next = true;
        return true;
    }
}

static bool open_trace(replay_program_t *program, problem_t *problem) {
    trace_error_t error;
    program->reader = trace_open(program->path, &error);
    if (program->reader == NULL) {
        return problem_set(problem, "%s", error.text);
    }
    return read_next(program, problem);
}

static bool add_chip(replay_t *replay, problem_t *problem) {
    const capheap_chip_t *chip = &replay->memory->here;
    capheap_status_t status = capheap_add_chip(replay->heap, chip, replay->reserved,
                                               replay->reserved_count, replay->memory->fitted);
    if (status == CAPHEAP_OK) {
        return true;
    }
    return problem_set(problem, "the memory of %s can't become a heap: %s", chip->name,
                       capheap_status_text(status));
}

static bool end_startup(replay_t *replay, problem_t *problem) {
    capheap_status_t status = capheap_end_startup(replay->heap);
    replay->startup_over = true;
    if (status != CAPHEAP_OK) {
        return problem_set(problem, "start-up memory can't become part of the heap: %s",
                           capheap_status_text(status));
    }
    return policy_end_startup(&replay->in_force, problem);
}

static bool open_policy(replay_t *replay, problem_t *problem) {
    const char **names = calloc(replay->program_count, sizeof *names);
    if (names == NULL) {
        return problem_set(problem, "out of memory");
    }
    for (size_t i = 0; i < replay->program_count; i++) {
        names[i] = replay->programs[i].name;
    }
    bool known = policy_check_programs(replay->policy, names, replay->program_count, problem);
    free(names);
    return known && policy_open(&replay->in_force, replay->policy, replay->heap, true, problem);
}

bool replay_open(replay_t *replay, problem_t *problem) {
    capheap_hooks_t hooks = {.report = note_fault, .context = replay};
    capheap_set_hooks(replay->heap, &hooks);
    if (!shadow_open(&replay->shadow, replay->memory->bytes)) {
        return problem_set(problem, "out of memory");
    }
    replay->by_time = true;
    for (size_t i = 0; i < replay->program_count; i++) {
        if (!open_trace(&replay->programs[i], problem)) {
            return false;
        }
        replay->by_time = replay->by_time && trace_header(replay->programs[i].reader)->timed;
    }
    return add_chip(replay, problem) && open_policy(replay, problem) &&
           (replay->startup_calls > 0 || end_startup(replay, problem));
}

void replay_close(replay_t *replay) {
    for (size_t i = 0; i < replay->program_count; i++) {
        replay_program_t *program = &replay->programs[i];
        trace_close(program->reader);
        free(program->blocks);
        program->reader = NULL;
        program->blocks = NULL;
        program->block_count = 0;
    }
    refusals_clear(&replay->refusals);
    policy_close(&replay->in_force);
    shadow_close(&replay->shadow);
}

/* ------------------------------------------------------------------------------------------- run
 */

/* The program whose turn it is; program_count if all have ended. */
static size_t choose_program(const replay_t *replay) {
    size_t chosen = replay->program_count;
    for (size_t i = 0; i < replay->program_count; i++) {
        size_t candidate = (replay->turn + i) % replay->program_count;
        const replay_program_t *program = &replay->programs[candidate];
        if (!program->has_next) {
            continue;
        }
        if (!replay->by_time) {
            return candidate;
        }
        if (chosen == replay->program_count ||
            program->next.time < replay->programs[chosen].next.time) {
            chosen = candidate;
        }
    }
    return chosen;
}

static double part_read(const replay_t *replay) {
    double sum = 0;
    for (size_t i = 0; i < replay->program_count; i++) {
        double part = trace_progress(replay->programs[i].reader);
        if (part < 0) {
            return -1;
        }
        sum += part;
    }
    return sum / (double)replay->program_count;
}

/* What the heap reported must never come from calls as sound as these. */
static bool no_fault(const replay_t *replay, problem_t *problem) {
    if (replay->faults == 0) {
        return true;
    }
    const capheap_report_t *fault = &replay->first_fault;
    return problem_set(problem,
                       "at call %" PRIu64 " the heap reported: %s, at %" PRIX64
                       "; this is a fault of capheap itself",
                       replay->calls, capheap_fault_text(fault->fault),
                       memory_chip_address(replay->memory, (uintptr_t)fault->address));
}

static bool serve_next(replay_t *replay, size_t chosen, problem_t *problem) {
    replay_program_t *program = &replay->programs[chosen];
    trace_call_t call = program->next;
    replay->turn = replay->by_time ? 0 : chosen + 1;
    if (call.op == TRACE_TASK_START || call.op == TRACE_TASK_END) {
        return read_next(program, problem);
    }
    if (!replay->startup_over && replay->calls >= replay->startup_calls &&
        !end_startup(replay, problem)) {
        return false;
    }
    replay->calls++;
    if (!replay_serve(replay, chosen, &call, problem) || !no_fault(replay, problem)) {
        return false;
    }
    if (!policy_step(&replay->in_force, replay->calls, call.time)) {
        return problem_set(problem, "out of memory");
    }
    if (replay->used > replay->peak_used) {
        replay->peak_used = replay->used;
        replay->peak_call = replay->calls;
    }
    if (replay->calls % PROGRESS_CALLS == 0) {
        progress_step(replay->progress, part_read(replay), replay->calls);
    }
    return read_next(program, problem);
}

bool replay_run(replay_t *replay, uint64_t stop, problem_t *problem) {
    while (replay->calls < stop) {
        size_t chosen = choose_program(replay);
        if (chosen == replay->program_count) {
            break;
        }
        if (!serve_next(replay, chosen, problem)) {
            return false;
        }
    }
    return true;
}

bool replay_check(replay_t *replay, problem_t *problem) {
    capheap_figures_t figures;
    bool sound = capheap_check(replay->heap, 0);
    if (!no_fault(replay, problem)) {
        return false;
    }
    if (!sound) {
        return problem_set(problem,
                           "after call %" PRIu64 " the heap is not sound; this is a fault "
                           "of capheap itself",
                           replay->calls);
    }
    capheap_get_figures(replay->heap, 0, &figures);
    if (figures.used != replay->used) {
        return problem_set(problem,
                           "after call %" PRIu64 " the heap counts %zu bytes as used, the "
                           "blocks that it gave have %" PRIu64
                           "; this is a fault of capheap itself",
                           replay->calls, figures.used, replay->used);
    }
    return true;
}
