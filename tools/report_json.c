/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "capheap/version.h"
#include "json.h"
#include "report.h"
#include "units.h"

void report_json_caps(struct json *json, const char *key, capheap_caps_t caps) {
    json_open_array(json, key);
    for (unsigned i = 0; i < 32; i++) {
        capheap_caps_t bit = (capheap_caps_t)1 << i;
        const char *name = (caps & bit) != 0 ? units_cap_name(bit) : NULL;
        if (name != NULL) {
            json_text(json, NULL, name);
        }
    }
    json_close_array(json);
}

void report_json_masters(const snapshot_t *snapshot, struct json *json, const char *key,
                         capheap_masters_t masters) {
    json_open_array(json, key);
    for (unsigned i = 0; i < snapshot->chip->master_count; i++) {
        if ((masters >> i & 1) != 0) {
            json_text(json, NULL, snapshot->chip->masters[i]);
        }
    }
    json_close_array(json);
}

static void put_chip(const snapshot_t *snapshot, json_t *json) {
    json_open_line(json, "chip");
    json_text(json, "name", snapshot->chip->name);
    json_text(json, "title", snapshot->chip->title);
    json_number(json, "external_bytes", snapshot->fitted);
    json_close_object(json);
}

static void put_run(const snapshot_t *snapshot, json_t *json) {
    json_open_line(json, "run");
    json_number(json, "calls", snapshot->calls);
    json_number(json, "refused", snapshot->refusals->count);
    json_text(json, "order", snapshot->by_time ? "time" : "turns");
    json_number(json, "startup_calls", snapshot->startup_calls);
    json_number(json, "peak_used", snapshot->peak_used);
    json_number(json, "peak_call", snapshot->peak_call);
    json_close_object(json);
    json_open_line(json, "moment");
    json_text(json, "kind", snapshot->moment);
    json_number(json, "call", snapshot->moment_call);
    json_close_object(json);
}

static void put_sums(const snapshot_t *snapshot, json_t *json) {
    snapshot_sums_t sums = snapshot_sum(snapshot);
    json_open_line(json, "sums");
    json_number(json, "memory", sums.memory);
    json_number(json, "reserved", sums.reserved);
    json_number(json, "held", sums.held);
    json_number(json, "books", sums.books);
    json_number(json, "used", sums.used);
    json_number(json, "asked", sums.asked);
    json_number(json, "free", sums.free);
    json_number(json, "blocks", sums.blocks);
    json_close_object(json);
}

static void put_ask(const snapshot_t *snapshot, const replay_ask_t *ask, json_t *json) {
    report_json_caps(json, "caps", ask->caps);
    report_json_caps(json, "without", ask->without);
    report_json_masters(snapshot, json, "masters", ask->masters);
    json_open_array(json, "prefer");
    for (size_t i = 0; i < ask->prefer_count; i++) {
        report_json_caps(json, NULL, ask->prefer[i]);
    }
    json_close_array(json);
}

static void put_program(const snapshot_t *snapshot, const snapshot_program_t *program,
                        json_t *json) {
    json_open_object(json, NULL);
    json_text(json, "name", program->name);
    json_text(json, "path", program->path);
    json_text(json, "origin", program->origin);
    put_ask(snapshot, &program->ask, json);
    json_number(json, "calls", program->calls);
    json_number(json, "refused", program->refused);
    json_number(json, "skipped", program->skipped);
    json_number(json, "refused_when_recorded", program->refused_recorded);
    json_number(json, "reallocs", program->reallocs);
    json_number(json, "reallocs_moved", program->moved);
    json_number(json, "peak_asked", program->peak_bytes);
    json_number(json, "end_blocks", program->end_blocks);
    json_number(json, "end_asked", program->end_bytes);
    json_number(json, "blocks", program->moment_blocks);
    json_number(json, "asked", program->moment_bytes);
    json_number(json, "used", program->moment_used);
    json_close_object(json);
}

static void put_memories(const snapshot_t *snapshot, json_t *json) {
    json_open_array(json, "memories");
    for (size_t i = 0; i < snapshot->memory_count; i++) {
        json_open_line(json, NULL);
        json_text(json, "type", snapshot->memories[i].type);
        json_number(json, "start", snapshot->memories[i].start);
        json_number(json, "size", snapshot->memories[i].size);
        json_close_object(json);
    }
    json_close_array(json);
    json_open_array(json, "reserved");
    for (size_t i = 0; i < snapshot->reserved_count; i++) {
        json_open_line(json, NULL);
        json_number(json, "start", snapshot->reserved[i].start);
        json_number(json, "size", snapshot->reserved[i].size);
        json_text(json, "name", snapshot->reserved[i].name);
        json_close_object(json);
    }
    json_close_array(json);
}

static void put_blocks(const snapshot_t *snapshot, const snapshot_region_t *region, json_t *json) {
    json_open_array(json, "map");
    for (size_t i = 0; i < region->block_count; i++) {
        const snapshot_block_t *block = &snapshot->blocks[region->first_block + i];
        json_open_line(json, NULL);
        json_number(json, "start", block->start);
        json_number(json, "size", block->size);
        json_truth(json, "used", block->used);
        if (block->used) {
            json_number(json, "asked", block->asked);
            json_number(json, "program", block->program);
            json_text(json, "site", block->site);
            json_text(json, "task", block->task);
            json_text(json, "quota", block->quota);
        }
        json_close_object(json);
    }
    json_close_array(json);
}

static void put_region(const snapshot_t *snapshot, const snapshot_region_t *region, json_t *json) {
    json_open_object(json, NULL);
    json_text(json, "type", region->type);
    json_number(json, "tag", region->tag);
    report_json_caps(json, "caps", region->caps);
    json_number(json, "start", region->start);
    json_number(json, "size", region->size);
    json_text(json, "alias_kind",
              region->alias == 0       ? "none"
              : region->alias_inverted ? "inverted"
                                       : "linear");
    json_number(json, "alias", region->alias);
    json_truth(json, "startup", region->startup);
    json_truth(json, "external", region->external);
    json_truth(json, "serving", region->serving);
    json_truth(json, "word_only", region->word_only);
    json_number(json, "granule", region->granule);
    json_number(json, "books", region->books);
    json_number(json, "total", region->total);
    json_number(json, "used", region->used);
    json_number(json, "asked", region->asked);
    json_number(json, "free", region->free);
    json_number(json, "largest", region->largest);
    json_number(json, "minimum_free", region->minimum_free);
    json_number(json, "blocks", region->blocks);
    json_number(json, "free_blocks", region->free_blocks);
    json_number(json, "kept", region->kept);
    json_number(json, "kept_piece", region->kept_piece);
    put_blocks(snapshot, region, json);
    json_close_object(json);
}

static void put_set(const snapshot_set_t *set, json_t *json) {
    json_open_object(json, NULL);
    report_json_caps(json, "caps", set->caps);
    json_truth(json, "asked_for", set->asked_for);
    json_number(json, "regions", set->figures.regions);
    json_number(json, "total", set->figures.total);
    json_number(json, "used", set->figures.used);
    json_number(json, "free", set->figures.free);
    json_number(json, "largest", set->figures.largest);
    json_number(json, "minimum_free", set->minimum_free);
    json_number(json, "blocks", set->figures.blocks);
    json_close_object(json);
}

void report_json(const snapshot_t *snapshot, FILE *out) {
    json_t writer = {.out = out, .first = true};
    json_t *json = &writer;
    json_open_object(json, NULL);
    json_text(json, "format", "capheap sim 1");
    json_text(json, "version", CAPHEAP_VERSION);
    put_chip(snapshot, json);
    put_run(snapshot, json);
    put_sums(snapshot, json);
    json_open_array(json, "programs");
    for (size_t i = 0; i < snapshot->program_count; i++) {
        put_program(snapshot, &snapshot->programs[i], json);
    }
    json_close_array(json);
    put_memories(snapshot, json);
    json_open_array(json, "regions");
    for (size_t i = 0; i < snapshot->region_count; i++) {
        put_region(snapshot, &snapshot->regions[i], json);
    }
    json_close_array(json);
    json_open_array(json, "capabilities");
    for (size_t i = 0; i < snapshot->set_count; i++) {
        put_set(&snapshot->sets[i], json);
    }
    json_close_array(json);
    report_json_policy(snapshot, json);
    report_json_refusals(snapshot, json);
    json_close_object(json);
}
