/* SPDX-License-Identifier: MIT */
/* Memory that kept a region, but not well: never a crash, never blocks that overlap or lie outside,
 * and what is not damaged is kept. */
#include "attach_damage.h"
#include "region_core.h"
#include "region_retained.h"
#include "test.h"

#include "bins.h"

#define ROUNDS TEST_STEPS(3000u)

static kept_model_t model;
static unsigned char intact[KEPT_SIZE];

static retained_header_t *header(void) {
    return (retained_header_t *)(void *)(kept + DAMAGE_GUARD);
}

static size_t map_bytes(void) {
    return ((model.region.granules + 1) / 32 + 1) * sizeof(map_word_t);
}

/* No call was under way: one flipped bit of the map is either seen, or changes nothing. */
TEST(one_flipped_bit_of_the_map_loses_no_block) {
    uint32_t seen = 0;
    uint32_t harmless = 0;
    for (uint64_t seed = 0; seed < 4; seed++) {
        model.random = test_random_start(seed);
        damage_prepare(&model, 8, 60);
        memcpy(intact, kept, sizeof kept);
        unsigned char *map = (unsigned char *)model.region.map;
        size_t bits = map_bytes() * 8;
        for (size_t bit = 0; bit < bits; bit += TEST_STRIDE) {
            memcpy(kept, intact, sizeof kept);
            map[bit / 8] ^= (unsigned char)(1u << bit % 8);
            CHECK_EQ(damage_attach(&model, 0), CAPHEAP_OK);
            if (model.retained.status == CAPHEAP_ERROR_DAMAGED) {
                seen++;
                continue;
            }
            CHECK_EQ(model.retained.status, CAPHEAP_OK);
            CHECK_TEXT(model_verify_blocks(&model), NULL);
            harmless++;
        }
    }
    CHECK(seen > TEST_STEPS(200) && harmless > TEST_STEPS(200));
}

/* Whatever is written into free memory, and over the heads of the lists, is no damage. */
TEST(rubbish_in_free_memory_is_no_damage) {
    for (uint64_t seed = 0; seed < TEST_STEPS(200); seed++) {
        model.random = test_random_start(seed);
        damage_prepare(&model, seed % 2 == 0 ? 8 : 32, 60);
        capheap_block_t block = {0};
        while (capheap_region_next_block(&model.region, &block)) {
            unsigned char *bytes = block.start;
            for (size_t i = 0; !block.used && i < block.size; i++)
                bytes[i] = (unsigned char)test_random_next(&model.random);
        }
        unsigned char *map = (unsigned char *)model.region.map;
        unsigned char *heads = (unsigned char *)bins_head(&model.region, model.region.last_bin);
        for (unsigned char *at = heads; at < map; at++)
            *at = (unsigned char)test_random_next(&model.random);
        CHECK_EQ(damage_attach(&model, 0), CAPHEAP_OK);
        CHECK_EQ(model.retained.status, CAPHEAP_OK);
        CHECK_TEXT(model_verify_blocks(&model), NULL);
        CHECK_TEXT(damage_verify(&model), NULL);
        CHECK_TEXT(damage_use(&model), NULL);
        CHECK(damage_guards_are_whole());
    }
}

static void damage_range(unsigned char *start, size_t size) {
    uint32_t at = test_random_below(&model.random, (uint32_t)size);
    uint32_t left = (uint32_t)size - at;
    uint32_t most = test_random_chance(&model.random, 50) ? 8 : left;
    uint32_t count = test_random_between(&model.random, 1, most < left ? most : left);
    uint32_t kind = test_random_below(&model.random, 4);
    for (uint32_t i = at; i < at + count; i++) {
        uint32_t random = test_random_next(&model.random);
        start[i] = kind == 0   ? 0
                   : kind == 1 ? 0xFF
                   : kind == 2 ? (unsigned char)random
                               : (unsigned char)(start[i] ^ 1u << random % 8);
    }
}

/* Header (mostly what is not covered by its checksum), map, or anything. */
static void damage_somewhere(void) {
    static const uint32_t states[] = {RETAINED_IDLE, RETAINED_BUSY, RETAINED_SEALED,
                                      RETAINED_SEALED_ALL};
    uint32_t kind = test_random_below(&model.random, 8);
    unsigned char *map = (unsigned char *)model.region.map;
    if (kind < 4)
        damage_range(map, map_bytes());
    else if (kind < 6)
        damage_range((unsigned char *)&header()->state, 12 + 4 * KEPT_ROOTS);
    else
        damage_range(kept + DAMAGE_GUARD, sizeof kept - 2 * DAMAGE_GUARD);
    if (test_random_chance(&model.random, 60))
        header()->state = states[test_random_below(&model.random, 4)];
    size_t free_bytes = capheap_region_free_bytes(&model.region);
    if (test_random_chance(&model.random, 30))
        header()->tally = retained_tally(free_bytes, capheap_region_blocks(&model.region));
}

TEST(random_damage_never_breaks_the_region) {
    static const uint32_t granules[] = {8, 8, 16, 64};
    uint32_t outcomes[2] = {0};
    uint32_t mended = 0;
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        model.random = test_random_start(seed);
        damage_prepare(&model, granules[seed % 4], test_random_below(&model.random, 60));
        if (test_random_chance(&model.random, 20))
            capheap_retained_seal(&model.retained, test_random_chance(&model.random, 50));
        damage_somewhere();
        CHECK_EQ(damage_attach(&model, 0), CAPHEAP_OK);
        CHECK_TEXT(damage_verify(&model), NULL);
        outcomes[model.retained.status == CAPHEAP_OK]++;
        mended += model.retained.status == CAPHEAP_OK && model.retained.interrupted;
        CHECK((model.retained.damage != NULL) == (model.retained.status == CAPHEAP_ERROR_DAMAGED));
        CHECK_TEXT(damage_use(&model), NULL);
        CHECK(damage_guards_are_whole());
    }
    CHECK(outcomes[0] > ROUNDS / 4 && outcomes[1] > ROUNDS / 10 && mended > ROUNDS / 50);
}

/* Rubbish as it is after power was off, all of it, many times. */
TEST(random_memory_is_never_a_region) {
    for (uint64_t seed = 0; seed < TEST_STEPS(1000); seed++) {
        model.random = test_random_start(seed);
        memset(kept, 0xEE, sizeof kept);
        for (size_t i = DAMAGE_GUARD; i < sizeof kept - DAMAGE_GUARD; i++)
            kept[i] = (unsigned char)test_random_next(&model.random);
        model.granule = 8;
        CHECK_EQ(damage_attach(&model, 0), CAPHEAP_OK);
        CHECK_EQ(model.retained.status, CAPHEAP_ERROR_NOT_KEPT);
        CHECK_EQ(capheap_region_blocks(&model.region), 0);
        CHECK(damage_guards_are_whole());
    }
}

TEST_MAIN(one_flipped_bit_of_the_map_loses_no_block, rubbish_in_free_memory_is_no_damage,
          random_damage_never_breaks_the_region, random_memory_is_never_a_region)
