/* SPDX-License-Identifier: MIT */
/*
 * `capheap sim`. The calls are served once to the end; that gives figures of the whole run and
 * tells which moment the report is to show. If that isn't the end, they are served once more up to
 * that moment, on fresh memory: the same calls give the same heap.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"
#include "layout_retry.h"
#include "progress.h"
#include "replay.h"
#include "report.h"
#include "sim_input.h"
#include "sim_options.h"
#include "snapshot.h"

#define SLOTS CAPHEAP_LAYOUT_REGIONS

typedef struct sim {
    sim_options_t options;
    memory_t memory;
    capheap_range_t *reserved;  /* by addresses here */
    replay_program_t *programs; /* names and paths */
    progress_t progress;
    FILE *offsets;
    FILE *svg;
} sim_t;

/* One run over the traces. */
typedef struct run {
    capheap_heap_t heap;
    capheap_slot_t slots[SLOTS];
    replay_program_t *programs;
    replay_t replay;
} run_t;

/* ------------------------------------------------------------------------------------------ files
 */

static bool open_file(const char *path, FILE **file, problem_t *problem) {
    if (path == NULL) {
        return true;
    }
    *file = fopen(path, "we");
    return *file != NULL || problem_set(problem, "%s: can't be written: %s", path, strerror(errno));
}

static bool close_file(const char *path, FILE **file, problem_t *problem) {
    if (*file == NULL) {
        return true;
    }
    bool written = ferror(*file) == 0;
    written = fclose(*file) == 0 && written;
    *file = NULL;
    return written || problem_set(problem, "%s: can't be written: %s", path, strerror(errno));
}

/* After a failure no half file stays. */
static void drop_file(const char *path, FILE **file) {
    struct stat status;
    if (*file != NULL) {
        bool ordinary = fstat(fileno(*file), &status) == 0 && S_ISREG(status.st_mode);
        fclose(*file);
        *file = NULL;
        if (ordinary) {
            unlink(path);
        }
    }
}

/* ------------------------------------------------------------------------------------------- runs
 */

static void run_free(run_t *run) {
    if (run != NULL) {
        replay_close(&run->replay);
        free(run->programs);
        free(run);
    }
}

static run_t *run_new(sim_t *sim, FILE *offsets, problem_t *problem) {
    run_t *run = calloc(1, sizeof *run);
    size_t count = sim->options.trace_count;
    replay_program_t *programs = calloc(count, sizeof *programs);
    if (run == NULL || programs == NULL) {
        free(run);
        free(programs);
        problem_set(problem, "out of memory");
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        programs[i] = sim->programs[i];
    }
    run->programs = programs;
    capheap_init(&run->heap, run->slots, SLOTS);
    run->replay = (replay_t){
        .memory = &sim->memory,
        .heap = &run->heap,
        .reserved = sim->reserved,
        .reserved_count = sim->options.setup.range_count,
        .programs = programs,
        .program_count = count,
        .startup_calls = sim->options.startup_calls,
        .policy = &sim->options.policy,
        .addresses = offsets,
        .progress = &sim->progress,
    };
    if (!replay_open(&run->replay, problem)) {
        run_free(run);
        return NULL;
    }
    return run;
}

static bool run_to(sim_t *sim, run_t *run, uint64_t stop, problem_t *problem) {
    progress_begin(&sim->progress, "capheap sim");
    bool done = replay_run(&run->replay, stop, problem) && replay_check(&run->replay, problem);
    progress_end(&sim->progress);
    return done;
}

/* ----------------------------------------------------------------------------------------- moment
 */

static uint64_t moment_call(const sim_t *sim, const replay_t *whole, const char **name) {
    *name = "end";
    switch (sim->options.moment) {
    case SIM_AT_PEAK:
        if (whole->peak_used == 0) {
            return whole->calls;
        }
        *name = "peak";
        return whole->peak_call;
    case SIM_AT_REFUSAL:
        if (whole->refusals.first_call == 0) {
            return whole->calls;
        }
        *name = "refusal";
        return whole->refusals.first_call;
    case SIM_AT_CALL:
        *name = "call";
        return sim->options.moment_call;
    default:
        return whole->calls;
    }
}

/* The run that stands at the moment to show: the whole one, or a second one. NULL on failure. */
static run_t *run_at_moment(sim_t *sim, run_t *whole, const char **name, problem_t *problem) {
    uint64_t call = moment_call(sim, &whole->replay, name);
    if (call > whole->replay.calls) {
        problem_set(problem, "--at: there is no call %" PRIu64 ", the last one is %" PRIu64, call,
                    whole->replay.calls);
        return NULL;
    }
    if (call == whole->replay.calls) {
        return whole;
    }
    memory_fill(&sim->memory);
    run_t *run = run_new(sim, NULL, problem);
    if (run == NULL) {
        return NULL;
    }
    /* So that both know the same sets of capabilities. */
    memcpy(run->replay.asked_caps, whole->replay.asked_caps, sizeof run->replay.asked_caps);
    run->replay.asked_caps_count = whole->replay.asked_caps_count;
    if (!run_to(sim, run, call, problem)) {
        run_free(run);
        return NULL;
    }
    return run;
}

/* ----------------------------------------------------------------------------------------- report
 */

/* The files first, so that nothing is printed if one of them can't be written. */
static bool report(sim_t *sim, const snapshot_t *snapshot, problem_t *problem) {
    if (sim->svg != NULL) {
        report_svg(snapshot, sim->svg);
    }
    if (!close_file(sim->options.svg_path, &sim->svg, problem) ||
        !close_file(sim->options.offsets_path, &sim->offsets, problem)) {
        return false;
    }
    if (sim->options.json) {
        report_json(snapshot, stdout);
    } else {
        terminal_t terminal = terminal_open(stdout, sim->options.ascii);
        report_text(snapshot, &terminal);
    }
    if (fflush(stdout) != 0 || ferror(stdout) != 0) {
        return problem_set(problem, "the report can't be written: %s", strerror(errno));
    }
    return true;
}

/* Returns the exit code. */
static int simulate(sim_t *sim, problem_t *problem) {
    int code = EXIT_BAD;
    const char *name = "end";
    snapshot_t snapshot;
    run_t *whole = run_new(sim, sim->offsets, problem);
    if (whole == NULL) {
        return EXIT_BAD;
    }
    run_t *shown =
        run_to(sim, whole, UINT64_MAX, problem) ? run_at_moment(sim, whole, &name, problem) : NULL;
    if (shown != NULL && snapshot_take(&snapshot, &shown->replay, problem)) {
        snapshot_complete(&snapshot, &whole->replay);
        snapshot.moment = name;
        if (report(sim, &snapshot, problem)) {
            code = snapshot.refusals->count == 0 ? EXIT_SERVED : EXIT_REFUSED;
        }
        snapshot_free(&snapshot);
    }
    if (shown != whole) {
        run_free(shown);
    }
    run_free(whole);
    return code;
}

/* ----------------------------------------------------------------------------------------- set-up
 */

static bool place_ranges(sim_t *sim, problem_t *problem) {
    const chip_setup_t *setup = &sim->options.setup;
    sim->reserved = calloc(setup->range_count + 1, sizeof *sim->reserved);
    for (size_t i = 0; sim->reserved != NULL && i < setup->range_count; i++) {
        sim->reserved[i] = memory_range_here(&sim->memory, &setup->ranges[i]);
    }
    return sim->reserved != NULL || problem_set(problem, "out of memory");
}

static bool map_memory(sim_t *sim, int argc, char **argv, problem_t *problem) {
    const chip_setup_t *setup = &sim->options.setup;
    memory_result_t result = memory_open(&sim->memory, setup->chip, setup->fitted, problem);
    if (result == MEMORY_TAKEN) {
        static char self[] = "capheap";
        static char sim_word[] = "sim";
        char **again = calloc((size_t)argc + 2, sizeof *again);
        if (again != NULL) {
            again[0] = self;
            again[1] = sim_word;
            memcpy(again + 2, argv + 1, (size_t)(argc - 1) * sizeof *again);
            layout_retry(again);
            free(again);
        }
    }
    if (result != MEMORY_OK) {
        return false;
    }
    memory_catch_faults(&sim->memory);
    return place_ranges(sim, problem);
}

int sim_main(int argc, char **argv) {
    static sim_t sim;
    problem_t problem = {""};
    int code = EXIT_BAD;
    setlocale(LC_CTYPE, "");
    memset(&sim, 0, sizeof sim);
    sim_options_read(&sim.options, argc, argv);
    bool mapped = map_memory(&sim, argc, argv, &problem);
    if (mapped && sim_input_open(&sim.options, &sim.programs, &problem) &&
        open_file(sim.options.svg_path, &sim.svg, &problem) &&
        open_file(sim.options.offsets_path, &sim.offsets, &problem)) {
        code = simulate(&sim, &problem);
    }
    if (code == EXIT_BAD) {
        fprintf(stderr, "%s: %s\n", argv[0], problem.text);
        drop_file(sim.options.svg_path, &sim.svg);
        drop_file(sim.options.offsets_path, &sim.offsets);
    }
    sim_input_close(sim.programs, sim.options.trace_count);
    free(sim.reserved);
    if (mapped) {
        memory_close(&sim.memory);
    }
    sim_options_free(&sim.options);
    return code;
}
