/* SPDX-License-Identifier: MIT */
#include "json.h"

#include <inttypes.h>

#include "utf8.h"

static void put_text(json_t *json, const char *text) {
    fputc('"', json->out);
    for (const char *at = text; *at != '\0';) {
        unsigned length = utf8_length(at);
        unsigned char c = (unsigned char)*at;
        if (length == 0) {
            fputc('?', json->out);
            at++;
            continue;
        }
        if (c == '"' || c == '\\') {
            fprintf(json->out, "\\%c", c);
        } else if (c < 0x20 || c == 0x7F) {
            fprintf(json->out, "\\u%04x", c);
        } else {
            fwrite(at, 1, length, json->out);
        }
        at += length;
    }
    fputc('"', json->out);
}

/* All that comes before a value or a closing bracket. */
static void put_break(json_t *json) {
    if (json->flat != 0) {
        return;
    }
    fprintf(json->out, "\n%*s", (int)(2 * json->depth), "");
}

static void begin(json_t *json, const char *key) {
    if (!json->first) {
        fputs(json->flat != 0 ? ", " : ",", json->out);
    }
    if (json->depth > 0) {
        put_break(json);
    }
    json->first = false;
    if (key != NULL) {
        put_text(json, key);
        fputs(": ", json->out);
    }
}

static void open_with(json_t *json, const char *key, char bracket) {
    begin(json, key);
    fputc(bracket, json->out);
    json->depth++;
    json->first = true;
}

static void close_with(json_t *json, char bracket) {
    json->depth--;
    if (!json->first) {
        put_break(json);
    }
    if (json->flat > json->depth) {
        json->flat = 0;
    }
    json->first = false;
    fputc(bracket, json->out);
    if (json->depth == 0) {
        fputc('\n', json->out);
    }
}

void json_open_object(json_t *json, const char *key) {
    open_with(json, key, '{');
}

void json_open_array(json_t *json, const char *key) {
    open_with(json, key, '[');
}

void json_open_line(json_t *json, const char *key) {
    open_with(json, key, '{');
    if (json->flat == 0) {
        json->flat = json->depth;
    }
}

void json_close_object(json_t *json) {
    close_with(json, '}');
}

void json_close_array(json_t *json) {
    close_with(json, ']');
}

void json_number(json_t *json, const char *key, uint64_t value) {
    begin(json, key);
    fprintf(json->out, "%" PRIu64, value);
}

void json_text(json_t *json, const char *key, const char *value) {
    begin(json, key);
    if (value == NULL) {
        fputs("null", json->out);
    } else {
        put_text(json, value);
    }
}

void json_truth(json_t *json, const char *key, bool value) {
    begin(json, key);
    fputs(value ? "true" : "false", json->out);
}
