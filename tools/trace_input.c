/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "trace_input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trace_codec.h"
#include "trace_pack.h"

static bool fail(trace_input_t *input, const char *what, const char *detail) {
    snprintf(input->problem, sizeof input->problem, "%s%s", what, detail);
    input->ended = true;
    return false;
}

static void update_crc(trace_input_t *input) {
    input->crc = trace_crc(input->crc, input->data + input->crc_at, input->at - input->crc_at);
    input->crc_at = input->at;
}

/* The end of a packed file is only then one if the unpacker is content. */
static void at_end(trace_input_t *input) {
    input->ended = true;
    if (input->unpacker == 0) {
        return;
    }
    int status = trace_pack_wait(input->unpacker);
    input->unpacker = 0;
    if (status == 127) {
        fail(input, trace_pack_missing(input->unpacker_name), "");
    } else if (status != 0) {
        fail(input, input->unpacker_name, " can't unpack it: the file is damaged or cut off");
    }
}

static void refill(trace_input_t *input) {
    update_crc(input);
    size_t rest = input->end - input->at;
    memmove(input->buffer, input->buffer + input->at, rest);
    input->before += input->at;
    input->at = 0;
    input->crc_at = 0;
    input->end = rest;
    ssize_t got;
    do {
        got = read(input->fd, input->buffer + rest, TRACE_INPUT_BUFFER - rest);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        fail(input, "can't be read: ", strerror(errno));
    } else if (got == 0) {
        at_end(input);
    } else {
        input->end += (size_t)got;
    }
}

bool trace_input_want(trace_input_t *input, size_t size) {
    while (input->end - input->at < size && !input->ended) {
        refill(input);
    }
    return input->end - input->at >= size;
}

int trace_input_byte(trace_input_t *input) {
    return trace_input_want(input, 1) ? input->data[input->at++] : -1;
}

int trace_input_peek(trace_input_t *input) {
    return trace_input_want(input, 1) ? input->data[input->at] : -1;
}

uint64_t trace_input_offset(const trace_input_t *input) {
    return input->before + input->at;
}

uint32_t trace_input_crc(trace_input_t *input) {
    update_crc(input);
    return input->crc;
}

double trace_input_progress(const trace_input_t *input) {
    off_t done = input->file < 0 ? -1 : lseek(input->file, 0, SEEK_CUR);
    if (input->buffer == NULL) {
        done = (off_t)input->at;
    } else if (input->fd == input->file && done >= 0) {
        done -= (off_t)(input->end - input->at);
    }
    if (done < 0 || input->file_size == 0) {
        return -1;
    }
    double part = (double)done / (double)input->file_size;
    return part < 1 ? part : 1;
}

static bool open_file(trace_input_t *input, const char *path) {
    input->fd = strcmp(path, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                       : open(path, O_RDONLY | O_CLOEXEC);
    if (input->fd < 0) {
        return fail(input, "can't be opened: ", strerror(errno));
    }
    struct stat status;
    if (fstat(input->fd, &status) != 0) {
        return fail(input, "can't be opened: ", strerror(errno));
    }
    if (S_ISDIR(status.st_mode)) {
        return fail(input, "is a folder; name a trace file", "");
    }
    if (S_ISREG(status.st_mode)) {
        input->file = input->fd;
        input->file_size = (uint64_t)status.st_size;
    }
    return true;
}

/* A packed file: let its program read it from the start, and read what that writes. */
static bool unpack(trace_input_t *input) {
    if (input->file < 0 || lseek(input->file, 0, SEEK_SET) != 0) {
        return fail(input, "is packed and a pipe; unpack it first: ... | ", input->unpacker_name);
    }
    int output = -1;
    input->unpacker = trace_unpack_start(input->unpacker_name, input->file, &output);
    if (input->unpacker < 0) {
        int problem = errno;
        input->unpacker = 0;
        return problem == ENOENT ? fail(input, trace_pack_missing(input->unpacker_name), "")
                                 : fail(input, "can't be unpacked: ", strerror(problem));
    }
    input->fd = output;
    input->at = input->end = input->crc_at = 0;
    input->before = 0;
    input->ended = false;
    return true;
}

bool trace_input_open(trace_input_t *input, const char *path) {
    *input = (trace_input_t){.fd = -1, .file = -1};
    input->buffer = malloc(TRACE_INPUT_BUFFER);
    input->data = input->buffer;
    if (input->buffer == NULL) {
        return fail(input, "out of memory", "");
    }
    if (!open_file(input, path)) {
        return false;
    }
    trace_input_want(input, TRACE_PACK_MAGIC);
    if (input->problem[0] != '\0') {
        return false;
    }
    input->unpacker_name = trace_pack_of_bytes(input->data, input->end);
    return input->unpacker_name == NULL || unpack(input);
}

void trace_input_open_memory(trace_input_t *input, const void *data, size_t size) {
    *input = (trace_input_t){.fd = -1, .file = -1};
    input->data = data;
    input->end = size;
    input->file_size = size;
    input->ended = true;
}

void trace_input_close(trace_input_t *input) {
    if (input->fd >= 0) {
        close(input->fd);
    }
    if (input->file >= 0 && input->file != input->fd) {
        close(input->file);
    }
    if (input->unpacker > 0) {
        trace_pack_wait(input->unpacker);
    }
    free(input->buffer);
    *input = (trace_input_t){.fd = -1, .file = -1};
}
