/* SPDX-License-Identifier: MIT */
/* A search for slow calls. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Climb from random sequences of calls towards those with the most instructions in one call, for
 * malloc, free and aligned allocation, `rounds` sequences tried for each. The same seed finds the
 * same. Prints the worst of each and the sequence that led to it.
 */
void worst_search(size_t pool_size, uint32_t seed, uint32_t rounds);
