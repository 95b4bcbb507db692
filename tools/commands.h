/* SPDX-License-Identifier: MIT */
/* The subcommands of `capheap`. argv[0] is the name for messages, such as "capheap sim"; each
 * returns the exit code. Those of traces are in trace.h. */
#ifndef COMMANDS_H
#define COMMANDS_H

#define EXIT_SERVED  0 /* all went well; of a simulation: every call was served */
#define EXIT_REFUSED 1 /* some calls were refused */
#define EXIT_BAD     2 /* bad usage or bad input */

int chips_main(int argc, char **argv);
int chip_main(int argc, char **argv);
int sim_main(int argc, char **argv);

#endif
