/* SPDX-License-Identifier: MIT */
#include "trace_stats.h"

#include <stdlib.h>
#include <string.h>

/* An array that has an element `index`: grown by doubling, new elements 0. */
static bool reach(void **array, uint32_t *count, uint32_t index, size_t size) {
    if (index < *count) {
        return true;
    }
    uint32_t new_count = *count == 0 ? 64 : *count;
    while (new_count <= index) {
        new_count *= 2;
    }
    void *grown = realloc(*array, new_count * size);
    if (grown == NULL) {
        return false;
    }
    memset((char *)grown + *count * size, 0, (new_count - *count) * size);
    *array = grown;
    *count = new_count;
    return true;
}

static unsigned size_class(uint64_t size) {
    unsigned class = 0;
    while (class < 64 && (class == 0 ? size > 0 : size > UINT64_C(1) << (class - 1))) {
        class ++;
    }
    return class;
}

static unsigned log2_of(uint64_t power) {
    unsigned log2 = 0;
    while (power > 1) {
        power >>= 1;
        log2++;
    }
    return log2;
}

static void count_caps(trace_stats_t *stats, capheap_caps_t caps) {
    unsigned i = 0;
    while (i < stats->caps_count && stats->caps[i] != caps) {
        i++;
    }
    if (i == TRACE_STATS_CAPS) {
        stats->caps_other++;
        return;
    }
    stats->caps[i] = caps;
    stats->caps_requests[i]++;
    stats->caps_count += i == stats->caps_count;
}

static void count_request(trace_stats_t *stats, const trace_call_t *call) {
    unsigned class = size_class(call->size);
    stats->sizes[class]++;
    stats->size_bytes[class] += call->size;
    stats->largest = call->size > stats->largest ? call->size : stats->largest;
    if (call->alignment != 0) {
        stats->alignments[log2_of(call->alignment)]++;
    }
    count_caps(stats, call->caps);
}

static void use_take(trace_use_t *use, uint64_t size) {
    use->live_bytes += size;
    use->live_blocks++;
    use->peak_bytes = use->live_bytes > use->peak_bytes ? use->live_bytes : use->peak_bytes;
    use->peak_blocks = use->live_blocks > use->peak_blocks ? use->live_blocks : use->peak_blocks;
}

static void use_give(trace_use_t *use, uint64_t size) {
    use->live_bytes -= size;
    use->live_blocks--;
}

/* Keep the longest lives, longest first. */
static void remember_life(trace_stats_t *stats, const trace_life_t *life) {
    unsigned i = stats->longest_count;
    if (i == TRACE_STATS_LONG) {
        if (life->calls <= stats->longest[--i].calls) {
            return;
        }
    } else {
        stats->longest_count++;
    }
    while (i > 0 && stats->longest[i - 1].calls < life->calls) {
        stats->longest[i] = stats->longest[i - 1];
        i--;
    }
    stats->longest[i] = *life;
}

/* A block belongs to the site and task that allocated it, or resized it last. */
static void take(trace_stats_t *stats, const trace_call_t *call, uint64_t first_call,
                 uint64_t first_time) {
    trace_life_t *block = &stats->blocks[call->block];
    uint64_t peak = stats->all.peak_bytes;
    *block = (trace_life_t){.size = call->size,
                            .time = first_time,
                            .first_call = first_call,
                            .site = call->site,
                            .task = call->task};
    use_take(&stats->all, call->size);
    use_take(&stats->sites[call->site], call->size);
    use_take(&stats->tasks[call->task], call->size);
    if (stats->all.peak_bytes > peak) {
        stats->peak_call = stats->calls;
    }
}

static void give(trace_stats_t *stats, const trace_life_t *block) {
    use_give(&stats->all, block->size);
    use_give(&stats->sites[block->site], block->size);
    use_give(&stats->tasks[block->task], block->size);
}

static void add_request(trace_stats_t *stats, const trace_call_t *call) {
    trace_use_t *uses[] = {&stats->all, &stats->sites[call->site], &stats->tasks[call->task]};
    for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++) {
        uses[i]->requests++;
        uses[i]->bytes += call->size;
    }
    count_request(stats, call);
    if (call->op != TRACE_REALLOC) {
        take(stats, call, stats->calls, call->time);
        return;
    }
    trace_life_t old = stats->blocks[call->block];
    stats->grown += call->size > call->old_size;
    give(stats, &old);
    take(stats, call, old.first_call, old.time);
}

static void add_free(trace_stats_t *stats, const trace_call_t *call) {
    trace_life_t life = stats->blocks[call->block];
    give(stats, &life);
    life.calls = stats->calls - life.first_call;
    life.time = call->time - life.time;
    remember_life(stats, &life);
}

bool trace_stats_add(trace_stats_t *stats, const trace_call_t *call) {
    if (!reach((void **)&stats->sites, &stats->site_count, call->site, sizeof *stats->sites) ||
        !reach((void **)&stats->tasks, &stats->task_count, call->task, sizeof *stats->tasks) ||
        !reach((void **)&stats->blocks, &stats->block_count, call->block, sizeof *stats->blocks)) {
        return false;
    }
    stats->calls++;
    stats->ops[call->op]++;
    stats->last_time = call->time;
    switch (call->op) {
    case TRACE_MALLOC:
    case TRACE_CALLOC:
    case TRACE_ALIGNED:
    case TRACE_REALLOC:
        add_request(stats, call);
        break;
    case TRACE_FREE:
        add_free(stats, call);
        break;
    case TRACE_REFUSED:
    case TRACE_TASK_START:
    case TRACE_TASK_END:
        break;
    }
    return true;
}

void trace_stats_clear(trace_stats_t *stats) {
    free(stats->sites);
    free(stats->tasks);
    free(stats->blocks);
    *stats = (trace_stats_t){0};
}
