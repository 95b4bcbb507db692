/* SPDX-License-Identifier: MIT */
#include "utf8.h"

/* The ranges of RFC 3629, section 4: what the first byte may be, and what then the second. */
typedef struct lead {
    unsigned char from;
    unsigned char to;
    unsigned char second_from;
    unsigned char second_to;
    unsigned length;
} lead_t;

static const lead_t leads[] = {
    {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3},
    {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
    {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
};

unsigned utf8_length(const char *text) {
    const unsigned char *bytes = (const unsigned char *)text;
    if (bytes[0] < 0x80) {
        return 1;
    }
    for (unsigned i = 0; i < sizeof leads / sizeof leads[0]; i++) {
        const lead_t *lead = &leads[i];
        if (bytes[0] < lead->from || bytes[0] > lead->to) {
            continue;
        }
        if (bytes[1] < lead->second_from || bytes[1] > lead->second_to) {
            return 0;
        }
        for (unsigned k = 2; k < lead->length; k++) {
            if ((bytes[k] & 0xC0) != 0x80) {
                return 0;
            }
        }
        return lead->length;
    }
    return 0;
}
