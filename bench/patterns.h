/* SPDX-License-Identifier: MIT */
/* Loads made to be slow: holes of one size, a nearly full pool, ordered frees, many sizes. */
#pragma once

#include <stddef.h>

/* Run them all in a pool of `size` bytes; what they cost is in `tallies`. */
void patterns_run(size_t size);
