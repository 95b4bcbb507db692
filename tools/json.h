/* SPDX-License-Identifier: MIT */
/* Write JSON: the commas and indents fall into place. */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct json {
    FILE *out;
    unsigned depth;
    unsigned flat; /* depth from which on all is on one line; 0: none */
    bool first;    /* nothing in the innermost object or array so far */
} json_t;

/* key: NULL inside an array, and for the outermost value. */
void json_open_object(json_t *json, const char *key);
void json_open_array(json_t *json, const char *key);
/* The same on a single line. */
void json_open_line(json_t *json, const char *key);
void json_close_object(json_t *json);
void json_close_array(json_t *json);

void json_number(json_t *json, const char *key, uint64_t value);
/* Text is UTF-8; bytes that aren't come out as '?'. NULL: null. */
void json_text(json_t *json, const char *key, const char *value);
void json_truth(json_t *json, const char *key, bool value);

#endif
