/* SPDX-License-Identifier: MIT */
#include "svg.h"

#include "utf8.h"

/* XML 1.0 allows neither control characters nor U+FFFE and U+FFFF. */
static int is_allowed(const char *text, unsigned length) {
    const unsigned char *bytes = (const unsigned char *)text;
    if (length == 1) {
        return bytes[0] >= 0x20 && bytes[0] != 0x7F;
    }
    return length != 3 || bytes[0] != 0xEF || bytes[1] != 0xBF || bytes[2] < 0xBE;
}

void svg_put_text(FILE *out, const char *text) {
    for (const char *at = text; *at != '\0';) {
        unsigned length = utf8_length(at);
        if (length == 0 || !is_allowed(at, length)) {
            fputc('?', out);
        } else if (*at == '&') {
            fputs("&amp;", out);
        } else if (*at == '<') {
            fputs("&lt;", out);
        } else if (*at == '>') {
            fputs("&gt;", out);
        } else {
            fwrite(at, 1, length, out);
        }
        at += length > 0 ? length : 1;
    }
}
