/* SPDX-License-Identifier: MIT */
/*
 * Random chips made into heaps, and the types and masters of every real chip over small memories:
 * random requests with capabilities, what they must not have, masters, alignment, preferences and
 * tags. Every block lies where the model says that it may, in the least precious memory that has
 * room, and shares no cache line with anything if a master is to see it; every refusal is right.
 */
#include <inttypes.h>

#include "capheap/chips.h"
#include "property_chip_model.h"
#include "property_settings.h"

#define DEFAULT_STEPS 100000
#define TYPES         6
#define MEMORIES      10
#define RANGES        3

typedef struct tally {
    uint64_t steps, chips, real_chips, served, refused, with_masters, masters_refused, aliases;
    uint64_t regions, held;
} tally_t;

typedef struct player {
    test_random_t random;
    chip_model_t model;
    capheap_chip_t chip;
    capheap_type_t types[TYPES];
    capheap_memory_t memories[MEMORIES];
    capheap_masters_t reach[TYPES];
    capheap_range_t reserved[RANGES];
    capheap_range_t given[RANGES];
    size_t given_count;
    uintptr_t at;   /* the next memory's place in the arena */
    uintptr_t view; /* and its alias's in the views */
    uint32_t slots; /* of blocks in play */
    tally_t *tally;
    bool log;
} player_t;

static const char *const master_names[] = {"m0", "m1", "m2", "m3", "m4"};

static const capheap_caps_t bits[] = {
    CAPHEAP_EXEC,     CAPHEAP_32BIT,   CAPHEAP_8BIT, CAPHEAP_DMA,  CAPHEAP_SPIRAM,
    CAPHEAP_INTERNAL, CAPHEAP_DEFAULT, CAPHEAP_SPM,  CAPHEAP_SIMD, CAPHEAP_ATOMIC,
};

#define BITS (sizeof(bits) / sizeof(bits[0]))

static uint32_t below(player_t *player, uint32_t bound) {
    return test_random_below(&player->random, bound);
}

static bool chance(player_t *player, uint32_t percent) {
    return test_random_chance(&player->random, percent);
}

/* ---- Chips */

/* Each capability in one of the priorities, or in none. */
static void make_type(player_t *player, size_t index) {
    static const uint32_t granules[] = {0, 0, 0, 8, 16, 32, 64, 128};
    static const uint32_t lines[] = {0, 0, 16, 32, 32, 64, 128};
    capheap_type_t type = {.name = "random",
                           .granule = granules[below(player, 8)],
                           .cache_line = lines[below(player, 7)]};
    for (size_t i = 0; i < BITS; i++) {
        uint32_t level = below(player, 5);
        if (level < CAPHEAP_PRIORITIES) {
            type.caps[level] |= bits[i];
        }
    }
    player->types[index] = type;
    player->reach[index] = below(player, 32);
}

/* A piece of the arena; often one that goes on where the last one ended, at both addresses. */
static void place_memory(player_t *player, size_t index, uint8_t type, uint8_t flags,
                         uint8_t alias_kind, size_t size) {
    bool apart = index == 0 || chance(player, 60);
    player->at += apart ? 4 * below(player, 64) : 0;
    capheap_memory_t memory = {.start = player->at, .size = size, .type = type, .flags = flags};
    player->at += size;
    if (alias_kind != CAPHEAP_ALIAS_NONE) {
        memory.alias_kind = alias_kind;
        /* Both sides are alike in the last seven bits, as whole granules want it. */
        uintptr_t low = alias_kind == CAPHEAP_ALIAS_LINEAR ? memory.start : 0 - player->at;
        player->view += (low - player->view) & 127;
        memory.alias = player->view;
        player->view += size;
    }
    player->memories[index] = memory;
}

static size_t room_left(const player_t *player) {
    return CHIP_MODEL_ARENA - 1024 - (size_t)(player->at - (uintptr_t)player->model.arena);
}

static void make_memories(player_t *player) {
    size_t count = test_random_between(&player->random, 1, MEMORIES);
    uint8_t type = 0;
    for (size_t i = 0; i < count; i++) {
        size_t size = 4 * (size_t)test_random_between(&player->random, 16, 2048);
        type = chance(player, 30) ? type : (uint8_t)below(player, player->chip.type_count);
        unsigned flags = chance(player, 20) ? CAPHEAP_MEMORY_STARTUP : 0;
        flags |= chance(player, 20) ? CAPHEAP_MEMORY_EXTERNAL : 0;
        uint8_t alias_kind = chance(player, 50) ? 0 : (uint8_t)below(player, 3);
        if (size <= room_left(player)) {
            place_memory(player, player->chip.memory_count++, type, (uint8_t)flags, alias_kind,
                         size);
        }
    }
}

static capheap_range_t any_range(player_t *player) {
    const capheap_memory_t *memory = &player->memories[below(player, player->chip.memory_count)];
    bool by_alias = memory->alias_kind != CAPHEAP_ALIAS_NONE && chance(player, 50);
    uintptr_t start = (by_alias ? memory->alias : memory->start);
    uint32_t size = (uint32_t)memory->size;
    start += below(player, size);
    return (capheap_range_t){start, start + below(player, size / 4 + 2), "random"};
}

static size_t make_ranges(player_t *player, capheap_range_t *ranges) {
    size_t count = below(player, RANGES + 1);
    for (size_t i = 0; i < count; i++) {
        ranges[i] = any_range(player);
    }
    return count;
}

static void make_random_chip(player_t *player) {
    player->chip = (capheap_chip_t){.name = "random",
                                    .title = "Random",
                                    .types = player->types,
                                    .memories = player->memories,
                                    .reserved = player->reserved,
                                    .masters = master_names,
                                    .reach = player->reach,
                                    .master_count = 5};
    player->chip.type_count = (uint8_t)test_random_between(&player->random, 1, TYPES);
    for (size_t i = 0; i < player->chip.type_count; i++) {
        make_type(player, i);
    }
    make_memories(player);
    player->chip.reserved_count = (uint8_t)make_ranges(player, player->reserved);
    player->given_count = make_ranges(player, player->given);
}

/* A real chip's types, masters and kinds of memories, with a few kilobytes each. */
static void make_real_chip(player_t *player, const capheap_chip_t *real) {
    player->chip = *real;
    player->chip.memories = player->memories;
    player->chip.memory_count = 0;
    player->chip.reserved = NULL;
    player->chip.usual = NULL;
    player->chip.reserved_count = player->chip.usual_count = 0;
    for (size_t i = 0; i < real->memory_count && i < MEMORIES; i++) {
        const capheap_memory_t *memory = &real->memories[i];
        size_t size = 4 * (size_t)test_random_between(&player->random, 256, 2048);
        if (size <= room_left(player)) {
            place_memory(player, player->chip.memory_count++, memory->type, memory->flags,
                         memory->alias_kind, size);
        }
    }
    player->given_count = make_ranges(player, player->given);
}

static const capheap_chip_t *any_real_chip(player_t *player) {
    uint32_t count = 0;
    while (capheap_chips[count] != NULL) {
        count++;
    }
    return capheap_chips[below(player, count)];
}

static size_t any_fitted(player_t *player) {
    size_t external = 0;
    for (size_t i = 0; i < player->chip.memory_count; i++) {
        const capheap_memory_t *memory = &player->memories[i];
        external += (memory->flags & CAPHEAP_MEMORY_EXTERNAL) != 0 ? memory->size : 0;
    }
    return external == 0        ? 0
           : chance(player, 70) ? external
                                : below(player, (uint32_t)external + 4096);
}

/* ---- Requests */

static capheap_caps_t any_caps(player_t *player) {
    const capheap_type_t *type = &player->chip.types[below(player, player->chip.type_count)];
    capheap_caps_t caps = 0;
    /* Mostly some of what one type has. */
    for (size_t i = 0; i < BITS; i++) {
        bool has = (capheap_type_caps(type) & bits[i]) != 0;
        caps |= (has && chance(player, 30)) || chance(player, 1) ? bits[i] : 0;
    }
    return caps | (chance(player, 10) ? CAPHEAP_CACHE_ALIGNED : 0);
}

static size_t any_size(player_t *player) {
    uint32_t kind = below(player, 100);
    if (kind < 60) {
        return test_random_between(&player->random, 1, 128);
    }
    if (kind < 90) {
        return test_random_between(&player->random, 1, 2048);
    }
    return kind < 98 ? test_random_between(&player->random, 1, 16384)
                     : (size_t)0 - below(player, 300);
}

static size_t any_alignment(player_t *player) {
    uint32_t kind = below(player, 100);
    if (kind < 60) {
        return 0;
    }
    return kind < 97 ? (size_t)1 << below(player, 11)
                     : (kind < 99 ? below(player, 100) : SIZE_MAX / 2 + 1);
}

static capheap_masters_t any_masters(player_t *player) {
    if (player->chip.master_count == 0 || chance(player, 60)) {
        return 0;
    }
    capheap_masters_t masters = (capheap_masters_t)1 << below(player, player->chip.master_count);
    return masters |
           (chance(player, 20) ? (capheap_masters_t)1 << below(player, player->chip.master_count)
                               : 0);
}

static void log_request(const player_t *player, const capheap_request_t *request, size_t slot,
                        bool served) {
    if (player->log) {
        printf("allocate %zu: size %zu alignment %zu caps %08" PRIX32 " without %08" PRIX32
               " masters %08" PRIX32 " prefer %zu tag %d: %s\n",
               slot, request->size, request->alignment, request->caps, request->without,
               request->masters, request->prefer_count,
               request->tag != NULL ? (int)*request->tag : -1, served ? "served" : "refused");
    }
}

static void play_request(player_t *player) {
    capheap_caps_t prefer[2] = {any_caps(player), any_caps(player)};
    uint32_t tag = below(player, player->chip.type_count);
    capheap_request_t request = {.size = any_size(player),
                                 .alignment = any_alignment(player),
                                 .caps = any_caps(player),
                                 .masters = any_masters(player),
                                 .prefer = prefer,
                                 .zero = chance(player, 10)};
    request.without = chance(player, 15) ? bits[below(player, BITS)] : 0;
    request.prefer_count = chance(player, 20) ? below(player, 3) : 0;
    if (chance(player, 5)) {
        request.tag = &tag;
        request.caps = chance(player, 50) ? 0 : request.caps;
    }
    size_t slot = below(player, player->slots);
    bool served = chip_model_allocate(&player->model, slot, &request);
    log_request(player, &request, slot, served);
    const chip_model_block_t *block = &player->model.blocks[slot];
    player->tally->served += served;
    player->tally->refused += !served;
    player->tally->with_masters += served && request.masters != 0;
    player->tally->masters_refused += !served && request.masters != 0;
    player->tally->aliases += served && block->ptr != block->bytes;
}

static void play_step(player_t *player) {
    uint32_t kind = below(player, 1000);
    if (kind < 600) {
        play_request(player);
    } else if (kind < 990) {
        chip_model_free(&player->model, below(player, player->slots));
    } else if (kind < 993) {
        chip_model_end_startup(&player->model);
    } else {
        chip_model_check(&player->model);
    }
}

/* ---- Rounds */

static void start(player_t *player, uint64_t round) {
    chip_model_open(&player->model);
    player->at = (uintptr_t)player->model.arena;
    player->view = (uintptr_t)player->model.views;
    player->slots = test_random_between(&player->random, 4, CHIP_MODEL_BLOCKS);
    bool real = round % 3 == 0;
    if (real) {
        make_real_chip(player, any_real_chip(player));
    } else {
        make_random_chip(player);
    }
    if (player->log) {
        printf("chip %s\n", player->chip.name);
    }
    chip_model_start(&player->model, &player->chip, player->given, player->given_count,
                     any_fitted(player));
    player->tally->real_chips += real;
    player->tally->regions += player->model.region_count;
    for (size_t i = 0; i < player->model.region_count; i++) {
        player->tally->held += !player->model.regions[i].serving;
    }
}

static bool play_round(const property_settings_t *settings, uint64_t round, tally_t *tally) {
    static player_t player;
    memset(&player, 0, sizeof(player));
    player.random = property_random(settings, round);
    player.tally = tally;
    player.log = settings->log;
    start(&player, round);
    uint32_t steps = test_random_between(&player.random, 50, 300);
    uint64_t step = 0;
    for (; step < steps && player.model.failure == NULL; step++) {
        play_step(&player);
    }
    chip_model_check(&player.model);
    tally->steps += step;
    tally->chips++;
    if (player.model.failure != NULL) {
        property_print_failure(settings, "property_chip_test", round, step, player.model.failure);
    }
    chip_model_close(&player.model);
    return player.model.failure == NULL;
}

int main(int argc, char **argv) {
    property_settings_t settings = property_settings(argc, argv, DEFAULT_STEPS);
    tally_t tally = {0};
    if (settings.one_round) {
        return play_round(&settings, settings.round, &tally) ? 0 : 1;
    }
    for (uint64_t round = 0; tally.steps < settings.steps; round++) {
        if (!play_round(&settings, round, &tally)) {
            return 1;
        }
    }
    printf("seed %" PRIu64 ": %" PRIu64 " steps on %" PRIu64 " chips (%" PRIu64
           " real ones), %" PRIu64 " regions (%" PRIu64 " held back)\n"
           "  %" PRIu64 " served (%" PRIu64 " for masters, %" PRIu64 " by an alias), %" PRIu64
           " refused (%" PRIu64 " with masters)\n",
           settings.seed, tally.steps, tally.chips, tally.real_chips, tally.regions, tally.held,
           tally.served, tally.with_masters, tally.aliases, tally.refused, tally.masters_refused);
    bool all = tally.with_masters > 0 && tally.masters_refused > 0 && tally.aliases > 0 &&
               tally.held > 0 && tally.real_chips > 0;
    if (settings.steps >= 20000 && !all) {
        puts("FAIL: some kind of event never happened, so it was not tested");
        return 1;
    }
    return 0;
}
