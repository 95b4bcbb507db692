/* SPDX-License-Identifier: MIT */
/* The command `capheap`: finds the subcommand and hands over. */
#define _GNU_SOURCE
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capheap/version.h"
#include "commands.h"
#include "trace.h"

const char *argp_program_version = "capheap " CAPHEAP_VERSION;

typedef struct command {
    const char *name; /* one word or two */
    int (*run)(int argc, char **argv);
    const char *what;
} command_t;

static const command_t commands[] = {
    {"chips", chips_main, "list the chips that are known"},
    {"chip", chip_main, "show a chip's memories and what becomes heap"},
    {"sim", sim_main, "serve the calls of recorded programs from a chip's memories"},
    {"trace info", trace_info_main, "tell what is in a trace"},
    {"trace convert", trace_convert_main, "write a trace in another format"},
    {"record", record_main, "record the calls of a program"},
};
#define COMMANDS (sizeof commands / sizeof commands[0])

static void put_help(FILE *out) {
    fputs("Usage: capheap COMMAND [ARGUMENTS]\n"
          "The heap for chips whose memories are not all alike: try it out on a PC.\n\n",
          out);
    for (size_t i = 0; i < COMMANDS; i++) {
        fprintf(out, "  capheap %-15s%s\n", commands[i].name, commands[i].what);
    }
    fputs("\n"
          "  capheap COMMAND --help   what a command takes\n"
          "  capheap --version        the version\n\n"
          "Exit code: 0 when all went well, 1 when a simulated heap refused calls, 2 for bad usage "
          "or input.\n",
          out);
}

/* How many of the words in argv name the command; 0: they don't. */
static int matching_words(const command_t *command, int argc, char **argv) {
    const char *second = strchr(command->name, ' ');
    size_t first = second != NULL ? (size_t)(second - command->name) : strlen(command->name);
    if (argc < 1 || strlen(argv[0]) != first || strncmp(argv[0], command->name, first) != 0) {
        return 0;
    }
    if (second == NULL) {
        return 1;
    }
    return argc >= 2 && strcmp(argv[1], second + 1) == 0 ? 2 : 0;
}

static int run_command(int argc, char **argv) {
    for (size_t i = 0; i < COMMANDS; i++) {
        int words = matching_words(&commands[i], argc, argv);
        if (words > 0) {
            static char name[32];
            snprintf(name, sizeof name, "capheap %s", commands[i].name);
            argv[words - 1] = name;
            return commands[i].run(argc - words + 1, argv + words - 1);
        }
    }
    if (strcmp(argv[0], "trace") == 0) {
        fputs("capheap: trace what? There are `capheap trace info` and `capheap trace convert`\n",
              stderr);
    } else {
        fprintf(stderr, "capheap: no command '%s'; `capheap help` lists them\n", argv[0]);
    }
    return EXIT_BAD;
}

/* `capheap help sim` is `capheap sim --help`. */
static int help_about(int argc, char **argv) {
    static char option[] = "--help";
    char *words[] = {argv[0], argc > 1 ? argv[1] : option, option, NULL};
    if (strcmp(argv[0], "trace") != 0) {
        words[1] = option;
        words[2] = NULL;
    }
    return run_command(words[2] == NULL ? 2 : 3, words);
}

int main(int argc, char **argv) {
    argp_err_exit_status = EXIT_BAD;
    if (argc < 2) {
        put_help(stderr);
        return EXIT_BAD;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        puts(argp_program_version);
        return EXIT_SERVED;
    }
    bool help = strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 ||
                strcmp(argv[1], "-h") == 0;
    if (help && argc == 2) {
        put_help(stdout);
        return EXIT_SERVED;
    }
    return help ? help_about(argc - 2, argv + 2) : run_command(argc - 1, argv + 1);
}
