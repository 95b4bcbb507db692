/* SPDX-License-Identifier: MIT */
#include "trace_names.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "trace.h"

static uint32_t hash_of(const char *text, size_t length) {
    uint32_t hash = UINT32_C(2166136261); /* FNV-1a */
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ (unsigned char)text[i]) * UINT32_C(16777619);
    }
    return hash ^ (hash >> 15);
}

static void index_put(trace_names_t *names, uint32_t number) {
    const char *text = names->list[number];
    uint32_t place = hash_of(text, strlen(text)) & (names->index_size - 1);
    while (names->index[place] != 0) {
        place = (place + 1) & (names->index_size - 1);
    }
    names->index[place] = number + 1;
}

static bool grow_index(trace_names_t *names) {
    uint32_t size = names->index_size == 0 ? 64 : names->index_size * 2;
    uint32_t *index = calloc(size, sizeof *index);
    if (index == NULL) {
        return false;
    }
    free(names->index);
    names->index = index;
    names->index_size = size;
    for (uint32_t i = 0; i < names->count; i++) {
        index_put(names, i);
    }
    return true;
}

static bool make_room(trace_names_t *names, size_t length) {
    if (names->count == TRACE_MAX_NAMES || length > TRACE_MAX_NAMES_BYTES - names->bytes) {
        return false;
    }
    if (names->count < names->capacity) {
        return true;
    }
    uint32_t capacity = names->capacity == 0 ? 16 : names->capacity * 2;
    char **list = realloc(names->list, capacity * sizeof *list);
    if (list == NULL) {
        return false;
    }
    names->list = list;
    names->capacity = capacity;
    return true;
}

uint32_t trace_names_add(trace_names_t *names, const char *text, size_t length) {
    char *copy = make_room(names, length) ? malloc(length + 1) : NULL;
    if (copy == NULL) {
        return TRACE_NO_NAME;
    }
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        copy[i] = (char)(c < 0x20 || c == 0x7f ? '?' : c);
    }
    copy[length] = '\0';
    names->bytes += length;
    names->list[names->count] = copy;
    return names->count++;
}

uint32_t trace_names_intern(trace_names_t *names, const char *text, size_t length) {
    if (names->count >= names->index_size / 2 && !grow_index(names)) {
        return TRACE_NO_NAME;
    }
    uint32_t place = hash_of(text, length) & (names->index_size - 1);
    while (names->index[place] != 0) {
        const char *known = names->list[names->index[place] - 1];
        if (strlen(known) == length && memcmp(known, text, length) == 0) {
            return names->index[place] - 1;
        }
        place = (place + 1) & (names->index_size - 1);
    }
    uint32_t number = trace_names_add(names, text, length);
    if (number != TRACE_NO_NAME) {
        index_put(names, number);
    }
    return number;
}

const char *trace_names_get(const trace_names_t *names, uint32_t number) {
    return number < names->count ? names->list[number] : "?";
}

void trace_names_clear(trace_names_t *names) {
    for (uint32_t i = 0; i < names->count; i++) {
        free(names->list[i]);
    }
    free(names->list);
    free(names->index);
    *names = (trace_names_t){0};
}
