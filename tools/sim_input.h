/* SPDX-License-Identifier: MIT */
/* The traces of a simulation, so that they can be read twice and told apart. */
#ifndef SIM_INPUT_H
#define SIM_INPUT_H

#include <stdbool.h>

#include "problem.h"
#include "replay.h"
#include "sim_options.h"

/* A program per trace, ready for replay_open: with its name, which is the trace's, with a number
 * behind it if another has the same. What comes by standard input is copied to a file that is gone
 * when the program ends. */
bool sim_input_open(const sim_options_t *options, replay_program_t **programs, problem_t *problem);
void sim_input_close(replay_program_t *programs, size_t count);

#endif
