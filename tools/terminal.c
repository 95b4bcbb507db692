/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "terminal.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

terminal_t terminal_open(FILE *out, bool ascii) {
    const char *kind = getenv("TERM");
    const char *no_colour = getenv("NO_COLOR");
    return (terminal_t){
        .out = out,
        .utf8 = !ascii && strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
        .colour = isatty(fileno(out)) != 0 && (no_colour == NULL || no_colour[0] == '\0') &&
                  kind != NULL && strcmp(kind, "dumb") != 0,
    };
}

void terminal_heading(const terminal_t *terminal, const char *text) {
    fprintf(terminal->out, terminal->colour ? "\033[1m%s\033[0m\n" : "%s\n", text);
}

size_t terminal_text(const terminal_t *terminal, const char *text, size_t width) {
    size_t written = 0;
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        bool continues = (*at & 0xC0) == 0x80;
        if (!continues && written == width) {
            break;
        }
        if (continues && !terminal->utf8) {
            continue;
        }
        fputc(*at < 0x80 || terminal->utf8 ? *at : '?', terminal->out);
        written += !continues;
    }
    return written;
}

void terminal_column(const terminal_t *terminal, const char *text, size_t width) {
    size_t written = terminal_text(terminal, text, width);
    fprintf(terminal->out, "%*s", (int)(width - written), "");
}

void terminal_shade(const terminal_t *terminal, double taken) {
    static const char *const blocks[] = {"·", "░", "▒", "▓", "█"};
    static const char *const signs[] = {".", "-", "+", "*", "#"};
    size_t shade = taken <= 0 ? 0 : taken >= 1 ? 4 : taken < 1.0 / 3 ? 1 : taken < 2.0 / 3 ? 2 : 3;
    fputs(terminal->utf8 ? blocks[shade] : signs[shade], terminal->out);
}

const char *terminal_shade_legend(const terminal_t *terminal) {
    return terminal->utf8 ? "█ in use, ▓ ▒ ░ partly, · free" : "# in use, * + - partly, . free";
}
