/* SPDX-License-Identifier: MIT */
/* What `capheap sim` is told. */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chip_setup.h"
#include "policy.h"
#include "replay.h"

/* The moment that the report shows. */
typedef enum sim_moment {
    SIM_AT_PEAK, /* when most bytes were in use */
    SIM_AT_END,
    SIM_AT_REFUSAL, /* after the first call that was refused; the end if none was */
    SIM_AT_CALL,    /* after a call given by number */
} sim_moment_t;

typedef struct sim_trace {
    const char *path;
    replay_ask_t ask;         /* for all its calls */
    const char *masters_text; /* as given, until the chip is known; NULL: none */
} sim_trace_t;

typedef struct sim_options {
    chip_setup_t setup;
    sim_trace_t *traces;
    size_t trace_count;
    sim_trace_t next;   /* what the traces that follow ask for */
    const char *unused; /* option for the traces that follow, and none has */
    policy_t policy;
    sim_moment_t moment;
    uint64_t moment_call;
    uint64_t startup_calls;
    const char *svg_path;
    const char *offsets_path;
    bool json;
    bool ascii;
} sim_options_t;

/* Ends the program with exit code 2 and one clear line if something is wrong. */
void sim_options_read(sim_options_t *options, int argc, char **argv);
void sim_options_free(sim_options_t *options);

#endif
