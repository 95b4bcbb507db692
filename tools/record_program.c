/* SPDX-License-Identifier: MIT */
/* Which file a command is, whether a library can be preloaded into it, and which one fits. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record.h"

#define MAX_SCRIPTS 4 /* a script whose interpreter is a script ... */

/* Of an ELF file. */
typedef struct elf_kind {
    unsigned char class; /* ELFCLASS32 or ELFCLASS64 */
    uint16_t machine;
    bool dynamic; /* it has an interpreter or is a library */
} elf_kind_t;

__attribute__((format(printf, 3, 4))) static int fail(trace_error_t *error, int code,
                                                      const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    return code;
}

static bool is_program(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

/* As execvp does. NULL: not found. */
static char *find_in_path(const char *command) {
    if (strchr(command, '/') != NULL) {
        return access(command, F_OK) == 0 ? strdup(command) : NULL;
    }
    const char *folder = getenv("PATH");
    if (folder == NULL) {
        folder = "/usr/bin:/bin";
    }
    while (folder != NULL) {
        const char *end = strchrnul(folder, ':');
        char *path = NULL;
        if (asprintf(&path, "%.*s%s%s", (int)(end - folder), folder, end > folder ? "/" : "",
                     command) < 0) {
            return NULL;
        }
        if (is_program(path)) {
            return path;
        }
        free(path);
        folder = *end == '\0' ? NULL : end + 1;
    }
    return NULL;
}

static bool read_at(int fd, void *data, size_t size, uint64_t offset) {
    return offset <= INT64_MAX && pread(fd, data, size, (off_t)offset) == (ssize_t)size;
}

static bool has_interpreter_64(int fd) {
    Elf64_Ehdr header;
    Elf64_Phdr segment;
    if (!read_at(fd, &header, sizeof header, 0)) {
        return false;
    }
    for (unsigned i = 0; i < header.e_phnum; i++) {
        if (read_at(fd, &segment, sizeof segment, header.e_phoff + i * sizeof segment) &&
            segment.p_type == PT_INTERP) {
            return true;
        }
    }
    return false;
}

static bool has_interpreter_32(int fd) {
    Elf32_Ehdr header;
    Elf32_Phdr segment;
    if (!read_at(fd, &header, sizeof header, 0)) {
        return false;
    }
    for (unsigned i = 0; i < header.e_phnum; i++) {
        if (read_at(fd, &segment, sizeof segment, (uint64_t)header.e_phoff + i * sizeof segment) &&
            segment.p_type == PT_INTERP) {
            return true;
        }
    }
    return false;
}

/* False: no ELF file. Both classes begin alike, up to the machine. */
static bool read_elf_kind(const char *path, elf_kind_t *kind) {
    unsigned char start[20];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    bool good = read_at(fd, start, sizeof start, 0) && memcmp(start, ELFMAG, SELFMAG) == 0 &&
                (start[EI_CLASS] == ELFCLASS32 || start[EI_CLASS] == ELFCLASS64);
    if (good) {
        kind->class = start[EI_CLASS];
        kind->machine = (uint16_t)(start[18] | start[19] << 8);
        kind->dynamic = kind->class == ELFCLASS64 ? has_interpreter_64(fd) : has_interpreter_32(fd);
    }
    close(fd);
    return good;
}

/* "#!/bin/sh -e": the interpreter, to be freed. NULL: no script. */
static char *read_interpreter(const char *path) {
    char line[PATH_MAX + 2];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, line, sizeof line - 1);
    if (fd >= 0) {
        close(fd);
    }
    if (got < 3 || line[0] != '#' || line[1] != '!') {
        return NULL;
    }
    line[got] = '\0';
    char *start = line + 2 + strspn(line + 2, " \t");
    return strndup(start, strcspn(start, " \t\r\n"));
}

/* "#!/usr/bin/env python3" is python3, too: the word after env. */
static char *read_env_command(const char *path, const char *interpreter) {
    const char *slash = strrchr(interpreter, '/');
    char line[PATH_MAX + 2] = "";
    if (strcmp(slash == NULL ? interpreter : slash + 1, "env") != 0) {
        return NULL;
    }
    FILE *file = fopen(path, "re");
    bool good = file != NULL && fgets(line, sizeof line, file) != NULL;
    if (file != NULL) {
        fclose(file);
    }
    char *word = good ? strstr(line, "env") : NULL;
    if (word == NULL) {
        return NULL;
    }
    word += 3;
    word += strspn(word, " \t");
    char *name = strndup(word, strcspn(word, " \t\r\n"));
    char *found = name == NULL || name[0] == '-' ? NULL : find_in_path(name);
    free(name);
    return found;
}

/* The ELF file that runs in the end when `path` is run. */
static int find_elf(const char *path, elf_kind_t *kind, trace_error_t *error) {
    char *at = strdup(path);
    for (int i = 0; at != NULL && i < MAX_SCRIPTS; i++) {
        if (read_elf_kind(at, kind)) {
            free(at);
            return 0;
        }
        char *interpreter = read_interpreter(at);
        char *command = interpreter == NULL ? NULL : read_env_command(at, interpreter);
        free(at);
        at = command != NULL ? command : interpreter;
        if (command != NULL) {
            free(interpreter);
        }
    }
    free(at);
    return fail(error, RECORD_CANNOT_RUN,
                "%.300s: neither a Linux program nor a script (one begins with #! and its "
                "interpreter)",
                path);
}

/* ---- The library. ---- */

static char *try_library(const char *folder, const char *rest, const elf_kind_t *kind) {
    char *path = NULL;
    elf_kind_t found;
    if (asprintf(&path, "%s%s", folder, rest) < 0) {
        return NULL;
    }
    if (read_elf_kind(path, &found) && found.class == kind->class &&
        found.machine == kind->machine) {
        char *full = realpath(path, NULL);
        free(path);
        return full;
    }
    free(path);
    return NULL;
}

/* Beside the command, and where it is installed to. */
static char *find_library(const elf_kind_t *kind) {
    static const char *const rests[] = {
        "/" RECORD_LIBRARY,
        "/lib32/" RECORD_LIBRARY,
        "/lib64/" RECORD_LIBRARY,
        "/../lib/capheap/" RECORD_LIBRARY,
        "/../lib/capheap/lib32/" RECORD_LIBRARY,
        "/../lib/capheap/lib64/" RECORD_LIBRARY,
    };
    const char *named = getenv(RECORD_LIBRARY_VARIABLE);
    if (named != NULL) {
        char *library = try_library(named, "", kind);
        return library != NULL ? library : try_library(named, "/" RECORD_LIBRARY, kind);
    }
    char folder[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", folder, sizeof folder - 1);
    folder[length < 0 ? 0 : length] = '\0';
    char *slash = strrchr(folder, '/');
    if (slash == NULL) {
        return NULL;
    }
    *slash = '\0';
    for (size_t i = 0; i < sizeof rests / sizeof rests[0]; i++) {
        char *library = try_library(folder, rests[i], kind);
        if (library != NULL) {
            return library;
        }
    }
    return NULL;
}

static int check_preload(const char *path, const elf_kind_t *kind, trace_error_t *error) {
    struct stat status;
    if (!kind->dynamic) {
        return fail(error, RECORD_CANNOT_RUN,
                    "%.300s: linked statically, so no library can be put before its malloc; link "
                    "it dynamically (without -static) to record it",
                    path);
    }
    if (stat(path, &status) == 0 &&
        (((status.st_mode & S_ISUID) != 0 && status.st_uid != getuid()) ||
         ((status.st_mode & S_ISGID) != 0 && status.st_gid != getgid()))) {
        return fail(
            error, RECORD_CANNOT_RUN,
            "%.300s: runs with another user's rights (setuid or setgid), and such a program "
            "takes no preloaded library; run it as that user, or a copy of it",
            path);
    }
    return 0;
}

int record_find_program(const char *command, record_program_t *program, trace_error_t *error) {
    elf_kind_t kind;
    *program = (record_program_t){0};
    program->path = find_in_path(command);
    if (program->path == NULL) {
        return fail(error, RECORD_NOT_FOUND, "%.300s: no such command", command);
    }
    if (!is_program(program->path)) {
        return fail(error, RECORD_CANNOT_RUN, "%.300s: can't be run: no program, or no right to",
                    program->path);
    }
    int code = find_elf(program->path, &kind, error);
    if (code == 0) {
        code = check_preload(program->path, &kind, error);
    }
    if (code != 0) {
        return code;
    }
    program->library = find_library(&kind);
    if (program->library == NULL) {
        return fail(error, RECORD_CANNOT_RUN,
                    "%.300s is a %d-bit program, and there is no " RECORD_LIBRARY " of that kind "
                    "beside the command capheap; build it, or name it in " RECORD_LIBRARY_VARIABLE,
                    program->path, kind.class == ELFCLASS64 ? 64 : 32);
    }
    if (strpbrk(program->library, " :") != NULL) {
        return fail(error, RECORD_CANNOT_RUN,
                    "%.300s: the loader takes no preloaded library whose path has a space or a "
                    "colon; move it, and name it in " RECORD_LIBRARY_VARIABLE,
                    program->library);
    }
    return 0;
}

void record_release_program(record_program_t *program) {
    free(program->path);
    free(program->library);
}
