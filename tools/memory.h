/* SPDX-License-Identifier: MIT */
/*
 * A chip's memories on this PC, at their true addresses: the heap that runs on the chip runs here,
 * pointer for pointer the same.
 *
 * - Every memory is mapped in whole pages, with a page that can't be touched before and after it
 *   where no other memory follows; where a memory begins or ends within a page, the rest of that
 *   page is there too.
 * - A linear alias is a second mapping of the same pages. An inverted alias (words in reverse
 *   order) is an address only: nothing is there, since no page table can reverse words.
 * - Linux keeps the lowest 64 KiB of the address space to itself. A memory that begins there is
 *   mapped higher up, a multiple of 16 MiB away, and its addresses are told as the chip's.
 */
#ifndef MEMORY_H
#define MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capheap/chip.h"
#include "problem.h"

typedef struct memory_mapping {
    uintptr_t start; /* here; whole pages */
    uintptr_t end;
    uint64_t offset; /* of its first byte among all bytes of the chip's memories */
} memory_mapping_t;

typedef struct memory {
    const capheap_chip_t *chip; /* as it is told */
    capheap_chip_t here;        /* as it is mapped: the same but for what had to be moved */
    size_t fitted;              /* bytes of external memory that are there */
    capheap_memory_t *pieces;   /* here's memories, external ones as far as fitted; by start */
    intptr_t *moved;            /* by how much each is higher than on the chip */
    size_t piece_count;
    memory_mapping_t *mappings; /* memories first, then aliases */
    size_t mapping_count;
    size_t alias_mapping_count; /* of these */
    size_t guard_count;
    uintptr_t *guards; /* addresses of the guard pages */
    uint64_t bytes;    /* of all pages, aliases not counted again */
    int file;          /* that the pages belong to */
    size_t
        flat_alias_count; /* linear aliases that can't be mapped: addresses only, as the inverted */
} memory_t;

typedef enum memory_result {
    MEMORY_OK,
    MEMORY_FAILED,
    MEMORY_TAKEN, /* something of this program is where a memory should be */
} memory_result_t;

/* Map the chip's memories, filled with noise. On failure nothing is left behind. */
memory_result_t memory_open(memory_t *memory, const capheap_chip_t *chip, size_t fitted,
                            problem_t *problem);
void memory_close(memory_t *memory);

/* Fill all memories with noise, as after power-on. */
void memory_fill(const memory_t *memory);

/* Of an address here: the chip's. An address of no memory stays as it is. */
uint64_t memory_chip_address(const memory_t *memory, uintptr_t here);
/* Of a range told by the chip's addresses: where it is here. */
capheap_range_t memory_range_here(const memory_t *memory, const capheap_range_t *range);

/* The place of a byte among all bytes of the chip's memories: the same for all its addresses.
 * UINT64_MAX if it is in none. */
uint64_t memory_offset(const memory_t *memory, uintptr_t here);

/* From now on an access outside of the memories ends the program with one clear line (exit code
 * 2). */
void memory_catch_faults(const memory_t *memory);

#endif
