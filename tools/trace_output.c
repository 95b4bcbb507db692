/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "trace_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trace_codec.h"
#include "trace_pack.h"

static bool fail(trace_output_t *output, const char *what, const char *detail) {
    snprintf(output->problem, sizeof output->problem, "%s%s", what, detail);
    return false;
}

/* A file of our own beside the one that is to be; it takes its name at the end. A device or pipe is
 * written as it is. */
static bool open_file(trace_output_t *output, const char *path) {
    struct stat status;
    if (strcmp(path, "-") == 0) {
        output->file = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
        return output->file >= 0 || fail(output, "can't be written: ", strerror(errno));
    }
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
        output->file = open(path, O_WRONLY | O_CLOEXEC);
        return output->file >= 0 || fail(output, "can't be written: ", strerror(errno));
    }
    output->path = strdup(path);
    if (output->path == NULL || asprintf(&output->temporary, "%s.XXXXXX", path) < 0) {
        output->temporary = NULL;
        return fail(output, "out of memory", "");
    }
    output->file = mkostemp(output->temporary, O_CLOEXEC);
    if (output->file < 0) {
        free(output->temporary);
        output->temporary = NULL;
        return fail(output, "can't be written: ", strerror(errno));
    }
    mode_t mask = umask(0);
    umask(mask);
    fchmod(output->file, 0666 & ~mask);
    return true;
}

static bool start_packer(trace_output_t *output) {
    output->packer = trace_pack_start(output->packer_name, output->file, &output->fd);
    if (output->packer > 0) {
        return true;
    }
    int problem = errno;
    output->packer = 0;
    return problem == ENOENT ? fail(output, trace_pack_missing(output->packer_name), "")
                             : fail(output, "can't be packed: ", strerror(problem));
}

bool trace_output_open(trace_output_t *output, const char *path) {
    *output = (trace_output_t){.fd = -1, .file = -1};
    output->buffer = malloc(TRACE_OUTPUT_BUFFER);
    if (output->buffer == NULL) {
        return fail(output, "out of memory", "");
    }
    if (!open_file(output, path)) {
        return false;
    }
    output->packer_name = trace_pack_of_path(path);
    if (output->packer_name != NULL) {
        return start_packer(output);
    }
    output->fd = output->file;
    return true;
}

static bool write_all(trace_output_t *output, const unsigned char *data, size_t size) {
    while (size > 0) {
        ssize_t put = write(output->fd, data, size);
        if (put < 0 && errno != EINTR) {
            return fail(output, "can't be written: ",
                        errno == EPIPE && output->packer != 0 ? "the packing program gave up"
                                                              : strerror(errno));
        }
        if (put > 0) {
            data += put;
            size -= (size_t)put;
        }
    }
    return true;
}

static bool flush(trace_output_t *output) {
    size_t length = output->length;
    output->length = 0;
    return write_all(output, output->buffer, length);
}

bool trace_output_put(trace_output_t *output, const void *data, size_t size) {
    output->crc = trace_crc(output->crc, data, size);
    if (size > TRACE_OUTPUT_BUFFER - output->length && !flush(output)) {
        return false;
    }
    if (size >= TRACE_OUTPUT_BUFFER) {
        return write_all(output, data, size);
    }
    memcpy(output->buffer + output->length, data, size);
    output->length += size;
    return true;
}

static bool end_packer(trace_output_t *output) {
    if (output->packer == 0) {
        return true;
    }
    close(output->fd);
    output->fd = -1;
    int status = trace_pack_wait(output->packer);
    output->packer = 0;
    return status == 0 || (status == 127 ? fail(output, trace_pack_missing(output->packer_name), "")
                                         : fail(output, output->packer_name, " failed to pack it"));
}

static void release(trace_output_t *output) {
    if (output->fd >= 0 && output->fd != output->file) {
        close(output->fd);
    }
    if (output->file >= 0) {
        close(output->file);
    }
    if (output->packer > 0) {
        trace_pack_wait(output->packer);
    }
    free(output->path);
    free(output->temporary);
    free(output->buffer);
    output->fd = output->file = -1;
    output->packer = 0;
    output->buffer = NULL;
    output->path = output->temporary = NULL;
}

bool trace_output_finish(trace_output_t *output) {
    if (!flush(output) || !end_packer(output)) {
        return false;
    }
    int file = output->file;
    if (output->fd == file) {
        output->fd = -1;
    }
    output->file = -1;
    if (close(file) != 0) {
        return fail(output, "can't be written: ", strerror(errno));
    }
    if (output->path != NULL && rename(output->temporary, output->path) != 0) {
        return fail(output, "can't be written: ", strerror(errno));
    }
    free(output->temporary);
    output->temporary = NULL;
    release(output);
    return true;
}

void trace_output_abandon(trace_output_t *output) {
    if (output->temporary != NULL) {
        unlink(output->temporary);
    }
    release(output);
}
