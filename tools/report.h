/* SPDX-License-Identifier: MIT */
/* Reports of a simulation. All are written from the same snapshot. */
#ifndef REPORT_H
#define REPORT_H

#include <stdio.h>

#include "snapshot.h"
#include "terminal.h"

#define REPORT_WIDTH 100 /* columns of a text */

/* For people: the start-up listing, regions, programs, capabilities, refusals. */
void report_text(const snapshot_t *snapshot, const terminal_t *terminal);
/* report_policy.c: the policy that was told, quotas, marks; what requests name besides caps. */
void report_policy(const snapshot_t *snapshot, const terminal_t *terminal);
void report_ask(const snapshot_t *snapshot, const replay_ask_t *ask, const terminal_t *terminal);
void report_masters(const snapshot_t *snapshot, capheap_masters_t masters, FILE *out);
/* report_marks.c: when they were passed. */
void report_marks(const snapshot_t *snapshot, const terminal_t *terminal);
/* report_refusals.c: its last part, if anything was refused. */
void report_refusals(const snapshot_t *snapshot, const terminal_t *terminal);

/* For programs: docs/simulator.md tells every field. */
void report_json(const snapshot_t *snapshot, FILE *out);
struct json;
void report_json_caps(struct json *json, const char *key, capheap_caps_t caps);
void report_json_masters(const snapshot_t *snapshot, struct json *json, const char *key,
                         capheap_masters_t masters);
/* report_json_policy.c: the fields about the policy. */
void report_json_policy(const snapshot_t *snapshot, struct json *json);
/* report_json_refusals.c: the fields about refusals. */
void report_json_refusals(const snapshot_t *snapshot, struct json *json);

/* A map of every block in every region. */
void report_svg(const snapshot_t *snapshot, FILE *out);

/* report_listing.c: what becomes heap, a line for each piece as ESP-IDF prints them at start-up. */
void report_listing_line(FILE *out, uint64_t start, uint64_t size, const char *type, bool startup);

/* In words: "at its fullest, after call 1,234 of 5,678". */
#define REPORT_MOMENT_TEXT 128u
char *report_moment(const snapshot_t *snapshot, char text[REPORT_MOMENT_TEXT]);

#endif
