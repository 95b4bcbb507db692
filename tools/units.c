/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "units.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define KIB UINT64_C(1024)
#define MIB (KIB * KIB)
#define GIB (KIB * MIB)

/* --------------------------------------------------------------------------------- numbers in */

/* Digits of a base up to the first character that is none: *end. False: no digit, or more than 64
 * bits. */
static bool read_number(const char *text, unsigned base, uint64_t *number, const char **end) {
    *number = 0;
    *end = text;
    for (;; (*end)++) {
        unsigned char c = (unsigned char)**end;
        unsigned digit = isdigit(c)    ? c - (unsigned)'0'
                         : isxdigit(c) ? (unsigned)tolower(c) - 'a' + 10
                                       : base;
        if (digit >= base) {
            return *end > text;
        }
        if (*number > (UINT64_MAX - digit) / base) {
            return false;
        }
        *number = *number * base + digit;
    }
}

static bool has_hex_prefix(const char *text) {
    return text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
}

static bool read_any_number(const char *text, uint64_t *number, const char **end) {
    return has_hex_prefix(text) ? read_number(text + 2, 16, number, end)
                                : read_number(text, 10, number, end);
}

/* What the letters after a size multiply it by; 0: not understood. */
static uint64_t unit_of(const char *letters) {
    uint64_t unit = 1;
    switch (toupper((unsigned char)*letters)) {
    case 'K':
        unit = KIB;
        break;
    case 'M':
        unit = MIB;
        break;
    case 'G':
        unit = GIB;
        break;
    default:
        return *letters == '\0' || strcasecmp(letters, "b") == 0 ? 1 : 0;
    }
    letters++;
    return *letters == '\0' || strcasecmp(letters, "b") == 0 || strcasecmp(letters, "ib") == 0
               ? unit
               : 0;
}

bool units_parse_size(const char *text, uint64_t *size, problem_t *problem) {
    const char *end = NULL;
    if (!read_any_number(text, size, &end) || unit_of(end) == 0) {
        return problem_set(problem, "'%.64s' is no size; write it like 4096, 0x1000, 64K or 4M",
                           text);
    }
    uint64_t unit = unit_of(end);
    if (*size > UINT64_MAX / unit) {
        return problem_set(problem, "'%.64s' is larger than 64 bits can say", text);
    }
    *size *= unit;
    return true;
}

bool units_parse_count(const char *text, uint64_t *count, problem_t *problem) {
    const char *end = NULL;
    if (!read_any_number(text, count, &end) || *end != '\0') {
        return problem_set(problem, "'%.64s' is no number", text);
    }
    return true;
}

/* ---------------------------------------------------------------------------------- ranges in */

static bool read_address(const char *text, uint64_t *address, const char **end) {
    return read_number(has_hex_prefix(text) ? text + 2 : text, 16, address, end);
}

static bool read_range_end(const char *text, uint64_t start, uint64_t *end, const char **rest) {
    if (*text == '-') {
        return read_address(text + 1, end, rest);
    }
    if (*text != '+') {
        return false;
    }
    char size_text[64];
    size_t length = strcspn(text + 1, "=");
    uint64_t size = 0;
    problem_t ignored;
    if (length >= sizeof size_text) {
        return false;
    }
    memcpy(size_text, text + 1, length);
    size_text[length] = '\0';
    *rest = text + 1 + length;
    if (!units_parse_size(size_text, &size, &ignored) || size > UINT64_MAX - start) {
        return false;
    }
    *end = start + size;
    return true;
}

bool units_parse_range(const char *text, capheap_range_t *range, problem_t *problem) {
    uint64_t start = 0;
    uint64_t end = 0;
    const char *rest = text;
    if (!read_address(text, &start, &rest) || !read_range_end(rest, start, &end, &rest) ||
        (*rest != '\0' && *rest != '=')) {
        return problem_set(problem,
                           "'%.64s' is no address range; write it like 3FFB0000-3FFB8000 "
                           "(hexadecimal; the end is the first byte after it) or 3FFB0000+32K",
                           text);
    }
    if (end <= start) {
        return problem_set(problem,
                           "the range '%.64s' is empty: it ends at %" PRIX64
                           ", which is not after its start",
                           text, end);
    }
    if (end > UINTPTR_MAX) {
        return problem_set(problem, "the range '%.64s' passes the end of the address space", text);
    }
    range->start = (uintptr_t)start;
    range->end = (uintptr_t)end;
    range->name = *rest == '=' && rest[1] != '\0' ? strdup(rest + 1) : NULL;
    return true;
}

/* ------------------------------------------------------------------------------- capabilities */

typedef struct cap_name {
    const char *name;
    capheap_caps_t bit;
} cap_name_t;

/* The first name of a bit is the one that is written. */
static const cap_name_t cap_names[] = {
    {"EXEC", CAPHEAP_EXEC},
    {"32BIT", CAPHEAP_32BIT},
    {"8BIT", CAPHEAP_8BIT},
    {"DMA", CAPHEAP_DMA},
    {"PID2", CAPHEAP_PID2},
    {"PID3", CAPHEAP_PID3},
    {"PID4", CAPHEAP_PID4},
    {"PID5", CAPHEAP_PID5},
    {"PID6", CAPHEAP_PID6},
    {"PID7", CAPHEAP_PID7},
    {"SPIRAM", CAPHEAP_SPIRAM},
    {"INTERNAL", CAPHEAP_INTERNAL},
    {"DEFAULT", CAPHEAP_DEFAULT},
    {"IRAM_8BIT", CAPHEAP_IRAM_8BIT},
    {"RETENTION", CAPHEAP_RETENTION},
    {"RTCRAM", CAPHEAP_RTCRAM},
    {"SPM", CAPHEAP_SPM},
    {"TCM", CAPHEAP_TCM},
    {"DMA_DESC_AHB", CAPHEAP_DMA_DESC_AHB},
    {"DMA_DESC_AXI", CAPHEAP_DMA_DESC_AXI},
    {"CACHE_ALIGNED", CAPHEAP_CACHE_ALIGNED},
    {"SIMD", CAPHEAP_SIMD},
    {"ATOMIC", CAPHEAP_ATOMIC},
};
#define CAP_NAMES (sizeof cap_names / sizeof cap_names[0])

const char *units_cap_name(capheap_caps_t bit) {
    for (size_t i = 0; i < CAP_NAMES; i++) {
        if (cap_names[i].bit == bit) {
            return cap_names[i].name;
        }
    }
    return NULL;
}

static capheap_caps_t find_cap(const char *text, size_t length) {
    static const char *const prefixes[] = {"", "CAPHEAP_", "MALLOC_CAP_"};
    for (size_t p = 0; p < sizeof prefixes / sizeof prefixes[0]; p++) {
        size_t skip = strlen(prefixes[p]);
        if (length <= skip || strncasecmp(text, prefixes[p], skip) != 0) {
            continue;
        }
        for (size_t i = 0; i < CAP_NAMES; i++) {
            if (strlen(cap_names[i].name) == length - skip &&
                strncasecmp(text + skip, cap_names[i].name, length - skip) == 0) {
                return cap_names[i].bit;
            }
        }
    }
    return 0;
}

bool units_parse_caps(const char *text, capheap_caps_t *caps, problem_t *problem) {
    *caps = 0;
    for (const char *at = text;; at++) {
        size_t length = strcspn(at, ",|");
        capheap_caps_t bit = find_cap(at, length);
        if (bit == 0) {
            char all[UNITS_CAPS_TEXT];
            capheap_caps_t known = 0;
            for (size_t i = 0; i < CAP_NAMES; i++) {
                known |= cap_names[i].bit;
            }
            return problem_set(problem, "'%.*s' is no capability; there are %s",
                               (int)(length < 64 ? length : 64), at, units_caps_text(all, known));
        }
        *caps |= bit;
        at += length;
        if (*at == '\0') {
            return true;
        }
    }
}

/* ----------------------------------------------------------------------------------------- out */

char *units_size_text(char text[UNITS_SIZE_TEXT], uint64_t size) {
    const struct {
        uint64_t unit;
        const char *name;
    } units[] = {{KIB, "KiB"}, {MIB, "MiB"}, {GIB, "GiB"}};
    if (size < 10000) {
        snprintf(text, UNITS_SIZE_TEXT, "%" PRIu64 " B", size);
        return text;
    }
    size_t i = 0;
    while (i < 2 && size / units[i].unit >= 1024) {
        i++;
    }
    uint64_t whole = size / units[i].unit;
    uint64_t tenths = size % units[i].unit * 10 / units[i].unit;
    if (whole < 100) {
        snprintf(text, UNITS_SIZE_TEXT, "%" PRIu64 ".%" PRIu64 " %s", whole, tenths, units[i].name);
    } else {
        snprintf(text, UNITS_SIZE_TEXT, "%" PRIu64 " %s", whole, units[i].name);
    }
    return text;
}

char *units_exact_size_text(char text[UNITS_SIZE_TEXT], uint64_t size) {
    const char *names[] = {"B", "KiB", "MiB", "GiB"};
    size_t i = 0;
    while (i < 3 && size != 0 && size % KIB == 0) {
        size /= KIB;
        i++;
    }
    snprintf(text, UNITS_SIZE_TEXT, "%" PRIu64 " %s", size, names[i]);
    return text;
}

char *units_count_text(char text[UNITS_COUNT_TEXT], uint64_t count) {
    char digits[UNITS_COUNT_TEXT];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, count);
    char *out = text;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            *out++ = ',';
        }
        *out++ = digits[i];
    }
    *out = '\0';
    return text;
}

char *units_caps_text(char text[UNITS_CAPS_TEXT], capheap_caps_t caps) {
    size_t length = 0;
    capheap_caps_t known = 0;
    text[0] = '\0';
    for (size_t i = 0; i < CAP_NAMES; i++) {
        capheap_caps_t bit = cap_names[i].bit;
        if ((caps & bit) != 0 && (known & bit) == 0) {
            length += (size_t)snprintf(text + length, UNITS_CAPS_TEXT - length, "%s%s",
                                       length > 0 ? "|" : "", cap_names[i].name);
        }
        known |= bit;
    }
    if ((caps & ~known) != 0) {
        snprintf(text + length, UNITS_CAPS_TEXT - length, "%s0x%" PRIX32, length > 0 ? "|" : "",
                 caps & ~known);
    }
    return text[0] != '\0' ? text : strcpy(text, "none");
}
