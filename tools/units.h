/* SPDX-License-Identifier: MIT */
/* Sizes, address ranges and capabilities as people write and read them. */
#ifndef UNITS_H
#define UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capheap/caps.h"
#include "capheap/chip.h"
#include "problem.h"

/* "4096", "0x1000", "64K", "4M", "1G"; after the letter "B" or "iB" may follow. */
bool units_parse_size(const char *text, uint64_t *size, problem_t *problem);

/* "12345" or "0x3039", without a unit. */
bool units_parse_count(const char *text, uint64_t *count, problem_t *problem);

/*
 * "3FFB0000-3FFB8000": addresses, hexadecimal with or without 0x, the second being the first byte
 * that is not meant any more; or "3FFB0000+32K". "=NAME" may follow. The name is a copy, to be
 * freed, or NULL.
 */
bool units_parse_range(const char *text, capheap_range_t *range, problem_t *problem);

/* "8BIT,DMA" or "8BIT|DMA", upper or lower case, with MALLOC_CAP_ or CAPHEAP_ before it or not. */
bool units_parse_caps(const char *text, capheap_caps_t *caps, problem_t *problem);

/* Room for what the calls below write. */
#define UNITS_SIZE_TEXT  32u
#define UNITS_COUNT_TEXT 32u
#define UNITS_CAPS_TEXT  256u

/* "512 B", "6432 B", "14.6 KiB", "111 KiB", "3.9 MiB": four digits at most below 1024 GiB, cut and
 * not rounded. Returns text. */
char *units_size_text(char text[UNITS_SIZE_TEXT], uint64_t size);

/* "4 MiB" where it is a whole number of a unit, else the bytes: "6432 B". Exact. Returns text. */
char *units_exact_size_text(char text[UNITS_SIZE_TEXT], uint64_t size);

/* "1,234,567". Returns text. */
char *units_count_text(char text[UNITS_COUNT_TEXT], uint64_t count);

/* "8BIT|DMA"; "none" for 0. Unknown bits in hexadecimal. Returns text. */
char *units_caps_text(char text[UNITS_CAPS_TEXT], capheap_caps_t caps);

/* "8BIT" for a single bit; NULL if it has no name. */
const char *units_cap_name(capheap_caps_t bit);

#endif
