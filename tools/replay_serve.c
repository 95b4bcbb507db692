/* SPDX-License-Identifier: MIT */
/* One call of a program: asked of the heap, and what comes back verified. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "replay.h"

#define GRANULE_MIN 8u

typedef struct serving {
    replay_t *replay;
    replay_program_t *program;
    size_t program_number;
    const trace_call_t *call;
    capheap_request_t request;
    size_t payer;
    problem_t *problem;
} serving_t;

static bool fault(const serving_t *serving, const char *what, const void *ptr) {
    return problem_set(serving->problem,
                       "%s: call %" PRIu64 " (%s of %" PRIu64 " bytes): %s, at %" PRIX64
                       "; this is a fault of capheap itself",
                       serving->program->path, serving->replay->calls,
                       trace_op_name(serving->call->op), serving->call->size, what,
                       memory_chip_address(serving->replay->memory, (uintptr_t)ptr));
}

/* ----------------------------------------------------------------------------------------- asked
 */

static capheap_caps_t caps_of(const serving_t *serving) {
    if (serving->program->ask.caps != 0) {
        return serving->program->ask.caps;
    }
    return serving->call->caps != 0 ? serving->call->caps : CAPHEAP_DEFAULT;
}

static void remember_caps(replay_t *replay, capheap_caps_t caps) {
    for (size_t i = 0; i < replay->asked_caps_count; i++) {
        if (replay->asked_caps[i] == caps) {
            return;
        }
    }
    if (replay->asked_caps_count < REPLAY_CAPS_MAX) {
        replay->asked_caps[replay->asked_caps_count++] = caps;
    }
}

/* A size beyond what a pointer of this PC can span is refused like any other that is too large. */
static size_t size_of(const trace_call_t *call) {
    return call->size < SIZE_MAX ? (size_t)call->size : SIZE_MAX;
}

/* Likewise an alignment: the largest that a pointer can have is beyond every chip. */
static size_t alignment_of(const trace_call_t *call) {
    const size_t most = SIZE_MAX / 2 + 1;
    return call->alignment < most ? (size_t)call->alignment : most;
}

/* All that the call asks for. payer: whom it is charged to. */
static void make_request(serving_t *serving, size_t payer) {
    const replay_ask_t *ask = &serving->program->ask;
    const trace_call_t *call = serving->call;
    policy_run_t *policy = &serving->replay->in_force;
    serving->payer = payer;
    serving->request = (capheap_request_t){
        .size = size_of(call),
        .alignment = call->op == TRACE_ALIGNED ? alignment_of(call) : 0,
        .caps = caps_of(serving),
        .without = ask->without,
        .masters = ask->masters,
        .prefer = ask->prefer,
        .prefer_count = ask->prefer_count,
        .zero = call->op == TRACE_CALLOC,
        .owner = payer != POLICY_NOBODY ? &policy->owners[payer] : NULL,
    };
    if (payer != POLICY_NOBODY) {
        policy->uses[payer].calls++;
    }
}

static size_t payer_of(const serving_t *serving) {
    return policy_payer(&serving->replay->in_force, serving->program_number, serving->program->name,
                        serving->program->reader, serving->call);
}

/* Does a simple call say all of it? These are what programs make most. */
static bool is_simple(const capheap_request_t *request) {
    return request->without == 0 && request->masters == 0 && request->prefer_count == 0 &&
           request->owner == NULL;
}

static void *ask(const serving_t *serving) {
    capheap_heap_t *heap = serving->replay->heap;
    const capheap_request_t *request = &serving->request;
    if (!is_simple(request)) {
        return capheap_allocate(heap, request);
    }
    switch (serving->call->op) {
    case TRACE_CALLOC:
        return capheap_calloc(heap, 1, request->size, request->caps);
    case TRACE_ALIGNED:
        return capheap_aligned_alloc(heap, request->alignment, request->size, request->caps);
    default:
        return capheap_malloc(heap, request->size, request->caps);
    }
}

static void *ask_again(const serving_t *serving, void *ptr) {
    capheap_heap_t *heap = serving->replay->heap;
    const capheap_request_t *request = &serving->request;
    return is_simple(request) ? capheap_realloc(heap, ptr, request->size, request->caps)
                              : capheap_reallocate(heap, ptr, request);
}

static bool note_refusal(const serving_t *serving) {
    replay_t *replay = serving->replay;
    bool over = false;
    serving->program->refused++;
    if (!refusals_add(&replay->refusals, replay->heap, serving->call, &serving->request,
                      serving->program_number, replay->calls, &over)) {
        return problem_set(serving->problem, "out of memory");
    }
    if (serving->payer != POLICY_NOBODY) {
        replay->in_force.uses[serving->payer].refused++;
        replay->in_force.uses[serving->payer].over += over;
    }
    return true;
}

/* -------------------------------------------------------------------------------------- verified
 */

/* Where a block that the heap gave really is. */
static bool locate(const serving_t *serving, replay_block_t *block) {
    capheap_heap_t *heap = serving->replay->heap;
    capheap_region_info_t info;
    if (!capheap_find_region(heap, block->ptr, &info)) {
        return fault(serving, "the block is in no region", block->ptr);
    }
    const capheap_memory_t *memory = &info.memory;
    uintptr_t address = (uintptr_t)block->ptr;
    bool by_alias = address - memory->start >= memory->size;
    block->usable = capheap_usable_size(heap, block->ptr);
    block->start = by_alias ? capheap_memory_from_alias(memory, address, block->usable) : address;
    block->view.word_only = info.word_only || by_alias;
    block->view.reversed = by_alias && memory->alias_kind == CAPHEAP_ALIAS_INVERTED;
    block->view.data =
        (unsigned char *)(block->view.reversed ? block->start + block->usable : block->start);
    if (block->start < memory->start || block->usable > memory->size ||
        block->start - memory->start > memory->size - block->usable) {
        return fault(serving, "the block reaches beyond its region", block->ptr);
    }
    return true;
}

static bool take(const serving_t *serving, replay_block_t *block) {
    replay_t *replay = serving->replay;
    if (!locate(serving, block)) {
        return false;
    }
    uint64_t alignment = serving->call->op == TRACE_ALIGNED ? serving->call->alignment : 1;
    alignment = alignment > GRANULE_MIN ? alignment : GRANULE_MIN;
    if (((uintptr_t)block->ptr & (uintptr_t)(alignment - 1)) != 0) {
        return fault(serving, "the block is not aligned", block->ptr);
    }
    if (block->usable < block->size) {
        return fault(serving, "the block is too small", block->ptr);
    }
    if (!shadow_take(&replay->shadow, memory_offset(replay->memory, block->start), block->usable)) {
        return fault(serving, "the block overlaps another", block->ptr);
    }
    replay->used += block->usable;
    return true;
}

static bool give_back(const serving_t *serving, const replay_block_t *block) {
    replay_t *replay = serving->replay;
    if (!shadow_release(&replay->shadow, memory_offset(replay->memory, block->start),
                        block->usable)) {
        return fault(serving, "the block was not wholly in use", block->ptr);
    }
    replay->used -= block->usable;
    return true;
}

static void count_live(replay_program_t *program, uint64_t more, uint64_t less) {
    program->live_bytes = program->live_bytes + more - less;
    if (program->live_bytes > program->peak_bytes) {
        program->peak_bytes = program->live_bytes;
    }
}

/* ------------------------------------------------------------------------------------- the calls
 */

static bool allocate(serving_t *serving, replay_block_t *block) {
    const trace_call_t *call = serving->call;
    memset(block, 0, sizeof *block);
    block->live = true;
    block->site = call->site;
    block->task = call->task;
    serving->program->calls++;
    make_request(serving, payer_of(serving));
    remember_caps(serving->replay, serving->request.caps);
    block->payer = serving->payer;
    block->ptr = ask(serving);
    if (block->ptr == NULL && call->size != 0) {
        block->refused = true;
        return note_refusal(serving);
    }
    block->size = size_of(call);
    block->seed = (uint32_t)serving->replay->calls * UINT32_C(0x85EBCA6B);
    serving->program->live_blocks++;
    count_live(serving->program, block->size, 0);
    if (block->ptr == NULL) {
        return true;
    }
    if (!take(serving, block)) {
        return false;
    }
    if (call->op == TRACE_CALLOC && !pattern_is_zero(&block->view, block->size)) {
        return fault(serving, "the block is not all zero", block->ptr);
    }
    pattern_write(&block->view, 0, block->size, block->seed);
    return true;
}

static bool contents_kept(const serving_t *serving, const replay_block_t *block, size_t size) {
    return block->ptr == NULL || pattern_is_kept(&block->view, size, block->seed) ||
           fault(serving, "somebody wrote into the block", block->ptr);
}

static bool release(const serving_t *serving, replay_block_t *block) {
    if (block->refused) {
        serving->program->skipped++;
        block->live = false;
        return true;
    }
    serving->program->calls++;
    if (block->ptr != NULL) {
        if (!contents_kept(serving, block, block->size) || !give_back(serving, block)) {
            return false;
        }
        capheap_free(serving->replay->heap, block->ptr);
    }
    serving->program->live_blocks--;
    count_live(serving->program, 0, block->size);
    block->live = false;
    block->ptr = NULL;
    return true;
}

static bool resize(serving_t *serving, replay_block_t *block) {
    size_t size = size_of(serving->call);
    if (block->refused) {
        serving->program->skipped++;
        return true;
    }
    serving->program->calls++;
    if (!contents_kept(serving, block, block->size)) {
        return false;
    }
    /* A block stays whose it is; one of size 0 is nobody's yet. */
    make_request(serving, block->ptr != NULL ? block->payer : payer_of(serving));
    void *ptr = ask_again(serving, block->ptr);
    if (ptr == NULL) {
        return contents_kept(serving, block, block->size) && note_refusal(serving);
    }
    replay_block_t old = *block;
    block->ptr = ptr;
    block->payer = serving->payer;
    block->size = size;
    block->site = serving->call->site;
    block->task = serving->call->task;
    if ((old.ptr != NULL && !give_back(serving, &old)) || !take(serving, block)) {
        return false;
    }
    size_t kept = old.size < size ? old.size : size;
    if (block->view.word_only || old.view.word_only) {
        kept -= kept % 4; /* the last bytes were never written */
    }
    if (!pattern_is_kept(&block->view, kept, block->seed)) {
        return fault(serving, "contents were lost", ptr);
    }
    pattern_write(&block->view, kept, size, block->seed);
    serving->program->reallocs++;
    serving->program->moved += old.ptr != NULL && ptr != old.ptr;
    count_live(serving->program, size, old.size);
    return true;
}

static replay_block_t *block_of(replay_program_t *program, uint32_t number) {
    if (number >= program->block_count) {
        size_t count = 2 * (size_t)number + 64;
        replay_block_t *blocks = realloc(program->blocks, count * sizeof *blocks);
        if (blocks == NULL) {
            return NULL;
        }
        memset(blocks + program->block_count, 0, (count - program->block_count) * sizeof *blocks);
        program->blocks = blocks;
        program->block_count = count;
    }
    return &program->blocks[number];
}

/* A line that the runs of two builds can be compared by. */
static void write_address(const serving_t *serving, const void *ptr) {
    const replay_t *replay = serving->replay;
    if (replay->addresses == NULL) {
        return;
    }
    fprintf(replay->addresses, "%" PRIu64 " %s %s ", replay->calls, serving->program->name,
            trace_op_name(serving->call->op));
    if (ptr != NULL) {
        fprintf(replay->addresses, "%08" PRIX64 "\n",
                memory_chip_address(replay->memory, (uintptr_t)ptr));
    } else {
        fputs("-\n", replay->addresses);
    }
}

bool replay_serve(replay_t *replay, size_t number, const trace_call_t *call, problem_t *problem) {
    replay_program_t *program = &replay->programs[number];
    serving_t serving = {.replay = replay,
                         .program = program,
                         .program_number = number,
                         .call = call,
                         .payer = POLICY_NOBODY,
                         .problem = problem};
    if (call->op == TRACE_REFUSED) {
        program->refused_recorded++;
        write_address(&serving, NULL);
        return true;
    }
    replay_block_t *block = block_of(program, call->block);
    if (block == NULL) {
        return problem_set(problem, "out of memory");
    }
    uint64_t unserved = program->refused + program->skipped;
    bool sound = false;
    switch (call->op) {
    case TRACE_FREE:
        sound = release(&serving, block);
        break;
    case TRACE_REALLOC:
        sound = resize(&serving, block);
        break;
    default:
        sound = allocate(&serving, block);
        break;
    }
    write_address(&serving, program->refused + program->skipped == unserved ? block->ptr : NULL);
    return sound;
}
