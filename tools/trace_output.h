/* SPDX-License-Identifier: MIT */
/* The bytes of a trace, going out: into a file that appears only when it is complete, packed if its
 * name says so. */
#ifndef TRACE_OUTPUT_H
#define TRACE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define TRACE_OUTPUT_BUFFER 65536u

typedef struct trace_output {
    unsigned char *buffer;
    size_t length; /* of it in use */
    uint32_t crc;  /* CRC-32 of all bytes put */
    int fd;        /* written to; -1: none */
    int file;      /* the file itself */
    pid_t packer;  /* 0: none */
    const char *packer_name;
    char *path;        /* where the file is to be; NULL: standard output */
    char *temporary;   /* where it is until then */
    char problem[256]; /* why writing failed; "" if it didn't */
} trace_output_t;

/* Each returns false, with problem set, if it fails; then trace_output_abandon is due. */
bool trace_output_open(trace_output_t *output, const char *path);
bool trace_output_put(trace_output_t *output, const void *data, size_t size);
bool trace_output_finish(trace_output_t *output);
/* Leave no file. */
void trace_output_abandon(trace_output_t *output);

#endif
