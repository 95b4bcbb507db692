/* SPDX-License-Identifier: MIT */
/*
 * Random chips, reserves, placements, owners, masters and requests, all changed as they go:
 *
 * - explain tells beforehand whether a request is served;
 * - a request never takes what is kept from it: a reserve not drawn on is served in full, always;
 * - owners' counts are those of their blocks, and never above a limit by a new block;
 * - what is taken only to see what it would leave shows in no minimum;
 * - contents stay.
 *
 *     property_policy_test [--seed N] [--steps N] [--round N]     (property_settings.h)
 */
#include "capheap/explain.h"
#include "capheap/minimum.h"
#include "capheap/policy.h"
#include "capheap/quota.h"

#include "capheap/inspect.h"
#include "property_settings.h"

#define STEPS   60000
#define ROUND   600
#define BLOCKS  96u
#define REGIONS 5u
#define WINDOW  16384u
#define OWNERS  4u

enum {
    MOVER = 1,
    CARD = 2
};

#define BOTH (CAPHEAP_8BIT | CAPHEAP_32BIT)

static const capheap_type_t types[REGIONS] = {
    {"TIGHT", {CAPHEAP_SPM, BOTH | CAPHEAP_INTERNAL, 0}, 8, 0},
    {"CACHED",
     {CAPHEAP_DEFAULT | CAPHEAP_8BIT, CAPHEAP_DMA | CAPHEAP_32BIT | CAPHEAP_INTERNAL, 0},
     8,
     32},
    {"WIDE", {CAPHEAP_DMA, BOTH | CAPHEAP_INTERNAL, 0}, 16, 64},
    {"CODE", {CAPHEAP_EXEC, CAPHEAP_32BIT | CAPHEAP_INTERNAL, CAPHEAP_8BIT | CAPHEAP_DMA}, 8, 0},
    {"FAR", {CAPHEAP_SPIRAM | CAPHEAP_DEFAULT, BOTH, 0}, 8, 32},
};
static const char *const master_names[] = {"MOVER", "CARD"};
static const capheap_masters_t reach[REGIONS] = {0, MOVER, MOVER | CARD, 0, MOVER | CARD};
static const capheap_caps_t reserve_caps[] = {
    CAPHEAP_DMA, CAPHEAP_INTERNAL, CAPHEAP_DMA | CAPHEAP_INTERNAL, CAPHEAP_SPM, CAPHEAP_EXEC,
};

static _Alignas(4096) unsigned char arena[REGIONS * WINDOW];

typedef struct block {
    unsigned char *ptr;
    size_t usable;
    unsigned char key;
    uint8_t owner; /* from 1 */
} block_t;

typedef struct look {
    size_t free, largest, minimum;
} look_t;

typedef struct world {
    capheap_heap_t heap;
    capheap_slot_t slots[REGIONS];
    capheap_memory_t memories[REGIONS];
    capheap_chip_t chip;
    size_t regions;
    capheap_owner_t owners[OWNERS];
    uint8_t tables[REGIONS][WINDOW / 8];
    size_t pieces[5]; /* of reserves, as they were asked for, by reserve_caps */
    block_t blocks[BLOCKS];
    look_t looks[REGIONS];       /* minimum: as it must be */
    capheap_minimum_t minima[2]; /* of all regions, and of those for DMA; watched now and then */
    size_t least[2];             /* as it must be */
    bool watched;
    bool reallocs; /* a realloc holds two blocks for a moment: no exact minimum then */
    test_random_t random;
    unsigned reports;
    const char *failure;
} world_t;

static struct {
    unsigned long served, refused, aligned, reserves, kept, over_quota, resized, pieces;
} tally;

#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition) && world->failure == NULL) {                                              \
            world->failure = #condition;                                                           \
        }                                                                                          \
    } while (0)

static uint32_t below(world_t *world, uint32_t bound) {
    return test_random_below(&world->random, bound);
}

static bool chance(world_t *world, uint32_t percent) {
    return test_random_chance(&world->random, percent);
}

static void on_report(void *context, const capheap_report_t *report) {
    (void)report;
    ((world_t *)context)->reports++;
}

/* ---- The world */

static void add_regions(world_t *world) {
    world->regions = 1 + below(world, REGIONS);
    for (uint8_t i = 0; i < REGIONS; i++) {
        size_t size = test_random_between(&world->random, 1024, WINDOW) & ~(size_t)127;
        world->memories[i] =
            (capheap_memory_t){.start = (uintptr_t)arena + i * WINDOW, .size = size, .type = i};
    }
    /* Nobody can read there; the alias is only computed with. */
    world->memories[3].alias = 0x40000;
    world->memories[3].alias_kind =
        chance(world, 50) ? CAPHEAP_ALIAS_LINEAR : CAPHEAP_ALIAS_INVERTED;
    world->chip = (capheap_chip_t){
        .name = "any",
        .types = types,
        .memories = world->memories,
        .masters = master_names,
        .reach = reach,
        .type_count = REGIONS,
        .memory_count = REGIONS,
        .master_count = 2,
    };
    for (size_t i = 0; i < world->regions; i++) {
        const capheap_memory_t *memory = &world->memories[(i + 1) % REGIONS];
        EXPECT(capheap_add_chip_memory(&world->heap, &world->chip, memory->start, memory->size) ==
               CAPHEAP_OK);
        if (chance(world, 70)) {
            size_t cells = sizeof(world->tables[i]) >> below(world, 5);
            EXPECT(capheap_keep_owners(&world->heap, (void *)memory->start, world->tables[i],
                                       cells) == CAPHEAP_OK);
        }
    }
}

static void open_world(world_t *world) {
    const capheap_hooks_t hooks = {.report = on_report, .context = world};
    capheap_init(&world->heap, world->slots, REGIONS);
    capheap_set_hooks(&world->heap, &hooks);
    for (size_t i = 0; i < OWNERS; i++) {
        world->owners[i] = (capheap_owner_t){.limit = 500 + below(world, 8000)};
    }
    world->owners[1].parent = world->owners[2].parent = &world->owners[0];
    EXPECT(capheap_set_owners(&world->heap, world->owners, OWNERS) == CAPHEAP_OK);
    add_regions(world);
    for (size_t i = 0; i < REGIONS; i++) {
        world->looks[i].minimum = SIZE_MAX;
    }
    world->reallocs = chance(world, 50);
}

/* ---- What regions have now, in the order of explain: by address */

static size_t look(world_t *world, look_t *looks) {
    size_t count = 0;
    capheap_region_info_t info;
    for (uintptr_t from = 0; capheap_next_region(&world->heap, from, &info); count++) {
        looks[count] = (look_t){info.figures.free, info.figures.largest, info.figures.minimum_free};
        from = info.memory.start + 1;
    }
    return count;
}

static void check_minima(world_t *world) {
    look_t now[REGIONS];
    size_t count = look(world, now);
    for (size_t i = 0; i < count; i++) {
        look_t *least = &world->looks[i];
        least->minimum = now[i].free < least->minimum ? now[i].free : least->minimum;
        EXPECT(now[i].minimum <= least->minimum);
        EXPECT(world->reallocs || now[i].minimum == least->minimum);
    }
}

/* Of several regions together. */
static void check_watched(world_t *world) {
    static const capheap_caps_t caps[2] = {0, CAPHEAP_DMA};
    if (chance(world, 1)) {
        for (int i = 0; i < 2; i++) {
            world->minima[i].caps = caps[i];
            capheap_status_t done = world->watched
                                        ? capheap_drop_minimum(&world->heap, &world->minima[i])
                                        : capheap_watch_minimum(&world->heap, &world->minima[i]);
            EXPECT(done == CAPHEAP_OK);
            world->least[i] = SIZE_MAX;
        }
        world->watched = !world->watched;
    }
    for (int i = 0; i < 2 && world->watched; i++) {
        capheap_figures_t figures;
        capheap_get_figures(&world->heap, caps[i], &figures);
        capheap_minimum_t now = capheap_get_minimum(&world->heap, &world->minima[i]);
        world->least[i] = figures.free < world->least[i] ? figures.free : world->least[i];
        EXPECT(now.free == figures.free && now.least <= world->least[i]);
        EXPECT(world->reallocs || now.least == world->least[i]);
    }
}

/* ---- Contents; nobody can read behind an alias */

static bool readable(const block_t *block) {
    return (uintptr_t)block->ptr - (uintptr_t)arena < sizeof(arena);
}

static void fill(block_t *block) {
    block->key++;
    for (size_t i = 0; i < block->usable && readable(block); i++) {
        block->ptr[i] = (unsigned char)(block->key + i * 5);
    }
}

static bool holds(const block_t *block, size_t size) {
    bool same = true;
    for (size_t i = 0; i < size && readable(block); i++) {
        same = same && block->ptr[i] == (unsigned char)(block->key + i * 5);
    }
    return same;
}

/* ---- Requests */

static capheap_request_t any_request(world_t *world) {
    static const capheap_caps_t caps[] = {
        CAPHEAP_8BIT,          CAPHEAP_8BIT,
        CAPHEAP_32BIT,         CAPHEAP_DEFAULT,
        CAPHEAP_DMA,           CAPHEAP_DMA | CAPHEAP_INTERNAL,
        CAPHEAP_INTERNAL,      CAPHEAP_EXEC,
        CAPHEAP_SPM,           CAPHEAP_EXEC | CAPHEAP_INTERNAL,
        CAPHEAP_SPIRAM,        CAPHEAP_8BIT | CAPHEAP_CACHE_ALIGNED,
        CAPHEAP_DMA | BOTH,    CAPHEAP_EXEC | CAPHEAP_8BIT,
        CAPHEAP_DEFAULT | BOTH};
    capheap_request_t request = {
        .size = 1 + below(world, chance(world, 80) ? 300 : 6000),
        .alignment = chance(world, 35) ? (size_t)1 << below(world, 10) : 0,
        .caps = caps[below(world, sizeof(caps) / sizeof(caps[0]))],
        .without = chance(world, 8) ? CAPHEAP_SPIRAM : 0,
        .masters = chance(world, 15) ? 1 + below(world, 3) : 0,
        .owner = chance(world, 30) ? &world->owners[below(world, OWNERS)] : NULL,
    };
    return request;
}

/* Does the region that begins there keep the reserve's piece, and has nobody drawn on it? */
static bool has_piece(const world_t *world, uintptr_t start, const capheap_reserve_t *reserve) {
    for (size_t part = 0; part < CAPHEAP_RESERVES; part++) {
        const capheap_kept_for_t *kept = &world->heap.reserves[part];
        for (size_t i = 0; i < REGIONS && kept->caps == reserve->caps; i++) {
            const capheap_slot_t *slot = &world->slots[i];
            if (slot->memory.start == start && (slot->pieces >> part & 1) != 0) {
                return kept->piece.drawn == 0 && slot->kept[part].drawn == 0;
            }
        }
    }
    return false;
}

/* What was asked for, when the reserve was set. */
static size_t *asked_piece(world_t *world, capheap_caps_t caps) {
    size_t which = 0;
    while ((reserve_caps[which] | CAPHEAP_32BIT) != (caps | CAPHEAP_32BIT)) {
        which++;
    }
    return &world->pieces[which];
}

/* A reserve that nobody has drawn on is served where its piece is, in full, whatever was called. */
static void check_reserves(world_t *world) {
    capheap_reserve_t reserves[CAPHEAP_RESERVES];
    size_t count = capheap_get_reserves(&world->heap, reserves, CAPHEAP_RESERVES);
    for (size_t i = 0; i < count; i++) {
        capheap_refusal_t refusals[REGIONS];
        const capheap_request_t request = {.size = *asked_piece(world, reserves[i].caps),
                                           .caps = reserves[i].caps};
        size_t regions = capheap_explain(&world->heap, &request, refusals, REGIONS);
        for (size_t region = 0; region < regions; region++) {
            bool whole = has_piece(world, refusals[region].memory.start, &reserves[i]);
            EXPECT(!whole || refusals[region].reasons == 0);
            tally.pieces += whole;
        }
    }
}

/* What must hold around a call. */
typedef struct before {
    size_t regions;
    bool served;
    capheap_refusal_t refusals[REGIONS];
    look_t looks[REGIONS];
} before_t;

static before_t look_before(world_t *world, const capheap_request_t *request) {
    before_t before = {.regions = 0};
    before.regions = capheap_explain(&world->heap, request, before.refusals, REGIONS);
    for (size_t i = 0; i < before.regions; i++) {
        before.served |= before.refusals[i].reasons == 0;
    }
    look(world, before.looks);
    return before;
}

static void look_after(world_t *world, const before_t *before) {
    look_t now[REGIONS];
    size_t regions = look(world, now);
    EXPECT(regions == before->regions);
    for (size_t i = 0; i < regions; i++) {
        const look_t *then = &before->looks[i];
        size_t kept = before->refusals[i].kept, piece = before->refusals[i].kept_piece;
        EXPECT(now[i].free >= kept || now[i].free >= then->free);
        EXPECT(now[i].largest >= piece || now[i].largest >= then->largest || then->largest < piece);
        tally.kept += kept != 0;
    }
}

static void check_quota(world_t *world, const capheap_owner_t *owner) {
    for (; owner != NULL; owner = owner->parent) {
        capheap_owner_t now = capheap_get_owner(&world->heap, owner);
        EXPECT(now.used <= now.limit);
    }
}

static void allocate(world_t *world, block_t *block) {
    capheap_request_t request = any_request(world);
    before_t before = look_before(world, &request);
    block->ptr = capheap_allocate(&world->heap, &request);
    EXPECT((block->ptr != NULL) == before.served);
    look_after(world, &before);
    tally.refused += block->ptr == NULL;
    for (size_t i = 0; i < before.regions; i++) {
        tally.over_quota += (before.refusals[i].reasons & CAPHEAP_REFUSED_QUOTA) != 0;
    }
    if (block->ptr == NULL) {
        return;
    }
    tally.served++;
    tally.aligned += request.alignment > 8;
    EXPECT(request.alignment == 0 || (uintptr_t)block->ptr % request.alignment == 0);
    block->usable = capheap_usable_size(&world->heap, block->ptr);
    block->owner = request.owner != NULL ? (uint8_t)(request.owner - world->owners + 1) : 0;
    EXPECT(block->usable >= request.size);
    check_quota(world, request.owner);
    fill(block);
}

static void resize(world_t *world, block_t *block) {
    capheap_request_t request = any_request(world);
    before_t before = look_before(world, &request);
    size_t old = block->usable;
    unsigned char *resized = capheap_reallocate(&world->heap, block->ptr, &request);
    look_after(world, &before);
    if (resized == NULL) {
        EXPECT(holds(block, old));
        return;
    }
    tally.resized++;
    bool was_readable = readable(block);
    block->ptr = resized;
    block->usable = capheap_usable_size(&world->heap, resized);
    EXPECT(block->usable >= request.size);
    EXPECT(!was_readable || holds(block, request.size < old ? request.size : old));
    const capheap_owner_t *owner = capheap_find_owner(&world->heap, resized);
    EXPECT(owner == (block->owner != 0 ? &world->owners[block->owner - 1] : NULL));
    fill(block);
}

static void give_back(world_t *world, block_t *block) {
    EXPECT(holds(block, block->usable));
    capheap_free(&world->heap, block->ptr);
    block->ptr = NULL;
}

/* ---- Policy */

static void change_reserve(world_t *world) {
    capheap_reserve_t old[CAPHEAP_RESERVES], new[CAPHEAP_RESERVES];
    size_t count = capheap_get_reserves(&world->heap, old, CAPHEAP_RESERVES);
    if (chance(world, 20)) {
        EXPECT(capheap_set_reserve(&world->heap, 0, 0, 0) == CAPHEAP_OK);
        EXPECT(capheap_get_reserves(&world->heap, NULL, 0) == 0);
        return;
    }
    capheap_caps_t caps = reserve_caps[below(world, 5)];
    size_t bytes = below(world, 4000);
    size_t piece = chance(world, 70) ? below(world, (uint32_t)bytes + 1) : 0;
    capheap_status_t status = capheap_set_reserve(&world->heap, caps, bytes, piece);
    EXPECT(status == CAPHEAP_OK || status == CAPHEAP_ERROR_TOO_SMALL ||
           (status == CAPHEAP_ERROR_FULL && count == CAPHEAP_RESERVES));
    size_t now = capheap_get_reserves(&world->heap, new, CAPHEAP_RESERVES);
    for (size_t i = 0; status != CAPHEAP_OK && i < count; i++) {
        EXPECT(now == count && new[i].caps == old[i].caps &&new[i].bytes ==
                                   old[i].bytes &&new[i].piece == old[i].piece);
    }
    for (size_t i = 0; status == CAPHEAP_OK && i < now; i++) {
        bool same = (new[i].caps &caps) == caps && (new[i].caps & ~caps & ~CAPHEAP_32BIT) == 0;
        EXPECT(!same || (bytes != 0 && new[i].bytes >= bytes &&new[i].piece >= piece));
    }
    if (status == CAPHEAP_OK) {
        *asked_piece(world, caps) = piece;
    }
    tally.reserves += status == CAPHEAP_OK && bytes != 0;
}

static void change_policy(world_t *world) {
    uint32_t kind = below(world, 10);
    if (kind < 6) {
        change_reserve(world);
    } else if (kind < 8) {
        capheap_placement_t placement = {below(world, 200), below(world, 1000)};
        capheap_set_placement(&world->heap, chance(world, 30) ? NULL : &placement);
    } else {
        capheap_set_limit(&world->heap, &world->owners[below(world, OWNERS)], below(world, 9000));
    }
}

static void check_world(world_t *world) {
    size_t used[OWNERS] = {0}, blocks = 0;
    for (size_t i = 0; i < BLOCKS; i++) {
        const block_t *block = &world->blocks[i];
        blocks += block->ptr != NULL;
        EXPECT(block->ptr == NULL || holds(block, block->usable));
        if (block->ptr != NULL && block->owner != 0) {
            used[block->owner - 1] += block->usable;
            used[0] += block->owner == 2 || block->owner == 3 ? block->usable : 0;
        }
    }
    for (size_t i = 0; i < OWNERS; i++) {
        EXPECT(capheap_get_owner(&world->heap, &world->owners[i]).used == used[i]);
    }
    capheap_figures_t figures;
    capheap_get_figures(&world->heap, 0, &figures);
    EXPECT(figures.blocks == blocks);
    EXPECT(capheap_check(&world->heap, 0));
    EXPECT(world->reports == 0);
}

static void step(world_t *world) {
    block_t *block = &world->blocks[below(world, BLOCKS)];
    uint32_t kind = below(world, 100);
    if (kind < 4) {
        change_policy(world);
    } else if (block->ptr == NULL) {
        allocate(world, block);
    } else if (kind < 40 && world->reallocs) {
        resize(world, block);
    } else {
        give_back(world, block);
    }
    check_reserves(world);
    check_minima(world);
    check_watched(world);
}

int main(int argc, char **argv) {
    static world_t world;
    property_settings_t settings = property_settings(argc, argv, STEPS);
    uint64_t round = settings.one_round ? settings.round : 0;
    for (uint64_t done = 0; done < settings.steps; round++) {
        memset(&world, 0, sizeof(world));
        world.random = property_random(&settings, round);
        open_world(&world);
        for (unsigned i = 0; i < ROUND && world.failure == NULL; i++, done++) {
            step(&world);
            if (i % 50 == 49) {
                check_world(&world);
            }
            if (world.failure != NULL) {
                property_print_failure(&settings, argv[0], round, i, world.failure);
                return 1;
            }
        }
        if (settings.one_round) {
            break;
        }
    }
    printf("served %lu (aligned %lu), refused %lu, resized %lu, reserves %lu, regions that kept "
           "%lu, over quota %lu\n",
           tally.served, tally.aligned, tally.refused, tally.resized, tally.reserves, tally.kept,
           tally.over_quota);
    bool all = tally.served > 1000 && tally.aligned > 100 && tally.refused > 100 &&
               tally.resized > 100 && tally.reserves > 100 && tally.kept > 1000 &&
               tally.over_quota > 100 && tally.pieces > 1000;
    return settings.one_round || settings.steps < STEPS || all ? 0 : 1;
}
