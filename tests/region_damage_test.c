/* SPDX-License-Identifier: MIT */
/*
 * A program that writes into freed memory, by accident or with intent: whatever the words are, live
 * blocks keep their contents, no two blocks overlap, nothing outside of free blocks is written, the
 * damage is reported, and allocation goes on. The model sees to the first three after every call.
 */
#include "test.h"

#include <string.h>

#include "region_model.h"
#include "test_random.h"

static model_t model;

static void close_model(void) {
    CHECK_TEXT(model.failure, NULL);
    model_close(&model);
}

/* Blocks of mixed sizes, every other one freed, so that the lists are long. */
static void open_swiss_cheese(uint32_t granule, size_t apart) {
    CHECK_EQ(model_open(&model, 30000, 0, granule, 0, apart), CAPHEAP_OK);
    for (size_t slot = 0; slot < 200; slot++)
        (void)model_malloc(&model, slot, 8 + (slot / 2 * 8) % 96);
    for (size_t slot = 0; slot < 200; slot += 2)
        model_free(&model, slot);
    model_check(&model, 0);
}

static size_t granule_count(void) {
    return model.size / model.granule;
}

static uint32_t read_word(const void *ptr) {
    uint32_t word;
    memcpy(&word, ptr, sizeof(word));
    return word;
}

/* The words that a free block's first bytes are overwritten with. */
typedef enum kind {
    RANDOM,
    ZERO,
    ONES,
    OTHER_FREE, /* a granule where a free block starts: looks right */
    LIVE,       /* a granule where a live block starts */
    INSIDE,     /* any granule */
    ITSELF,
    BEYOND, /* just past the last granule */
    TEXT,
    COPY, /* what another free block holds: a link of the right list, in the wrong place */
    KINDS,
} kind_t;

/* Number `index` of the granules where a block that is used, or not, starts; past the last: how
 * many there are. */
static uint32_t nth_start(bool used, uint32_t index) {
    capheap_block_t block = {0};
    uint32_t seen = 0;
    while (capheap_region_next_block(&model.region, &block)) {
        if (block.used == used && seen++ == index)
            return (uint32_t)((size_t)((unsigned char *)block.start - model.base) / model.granule);
    }
    return seen;
}

static uint32_t block_start(test_random_t *random, bool used) {
    uint32_t count = nth_start(used, UINT32_MAX);
    return count > 0 ? nth_start(used, test_random_below(random, count)) : 0;
}

static uint32_t evil_word(kind_t kind, uint32_t granule, test_random_t *random) {
    switch (kind) {
    case ZERO:
        return 0;
    case ONES:
        return UINT32_MAX;
    case OTHER_FREE:
        return block_start(random, false) + test_random_below(random, 2);
    case LIVE:
        return block_start(random, true) + test_random_below(random, 2);
    case INSIDE:
        return test_random_below(random, (uint32_t)granule_count());
    case ITSELF:
        return granule + test_random_below(random, 2);
    case BEYOND:
        return (uint32_t)granule_count() + test_random_below(random, 2);
    case TEXT:
        return UINT32_C(0x6c6c6548);
    case COPY:
        return read_word(model.base + (size_t)block_start(random, false) * model.granule +
                         4 * test_random_below(random, 2));
    default:
        return test_random_next(random);
    }
}

static void scribble(kind_t kind, test_random_t *random) {
    uint32_t granule = block_start(random, false);
    uint32_t which = test_random_between(random, 1, 3); /* the first word, the second, both */
    for (uint32_t word = 0; word < 2; word++) {
        if ((which >> word & 1) != 0)
            (void)model_scribble(&model, granule, word, evil_word(kind, granule, random));
    }
}

static void play(test_random_t *random, unsigned steps) {
    for (unsigned step = 0; step < steps; step++) {
        uint32_t slot = test_random_below(random, 300);
        size_t size = test_random_between(random, 1, 200);
        switch (test_random_below(random, 5)) {
        case 0:
        case 1:
            (void)model_malloc(&model, slot, size);
            break;
        case 2:
            (void)model_realloc(&model, slot, size);
            break;
        case 3:
            (void)model_aligned_alloc(&model, slot, 64, size);
            break;
        default:
            model_free(&model, slot);
        }
    }
}

static void survive(kind_t kind, uint32_t granule, size_t apart, uint64_t seed) {
    test_random_t random = test_random_start(seed);
    unsigned faults = 0;
    for (unsigned round = 0; round < TEST_STEPS(25); round++) {
        open_swiss_cheese(granule, apart);
        for (unsigned burst = 0; burst < 1 + TEST_STEPS(7); burst++) {
            for (unsigned i = test_random_between(&random, 1, 10); i > 0; i--)
                scribble(kind, &random);
            play(&random, 60);
            model_check(&model, 0); /* contents and the walk; the lists may be damaged still */
        }
        faults += model.faults;
        model_heal(&model);
        play(&random, 100);
        model_check(&model, 0);
        close_model();
    }
    CHECK(faults > 0); /* else nothing was met, and nothing tested */
}

TEST(survives_any_words) {
    for (unsigned kind = 0; kind < KINDS; kind++) {
        survive((kind_t)kind, 8, 0, kind);
        survive((kind_t)kind, 8, 8192, kind + 100);
        survive((kind_t)kind, 32, 0, kind + 200);
    }
}

/* One list, in which every link is damaged in turn: all is served all the same, and the damage is
 * reported when it is met, at the latest when the next block comes into the list. The first one
 * freed becomes the open block, whose words nobody reads. */
TEST(malloc_reports_heals_and_serves) {
    for (size_t victim = 2; victim < 40; victim += 2) {
        CHECK_EQ(model_open(&model, 8192, 0, 8, 0, 0), CAPHEAP_OK);
        for (size_t slot = 0; slot < 40; slot++)
            CHECK(model_malloc(&model, slot, 40));
        CHECK(model_malloc(&model, 40, capheap_region_largest(&model.region)));
        size_t granule = 0;
        for (size_t slot = 0; slot < 40; slot += 2) {
            if (slot == victim)
                granule = (size_t)(model.blocks[slot].start - model.base) / model.granule;
            model_free(&model, slot);
        }
        CHECK(model_scribble(&model, granule, 0, UINT32_C(0xDEADBEEF)));
        CHECK(model_scribble(&model, granule, 1, UINT32_C(0xDEADBEEF)));
        for (size_t slot = 0; slot < 40; slot += 2)
            CHECK(model_malloc(&model, slot, 40));
        CHECK_EQ(capheap_region_free_bytes(&model.region), 0);
        model_free(&model, 0);
        model_free(&model, 2);
        CHECK(model.faults > 0);
        model.damaged = false; /* it has healed by itself: everything holds again */
        model_check(&model, 0);
        close_model();
    }
}

/* Damage met by free and realloc, when they join the neighbours of a block. */
TEST(free_reports_heals_and_joins) {
    CHECK_EQ(model_open(&model, 8192, 0, 8, 0, 0), CAPHEAP_OK);
    size_t whole = capheap_region_largest(&model.region);
    for (size_t slot = 0; slot < 3; slot++)
        CHECK(model_malloc(&model, slot, 400));
    size_t granule = (size_t)(model.blocks[0].start - model.base) / model.granule;
    model_free(&model, 0);
    for (size_t word = 0; word < 2; word++)
        CHECK(model_scribble(&model, granule, word, UINT32_C(0x41414141)));
    model_free(&model, 1);
    CHECK(model_malloc(&model, 0, 400)); /* from the list that had the damaged block */
    CHECK(model.faults > 0);
    model_free(&model, 0);
    model_free(&model, 2);
    CHECK_EQ(capheap_region_largest(&model.region), whole);
    model.damaged = false;
    model_check(&model, 0);
    close_model();
}

/* Every link forward leads to one and the same free block; each of them in turn. */
TEST(survives_links_that_meet) {
    test_random_t random = test_random_start(6);
    for (uint32_t target = 0;; target += TEST_STRIDE) {
        open_swiss_cheese(8, 0);
        (void)model_malloc(&model, 200, 8); /* some blocks of their own history */
        (void)model_malloc(&model, 201, 1000);
        model_free(&model, 201);
        uint32_t count = nth_start(false, UINT32_MAX);
        uint32_t link = nth_start(false, target) + 1; /* granules are numbered from 1 */
        for (uint32_t i = 0; i < count; i++)
            (void)model_scribble(&model, nth_start(false, i), 0, link);
        for (size_t slot = 202; slot < 300; slot++)
            (void)model_malloc(&model, slot, test_random_between(&random, 1, 100));
        play(&random, 200);
        model_check(&model, 0);
        close_model();
        if (target >= count)
            break;
    }
}

/* The whole of every free block overwritten, as by a wild memset. */
TEST(survives_a_flood) {
    for (unsigned byte = 0; byte < 256; byte += 15 * TEST_STRIDE) {
        open_swiss_cheese(8, 0);
        uint32_t word = (uint32_t)byte * UINT32_C(0x01010101);
        for (size_t granule = 0; granule < granule_count(); granule++) {
            (void)model_scribble(&model, granule, 0, word);
            (void)model_scribble(&model, granule, 1, word);
        }
        CHECK(!capheap_region_check(&model.region));
        model.faults = 0;
        for (size_t slot = 0; slot < 200; slot += 2)
            CHECK(model_malloc(&model, slot, 8 + (slot / 2 * 8) % 96));
        for (size_t slot = 1; slot < 200; slot += 2)
            model_free(&model, slot);
        CHECK(model.faults > 0);
        model_heal(&model);
        close_model();
    }
}

/* check finds every changed link, reports it as such, and changes nothing. Only few words of free
 * blocks are no links: back from the first block of a list, and those of a block in no list. */
TEST(check_finds_every_changed_link) {
    open_swiss_cheese(8, 0);
    test_random_t random = test_random_start(3);
    unsigned tried = 0;
    unsigned passed = 0;
    unsigned starts = 0;
    for (size_t granule = 0; granule < granule_count(); granule++) {
        if (model.owner[granule] != 0 || (granule > 0 && model.owner[granule - 1] == 0))
            continue; /* not the start of a free block */
        if (starts++ % TEST_STRIDE != 0)
            continue;
        for (size_t word = 0; word < 2; word++) {
            unsigned char *place = model.base + granule * model.granule + word * 4;
            uint32_t good = read_word(place);
            uint32_t evil = evil_word((kind_t)(tried % KINDS), (uint32_t)granule, &random);
            if (evil == good)
                evil ^= 1;
            REQUIRE(model_scribble(&model, granule, word, evil));
            model.reports = 0;
            bool sound = capheap_region_check(&model.region);
            CHECK_EQ(model.reports == 0, sound);
            CHECK(sound || model.last.fault == CAPHEAP_FAULT_LINK);
            CHECK(sound || model.last.region == &model.region);
            CHECK_EQ(read_word(place), evil);
            passed += sound;
            REQUIRE(model_scribble(&model, granule, word, good));
            CHECK(capheap_region_check(&model.region));
            tried++;
        }
    }
    CHECK(tried > TEST_STEPS(100));
    CHECK(passed < tried / 8 + TEST_STRIDE);
    model.damaged = false;
    model.reports = 0;
    model_check(&model, 0);
    close_model();
}

TEST(check_in_steps_finds_it_too) {
    open_swiss_cheese(8, 0);
    test_random_t random = test_random_start(4);
    uint32_t granule = block_start(&random, false);
    REQUIRE(model_scribble(&model, granule, 0, UINT32_C(0x12345678)));
    for (size_t step = 1; step < 300; step = step * 2 + 1) {
        capheap_check_t check = {0};
        bool sound = true;
        for (unsigned i = 0; i < 10000 && !check.done; i++)
            sound = capheap_region_check_step(&model.region, &check, step) && sound;
        CHECK(check.done);
        CHECK(!sound);
    }
    model_heal(&model);
    close_model();
}

/* ---- The map itself. What check passes as sound must not have changed what the map says. */

static uint32_t walk_hash(bool *ends) {
    capheap_block_t block = {0};
    uint32_t hash = 2166136261u;
    size_t count = 0;
    while (capheap_region_next_block(&model.region, &block) && count++ <= granule_count()) {
        const uint32_t parts[] = {(uint32_t)((uintptr_t)block.start & UINT32_MAX),
                                  (uint32_t)block.size, block.used};
        for (size_t i = 0; i < 3; i++)
            hash = (hash ^ parts[i]) * 16777619u;
    }
    *ends = count <= granule_count();
    return hash;
}

TEST(check_finds_a_changed_map) {
    open_swiss_cheese(8, 4096);
    bool ends = false;
    uint32_t good = walk_hash(&ends);
    CHECK(ends);
    unsigned found = 0;
    unsigned char *books = model.config.books;
    for (size_t bit = 0; bit < model.config.books_size * 8; bit += TEST_STRIDE) {
        books[bit / 8] ^= (unsigned char)(1u << (bit % 8));
        model.reports = 0;
        bool sound = capheap_region_check(&model.region);
        uint32_t now = walk_hash(&ends);
        CHECK(ends);
        CHECK(!sound || now == good);
        CHECK(sound || model.reports > 0);
        found += !sound;
        books[bit / 8] ^= (unsigned char)(1u << (bit % 8));
    }
    CHECK(found > TEST_STEPS(granule_count() / 2));
    model.reports = 0;
    model_check(&model, 0);
    close_model();
}

TEST_MAIN(survives_any_words, survives_links_that_meet, malloc_reports_heals_and_serves,
          free_reports_heals_and_joins, survives_a_flood, check_finds_every_changed_link,
          check_in_steps_finds_it_too, check_finds_a_changed_map)
