/* SPDX-License-Identifier: MIT */
/*
 * Random chips and ranges, and random ranges on every real chip, against a model that knows words
 * only: it marks each as taken or not, and reads the pieces off. A failing case prints its seed;
 * replay(seed) is the same case again.
 */
#include "test.h"

#include <stdlib.h>

#include "capheap/chips.h"

enum {
    MAX = 64,
    GRANULE = 64 /* the coarsest of the types below: aliases keep step with it */
};

static const capheap_type_t types[] = {
    {"data", {CAPHEAP_8BIT, CAPHEAP_32BIT, 0}, 0, 0},
    {"code", {CAPHEAP_EXEC | CAPHEAP_32BIT, 0, 0}, 0, 0},
    {"coarse", {CAPHEAP_DMA | CAPHEAP_32BIT | CAPHEAP_8BIT, 0, 0}, 64, 64},
};
typedef struct model {
    const capheap_chip_t *chip;
    uint8_t *taken[MAX]; /* per memory: a byte per word, not 0 if reserved */
    size_t words[MAX];   /* per memory: words that are there */
} model_t;

static uint32_t random_state;

static uint32_t random_number(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state;
}

static uint32_t random_below(uint32_t limit) {
    return (uint32_t)(((uint64_t)random_number() * limit) >> 32);
}

static int in_range(uint64_t word, const capheap_range_t *range) {
    return range->start < range->end && word + 4 > range->start && word < range->end;
}

static uint64_t alias_of_word(const capheap_memory_t *memory, size_t word) {
    uint64_t at = memory->alias_kind == CAPHEAP_ALIAS_INVERTED ? memory->size / 4 - 1 - word : word;
    return memory->alias + 4 * at;
}

static void model_reserve(model_t *model, const capheap_range_t *ranges, size_t count) {
    for (size_t m = 0; m < model->chip->memory_count; m++) {
        const capheap_memory_t *memory = &model->chip->memories[m];
        for (size_t r = 0; r < count; r++) {
            for (size_t w = 0; w < model->words[m]; w++) {
                uint64_t address = (uint64_t)memory->start + 4 * w;
                int hit = in_range(address, &ranges[r]) ||
                          (memory->alias_kind != CAPHEAP_ALIAS_NONE &&
                           in_range(alias_of_word(memory, w), &ranges[r]));
                model->taken[m][w] |= (uint8_t)hit;
            }
        }
    }
}

static void model_open(model_t *model, const capheap_chip_t *chip, size_t fitted) {
    model->chip = chip;
    for (size_t m = 0; m < chip->memory_count; m++) {
        size_t size = chip->memories[m].size;
        if ((chip->memories[m].flags & CAPHEAP_MEMORY_EXTERNAL) != 0) {
            size = fitted < size ? fitted & ~(size_t)3 : size;
            fitted -= size;
        }
        model->words[m] = size / 4;
        model->taken[m] = calloc(size / 4 + 1, 1);
    }
}

static void model_close(model_t *model) {
    for (size_t m = 0; m < model->chip->memory_count; m++) {
        free(model->taken[m]);
    }
}

/* Do words w of memory m and v of memory n belong to one piece if both are free? They are
 * neighbours in address order. */
static int same_piece(const model_t *model, size_t m, size_t w, size_t n, size_t v) {
    const capheap_memory_t *a = &model->chip->memories[m];
    const capheap_memory_t *b = &model->chip->memories[n];
    uint64_t step = (uint64_t)b->start + 4 * v - ((uint64_t)a->start + 4 * w);
    if (step != 4 || a->type != b->type || a->flags != b->flags || a->alias_kind != b->alias_kind) {
        return 0;
    }
    if (a->alias_kind == CAPHEAP_ALIAS_NONE) {
        return 1;
    }
    uint64_t from = alias_of_word(a, w);
    uint64_t to = alias_of_word(b, v);
    return a->alias_kind == CAPHEAP_ALIAS_LINEAR ? to == from + 4 : from == to + 4;
}

static size_t smallest(const capheap_chip_t *chip, size_t type) {
    uint32_t granule = chip->types[type].granule;
    return granule == 0 ? 64 : 8 * (size_t)granule;
}

typedef struct walk {
    capheap_memory_t piece;
    int found;
    int wrong;
    const capheap_memory_t *pieces;
    int count;
} walk_t;

static void end_piece(walk_t *walk, const capheap_chip_t *chip) {
    const capheap_memory_t *expected = &walk->piece;
    if (expected->size == 0 || expected->size < smallest(chip, expected->type)) {
        return;
    }
    if (walk->found >= walk->count) {
        walk->wrong = 1;
        return;
    }
    const capheap_memory_t *got = &walk->pieces[walk->found++];
    if (got->start != expected->start || got->size != expected->size ||
        got->type != expected->type || got->flags != expected->flags ||
        got->alias_kind != expected->alias_kind || got->alias != expected->alias) {
        walk->wrong = 1;
    }
}

/* Word by word through all memories: do the pieces agree? */
static int model_agrees(const model_t *model, const capheap_memory_t *pieces, int count) {
    walk_t walk = {.pieces = pieces, .count = count};
    size_t last_m = 0;
    size_t last_w = 0;
    for (size_t m = 0; m < model->chip->memory_count; m++) {
        const capheap_memory_t *memory = &model->chip->memories[m];
        for (size_t w = 0; w < model->words[m]; w++) {
            if (model->taken[m][w]) {
                continue;
            }
            uint64_t alias = memory->alias_kind == 0 ? 0 : alias_of_word(memory, w);
            if (walk.piece.size != 0 && same_piece(model, last_m, last_w, m, w)) {
                walk.piece.size += 4;
                walk.piece.alias = alias < walk.piece.alias ? (uintptr_t)alias : walk.piece.alias;
            } else {
                end_piece(&walk, model->chip);
                walk.piece = *memory;
                walk.piece.start = memory->start + 4 * w;
                walk.piece.size = 4;
                walk.piece.alias = (uintptr_t)alias;
            }
            last_m = m;
            last_w = w;
        }
    }
    end_piece(&walk, model->chip);
    return !walk.wrong && walk.found == count;
}

static capheap_range_t random_range(const capheap_chip_t *chip) {
    const capheap_memory_t *memory = &chip->memories[random_below(chip->memory_count)];
    int by_alias = memory->alias_kind != CAPHEAP_ALIAS_NONE && random_below(2) == 0;
    uintptr_t base = by_alias ? memory->alias : memory->start;
    uint32_t size = (uint32_t)memory->size;
    uint32_t from = random_below(size);
    uint32_t length = random_below(4) == 0 ? random_below(2 * size) : random_below(size / 16 + 2);
    uint64_t end = (uint64_t)base + from + length;
    end = end < UINT32_MAX ? end : UINT32_MAX;
    return (capheap_range_t){base + from, (uintptr_t)end, NULL};
}

static int try_ranges(const capheap_chip_t *chip, size_t fitted) {
    enum {
        RANGES = 10
    };
    capheap_range_t ranges[RANGES];
    size_t count = random_below(RANGES + 1);
    for (size_t i = 0; i < count; i++) {
        ranges[i] = random_range(chip);
    }
    capheap_memory_t pieces[2 * MAX];
    size_t room = (size_t)chip->memory_count + chip->reserved_count + count;
    int found = capheap_chip_layout(chip, ranges, count, fitted, pieces, room);
    model_t model;
    model_open(&model, chip, fitted);
    model_reserve(&model, chip->reserved, chip->reserved_count);
    model_reserve(&model, ranges, count);
    int good = found >= 0 && model_agrees(&model, pieces, found) &&
               capheap_chip_layout(chip, ranges, count, fitted, NULL, 0) == found;
    model_close(&model);
    return good;
}

/* Memories in a row, often touching, with aliases far away that often touch too. */
static size_t random_memories(capheap_memory_t *memories, size_t max) {
    size_t count = 1 + random_below((uint32_t)max);
    uintptr_t at = 4 * random_below(64);
    uintptr_t alias = 0x100000;
    uintptr_t inverted_alias = 0x300000;
    for (size_t i = 0; i < count; i++) {
        capheap_memory_t *memory = &memories[i];
        at += random_below(3) == 0 ? 4 * random_below(64) : 0;
        *memory = (capheap_memory_t){.start = at,
                                     .size = 4 + 4 * random_below(256),
                                     .type = (uint8_t)random_below(2 + random_below(2)),
                                     .flags = (uint8_t)(random_below(4) == 0 ? random_below(4) : 0),
                                     .alias_kind = (uint8_t)random_below(3)};
        at += memory->size;
        if (memory->alias_kind == CAPHEAP_ALIAS_LINEAR) {
            alias += random_below(4) == 0 ? GRANULE : 0;
            alias += (memory->start - alias) % GRANULE;
            memory->alias = alias;
            alias += memory->size;
        } else if (memory->alias_kind == CAPHEAP_ALIAS_INVERTED) {
            inverted_alias -= memory->size + (random_below(4) == 0 ? GRANULE : 0);
            inverted_alias -= (inverted_alias + at) % GRANULE;
            memory->alias = inverted_alias;
        }
    }
    return count;
}

static int takes_external(const capheap_chip_t *chip) {
    unsigned flags = 0;
    for (size_t i = 0; i < chip->memory_count; i++) {
        flags |= chip->memories[i].flags;
    }
    return (flags & CAPHEAP_MEMORY_EXTERNAL) != 0;
}

static int replay(uint32_t seed) {
    random_state = seed;
    capheap_memory_t memories[12];
    capheap_range_t fixed[3];
    capheap_chip_t chip = {.name = "random",
                           .title = "Random",
                           .types = types,
                           .type_count = 3,
                           .memories = memories,
                           .reserved = fixed};
    chip.memory_count = (uint8_t)random_memories(memories, 12);
    chip.reserved_count = (uint8_t)random_below(4);
    for (size_t i = 0; i < chip.reserved_count; i++) {
        fixed[i] = random_range(&chip);
    }
    return try_ranges(&chip, takes_external(&chip) ? random_below(2048) : 0);
}

TEST(random_chips_agree_with_the_model) {
    uint32_t failing_seed = 0;
    for (uint32_t seed = 1; seed <= TEST_STEPS(3000u) && failing_seed == 0; seed++) {
        failing_seed = replay(seed) ? 0 : seed;
    }
    CHECK_EQ(failing_seed, 0u);
}

static size_t internal_size(const capheap_chip_t *chip) {
    size_t size = 0;
    for (size_t i = 0; i < chip->memory_count; i++) {
        int external = (chip->memories[i].flags & CAPHEAP_MEMORY_EXTERNAL) != 0;
        size += external ? 0 : chip->memories[i].size;
    }
    return size;
}

/* All but the few with many megabytes of their own, where the model would take seconds. */
TEST(random_ranges_on_every_chip) {
    unsigned number = 0;
    for (const capheap_chip_t *const *chip = capheap_chips; *chip != NULL; chip++) {
        if (internal_size(*chip) > 1u << 20 || number++ % TEST_STRIDE != 0) {
            continue;
        }
        uint32_t failing_seed = 0;
        for (uint32_t seed = 1; seed <= 2 && failing_seed == 0; seed++) {
            random_state = seed * 7919;
            size_t fitted = takes_external(*chip) ? 40000 * seed : 0;
            failing_seed = try_ranges(*chip, fitted) ? 0 : seed;
        }
        if (!CHECK_EQ(failing_seed, 0u)) {
            CHECK_TEXT((*chip)->name, "a chip whose layout agrees with the model");
        }
    }
}

TEST_MAIN(random_chips_agree_with_the_model, random_ranges_on_every_chip)
