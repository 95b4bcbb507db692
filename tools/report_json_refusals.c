/* SPDX-License-Identifier: MIT */
#include "json.h"
#include "report.h"

static const char *reason_name(refusal_reason_t reason) {
    switch (reason) {
    case REFUSAL_LACKS:
        return "lacks";
    case REFUSAL_ALIAS:
        return "alias";
    case REFUSAL_HELD:
        return "held";
    case REFUSAL_REGION:
        return "small";
    case REFUSAL_FULL:
        return "full";
    case REFUSAL_PIECES:
        return "pieces";
    case REFUSAL_ALIGNMENT:
        return "alignment";
    }
    return "?";
}

static void put_region(const snapshot_t *snapshot, const refusal_region_t *region, json_t *json) {
    json_open_line(json, NULL);
    json_number(json, "start", memory_chip_address(snapshot->memory, region->start));
    json_text(json, "reason", reason_name(region->reason));
    report_json_caps(json, "lacking", region->lacking);
    json_number(json, "total", region->total);
    json_number(json, "least_free", region->least_free);
    json_number(json, "most_free", region->most_free);
    json_number(json, "least_largest", region->least_largest);
    json_number(json, "most_largest", region->most_largest);
    json_close_object(json);
}

static void put_example(const snapshot_t *snapshot, const refusal_example_t *example,
                        json_t *json) {
    const trace_reader_t *reader = snapshot->replay->programs[example->program].reader;
    json_open_line(json, NULL);
    json_number(json, "call", example->call);
    json_number(json, "program", example->program);
    json_number(json, "size", example->size);
    json_text(json, "site", trace_site_name(reader, example->site));
    json_text(json, "task",
              trace_task_count(reader) > 1 ? trace_task_name(reader, example->task) : "");
    json_close_object(json);
}

static void put_kind(const snapshot_t *snapshot, const refusal_kind_t *kind, json_t *json) {
    json_open_object(json, NULL);
    json_text(json, "call", trace_op_name(kind->op));
    report_json_caps(json, "caps", kind->caps);
    json_number(json, "alignment", kind->alignment);
    json_number(json, "count", kind->count);
    json_number(json, "least_size", kind->least_size);
    json_number(json, "most_size", kind->most_size);
    json_open_array(json, "regions");
    for (size_t i = 0; i < kind->region_count; i++) {
        put_region(snapshot, &kind->regions[i], json);
    }
    json_close_array(json);
    json_open_array(json, "first");
    for (size_t i = 0; i < REFUSALS_EXAMPLES && i < kind->count; i++) {
        put_example(snapshot, &kind->examples[i], json);
    }
    json_close_array(json);
    json_close_object(json);
}

void report_json_refusals(const snapshot_t *snapshot, struct json *json) {
    const refusals_t *refusals = snapshot->refusals;
    json_number(json, "refused_unexplained", refusals->uncounted);
    json_open_array(json, "refusals");
    for (size_t i = 0; i < refusals->kind_count; i++) {
        put_kind(snapshot, &refusals->kinds[i], json);
    }
    json_close_array(json);
}
