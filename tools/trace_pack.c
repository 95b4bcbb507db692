/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "trace_pack.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

typedef struct packer {
    const char *program;
    const char *ending;
    const char *magic;
    size_t magic_size;
    const char *pack_option;
    const char *missing;
} packer_t;

static const packer_t packers[] = {
    {"xz", ".xz",
     "\xfd"
     "7zXZ",
     6, "-6", "needs the program xz, which isn't installed (Debian: apt-get install xz-utils)"},
    {"gzip", ".gz", "\x1f\x8b", 2, "-9",
     "needs the program gzip, which isn't installed (Debian: apt-get install gzip)"},
    {"zstd", ".zst", "\x28\xb5\x2f\xfd", 4, "-10",
     "needs the program zstd, which isn't installed (Debian: apt-get install zstd)"},
};
#define PACKERS (sizeof packers / sizeof packers[0])

const char *trace_pack_of_bytes(const unsigned char *start, size_t size) {
    for (size_t i = 0; i < PACKERS; i++) {
        if (size >= packers[i].magic_size &&
            memcmp(start, packers[i].magic, packers[i].magic_size) == 0) {
            return packers[i].program;
        }
    }
    return NULL;
}

const char *trace_pack_of_path(const char *path) {
    size_t length = strlen(path);
    for (size_t i = 0; i < PACKERS; i++) {
        size_t ending = strlen(packers[i].ending);
        if (length > ending && strcmp(path + length - ending, packers[i].ending) == 0) {
            return packers[i].program;
        }
    }
    return NULL;
}

/* program: one that the two above have returned. */
static const packer_t *packer_of(const char *program) {
    size_t i = 0;
    while (i + 1 < PACKERS && strcmp(packers[i].program, program) != 0) {
        i++;
    }
    return &packers[i];
}

const char *trace_pack_missing(const char *program) {
    return packer_of(program)->missing;
}

/* Run `program option` with the two descriptors as its input and output, and its errors unseen: we
 * report them in our own words. */
static pid_t start(const char *program, const char *option, int from, int to) {
    char *const arguments[] = {(char *)program, (char *)option, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    pid_t process = -1;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    int problem = posix_spawn_file_actions_adddup2(&actions, from, STDIN_FILENO);
    if (problem == 0) {
        problem = posix_spawn_file_actions_adddup2(&actions, to, STDOUT_FILENO);
    }
    if (problem == 0) {
        problem =
            posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    }
    if (problem == 0) {
        posix_spawnattr_setsigdefault(&attributes, &defaults);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
        problem = posix_spawnp(&process, program, &actions, &attributes, arguments, environ);
    }
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    errno = problem;
    return problem == 0 ? process : -1;
}

pid_t trace_unpack_start(const char *program, int from, int *output) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return -1;
    }
    pid_t process = start(program, "-dc", from, ends[1]);
    int problem = errno;
    close(ends[1]);
    if (process < 0) {
        close(ends[0]);
    } else {
        *output = ends[0];
    }
    errno = problem;
    return process;
}

pid_t trace_pack_start(const char *program, int to, int *input) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return -1;
    }
    signal(SIGPIPE, SIG_IGN);
    pid_t process = start(program, packer_of(program)->pack_option, ends[0], to);
    int problem = errno;
    close(ends[0]);
    if (process < 0) {
        close(ends[1]);
    } else {
        *input = ends[1];
    }
    errno = problem;
    return process;
}

int trace_pack_wait(pid_t process) {
    int status = 0;
    while (waitpid(process, &status, 0) < 0) {
        if (errno != EINTR) {
            return 128;
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
