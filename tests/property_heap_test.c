/* SPDX-License-Identifier: MIT */
/*
 * Random calls on random heaps: memories of random size, capabilities, granule, cache line and
 * alias, that come, wait for the end of start-up, and go; compared with a plain model after every
 * call (property_heap_model.h).
 *
 *     property_heap_test [--seed N] [--steps N] [--round N] [--log]       (property_settings.h)
 */
#include <inttypes.h>

#include "property_heap_model.h"
#include "property_settings.h"

#define DEFAULT_STEPS 60000
#define TYPES         5
#define TAGS          4

static const capheap_caps_t some_caps[] = {
    CAPHEAP_EXEC,    CAPHEAP_8BIT,   CAPHEAP_DMA,       CAPHEAP_SPIRAM, CAPHEAP_INTERNAL,
    CAPHEAP_DEFAULT, CAPHEAP_ATOMIC, CAPHEAP_RETENTION, CAPHEAP_RTCRAM, CAPHEAP_SIMD,
};
enum {
    CAPS = sizeof(some_caps) / sizeof(some_caps[0])
};

/* What happened, to see that every kind of thing did. */
typedef struct tally {
    uint64_t steps, rounds;
    uint64_t served, refused, aliases, lines, resized, moved, resize_refused;
    uint64_t added, removed, remove_refused, held;
} tally_t;

typedef struct player {
    heap_model_t model;
    capheap_type_t types[TYPES];
    test_random_t random;
    tally_t *tally;
    uint32_t slots;
    bool log;
} player_t;

static uint32_t below(player_t *player, uint32_t bound) {
    return test_random_below(&player->random, bound);
}

static uint32_t any_slot(player_t *player) {
    return below(player, player->slots);
}

/* Every type takes words; the rest by chance, each bit in one of the three priorities. */
static void make_types(player_t *player) {
    static const uint32_t granules[] = {0, 0, 8, 16, 64};
    static const uint32_t lines[] = {0, 0, 32, 64, 128};
    for (size_t i = 0; i < TYPES; i++) {
        capheap_type_t *type = &player->types[i];
        *type = (capheap_type_t){.name = "random",
                                 .granule = granules[below(player, 5)],
                                 .cache_line = lines[below(player, 5)]};
        type->caps[below(player, CAPHEAP_PRIORITIES)] |= CAPHEAP_32BIT;
        for (size_t bit = 0; bit < CAPS; bit++) {
            if (below(player, 100) < 60)
                type->caps[below(player, CAPHEAP_PRIORITIES)] |= some_caps[bit];
        }
    }
}

/* Bits that some type has, so that most requests can be served; now and then any. */
static capheap_caps_t any_caps(player_t *player) {
    const capheap_type_t *type = &player->types[below(player, TYPES)];
    capheap_caps_t all = capheap_type_caps(type);
    capheap_caps_t caps = 0;
    uint32_t kind = below(player, 20);
    for (size_t bit = 0; bit < CAPS; bit++) {
        if (below(player, 3) == 0)
            caps |= some_caps[bit];
    }
    if (kind > 0)
        caps &= all;
    if (caps == 0 || below(player, 3) == 0)
        caps |= CAPHEAP_32BIT;
    if (kind == 1)
        caps = (all & CAPHEAP_EXEC) | CAPHEAP_32BIT;
    if (below(player, 10) == 0)
        caps |= CAPHEAP_CACHE_ALIGNED;
    return kind == 2 && below(player, 10) == 0 ? 0 : caps;
}

static size_t any_size(player_t *player) {
    uint32_t kind = below(player, 100);
    if (kind < 70)
        return test_random_between(&player->random, 1, 128);
    if (kind < 95)
        return test_random_between(&player->random, 1, 2000);
    if (kind < 98)
        return below(player, HEAP_MODEL_WINDOW);
    return kind == 98 ? 0 : SIZE_MAX - below(player, 300);
}

static void play_add(player_t *player) {
    size_t index = below(player, HEAP_MODEL_MEMORIES);
    size_t type = below(player, TYPES);
    uint32_t size = below(player, 4) == 0 ? test_random_between(&player->random, 64, 600)
                                          : test_random_between(&player->random, 600, 40000);
    capheap_memory_t memory = {
        .start = below(player, 64) * 4,
        .size = size / 4 * 4,
        .flags = below(player, 5) == 0 ? CAPHEAP_MEMORY_STARTUP : 0,
    };
    if (below(player, 2) == 0 && (capheap_type_caps(&player->types[type]) & CAPHEAP_EXEC) != 0) {
        bool linear = below(player, 2) == 0;
        memory.alias_kind = linear ? CAPHEAP_ALIAS_LINEAR : CAPHEAP_ALIAS_INVERTED;
        /* As well aligned as the memory, all but seldom. */
        memory.alias = 4096 + (linear ? memory.start : 0 - memory.start - memory.size) % 128 +
                       below(player, 4) * 128 + (below(player, 20) == 0 ? 4 : 0);
    }
    heap_model_add(&player->model, index, &player->types[type], below(player, TAGS), memory);
    player->tally->added++;
    player->tally->held +=
        player->model.memories[index].added && !player->model.memories[index].serving;
}

/* To take out a memory, first give back most of what is in it. */
static void play_remove(player_t *player) {
    size_t index = below(player, HEAP_MODEL_MEMORIES);
    for (size_t slot = 0; slot < HEAP_MODEL_SLOTS && below(player, 100) != 0; slot++) {
        const heap_model_block_t *block = &player->model.blocks[slot];
        if (block->ptr != NULL && block->memory == index)
            heap_model_free(&player->model, slot);
    }
    bool had_blocks = player->model.memories[index].blocks > 0;
    if (heap_model_remove(&player->model, index))
        player->tally->removed++;
    else
        player->tally->remove_refused += had_blocks;
}

static bool play_allocation(player_t *player, uint32_t slot) {
    heap_model_t *model = &player->model;
    capheap_caps_t caps = any_caps(player);
    size_t size = any_size(player);
    capheap_caps_t prefer[3] = {caps, any_caps(player), any_caps(player)};
    switch (below(player, 10)) {
    case 0:
        return heap_model_calloc(model, slot, below(player, 20) == 0 ? SIZE_MAX / 8 : 3, size,
                                 caps);
    case 1:
    case 2:
        return heap_model_aligned(model, slot,
                                  below(player, 20) == 0 ? below(player, 99)
                                                         : (size_t)1 << below(player, 13),
                                  size, caps);
    case 3:
        return heap_model_prefer(model, slot, size, prefer, below(player, 4));
    case 4:
        return heap_model_tagged(model, slot, size, below(player, TAGS));
    default:
        return heap_model_malloc(model, slot, size, caps);
    }
}

static void log_call(const player_t *player, const char *call, uint32_t slot) {
    const heap_model_block_t *block = &player->model.blocks[slot];
    if (!player->log)
        return;
    if (block->ptr == NULL)
        printf("%s %" PRIu32 ": none\n", call, slot);
    else
        printf("%s %" PRIu32 ": %zu bytes in memory %zu%s\n", call, slot, block->usable,
               block->memory, block->by_alias ? ", by its alias" : "");
}

static void play_and_count_allocation(player_t *player) {
    uint32_t slot = any_slot(player);
    bool served = play_allocation(player, slot);
    player->tally->served += served;
    player->tally->refused += !served;
    player->tally->aliases += served && player->model.blocks[slot].by_alias;
    log_call(player, "allocate", slot);
}

static void play_realloc(player_t *player) {
    uint32_t slot = any_slot(player);
    heap_model_block_t old = player->model.blocks[slot];
    size_t size = any_size(player);
    if (old.ptr != NULL && below(player, 2) == 0)
        size = old.usable + below(player, 40);
    if (!heap_model_realloc(&player->model, slot, size, any_caps(player)))
        player->tally->resize_refused++;
    else if (old.ptr != NULL && player->model.blocks[slot].memory != old.memory)
        player->tally->moved++;
    else
        player->tally->resized++;
    log_call(player, "realloc", slot);
}

static void play_misuse(player_t *player) {
    heap_model_t *model = &player->model;
    const heap_model_memory_t *memory = &model->memories[below(player, HEAP_MODEL_MEMORIES)];
    const heap_model_block_t *block = &model->blocks[any_slot(player)];
    void *ptr = model->arena + below(player, HEAP_MODEL_MEMORIES * HEAP_MODEL_WINDOW);
    if (below(player, 2) == 0 && memory->added)
        ptr = (void *)(memory->memory.start + below(player, (uint32_t)memory->memory.size));
    if (below(player, 3) == 0 && block->ptr != NULL && !block->by_alias)
        ptr = block->ptr + 1 + below(player, (uint32_t)block->usable - 1);
    heap_model_misuse(model, ptr, below(player, 3));
}

static void play_step(player_t *player) {
    uint32_t kind = below(player, 1000);
    if (kind < 450) {
        play_and_count_allocation(player);
    } else if (kind < 700) {
        uint32_t slot = any_slot(player);
        heap_model_free(&player->model, slot);
        log_call(player, "free", slot);
    } else if (kind < 930) {
        play_realloc(player);
    } else if (kind < 950) {
        play_misuse(player);
    } else if (kind < 965) {
        play_add(player);
    } else if (kind < 975) {
        play_remove(player);
    } else if (kind < 977) {
        heap_model_end_startup(&player->model);
    } else {
        heap_model_check(&player->model, any_caps(player) & ~CAPHEAP_CACHE_ALIGNED,
                         below(player, TAGS));
    }
}

static bool play_round(const property_settings_t *settings, uint64_t round, tally_t *tally) {
    static player_t player;
    memset(&player, 0, sizeof(player));
    player.random = property_random(settings, round);
    player.tally = tally;
    player.log = settings->log;
    heap_model_open(&player.model);
    make_types(&player);
    player.slots = test_random_between(&player.random, 8, HEAP_MODEL_SLOTS);
    for (uint32_t i = test_random_between(&player.random, 1, 8); i > 0; i--)
        play_add(&player);
    uint32_t steps = test_random_between(&player.random, 100, 1500);
    uint64_t step = 0;
    for (; step < steps && player.model.failure == NULL; step++)
        play_step(&player);
    heap_model_check(&player.model, 0, 0);
    tally->steps += step;
    tally->rounds++;
    if (player.model.failure != NULL)
        property_print_failure(settings, "property_heap_test", round, step, player.model.failure);
    heap_model_close(&player.model);
    return player.model.failure == NULL;
}

static bool saw_everything(const tally_t *tally) {
    return tally->served > 0 && tally->refused > 0 && tally->aliases > 0 && tally->resized > 0 &&
           tally->moved > 0 && tally->resize_refused > 0 && tally->added > 0 &&
           tally->removed > 0 && tally->remove_refused > 0 && tally->held > 0;
}

int main(int argc, char **argv) {
    property_settings_t settings = property_settings(argc, argv, DEFAULT_STEPS);
    tally_t tally = {0};
    if (settings.one_round)
        return play_round(&settings, settings.round, &tally) ? 0 : 1;
    for (uint64_t round = 0; tally.steps < settings.steps; round++) {
        if (!play_round(&settings, round, &tally))
            return 1;
    }
    printf("seed %" PRIu64 ": %" PRIu64 " steps on %" PRIu64 " heaps\n"
           "  %" PRIu64 " served (%" PRIu64 " by an alias), %" PRIu64 " refused\n"
           "  realloc: %" PRIu64 " in the same memory, %" PRIu64 " into another, %" PRIu64
           " refused\n"
           "  memories: %" PRIu64 " added (%" PRIu64 " held back), %" PRIu64 " removed, %" PRIu64
           " busy\n",
           settings.seed, tally.steps, tally.rounds, tally.served, tally.aliases, tally.refused,
           tally.resized, tally.moved, tally.resize_refused, tally.added, tally.held, tally.removed,
           tally.remove_refused);
    if (settings.steps >= 50000 && !saw_everything(&tally)) {
        puts("FAIL: some kind of event never happened, so it was not tested");
        return 1;
    }
    return 0;
}
