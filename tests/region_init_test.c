/* SPDX-License-Identifier: MIT */
/* Making a region: what is refused and why, and that every other memory works. */
#include "test.h"

#include <string.h>

#include "region_model.h"

static _Alignas(128) unsigned char memory[1 << 16];
static _Alignas(128) unsigned char books[1 << 13];

static capheap_region_config_t plain(void) {
    return (capheap_region_config_t){.start = memory, .size = sizeof(memory)};
}

static capheap_status_t init(const capheap_region_config_t *config) {
    static capheap_region_t region;
    return capheap_region_init(&region, config);
}

TEST(refuses_bad_arguments) {
    capheap_region_t region;
    capheap_region_config_t config = plain();
    CHECK_EQ(capheap_region_init(NULL, &config), CAPHEAP_ERROR_ARGUMENT);
    CHECK_EQ(capheap_region_init(&region, NULL), CAPHEAP_ERROR_ARGUMENT);
    config.start = NULL;
    CHECK_EQ(init(&config), CAPHEAP_ERROR_ARGUMENT);
    config = plain();
    config.size = 0;
    CHECK_EQ(init(&config), CAPHEAP_ERROR_ARGUMENT);
    config = plain();
    config.flags = 1u << 31;
    CHECK_EQ(init(&config), CAPHEAP_ERROR_ARGUMENT);
}

TEST(refuses_any_other_granule) {
    for (uint32_t granule = 0; granule < 300; granule++) {
        bool good = granule == 0 || granule == 8 || granule == 16 || granule == 32 ||
                    granule == 64 || granule == 128;
        capheap_region_config_t config = plain();
        config.granule = granule;
        CHECK_EQ(init(&config), good ? CAPHEAP_OK : CAPHEAP_ERROR_ARGUMENT);
    }
    capheap_region_config_t config = plain();
    config.granule = UINT32_MAX;
    CHECK_EQ(init(&config), CAPHEAP_ERROR_ARGUMENT);
    config.granule = UINT32_C(1) << 31;
    CHECK_EQ(init(&config), CAPHEAP_ERROR_ARGUMENT);
}

TEST(refuses_memory_that_wraps) {
    capheap_region_config_t config = plain();
    config.start = (void *)(UINTPTR_MAX - 4095);
    config.size = 8192;
    CHECK_EQ(init(&config), CAPHEAP_ERROR_WRAPS);
    config.start = memory;
    config.size = SIZE_MAX;
    capheap_status_t status = init(&config);
    CHECK(status == CAPHEAP_ERROR_WRAPS || status == CAPHEAP_ERROR_TOO_LARGE);
}

#if UINTPTR_MAX > UINT32_MAX
TEST(refuses_more_than_it_can_count) {
    /* Nothing of this memory is touched: it is refused by its size alone. */
    capheap_region_config_t config = plain();
    config.start = (void *)(uintptr_t)4096;
    config.size = SIZE_MAX / 4;
    CHECK_EQ(init(&config), CAPHEAP_ERROR_TOO_LARGE);
    config.size = (size_t)1 << 33;
    CHECK_EQ(init(&config), CAPHEAP_ERROR_TOO_LARGE);
}
#else
TEST(refuses_more_than_it_can_count) {
    CHECK_EQ(sizeof(size_t), 4); /* no size_t here can hold more than 4 GiB less 1 */
}
#endif

TEST(refuses_unaligned_or_short_books) {
    size_t needed = capheap_region_books_size(sizeof(memory), 8);
    REQUIRE(needed > 0 && needed <= sizeof(books) - 8);
    capheap_region_config_t config = plain();
    for (size_t offset = 0; offset < 8; offset++) {
        config.books = books + offset;
        config.books_size = needed;
        CHECK_EQ(init(&config), offset % 4 == 0 ? CAPHEAP_OK : CAPHEAP_ERROR_ARGUMENT);
    }
    config.books = books;
    for (size_t size = 0; size < needed / 2; size++) {
        config.books_size = size;
        CHECK_EQ(init(&config), CAPHEAP_ERROR_TOO_SMALL);
    }
}

/* Every size from 1 on, books inside and apart: refused as too small, or a region that works; and
 * once one size works, all larger ones do. */
static void try_sizes(uint32_t granule, bool apart) {
    static model_t model;
    size_t step = granule == 0 ? 8 : granule;
    bool worked = false;
    for (size_t size = 1; size < 2048 + 8 * step; size += size < 600 ? TEST_STRIDE : 61) {
        size_t needed = capheap_region_books_size(size, granule);
        capheap_status_t status = model_open(&model, size, 0, granule, 0, apart ? needed : 0);
        if (status == CAPHEAP_OK) {
            worked = true;
            CHECK(model_malloc(&model, 0, 1));
            model_free(&model, 0);
            CHECK(model_malloc(&model, 0, capheap_region_largest(&model.region)));
            model_check(&model, 0);
            CHECK_TEXT(model.failure, NULL);
        } else {
            CHECK_EQ(status, CAPHEAP_ERROR_TOO_SMALL);
            CHECK(!worked);
            CHECK(size < 64 || size < (apart ? 0 : needed) + 2 * step);
        }
        model_close(&model);
    }
    CHECK(worked);
}

TEST(takes_every_size_or_says_too_small) {
    static const uint32_t granules[] = {0, 8, 16, 32, 64, 128};
    for (size_t i = 0; i < sizeof(granules) / sizeof(granules[0]); i++) {
        try_sizes(granules[i], false);
        try_sizes(granules[i], true);
    }
}

TEST(takes_64_bytes) {
    static model_t model;
    size_t needed = capheap_region_books_size(64, 8);
    CHECK_EQ(model_open(&model, 64, 0, 8, 0, needed), CAPHEAP_OK);
    CHECK_EQ(model.size, 64);
    for (size_t slot = 0; slot < 8; slot++)
        CHECK(model_malloc(&model, slot, 8));
    CHECK(!model_malloc(&model, 8, 1));
    model_check(&model, 0);
    CHECK_TEXT(model.failure, NULL);
    model_close(&model);
}

TEST(takes_any_start) {
    static model_t model;
    static const uint32_t granules[] = {8, 16, 32, 64, 128};
    for (size_t i = 0; i < sizeof(granules) / sizeof(granules[0]); i++) {
        for (size_t offset = 0; offset < 260; offset += TEST_STRIDE) {
            size_t apart = offset % 2 == 0 ? 0 : capheap_region_books_size(4096, granules[i]);
            CHECK_EQ(model_open(&model, 4096, offset, granules[i], 0, apart), CAPHEAP_OK);
            CHECK(model_malloc(&model, 0, 100));
            CHECK(model_malloc(&model, 1, capheap_region_largest(&model.region)));
            model_check(&model, 1);
            CHECK_TEXT(model.failure, NULL);
            model_close(&model);
        }
    }
}

TEST(wastes_nothing_of_aligned_memory_with_books_apart) {
    static model_t model;
    size_t needed = capheap_region_books_size(32768, 8);
    CHECK_EQ(model_open(&model, 32768, 0, 8, 0, needed), CAPHEAP_OK);
    CHECK_EQ(model.size, 32768);
    CHECK_EQ(capheap_region_largest(&model.region), 32768);
    model_close(&model);
}

TEST(a_failed_init_touches_nothing) {
    memset(memory, 0x5C, sizeof(memory));
    capheap_region_config_t config = plain();
    config.size = 7;
    CHECK_EQ(init(&config), CAPHEAP_ERROR_TOO_SMALL);
    config = plain();
    config.granule = 24;
    CHECK_EQ(init(&config), CAPHEAP_ERROR_ARGUMENT);
    size_t touched = 0;
    for (size_t i = 0; i < sizeof(memory); i++)
        touched += memory[i] != 0x5C;
    CHECK_EQ(touched, 0);
}

TEST(books_size_of_absurd_arguments) {
    CHECK_EQ(capheap_region_books_size(0, 8), 0);
    CHECK_EQ(capheap_region_books_size(7, 8), 0);
    CHECK_EQ(capheap_region_books_size(SIZE_MAX, 8), 0);
    CHECK_EQ(capheap_region_books_size(4096, 7), 0);
    CHECK_EQ(capheap_region_books_size(4096, 4), 0);
    CHECK_EQ(capheap_region_books_size(4096, 256), 0);
    CHECK_EQ(capheap_region_books_size(4096, UINT32_MAX), 0);
    /* Two bits a granule and the heads: 3.2 % of a large region. */
    CHECK(capheap_region_books_size((size_t)1 << 24, 8) < ((size_t)1 << 24) / 31);
    CHECK(capheap_region_books_size((size_t)1 << 24, 8) > ((size_t)1 << 24) / 100);
}

TEST(every_status_and_fault_has_a_text) {
    for (int status = -12; status <= 2; status++) {
        const char *text = capheap_status_text((capheap_status_t)status);
        REQUIRE(text != NULL);
        CHECK(text[0] != '\0');
    }
    for (int fault = -1; fault <= 9; fault++) {
        const char *text = capheap_fault_text((capheap_fault_t)fault);
        REQUIRE(text != NULL);
        CHECK(text[0] != '\0');
    }
}

TEST_MAIN(refuses_bad_arguments, refuses_any_other_granule, refuses_memory_that_wraps,
          refuses_more_than_it_can_count, refuses_unaligned_or_short_books,
          takes_every_size_or_says_too_small, takes_64_bytes, takes_any_start,
          wastes_nothing_of_aligned_memory_with_books_apart, a_failed_init_touches_nothing,
          books_size_of_absurd_arguments, every_status_and_fault_has_a_text)
