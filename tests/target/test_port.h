/* SPDX-License-Identifier: MIT */
/* Included before every test: how test.h prints here. */
#include <sys/types.h>

#define TEST_PORT_PRINT(text) target_print(text)
void target_print(const char *text);
