/* SPDX-License-Identifier: MIT */
#include "snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "snapshot_parts.h"

/* --------------------------------------------------------------------------------------- growing
 */

void *snapshot_grow(void *array, size_t count, size_t item, bool *failed) {
    /* Doubled whenever the count reaches a power of two. */
    if (count != 0 && (count & (count - 1)) != 0) {
        return array;
    }
    void *grown = realloc(array, (count == 0 ? 1 : 2 * count) * item);
    *failed = *failed || grown == NULL;
    return grown == NULL ? array : grown;
}

/* ---------------------------------------------------------------------------------------- blocks
 */

/* A live block of some program. */
typedef struct owner {
    uintptr_t start;
    const replay_block_t *block;
    size_t program;
} owner_t;

typedef struct owners {
    owner_t *list; /* by start */
    size_t count;
} owners_t;

static int by_start(const void *a, const void *b) {
    const owner_t *x = a;
    const owner_t *y = b;
    return (x->start > y->start) - (x->start < y->start);
}

static bool list_owners(const replay_t *replay, owners_t *owners) {
    bool failed = false;
    for (size_t p = 0; p < replay->program_count && !failed; p++) {
        const replay_program_t *program = &replay->programs[p];
        for (size_t b = 0; b < program->block_count && !failed; b++) {
            const replay_block_t *block = &program->blocks[b];
            if (block->live && block->ptr != NULL) {
                owners->list =
                    snapshot_grow(owners->list, owners->count, sizeof *owners->list, &failed);
                if (!failed) {
                    owners->list[owners->count++] = (owner_t){block->start, block, p};
                }
            }
        }
    }
    if (owners->count > 0 && !failed) {
        qsort(owners->list, owners->count, sizeof *owners->list, by_start);
    }
    return !failed;
}

static const owner_t *find_owner(const owners_t *owners, uintptr_t start) {
    owner_t key = {.start = start};
    return owners->count == 0
               ? NULL
               : bsearch(&key, owners->list, owners->count, sizeof *owners->list, by_start);
}

static snapshot_block_t describe_block(const replay_t *replay, const owners_t *owners,
                                       const capheap_block_t *block, bool by_task) {
    snapshot_block_t out = {
        .start = memory_chip_address(replay->memory, (uintptr_t)block->start),
        .size = block->size,
        .used = block->used,
        .site = "?",
        .task = "",
    };
    const owner_t *owner = block->used ? find_owner(owners, (uintptr_t)block->start) : NULL;
    if (owner != NULL) {
        const trace_reader_t *reader = replay->programs[owner->program].reader;
        out.program = owner->program;
        out.owner = by_task ? owner->block->task : owner->program;
        out.owner = out.owner < SNAPSHOT_OWNERS ? out.owner : SNAPSHOT_OWNERS - 1;
        out.asked = owner->block->size;
        out.quota = owner->block->payer != POLICY_NOBODY
                        ? replay->policy->quotas[owner->block->payer].who
                        : NULL;
        out.site = trace_site_name(reader, owner->block->site);
        out.task = trace_task_count(reader) > 1 ? trace_task_name(reader, owner->block->task) : "";
    }
    return out;
}

static void count_block(snapshot_t *snapshot, const snapshot_block_t *block) {
    if (!block->used) {
        return;
    }
    snapshot_program_t *program = &snapshot->programs[block->program];
    snapshot_owner_t *owner = &snapshot->owners[block->owner];
    program->moment_blocks++;
    program->moment_bytes += block->asked;
    program->moment_used += block->size;
    owner->blocks++;
    owner->asked += block->asked;
    owner->used += block->size;
}

static bool take_blocks(snapshot_t *snapshot, const replay_t *replay, const owners_t *owners,
                        const capheap_region_info_t *info, snapshot_region_t *region) {
    capheap_block_t block = {0};
    bool failed = false;
    region->first_block = snapshot->block_count;
    while (info->serving && !failed && capheap_next_block(replay->heap, info, &block)) {
        snapshot->blocks = snapshot_grow(snapshot->blocks, snapshot->block_count,
                                         sizeof *snapshot->blocks, &failed);
        if (failed) {
            return false;
        }
        snapshot_block_t described =
            describe_block(replay, owners, &block, snapshot->owners_are_tasks);
        snapshot->blocks[snapshot->block_count++] = described;
        region->block_count++;
        region->free_blocks += !described.used;
        region->asked += described.asked;
        count_block(snapshot, &described);
    }
    return true;
}

/* --------------------------------------------------------------------------------------- regions
 */

static snapshot_region_t describe_region(const replay_t *replay, const capheap_region_info_t *info,
                                         const capheap_refusal_t *ordinary) {
    const capheap_memory_t *memory = &info->memory;
    const capheap_figures_t *figures = &info->figures;
    return (snapshot_region_t){
        .type = info->type->name,
        .caps = info->caps,
        .tag = info->tag,
        .start = memory_chip_address(replay->memory, memory->start),
        .size = memory->size,
        .alias = memory->alias_kind == CAPHEAP_ALIAS_NONE ? 0 : memory->alias,
        .alias_inverted = memory->alias_kind == CAPHEAP_ALIAS_INVERTED,
        .startup = (memory->flags & CAPHEAP_MEMORY_STARTUP) != 0,
        .external = (memory->flags & CAPHEAP_MEMORY_EXTERNAL) != 0,
        .serving = info->serving,
        .word_only = info->word_only,
        .granule = info->granule,
        .books = info->serving ? memory->size - figures->total : 0,
        .total = figures->total,
        .used = figures->used,
        .free = figures->free,
        .largest = figures->largest,
        .minimum_free = figures->minimum_free,
        .blocks = figures->blocks,
        .kept = ordinary->kept,
        .kept_piece = ordinary->kept_piece,
    };
}

static bool take_region(snapshot_t *snapshot, const replay_t *replay, const owners_t *owners,
                        const capheap_region_info_t *info, const capheap_refusal_t *ordinary) {
    bool failed = false;
    snapshot->regions = snapshot_grow(snapshot->regions, snapshot->region_count,
                                      sizeof *snapshot->regions, &failed);
    if (failed) {
        return false;
    }
    snapshot_region_t *region = &snapshot->regions[snapshot->region_count++];
    *region = describe_region(replay, info, ordinary);
    return take_blocks(snapshot, replay, owners, info, region);
}

/* What is kept in reserve the heap tells to a request that names nothing. */
static bool take_regions(snapshot_t *snapshot, const replay_t *replay, const owners_t *owners) {
    const capheap_request_t nothing = {.size = 1};
    capheap_region_info_t info;
    size_t count = replay->heap->slot_count;
    capheap_refusal_t *ordinary = calloc(count + 1, sizeof *ordinary);
    bool taken = ordinary != NULL;
    if (taken) {
        capheap_explain(replay->heap, &nothing, ordinary, count);
    }
    for (uintptr_t from = 0; taken && capheap_next_region(replay->heap, from, &info);
         from = info.memory.start + 1) {
        taken = take_region(snapshot, replay, owners, &info, &ordinary[snapshot->region_count]);
    }
    free(ordinary);
    return taken;
}

/* -------------------------------------------------------------------------------------- programs
 */

static bool take_programs(snapshot_t *snapshot, const replay_t *replay) {
    snapshot->programs = calloc(replay->program_count + 1, sizeof *snapshot->programs);
    if (snapshot->programs == NULL) {
        return false;
    }
    snapshot->program_count = replay->program_count;
    for (size_t i = 0; i < replay->program_count; i++) {
        const replay_program_t *program = &replay->programs[i];
        snapshot->programs[i].name = program->name;
        snapshot->programs[i].path = program->path;
        snapshot->programs[i].origin = trace_header(program->reader)->origin;
        snapshot->programs[i].ask = program->ask;
    }
    return true;
}

static const char *owner_name(const replay_t *replay, size_t number, bool by_task) {
    const replay_program_t *program = &replay->programs[by_task ? 0 : number];
    const char *task = by_task ? trace_task_name(program->reader, (uint32_t)number) : "";
    return task[0] != '\0' ? task : program->name;
}

static bool take_owners(snapshot_t *snapshot, const replay_t *replay) {
    size_t tasks = trace_task_count(replay->programs[0].reader);
    bool by_task = replay->program_count == 1 && tasks > 1;
    size_t count = by_task ? tasks : replay->program_count;
    snapshot->owners_are_tasks = by_task;
    snapshot->owner_count = count < SNAPSHOT_OWNERS ? count : SNAPSHOT_OWNERS;
    snapshot->owners = calloc(snapshot->owner_count, sizeof *snapshot->owners);
    for (size_t i = 0; snapshot->owners != NULL && i < snapshot->owner_count; i++) {
        bool others = i == SNAPSHOT_OWNERS - 1 && count > SNAPSHOT_OWNERS;
        snapshot->owners[i].name = others ? "others" : owner_name(replay, i, by_task);
    }
    return snapshot->owners != NULL;
}

static void complete_program(snapshot_program_t *to, const replay_program_t *from) {
    to->calls = from->calls;
    to->refused = from->refused;
    to->skipped = from->skipped;
    to->refused_recorded = from->refused_recorded;
    to->reallocs = from->reallocs;
    to->moved = from->moved;
    to->peak_bytes = from->peak_bytes;
    to->end_blocks = from->live_blocks;
    to->end_bytes = from->live_bytes;
}

/* ------------------------------------------------------------------------------------------- all
 */

bool snapshot_take(snapshot_t *snapshot, const replay_t *replay, problem_t *problem) {
    owners_t owners = {0};
    memset(snapshot, 0, sizeof *snapshot);
    snapshot->chip = replay->memory->chip;
    snapshot->fitted = replay->memory->fitted;
    snapshot->moment = "end";
    snapshot->moment_call = replay->calls;
    snapshot->startup_calls = replay->startup_calls;
    snapshot->by_time = replay->by_time;
    snapshot->memory = replay->memory;
    snapshot->replay = replay;
    snapshot->policy_now = &replay->in_force;
    snapshot->policy = &replay->in_force;
    bool taken = take_programs(snapshot, replay) && take_owners(snapshot, replay) &&
                 list_owners(replay, &owners) && take_regions(snapshot, replay, &owners) &&
                 snapshot_take_memories(snapshot, replay) && snapshot_take_sets(snapshot, replay);
    free(owners.list);
    if (!taken) {
        snapshot_free(snapshot);
        return problem_set(problem, "out of memory");
    }
    return true;
}

/* What serves at the end may have been held back at the moment shown. */
static uint64_t least(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

void snapshot_complete(snapshot_t *snapshot, const replay_t *whole) {
    capheap_region_info_t info;
    snapshot->calls = whole->calls;
    snapshot->peak_used = whole->peak_used;
    snapshot->peak_call = whole->peak_call;
    snapshot->refusals = &whole->refusals;
    snapshot->policy = &whole->in_force;
    for (size_t i = 0; i < snapshot->program_count; i++) {
        complete_program(&snapshot->programs[i], &whole->programs[i]);
    }
    for (uintptr_t from = 0; capheap_next_region(whole->heap, from, &info);
         from = info.memory.start + 1) {
        snapshot_region_t *region =
            (snapshot_region_t *)snapshot_region_at(snapshot, info.memory.start);
        if (region != NULL) {
            region->minimum_free = least(info.figures.minimum_free, region->free);
        }
    }
    for (size_t i = 0; i < snapshot->set_count; i++) {
        capheap_figures_t figures;
        capheap_get_figures(whole->heap, snapshot->sets[i].caps, &figures);
        snapshot->sets[i].minimum_free =
            least(figures.minimum_free, snapshot->sets[i].figures.free);
    }
}

void snapshot_free(snapshot_t *snapshot) {
    free(snapshot->memories);
    free(snapshot->reserved);
    free(snapshot->regions);
    free(snapshot->blocks);
    free(snapshot->sets);
    free(snapshot->programs);
    free(snapshot->owners);
    memset(snapshot, 0, sizeof *snapshot);
}

const snapshot_region_t *snapshot_region_at(const snapshot_t *snapshot, uintptr_t here) {
    uint64_t start = memory_chip_address(snapshot->memory, here);
    for (size_t i = 0; i < snapshot->region_count; i++) {
        if (snapshot->regions[i].start == start) {
            return &snapshot->regions[i];
        }
    }
    return NULL;
}

snapshot_sums_t snapshot_sum(const snapshot_t *snapshot) {
    snapshot_sums_t sums = {0};
    for (size_t i = 0; i < snapshot->memory_count; i++) {
        sums.memory += snapshot->memories[i].size;
    }
    for (size_t i = 0; i < snapshot->reserved_count; i++) {
        sums.reserved += snapshot->reserved[i].size;
    }
    for (size_t i = 0; i < snapshot->region_count; i++) {
        const snapshot_region_t *region = &snapshot->regions[i];
        sums.held += region->serving ? 0 : region->size;
        sums.books += region->books;
        sums.used += region->used;
        sums.asked += region->asked;
        sums.free += region->free;
        sums.blocks += region->blocks;
    }
    return sums;
}
