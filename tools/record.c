/* SPDX-License-Identifier: MIT */
/* `capheap record`: run a command with the recorder's library before its C library. */
#define _GNU_SOURCE
#include "record.h"

#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct options {
    const char *output;
    const char *origin;
    const char *only; /* program to record; NULL: all */
    bool quiet;
    char **command; /* ends in NULL */
} options_t;

enum {
    OPTION_ORIGIN = 256
};

static const struct argp_option argp_options[] = {
    {"output", 'o', "FILE", 0, "Where to write the trace (packed if it ends in .xz, .gz, .zst)", 0},
    {"origin", OPTION_ORIGIN, "TEXT", 0, "Note this in it, instead of the command line", 0},
    {"program", 'p', "NAME", 0, "Record only programs whose file has this name", 0},
    {"quiet", 'q', NULL, 0, "Don't tell of the traces written", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state) {
    options_t *options = state->input;
    switch (key) {
    case 'o':
        options->output = argument;
        return 0;
    case 'q':
        options->quiet = true;
        return 0;
    case 'p':
        options->only = argument;
        return 0;
    case OPTION_ORIGIN:
        options->origin = argument;
        return 0;
    case ARGP_KEY_ARG:
        options->command = state->argv + state->next - 1;
        state->next = state->argc;
        return 0;
    case ARGP_KEY_END:
        if (options->command == NULL || options->output == NULL) {
            argp_error(state,
                       options->command == NULL ? "name a command to run" : "name a file with -o");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    .options = argp_options,
    .parser = parse,
    .args_doc = "-- COMMAND [ARGUMENT...]",
    .doc = "Run a command of this Linux and record each call to malloc, calloc, realloc, free and "
           "their kin with its call site, thread and time."
           "\vEach program that the command starts in turn is recorded too, into FILE with .2, .3, "
           "... before its ending. A process that forks without starting another program is "
           "recorded only as the parent: run servers in the foreground. The exit code is the "
           "command's own; 126 and 127: it can't be run, 2: bad usage or the trace can't be "
           "written. Programs that are linked statically or set user rights can't be recorded.",
};

/* ---- Running it. ---- */

static volatile sig_atomic_t child; /* whom signals are passed on to */

static void pass_on(int signal_number) {
    if (child > 0) {
        kill((pid_t)child, signal_number);
    }
}

/* The terminal sends its signals to the command too; one that is sent to us alone is passed on. */
static void set_signals(void) {
    struct sigaction action = {.sa_handler = pass_on, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGQUIT, &action, NULL);
}

static bool set_environment(const options_t *options, const record_program_t *program,
                            const char *folder) {
    const char *old = getenv("LD_PRELOAD");
    char *preload = NULL;
    return asprintf(&preload, "%s%s%s", program->library, old == NULL ? "" : ":",
                    old == NULL ? "" : old) >= 0 &&
           setenv("LD_PRELOAD", preload, 1) == 0 &&
           setenv(RECORD_FOLDER_VARIABLE, folder, 1) == 0 &&
           (options->only == NULL || setenv(RECORD_PROGRAM_VARIABLE, options->only, 1) == 0);
}

static void run_child(const options_t *options, const record_program_t *program,
                      const char *folder) {
    if (set_environment(options, program, folder)) {
        signal(SIGINT, SIG_DFL);
        signal(SIGQUIT, SIG_DFL);
        signal(SIGTERM, SIG_DFL);
        signal(SIGHUP, SIG_DFL);
        execv(program->path, options->command);
    }
    fprintf(stderr, "capheap record: %s: %s\n", program->path, strerror(errno));
    _exit(RECORD_CANNOT_RUN);
}

/* Wait for the command, and for all that it leaves behind: a trace is whole when its program has
 * ended. The command's exit code. */
static int wait_for_all(void) {
    int code = 0;
    for (;;) {
        int status;
        pid_t ended = waitpid(-1, &status, 0);
        if (ended < 0 && errno != EINTR) {
            return code;
        }
        if (ended == (pid_t)child) {
            code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            child = 0;
            signal(SIGTERM, SIG_DFL); /* now it ends the waiting */
            if (waitpid(-1, &status, WNOHANG) == 0) {
                fputs("capheap record: waiting for programs that the command left running\n",
                      stderr);
            }
        }
    }
}

static int run(const options_t *options, const record_program_t *program, const char *folder) {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    set_signals();
    fflush(NULL);
    pid_t process = fork();
    if (process == 0) {
        run_child(options, program, folder);
    }
    if (process < 0) {
        fprintf(stderr, "capheap record: no process can be started: %s\n", strerror(errno));
        return RECORD_CANNOT_RUN;
    }
    child = (sig_atomic_t)process;
    return wait_for_all();
}

/* ---- ---- */

/* Beside the trace, so that there is room for it: an absolute path, for programs that move. */
static bool make_folder(const char *output, char folder[PATH_MAX], trace_error_t *error) {
    char here[PATH_MAX] = "";
    if (output[0] != '/' && getcwd(here, sizeof here) == NULL) {
        here[0] = '\0';
    }
    int length =
        snprintf(folder, PATH_MAX, "%s%s%s.part.XXXXXX", here, here[0] == '\0' ? "" : "/", output);
    if (length < 0 || length >= PATH_MAX) {
        errno = ENAMETOOLONG;
    } else if (mkdtemp(folder) != NULL) {
        return true;
    }
    snprintf(error->text, sizeof error->text, "%.300s: can't be written: %s", output,
             strerror(errno));
    return false;
}

static int finish(const options_t *options, const char *folder, int code) {
    trace_error_t error;
    int traces = record_finish(folder, options->output, options->origin, options->quiet, &error);
    if (traces < 0) {
        fprintf(stderr,
                "capheap record: %s\n"
                "capheap record: the raw recording is kept in %s; `capheap trace convert "
                "--unfinished` reads it\n",
                error.text, folder);
        return 2;
    }
    record_remove_folder(folder);
    if (traces == 0 && code != RECORD_CANNOT_RUN) {
        fprintf(stderr, "capheap record: nothing was recorded: %s%s\n",
                options->only != NULL ? "no program of that name was run: " : "not loaded into ",
                options->only != NULL ? options->only : options->command[0]);
        return 2;
    }
    return code;
}

int record_main(int argc, char **argv) {
    options_t options = {0};
    record_program_t program;
    trace_error_t error;
    char folder[PATH_MAX];
    argp_err_exit_status = 2;
    argp_parse(&parser, argc, argv, ARGP_IN_ORDER, NULL, &options);

    int code = record_find_program(options.command[0], &program, &error);
    if (code == 0 && !make_folder(options.output, folder, &error)) {
        code = 2;
    }
    if (code != 0) {
        fprintf(stderr, "capheap record: %s\n", error.text);
    } else {
        code = finish(&options, folder, run(&options, &program, folder));
    }
    record_release_program(&program);
    return code;
}
