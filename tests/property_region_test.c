/* SPDX-License-Identifier: MIT */
/*
 * Random calls on random regions, compared with a plain model after every one (region_model.h).
 *
 *     property_region_test [--seed N] [--steps N] [--round N] [--log]     (property_settings.h)
 *
 * --log also prints where each block is, as offsets, so that two builds can be compared.
 */
#include "property_settings.h"
#include "region_model.h"
#include <inttypes.h>

#define DEFAULT_STEPS 1000000

/* What happened, to see that every kind of thing did. */
typedef struct tally {
    uint64_t steps, rounds, too_small;
    uint64_t served, refused, freed;
    uint64_t grown_in_place, moved, resize_refused;
    uint64_t misuses, checks, scribbles, faults;
} tally_t;

typedef struct player {
    model_t model;
    test_random_t random;
    tally_t *tally;
    bool log;
    uint32_t slots;   /* that this round uses */
    uint32_t largest; /* request of an ordinary call */
    uint32_t fill;    /* percent of the calls that allocate rather than free */
    bool scribbles;   /* this round overwrites links */
} player_t;

static uint32_t below(player_t *player, uint32_t bound) {
    return test_random_below(&player->random, bound);
}

static uint32_t any_slot(player_t *player) {
    return below(player, player->slots);
}

static uint32_t live_slot(player_t *player) {
    uint32_t slot = any_slot(player);
    for (uint32_t i = 0; i < player->slots; i++) {
        if (player->model.blocks[slot].start != NULL)
            break;
        slot = (slot + 1) % player->slots;
    }
    return slot;
}

/* Mostly small; now and then anything up to and beyond what is there. */
static size_t any_size(player_t *player) {
    uint32_t kind = below(player, 100);
    size_t largest = capheap_region_largest(&player->model.region);
    if (kind < 60)
        return test_random_between(&player->random, 1, 64);
    if (kind < 94)
        return test_random_between(&player->random, 1, player->largest);
    if (kind < 96)
        return largest + below(player, 3);
    if (kind < 98)
        return below(player, (uint32_t)player->model.size + 256);
    return kind == 98 ? 0 : SIZE_MAX - below(player, 300);
}

/* A power of two up to the alignment of the model's memory, so that the outcome does not depend on
 * where that happens to be; now and then none. */
static size_t any_alignment(player_t *player) {
    uint32_t kind = below(player, 100);
    if (kind < 92)
        return (size_t)1 << below(player, kind < 80 ? 9 : 13);
    return kind < 96 ? below(player, 100) : SIZE_MAX - below(player, 100);
}

static void *any_pointer(player_t *player) {
    model_t *model = &player->model;
    const model_block_t *block = &model->blocks[live_slot(player)];
    unsigned char *start = model->config.start;
    uint32_t kind = below(player, 10);
    uint32_t size = (uint32_t)model->config.size;
    if (kind < 3 && block->start != NULL)
        return block->start + below(player, (uint32_t)block->usable);
    if (kind < 7)
        return start + below(player, size);
    if (kind == 7)
        return model->base + below(player, (uint32_t)model->size) / model->granule * model->granule;
    /* Arithmetic on addresses that may lie outside any object is done on integers. */
    if (kind == 8)
        return (void *)((uintptr_t)start - 300 + below(player, size + 600));            /* NOLINT */
    return (void *)((uintptr_t)0 - below(player, 2) * (uintptr_t)player->random.state); /* NOLINT */
}

static void log_call(player_t *player, const char *call, uint32_t slot, size_t size) {
    if (!player->log)
        return;
    const model_block_t *block = &player->model.blocks[slot];
    if (block->start == NULL)
        printf("%s %" PRIu32 " %zd: none\n", call, slot, (ssize_t)size);
    else
        printf("%s %" PRIu32 " %zd: %td\n", call, slot, (ssize_t)size,
               block->start - (unsigned char *)player->model.config.start);
}

static void count_served(player_t *player, bool served) {
    if (served)
        player->tally->served++;
    else
        player->tally->refused++;
}

static void play_allocation(player_t *player) {
    uint32_t slot = any_slot(player);
    uint32_t kind = below(player, 10);
    size_t size = any_size(player);
    if (kind < 7) {
        count_served(player, model_malloc(&player->model, slot, size));
        log_call(player, "malloc", slot, size);
    } else if (kind < 8) {
        size_t count =
            below(player, 20) == 0 ? SIZE_MAX / 16 : test_random_next(&player->random) % 8;
        count_served(player, model_calloc(&player->model, slot, count, size));
        log_call(player, "calloc", slot, size);
    } else {
        size_t alignment = any_alignment(player);
        count_served(player, model_aligned_alloc(&player->model, slot, alignment, size));
        log_call(player, "aligned", slot, size);
    }
}

static void play_realloc(player_t *player) {
    uint32_t slot = live_slot(player);
    model_block_t old = player->model.blocks[slot];
    size_t size = any_size(player);
    /* Half of them grow by a little, as buffers do. */
    if (old.start != NULL && below(player, 2) == 0)
        size = old.usable + test_random_between(&player->random, 1, 64);
    bool served = model_realloc(&player->model, slot, size);
    const unsigned char *start = player->model.blocks[slot].start;
    tally_t *tally = player->tally;
    if (!served)
        tally->resize_refused++;
    else if (start == old.start)
        tally->grown_in_place += size > old.usable;
    else
        tally->moved++;
    log_call(player, "realloc", slot, size);
}

/* Garbage, or a number that looks like a link. */
static void play_scribble(player_t *player) {
    model_t *model = &player->model;
    uint32_t granules = (uint32_t)(model->size / model->granule);
    uint32_t granule = below(player, granules);
    for (uint32_t i = 0; i < 64 && model->owner[granule] != 0; i++)
        granule = (granule + 1) % granules;
    /* The links are at the start of a free block. */
    while (granule > 0 && model->owner[granule - 1] == 0 && below(player, 8) != 0)
        granule--;
    const uint32_t words[] = {
        test_random_next(&player->random),
        below(player, granules),
        granule,
        0,
        UINT32_MAX,
        granules,
        below(player, granules) + 1,
    };
    uint32_t word = words[below(player, sizeof(words) / sizeof(words[0]))];
    player->tally->scribbles += model_scribble(model, granule, below(player, 2), word);
}

static void play_check(player_t *player) {
    player->tally->checks++;
    if (below(player, 4) == 0)
        model_heal(&player->model);
    model_check(&player->model, below(player, 3));
}

static void play_step(player_t *player) {
    uint32_t kind = below(player, 1000);
    uint32_t allocations = player->fill * 7;
    if (kind < allocations) {
        play_allocation(player);
    } else if (kind < 700) {
        uint32_t slot = live_slot(player);
        player->tally->freed += player->model.blocks[slot].start != NULL;
        model_free(&player->model, slot);
    } else if (kind < 940) {
        play_realloc(player);
    } else if (kind < 970) {
        if (!player->model.damaged)
            model_misuse(&player->model, any_pointer(player), below(player, 3));
        player->tally->misuses++;
    } else if (kind < 985 && player->scribbles) {
        play_scribble(player);
    } else {
        play_check(player);
    }
}

static size_t any_region_size(player_t *player) {
    static const uint32_t bounds[] = {64, 512, 8192, 65536, 262144};
    uint32_t kind = below(player, 16);
    uint32_t class = kind < 3 ? 0 : kind < 10 ? 1 : kind < 15 ? 2 : 3;
    size_t size = test_random_between(&player->random, bounds[class], bounds[class + 1]);
    return size < MODEL_LARGEST ? size : MODEL_LARGEST;
}

/* Open a region of random shape; false if it was too small, which must then be true. */
static bool open_region(player_t *player) {
    static const uint32_t granules[] = {0, 8, 8, 8, 16, 32, 64, 128};
    size_t size = any_region_size(player);
    uint32_t granule = granules[below(player, 8)];
    uint32_t offset = below(player, 3) == 0 ? below(player, MODEL_PAGE) : below(player, 16) * 8;
    uint32_t flags = below(player, 3) == 0 ? CAPHEAP_REGION_WORD_ONLY : 0;
    size_t needed = capheap_region_books_size(size, granule);
    bool apart = below(player, 3) == 0;
    size_t books = apart ? needed + below(player, 64) : 0;
    capheap_status_t status = model_open(&player->model, size, offset, granule, flags, books);
    if (player->log)
        printf("region %zu bytes, offset %" PRIu32 ", granule %" PRIu32 ", books %s: %d\n", size,
               offset, granule, apart ? "apart" : "inside", (int)status);
    if (status == CAPHEAP_OK)
        return true;
    size_t step = granule == 0 ? 8 : granule;
    if (status != CAPHEAP_ERROR_TOO_SMALL || size > (apart ? 0 : needed) + 3 * step)
        player->model.failure = "a region of this size can be made";
    player->tally->too_small++;
    return false;
}

static void play_all_frees(player_t *player) {
    for (uint32_t slot = 0; slot < player->slots; slot++)
        model_free(&player->model, slot);
    model_heal(&player->model);
}

/* False on failure. */
static bool play_round(const property_settings_t *settings, uint64_t round, tally_t *tally) {
    static player_t player;
    memset(&player, 0, sizeof(player));
    player.random = property_random(settings, round);
    player.tally = tally;
    player.log = settings->log;
    uint64_t step = 0;
    if (open_region(&player)) {
        size_t whole = capheap_region_largest(&player.model.region);
        uint32_t steps = test_random_between(&player.random, 200, 4000);
        player.slots = test_random_between(&player.random, 4, MODEL_SLOTS);
        player.largest = test_random_between(&player.random, 64, 64 + (uint32_t)whole / 4);
        player.fill = test_random_between(&player.random, 40, 75);
        player.scribbles = below(&player, 5) == 0;
        for (; step < steps && player.model.failure == NULL; step++)
            play_step(&player);
        model_check(&player.model, 0);
        play_all_frees(&player);
        if (player.model.failure == NULL && capheap_region_largest(&player.model.region) != whole)
            player.model.failure = "when all is freed, the whole region is one piece again";
    }
    tally->steps += step + 1;
    tally->rounds++;
    tally->faults += player.model.faults;
    if (player.model.failure != NULL) {
        property_print_failure(settings, "property_region_test", round, step, player.model.failure);
    }
    model_close(&player.model);
    return player.model.failure == NULL;
}

static bool saw_everything(const tally_t *tally) {
    return tally->too_small > 0 && tally->served > 0 && tally->refused > 0 && tally->freed > 0 &&
           tally->grown_in_place > 0 && tally->moved > 0 && tally->resize_refused > 0 &&
           tally->misuses > 0 && tally->checks > 0 && tally->scribbles > 0 && tally->faults > 0;
}

static void print_tally(const property_settings_t *settings, const tally_t *t) {
    printf("seed %" PRIu64 ": %" PRIu64 " steps on %" PRIu64 " regions (%" PRIu64 " too small)\n"
           "  %" PRIu64 " served, %" PRIu64 " refused, %" PRIu64 " freed\n"
           "  realloc: %" PRIu64 " grown in place, %" PRIu64 " moved, %" PRIu64 " refused\n"
           "  %" PRIu64 " misuses, %" PRIu64 " checks, %" PRIu64 " words overwritten, %" PRIu64
           " faults reported\n",
           settings->seed, t->steps, t->rounds, t->too_small, t->served, t->refused, t->freed,
           t->grown_in_place, t->moved, t->resize_refused, t->misuses, t->checks, t->scribbles,
           t->faults);
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
    print_tally(&settings, &tally);
    if (settings.steps >= 100000 && !saw_everything(&tally)) {
        puts("FAIL: some kind of event never happened, so it was not tested");
        return 1;
    }
    return 0;
}
