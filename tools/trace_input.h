/* SPDX-License-Identifier: MIT */
/* The bytes of a trace: from a file, through a program that unpacks it, or from memory. */
#ifndef TRACE_INPUT_H
#define TRACE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define TRACE_INPUT_BUFFER 65536u

typedef struct trace_input {
    const unsigned char *data; /* what has been read and is at hand */
    size_t at;                 /* next byte of it */
    size_t end;
    uint64_t before; /* bytes before data[0] */
    uint32_t crc;    /* of all bytes before data[crc_at] */
    size_t crc_at;
    unsigned char *buffer; /* NULL: from memory */
    int fd;                /* read from; -1: none */
    int file;              /* the file itself, to see how far it has been read; -1: unknown */
    uint64_t file_size;    /* its bytes */
    pid_t unpacker;        /* 0: none */
    const char *unpacker_name;
    bool ended;
    char problem[256]; /* why reading failed; "" if it didn't */
} trace_input_t;

/* False, with problem set, if it fails; trace_input_close is due in any case. */
bool trace_input_open(trace_input_t *input, const char *path);
void trace_input_open_memory(trace_input_t *input, const void *data, size_t size);
void trace_input_close(trace_input_t *input);

/* At least `size` (at most half a buffer) bytes at hand? False at the end of the file, or if
 * reading fails: see problem. */
bool trace_input_want(trace_input_t *input, size_t size);
/* The next byte, or -1. */
int trace_input_byte(trace_input_t *input);
/* The next byte without taking it, or -1. */
int trace_input_peek(trace_input_t *input);
/* How many bytes have been taken. */
uint64_t trace_input_offset(const trace_input_t *input);
/* CRC-32 of all bytes taken. */
uint32_t trace_input_crc(trace_input_t *input);
double trace_input_progress(const trace_input_t *input);

#endif
