/* SPDX-License-Identifier: MIT */
/* Attaching a region that memory has kept: what is kept, what is not, roots, seals. */
#include "attach_model.h"
#include "region_core.h"
#include "region_retained.h"
#include "test.h"

static kept_model_t model;

static retained_header_t *header(void) {
    return (retained_header_t *)(void *)kept;
}

/* Memory as it is after power was off: the same rubbish every time. */
static void lose_power(void) {
    test_random_t random = test_random_start(99);
    for (size_t i = 0; i < sizeof kept; i++)
        kept[i] = (unsigned char)test_random_next(&random);
}

static capheap_status_t attach_as(uint32_t key, size_t size, uint32_t granule, uint32_t roots) {
    capheap_region_config_t config = {.start = kept, .size = size, .granule = granule};
    capheap_attach_t how = {.roots = roots, .key = key};
    return capheap_region_attach(&model.region, &config, &how, &model.retained);
}

TEST(memory_without_a_region_is_started_afresh) {
    model = (kept_model_t){.granule = 8};
    lose_power();
    CHECK_EQ(model_attach(&model, 0), CAPHEAP_OK);
    CHECK_EQ(model.retained.status, CAPHEAP_ERROR_NOT_KEPT);
    CHECK_EQ(capheap_region_used_bytes(&model.region), 0);
    CHECK(capheap_region_check(&model.region));
    memset(kept, 0, sizeof kept);
    CHECK_EQ(model_attach(&model, 0), CAPHEAP_OK);
    CHECK_EQ(model.retained.status, CAPHEAP_ERROR_NOT_KEPT);
    memset(kept, 0xFF, sizeof kept);
    CHECK_EQ(model_attach(&model, 0), CAPHEAP_OK);
    CHECK_EQ(model.retained.status, CAPHEAP_ERROR_NOT_KEPT);
    CHECK_EQ(capheap_retained_root(&model.retained, 0), NULL);
}

TEST(what_was_there_is_there_again) {
    model_start(&model, 8, 1);
    CHECK_EQ(model.retained.status, CAPHEAP_ERROR_NOT_KEPT);
    char *text = capheap_retained_malloc(&model.retained, 20);
    char *other = capheap_retained_calloc(&model.retained, 10, 30);
    REQUIRE(text != NULL && other != NULL);
    memcpy(text, "kept over sleep", 16);
    CHECK(capheap_retained_set_root(&model.retained, 2, text));
    size_t free = capheap_region_free_bytes(&model.region);
    CHECK_EQ(model_attach(&model, 0), CAPHEAP_OK);
    CHECK_EQ(model.retained.status, CAPHEAP_OK);
    CHECK(!model.retained.interrupted && !model.retained.sealed);
    CHECK_EQ(capheap_retained_root(&model.retained, 2), text);
    CHECK_EQ(capheap_retained_root(&model.retained, 1), NULL);
    CHECK_TEXT(text, "kept over sleep");
    CHECK_EQ(capheap_region_usable_size(&model.region, other), 304);
    CHECK_EQ(capheap_region_free_bytes(&model.region), free);
    CHECK_EQ(capheap_region_blocks(&model.region), 2);
    CHECK_EQ(capheap_region_minimum_free(&model.region), free);
    capheap_retained_free(&model.retained, other);
    capheap_retained_free(&model.retained, text);
    CHECK_EQ(capheap_region_largest(&model.region), capheap_region_size(&model.region));
    CHECK(capheap_region_check(&model.region));
}

TEST(another_region_is_not_taken_for_this_one) {
    static const struct {
        uint32_t key, granule, roots;
        size_t less;
    } others[] = {{8, 8, 4, 0}, {7, 16, 4, 0}, {7, 8, 5, 0}, {7, 8, 4, 8}};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        model_start(&model, 8, 1);
        CHECK_EQ(attach_as(others[i].key, sizeof kept - others[i].less, others[i].granule,
                           others[i].roots),
                 CAPHEAP_OK);
        CHECK_EQ(model.retained.status, CAPHEAP_ERROR_OTHER);
        CHECK(capheap_region_check(&model.region));
    }
    model_start(&model, 8, 1);
    header()->layout ^= 1u << 16;
    CHECK_EQ(attach_as(7, sizeof kept, 8, 4), CAPHEAP_OK);
    CHECK_EQ(model.retained.status, CAPHEAP_ERROR_OTHER);
    CHECK_EQ(attach_as(7, sizeof kept, 0, 4), CAPHEAP_OK); /* 0 means 8 */
    CHECK_EQ(model.retained.status, CAPHEAP_OK);
}

TEST(every_flipped_bit_of_the_fixed_header_is_seen) {
    model_start(&model, 8, 1);
    void *block = capheap_retained_malloc(&model.retained, 40);
    REQUIRE(block != NULL);
    static unsigned char before[KEPT_SIZE];
    memcpy(before, kept, sizeof kept);
    for (size_t bit = 0; bit < offsetof(retained_header_t, state) * 8; bit++) {
        memcpy(kept, before, sizeof kept);
        kept[bit / 8] ^= (unsigned char)(1u << bit % 8);
        CHECK_EQ(model_attach(&model, 0), CAPHEAP_OK);
        CHECK(model.retained.status == CAPHEAP_ERROR_NOT_KEPT ||
              model.retained.status == CAPHEAP_ERROR_OTHER);
    }
    for (size_t bit = 0; bit < 32; bit++) {
        memcpy(kept, before, sizeof kept);
        header()->state ^= UINT32_C(1) << bit;
        CHECK_EQ(model_attach(&model, 0), CAPHEAP_OK);
        CHECK_EQ(model.retained.status, CAPHEAP_ERROR_DAMAGED);
        CHECK_EQ(model.retained.damage, &header()->state);
    }
}

/* docs/sleep.md and SPEC.md say so. */
TEST(the_header_has_its_documented_size) {
    if (sizeof(void *) == 4)
        CHECK_EQ(CAPHEAP_RETAINED_BYTES, 92);
}

/* The checksum is zlib's: SPEC.md says so. */
TEST(the_checksum_is_crc_32) {
    static const uint32_t words[] = {0x34333231, 0x38373635}; /* "12345678" */
    CHECK_EQ(~retained_crc(~0u, words, sizeof words), 0x9AE0DAAF);
}

TEST(afresh_reads_nothing_and_forget_is_for_good) {
    model_start(&model, 8, 1);
    CHECK(capheap_retained_malloc(&model.retained, 40) != NULL);
    CHECK_EQ(model_attach(&model, CAPHEAP_ATTACH_AFRESH), CAPHEAP_OK);
    CHECK_EQ(model.retained.status, CAPHEAP_ERROR_NOT_KEPT);
    CHECK_EQ(capheap_region_blocks(&model.region), 0);
    void *block = capheap_retained_malloc(&model.retained, 40);
    REQUIRE(block != NULL && capheap_retained_set_root(&model.retained, 0, block));
    capheap_retained_forget(&model.retained);
    capheap_retained_free(&model.retained, block);
    CHECK_EQ(model_attach(&model, 0), CAPHEAP_OK);
    CHECK_EQ(model.retained.status, CAPHEAP_ERROR_NOT_KEPT);
}

TEST(roots_lead_to_live_blocks_only) {
    model_start(&model, 8, 1);
    unsigned char *block = capheap_retained_malloc(&model.retained, 40);
    REQUIRE(block != NULL);
    CHECK(!capheap_retained_set_root(&model.retained, KEPT_ROOTS, block));
    CHECK_EQ(model.damaged, NULL);
    CHECK(!capheap_retained_set_root(&model.retained, 0, block + 8));
    CHECK_EQ(model.damaged, block + 8);
    CHECK(!capheap_retained_set_root(&model.retained, 0, &model));
    CHECK(capheap_retained_set_root(&model.retained, 0, block));
    CHECK(capheap_retained_set_root(&model.retained, 1, block));
    CHECK(capheap_retained_set_root(&model.retained, 1, NULL));
    CHECK_EQ(capheap_retained_root(&model.retained, 1), NULL);
    CHECK_EQ(capheap_retained_root(&model.retained, KEPT_ROOTS), NULL);
    capheap_retained_free(&model.retained, block);
    CHECK_EQ(capheap_retained_root(&model.retained, 0), NULL);
    CHECK_EQ(model_attach(&model, 0), CAPHEAP_OK);
    CHECK_EQ(model.retained.status, CAPHEAP_OK);
    CHECK_EQ(model.retained.roots_lost, 1);
    CHECK_EQ(header()->roots[0], 0);
}

TEST(a_flipped_bit_in_a_root_is_seen) {
    model_start(&model, 8, 1);
    for (;;) { /* a live block at every granule */
        unsigned char *block = capheap_retained_malloc(&model.retained, 8);
        if (block == NULL)
            break;
        REQUIRE(capheap_retained_set_root(&model.retained, 3, block));
        uint32_t word = header()->roots[3];
        for (uint32_t bit = 0; bit < 32; bit++) {
            header()->roots[3] = word ^ UINT32_C(1) << bit;
            CHECK_EQ(capheap_retained_root(&model.retained, 3), NULL);
        }
        header()->roots[3] = word;
        CHECK_EQ(capheap_retained_root(&model.retained, 3), block);
    }
}

/* What a seal covers, and no call after it. */
TEST(a_seal_sees_every_flipped_bit) {
    static unsigned char sealed[KEPT_SIZE];
    model_start(&model, 8, 1);
    unsigned char *block = capheap_retained_malloc(&model.retained, 200);
    unsigned char *gap = capheap_retained_malloc(&model.retained, 600);
    unsigned char *last = capheap_retained_malloc(&model.retained, 800);
    REQUIRE(block != NULL && gap != NULL && last != NULL);
    REQUIRE(capheap_retained_set_root(&model.retained, 0, block));
    memset(block, 0x11, 200);
    memset(last, 0x22, 800);
    capheap_retained_free(&model.retained, gap);
    capheap_retained_seal(&model.retained, true);
    memcpy(sealed, kept, sizeof kept);
    CHECK_EQ(model_attach(&model, 0), CAPHEAP_OK);
    CHECK_EQ(model.retained.status, CAPHEAP_OK);
    CHECK(model.retained.sealed);
    const unsigned char *map = (const unsigned char *)model.region.map;
    size_t map_bytes = (model.region.granules + 1) / 32 * 8 + 8;
    for (size_t bit = 0; bit < sizeof kept * 8; bit += TEST_STRIDE) {
        const unsigned char *at = &kept[bit / 8];
        bool covered = (at >= (unsigned char *)&header()->state &&
                        at < (unsigned char *)&header()->roots[KEPT_ROOTS]) ||
                       (at >= map && at < map + map_bytes) || (at >= block && at < block + 200) ||
                       (at >= last && at < last + 800);
        if (!covered)
            continue;
        memcpy(kept, sealed, sizeof kept);
        kept[bit / 8] ^= (unsigned char)(1u << bit % 8);
        CHECK_EQ(model_attach(&model, 0), CAPHEAP_OK);
        CHECK_EQ(model.retained.status, CAPHEAP_ERROR_DAMAGED);
        CHECK(model.retained.damage != NULL);
    }
}

TEST(a_seal_is_broken_by_whatever_changes_the_region) {
    model_start(&model, 8, 1);
    unsigned char *block = capheap_retained_malloc(&model.retained, 200);
    REQUIRE(block != NULL);
    for (int way = 0; way < 4; way++) {
        capheap_retained_seal(&model.retained, true);
        if (way == 0)
            CHECK(capheap_retained_malloc(&model.retained, 8) != NULL);
        else if (way == 1)
            CHECK(capheap_retained_set_root(&model.retained, 0, block));
        else if (way == 2)
            capheap_retained_break_seal(&model.retained);
        block[0] ^= 1;
        CHECK_EQ(model_attach(&model, 0), CAPHEAP_OK);
        CHECK_EQ(model.retained.status, way == 3 ? CAPHEAP_ERROR_DAMAGED : CAPHEAP_OK);
        CHECK(!model.retained.sealed);
    }
    block = capheap_retained_malloc(&model.retained, 200);
    capheap_retained_seal(&model.retained, false); /* contents are not its business */
    block[0] ^= 1;
    CHECK_EQ(model_attach(&model, 0), CAPHEAP_OK);
    CHECK_EQ(model.retained.status, CAPHEAP_OK);
    CHECK(model.retained.sealed);
}

TEST(realloc_moves_and_shrinks_even_without_room) {
    model_start(&model, 8, 1);
    unsigned char *block = capheap_retained_realloc(&model.retained, NULL, 100);
    REQUIRE(block != NULL);
    memset(block, 0x33, 100);
    CHECK_EQ(capheap_retained_realloc(&model.retained, block, 104), block);
    unsigned char *moved = capheap_retained_realloc(&model.retained, block, 300);
    REQUIRE(moved != NULL && moved != block);
    for (size_t i = 0; i < 100; i++)
        CHECK_EQ(moved[i], 0x33);
    size_t largest = capheap_region_largest(&model.region);
    CHECK(capheap_retained_malloc(&model.retained, largest) != NULL);
    while (capheap_retained_malloc(&model.retained, 8) != NULL) {
    }
    CHECK_EQ(capheap_retained_realloc(&model.retained, moved, 2000), NULL);
    CHECK_EQ(capheap_retained_realloc(&model.retained, moved, SIZE_MAX), NULL);
    CHECK_EQ(capheap_retained_realloc(&model.retained, moved, 16), moved);
    CHECK_EQ(capheap_retained_realloc(&model.retained, moved + 8, 16), NULL);
    CHECK_EQ(model.damaged, moved + 8);
    CHECK_EQ(capheap_retained_realloc(&model.retained, moved, 0), NULL);
    CHECK_EQ(capheap_retained_calloc(&model.retained, SIZE_MAX, 2), NULL);
    CHECK_EQ(capheap_retained_aligned_alloc(&model.retained, 3, 8), NULL);
}

TEST(bad_arguments_are_refused) {
    capheap_region_config_t good = {.start = kept, .size = sizeof kept};
    capheap_attach_t how = {0};
    capheap_region_config_t config = good;
    capheap_region_t *region = &model.region;
    capheap_retained_t *retained = &model.retained;
    CHECK_EQ(capheap_region_attach(NULL, &good, &how, retained), CAPHEAP_ERROR_ARGUMENT);
    CHECK_EQ(capheap_region_attach(region, NULL, &how, retained), CAPHEAP_ERROR_ARGUMENT);
    CHECK_EQ(capheap_region_attach(region, &good, NULL, retained), CAPHEAP_ERROR_ARGUMENT);
    CHECK_EQ(capheap_region_attach(region, &good, &how, NULL), CAPHEAP_ERROR_ARGUMENT);
    config.start = NULL;
    CHECK_EQ(capheap_region_attach(region, &config, &how, retained), CAPHEAP_ERROR_ARGUMENT);
    config = good;
    config.granule = 24;
    CHECK_EQ(capheap_region_attach(region, &config, &how, retained), CAPHEAP_ERROR_ARGUMENT);
    config.granule = 1024;
    CHECK_EQ(capheap_region_attach(region, &config, &how, retained), CAPHEAP_ERROR_ARGUMENT);
    config = good;
    config.flags = 0x100;
    CHECK_EQ(capheap_region_attach(region, &config, &how, retained), CAPHEAP_ERROR_ARGUMENT);
    config = good;
    config.size = SIZE_MAX;
    CHECK_EQ(capheap_region_attach(region, &config, &how, retained), CAPHEAP_ERROR_WRAPS);
    config.size = 0;
    CHECK_EQ(capheap_region_attach(region, &config, &how, retained), CAPHEAP_ERROR_TOO_SMALL);
    how.roots = CAPHEAP_ROOTS_MAX + 1;
    CHECK_EQ(capheap_region_attach(region, &good, &how, retained), CAPHEAP_ERROR_ARGUMENT);
    how = (capheap_attach_t){.flags = 2};
    CHECK_EQ(capheap_region_attach(region, &good, &how, retained), CAPHEAP_ERROR_ARGUMENT);
}

/* From nothing at all to a handful of granules, at every offset: never a byte outside. */
TEST(small_memories_at_any_address) {
    size_t smallest = sizeof kept;
    for (size_t offset = 0; offset < 8; offset++) {
        for (size_t size = 0; size < CAPHEAP_RETAINED_BYTES + 160 + TEST_STRIDE;
             size += TEST_STRIDE) {
            memset(kept, 0xEE, sizeof kept);
            capheap_region_config_t config = {.start = kept + 128 + offset, .size = size};
            capheap_attach_t how = {.roots = 1};
            capheap_status_t status =
                capheap_region_attach(&model.region, &config, &how, &model.retained);
            CHECK(status == CAPHEAP_OK || status == CAPHEAP_ERROR_TOO_SMALL);
            for (size_t i = 0; i < 128 + offset; i++)
                CHECK_EQ(kept[i], 0xEE);
            for (size_t i = 128 + offset + size; i < 1024; i++)
                CHECK_EQ(kept[i], 0xEE);
            if (status != CAPHEAP_OK)
                continue;
            smallest = size < smallest ? size : smallest;
            void *all =
                capheap_retained_malloc(&model.retained, capheap_region_size(&model.region));
            CHECK(all != NULL && capheap_retained_set_root(&model.retained, 0, all));
            CHECK_EQ(capheap_region_attach(&model.region, &config, &how, &model.retained),
                     CAPHEAP_OK);
            CHECK_EQ(model.retained.status, CAPHEAP_OK);
            CHECK_EQ(capheap_retained_root(&model.retained, 0), all);
        }
    }
    CHECK(smallest < CAPHEAP_RETAINED_BYTES + 128 + TEST_STRIDE);
}

TEST(books_apart_are_kept_too) {
    static uint32_t books[128];
    capheap_region_config_t config = {.start = kept,
                                      .size = sizeof kept,
                                      .granule = 16,
                                      .books = books,
                                      .books_size = sizeof books};
    capheap_attach_t how = {.roots = 1, .flags = CAPHEAP_ATTACH_AFRESH};
    CHECK_EQ(capheap_region_attach(&model.region, &config, &how, &model.retained), CAPHEAP_OK);
    void *block = capheap_retained_malloc(&model.retained, 100);
    CHECK(capheap_retained_set_root(&model.retained, 0, block));
    how.flags = 0;
    CHECK_EQ(capheap_region_attach(&model.region, &config, &how, &model.retained), CAPHEAP_OK);
    CHECK_EQ(model.retained.status, CAPHEAP_OK);
    CHECK_EQ(capheap_retained_root(&model.retained, 0), block);
    memset(books, 0, sizeof books);
    CHECK_EQ(capheap_region_attach(&model.region, &config, &how, &model.retained), CAPHEAP_OK);
    CHECK_EQ(model.retained.status, CAPHEAP_ERROR_DAMAGED);
}

/*
 * Two firmwares that read the map differently must not take one's region for the other's. If this
 * fails because the map has changed its meaning: raise LAYOUT in src/region_attach.c, then set the
 * sum here.
 */
TEST(the_layout_number_goes_with_the_map) {
    static capheap_map_word_t map[8];
    static const uint32_t lengths[] = {1, 5, 25, 70, 100, 2};
    uint32_t granule = 1;
    uint32_t sum = 0;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        map_set_start(map, granule);
        uint32_t end = granule + lengths[i];
        map_write_ends(map, granule, end, i % 2);
        map_write_length(map, granule, end);
        granule = end;
    }
    map_set_start(map, granule);
    for (size_t i = 0; i < sizeof map / sizeof map[0]; i++)
        sum = (sum * 31 + map[i].start) * 31 + map[i].free;
    CHECK_EQ(sum, 0xcb2b008c);
}

TEST_MAIN(memory_without_a_region_is_started_afresh, what_was_there_is_there_again,
          another_region_is_not_taken_for_this_one, every_flipped_bit_of_the_fixed_header_is_seen,
          the_header_has_its_documented_size, the_checksum_is_crc_32,
          afresh_reads_nothing_and_forget_is_for_good, roots_lead_to_live_blocks_only,
          a_flipped_bit_in_a_root_is_seen, a_seal_sees_every_flipped_bit,
          a_seal_is_broken_by_whatever_changes_the_region,
          realloc_moves_and_shrinks_even_without_room, bad_arguments_are_refused,
          small_memories_at_any_address, books_apart_are_kept_too,
          the_layout_number_goes_with_the_map)
