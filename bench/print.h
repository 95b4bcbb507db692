/* SPDX-License-Identifier: MIT */
/* Output of the programs on bare chips: "words... number" lines. */
#pragma once

#include <stdint.h>

void print_text(const char *text);
void print_number(uint32_t number);
void print_figure(const char *prefix, const char *call, const char *figure, uint32_t value);
