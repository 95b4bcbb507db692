/* SPDX-License-Identifier: MIT */
#include "json.h"
#include "report.h"

typedef struct named_reason {
    uint32_t reason;
    const char *name;
} named_reason_t;

static const named_reason_t named_reasons[] = {
    {CAPHEAP_REFUSED_LACKS, "lacks"},         {CAPHEAP_REFUSED_FORBIDDEN, "forbidden"},
    {CAPHEAP_REFUSED_MASTERS, "masters"},     {CAPHEAP_REFUSED_TAG, "tag"},
    {CAPHEAP_REFUSED_ALIAS, "alias"},         {CAPHEAP_REFUSED_NOTHING, "nothing"},
    {CAPHEAP_REFUSED_OWNERS, "owners"},       {CAPHEAP_REFUSED_HELD, "held"},
    {CAPHEAP_REFUSED_QUOTA, "quota"},         {CAPHEAP_REFUSED_RESERVE, "reserve"},
    {CAPHEAP_REFUSED_ALIGNMENT, "alignment"}, {CAPHEAP_REFUSED_SMALL, "small"},
};
#define REASONS (sizeof named_reasons / sizeof named_reasons[0])

static const char *reason_name(const refusal_region_t *region, size_t number) {
    if (named_reasons[number].reason == CAPHEAP_REFUSED_SMALL) {
        return region->room == REFUSAL_FULL     ? "full"
               : region->room == REFUSAL_PIECES ? "pieces"
                                                : "small";
    }
    return named_reasons[number].name;
}

/* `reason`: the first of them. */
static void put_reasons(const refusal_region_t *region, json_t *json) {
    const char *first = NULL;
    for (size_t i = 0; i < REASONS && first == NULL; i++) {
        first = (region->reasons & named_reasons[i].reason) != 0 ? reason_name(region, i) : NULL;
    }
    json_text(json, "reason", first);
    json_open_array(json, "reasons");
    for (size_t i = 0; i < REASONS; i++) {
        if ((region->reasons & named_reasons[i].reason) != 0) {
            json_text(json, NULL, reason_name(region, i));
        }
    }
    json_close_array(json);
}

static void put_region(const snapshot_t *snapshot, const refusal_region_t *region, json_t *json) {
    json_open_line(json, NULL);
    json_number(json, "start", memory_chip_address(snapshot->memory, region->start));
    put_reasons(region, json);
    report_json_caps(json, "lacking", region->lacking);
    report_json_caps(json, "forbidden", region->forbidden);
    report_json_masters(snapshot, json, "unreached", region->unreached);
    json_number(json, "total", region->total);
    json_number(json, "kept", region->kept);
    json_number(json, "least_free", region->least_free);
    json_number(json, "most_free", region->most_free);
    json_number(json, "least_largest", region->least_largest);
    json_number(json, "most_largest", region->most_largest);
    json_number(json, "most_needed", region->most_needed);
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
    report_json_caps(json, "caps", kind->request.caps);
    report_json_caps(json, "without", kind->request.without);
    report_json_masters(snapshot, json, "masters", kind->request.masters);
    json_text(json, "quota", kind->request.owner != NULL ? kind->request.owner->name : NULL);
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
