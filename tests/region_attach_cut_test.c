/* SPDX-License-Identifier: MIT */
/*
 * A reset in the middle of a call: whichever of the call's stores into the header and the map had
 * reached the memory, in whatever order the compiler made them, the region is kept, and with it
 * every block that the call was not about. region_attach_step_posix_test.c cuts at the stores that
 * a real processor makes, one after another.
 */
#include "attach_model.h"
#include "region_core.h"
#include "region_retained.h"
#include "test.h"

#define CALLS   TEST_STEPS(600u)
#define SUBSETS 64u /* of the words that a call changes; all, if there are no more */

static kept_model_t model;
static unsigned char before[KEPT_SIZE], after[KEPT_SIZE];
static uint32_t cuts, interrupted;

/* The words between header and blocks that the call has changed, by their number. */
static uint32_t changed_words(uint32_t *words, uint32_t most) {
    uint32_t end = (uint32_t)(model.region.origin - (uintptr_t)kept) / 4 + 2;
    uint32_t count = 0;
    for (uint32_t i = 0; i < end && count < most; i++) {
        if (memcmp(before + 4 * i, after + 4 * i, 4) != 0)
            words[count++] = i;
    }
    return count;
}

/* The memory as the call would have left it, but for the words whose bit isn't in the subset. */
static void cut(const uint32_t *words, uint32_t count, uint32_t subset) {
    memcpy(kept, after, sizeof kept);
    for (uint32_t i = 0; i < count; i++) {
        if ((subset >> i & 1) == 0)
            memcpy(kept + 4 * words[i], before + 4 * words[i], 4);
    }
    ((retained_header_t *)(void *)kept)->state = RETAINED_BUSY;
}

/* A realloc copies between two calls of the engine, which have their own cuts: here as taking a
 * block and giving one back. */
static bool cuttable(const kept_call_t *call) {
    return model.op == OP_FREE || (model.op == OP_TAKE && call->result != NULL);
}

static void cut_everywhere(void) {
    uint32_t words[20];
    uint32_t count = changed_words(words, 20);
    uint32_t all = UINT32_C(1) << count;
    capheap_region_t region = model.region;
    capheap_retained_t retained = model.retained;
    for (uint32_t i = 0; i < SUBSETS && i < all; i++) {
        uint32_t subset = all <= SUBSETS ? i : test_random_next(&model.random) & (all - 1);
        cut(words, count, subset);
        const char *wrong = model_verify(&model);
        CHECK_TEXT(wrong, NULL);
        CHECK(wrong != NULL || model.retained.interrupted);
        cuts++;
    }
    memcpy(kept, after, sizeof kept);
    model.region = region;
    model.retained = retained;
}

static void run(uint32_t granule, uint64_t seed) {
    model_start(&model, granule, seed);
    for (uint32_t i = 0; i < CALLS; i++) {
        memcpy(before, kept, sizeof kept);
        kept_call_t call = model_choose(&model);
        model_call(&model, &call);
        memcpy(after, kept, sizeof kept);
        if (cuttable(&call))
            cut_everywhere();
        model_settle(&model, &call);
        if (i % 8 == 0) { /* and a reset between two calls */
            CHECK_TEXT(model_verify(&model), NULL);
            interrupted += model.retained.interrupted;
        }
    }
}

TEST(whatever_was_stored_of_a_call_is_mended) {
    cuts = interrupted = 0;
    for (uint64_t seed = 0; seed < 8; seed++)
        run(8, seed);
    CHECK(cuts > 8 * CALLS);
    CHECK_EQ(interrupted, 0);
}

TEST(so_it_is_with_coarser_granules) {
    for (uint64_t seed = 0; seed < 4; seed++)
        run(16, seed);
    run(64, 1);
}

/* What no call leaves: two live blocks' ends that disagree, far apart. */
TEST(more_than_a_call_leaves_is_damage) {
    model_start(&model, 8, 3);
    unsigned char *blocks[12];
    for (size_t i = 0; i < 12; i++) {
        blocks[i] = capheap_retained_malloc(&model.retained, 64);
        REQUIRE(blocks[i] != NULL);
    }
    retained_header_t *header = model.retained.header;
    uint32_t granule = (uint32_t)((uintptr_t)blocks[1] - model.region.origin) / 8;
    map_set_free(model.region.map, granule);
    memcpy(after, kept, sizeof kept);
    CHECK_EQ(model_attach(&model, 0), CAPHEAP_OK); /* no call: even one is damage */
    CHECK_EQ(model.retained.status, CAPHEAP_ERROR_DAMAGED);
    CHECK_EQ(model.retained.damage, blocks[1]);
    memcpy(kept, after, sizeof kept);
    header->state = RETAINED_BUSY;
    CHECK_EQ(model_attach(&model, 0), CAPHEAP_OK);
    CHECK_EQ(model.retained.status, CAPHEAP_OK);
    CHECK_EQ(capheap_region_blocks(&model.region), 11);
    memcpy(kept, after, sizeof kept);
    granule = (uint32_t)((uintptr_t)blocks[9] - model.region.origin) / 8;
    map_set_free(model.region.map, granule);
    header->state = RETAINED_BUSY;
    CHECK_EQ(model_attach(&model, 0), CAPHEAP_OK);
    CHECK_EQ(model.retained.status, CAPHEAP_ERROR_DAMAGED);
    CHECK_EQ(model.retained.damage, blocks[1]);
}

TEST_MAIN(whatever_was_stored_of_a_call_is_mended, so_it_is_with_coarser_granules,
          more_than_a_call_leaves_is_damage)
