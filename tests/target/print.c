/* SPDX-License-Identifier: MIT */
/* Numbers as text, without the C library: also for the handlers of faults. */
#include "target.h"

void target_print_hex(uintptr_t value) {
    char text[2 * sizeof(value) + 1];
    for (size_t i = 0; i < 2 * sizeof(value); i++)
        text[i] = "0123456789abcdef"[value >> (8 * sizeof(value) - 4 - 4 * i) & 15];
    text[2 * sizeof(value)] = '\0';
    target_print(text);
}

void target_print_number(uint32_t value) {
    char text[11];
    size_t at = sizeof(text) - 1;
    text[at] = '\0';
    do {
        text[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    target_print(&text[at]);
}

void target_print_register(const char *name, uintptr_t value) {
    target_print("  ");
    target_print(name);
    target_print(" ");
    target_print_hex(value);
    target_print("\n");
}
