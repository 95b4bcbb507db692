/* SPDX-License-Identifier: MIT */
/* Included before every test: how test.h prints here, and how often a test repeats what it does. */
#include <sys/types.h>

#define TEST_PORT_PRINT(text) target_print(text)
void target_print(const char *text);

#define TEST_STEPS(count) (((unsigned)(count) >> target_slower) + 1)
#define TEST_STRIDE       ((1u << target_slower) | 1)
extern const unsigned target_slower; /* a power of two */
