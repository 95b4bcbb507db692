/* SPDX-License-Identifier: MIT */
#include "print.h"

#include "board.h"

void print_text(const char *text) {
    while (*text != '\0') {
        board_put(*text++);
    }
}

void print_number(uint32_t number) {
    char digits[11];
    int at = 10;
    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    print_text(&digits[at]);
}

void print_figure(const char *prefix, const char *call, const char *figure, uint32_t value) {
    print_text(prefix);
    print_text(" ");
    print_text(call);
    print_text(" ");
    print_text(figure);
    print_text(" ");
    print_number(value);
    print_text("\n");
}
