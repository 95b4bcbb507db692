/* SPDX-License-Identifier: MIT */
#include "json.h"
#include "report.h"

static void put_rules(const snapshot_t *snapshot, json_t *json) {
    const policy_t *policy = snapshot->policy->policy;
    json_open_object(json, "policy");
    json_number(json, "internal_up_to", policy->placement.internal_up_to);
    json_number(json, "external_from", policy->placement.external_from);
    json_open_array(json, "order");
    for (size_t i = 0; i < policy->order_count; i++) {
        json_text(json, NULL, snapshot->chip->types[policy->order[i]].name);
    }
    json_close_array(json);
    json_open_array(json, "reserves");
    for (size_t i = 0; i < policy->reserve_count; i++) {
        json_open_line(json, NULL);
        report_json_caps(json, "caps", policy->reserves[i].caps);
        json_number(json, "bytes", policy->reserves[i].bytes);
        json_number(json, "piece", policy->reserves[i].piece);
        json_close_object(json);
    }
    json_close_array(json);
    json_number(json, "owner_table_bytes", snapshot->policy->table_bytes);
    json_close_object(json);
}

static void put_quotas(const snapshot_t *snapshot, json_t *json) {
    const policy_run_t *run = snapshot->policy;
    json_open_array(json, "quotas");
    for (size_t i = 0; i < run->policy->quota_count; i++) {
        json_open_line(json, NULL);
        json_text(json, "who", run->policy->quotas[i].who);
        json_text(json, "in", run->policy->quotas[i].in_text);
        json_number(json, "limit", run->policy->quotas[i].limit);
        json_number(json, "used", snapshot->policy_now->owners[i].used);
        json_number(json, "peak", run->owners[i].peak);
        json_number(json, "requests", run->uses[i].calls);
        json_number(json, "refused", run->uses[i].refused);
        json_number(json, "over", run->uses[i].over);
        json_close_object(json);
    }
    json_close_array(json);
}

static void put_signals(const watch_t *watch, json_t *json) {
    json_open_array(json, "signals");
    for (size_t i = 0; i < watch->signal_count; i++) {
        const watch_signal_t *signal = &watch->signals[i];
        json_open_line(json, NULL);
        json_number(json, "call", signal->call);
        json_number(json, "time", signal->time);
        json_truth(json, "low", signal->low);
        json_number(json, "free", signal->free);
        json_number(json, "largest", signal->largest);
        json_close_object(json);
    }
    json_close_array(json);
}

static void put_mark(const watch_t *watch, json_t *json) {
    json_open_object(json, NULL);
    report_json_caps(json, "caps", watch->mark.caps);
    json_number(json, "free_low", watch->mark.free_low);
    json_number(json, "free_high", watch->mark.free_high);
    json_number(json, "largest_low", watch->mark.largest_low);
    json_number(json, "largest_high", watch->mark.largest_high);
    json_number(json, "low_calls", watch->low_calls);
    put_signals(watch, json);
    json_number(json, "sample_calls", watch->sample_calls);
    json_open_array(json, "samples");
    for (size_t i = 0; i < watch->sample_count; i++) {
        json_open_line(json, NULL);
        json_number(json, "free", watch->samples[i].free);
        json_number(json, "largest", watch->samples[i].largest);
        json_close_object(json);
    }
    json_close_array(json);
    json_close_object(json);
}

void report_json_policy(const snapshot_t *snapshot, struct json *json) {
    put_rules(snapshot, json);
    put_quotas(snapshot, json);
    json_open_array(json, "marks");
    for (size_t i = 0; i < snapshot->policy->watch_count; i++) {
        put_mark(&snapshot->policy->watches[i], json);
    }
    json_close_array(json);
}
