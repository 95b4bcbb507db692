/* SPDX-License-Identifier: MIT */
/*
 * multi_heap.h: what its header says of each call (ESP-IDF at 102122904ade,
 * components/heap/include/multi_heap.h), and what components/heap/multi_heap.c does where it says
 * nothing. Built twice: with guards behind blocks, and without.
 */
#define _DEFAULT_SOURCE
#include "compat_esp_idf_fixture.h"
#include "multi_heap.h"
#include "test_random.h"

static _Alignas(16) unsigned char memory[8192];

static multi_heap_handle_t fresh(void) {
    memset(memory, 0xEE, sizeof memory);
    return multi_heap_register(memory, sizeof memory);
}

/* What an owner has of a block, and what the block takes of the heap. */
static size_t owned(size_t size) {
    return CAPHEAP_ESP_IDF_MULTI_HEAP_GUARD ? size : (size + 7) / 8 * 8;
}

static size_t spent_on(size_t size) {
    return (size + CAPHEAP_ESP_IDF_MULTI_HEAP_GUARD + 7) / 8 * 8;
}

TEST(a_heap_lies_in_its_own_memory) {
    multi_heap_handle_t heap = fresh();
    CHECK((void *)heap == memory);
    multi_heap_handle_t odd = multi_heap_register(memory + 3, 1000);
    CHECK((unsigned char *)odd > memory + 3 && (unsigned char *)odd < memory + 32);
    unsigned char *block = multi_heap_malloc(odd, 100);
    CHECK(block > memory && block + 100 <= memory + 1003);
}

TEST(memory_that_is_too_small_gives_no_heap) {
    size_t size = 0;
    while (size < sizeof memory && multi_heap_register(memory, size) == NULL) {
        size++;
    }
    CHECK(size > 64 && size < 512);
    for (size_t more = 0; more < 64; more++) {
        CHECK(multi_heap_register(memory, size + more) != NULL);
    }
}

static void register_nothing(void) {
    multi_heap_register(NULL, 4096);
}

TEST(null_arguments) {
    CHECK(multi_heap_malloc(NULL, 10) == NULL);
    CHECK(multi_heap_aligned_alloc(NULL, 10, 16) == NULL);
    multi_heap_free(NULL, memory);
    CHECK_EQ(multi_heap_free_size(NULL), 0);
    CHECK_EQ(multi_heap_minimum_free_size(NULL), 0);
    multi_heap_info_t info;
    memset(&info, 0xEE, sizeof info);
    multi_heap_get_info(NULL, &info);
    CHECK(info.total_free_bytes == 0 && info.total_blocks == 0 && info.largest_free_block == 0);
    multi_heap_handle_t heap = fresh();
    multi_heap_free(heap, NULL);
    CHECK(multi_heap_malloc(heap, 0) == NULL);
    void *block = multi_heap_realloc(heap, NULL, 24);
    CHECK_EQ(multi_heap_get_allocated_size(heap, block), 24);
    CHECK(multi_heap_realloc(heap, block, 0) == NULL);
    CHECK(stops(register_nothing, "no memory"));
}

TEST(a_block_takes_its_size_and_guard_rounded_up_to_8) {
    multi_heap_handle_t heap = fresh();
    size_t all = multi_heap_free_size(heap);
    for (size_t size = 1; size < 200; size += 3) {
        void *block = multi_heap_malloc(heap, size);
        CHECK_EQ(multi_heap_free_size(heap), all - spent_on(size));
        CHECK_EQ(multi_heap_get_allocated_size(heap, block), owned(size));
        CHECK_EQ(multi_heap_get_full_block_size(heap, block), spent_on(size));
        multi_heap_free(heap, block);
    }
    CHECK_EQ(multi_heap_free_size(heap), all);
}

TEST(figures_of_a_heap) {
    multi_heap_handle_t heap = fresh();
    multi_heap_info_t before, info;
    multi_heap_get_info(heap, &before);
    CHECK(before.allocated_blocks == 0 && before.free_blocks == 1 && before.total_blocks == 1);
    CHECK_EQ(before.total_free_bytes, before.minimum_free_bytes);
    CHECK_EQ(before.total_free_bytes, spent_on(before.largest_free_block));
    CHECK(multi_heap_malloc(heap, before.largest_free_block + 1) == NULL);
    void *whole = multi_heap_malloc(heap, before.largest_free_block);
    CHECK(whole != NULL);
    multi_heap_get_info(heap, &info);
    CHECK(info.total_free_bytes == 0 && info.largest_free_block == 0);
    multi_heap_free(heap, whole);
    multi_heap_reset_minimum_free_bytes(heap);
    void *a = multi_heap_malloc(heap, 128);
    void *b = multi_heap_malloc(heap, 32);
    multi_heap_free(heap, a);
    multi_heap_get_info(heap, &info);
    CHECK(info.allocated_blocks == 1 && info.free_blocks == 2 && info.total_blocks == 3);
    CHECK_EQ(info.total_allocated_bytes, 32);
    CHECK_EQ(info.minimum_free_bytes, before.total_free_bytes - spent_on(128) - spent_on(32));
    CHECK_EQ(multi_heap_minimum_free_size(heap), info.minimum_free_bytes);
    multi_heap_free(heap, b);
    multi_heap_get_info(heap, &info);
    CHECK(info.allocated_blocks == 0 && info.free_blocks == 1);
    CHECK_EQ(info.total_free_bytes, before.total_free_bytes);
}

TEST(the_minimum_is_reset_and_restored) {
    multi_heap_handle_t heap = fresh();
    size_t all = multi_heap_free_size(heap);
    multi_heap_free(heap, multi_heap_malloc(heap, 800));
    CHECK_EQ(multi_heap_reset_minimum_free_bytes(heap), all - spent_on(800));
    CHECK_EQ(multi_heap_minimum_free_size(heap), all);
    multi_heap_free(heap, multi_heap_malloc(heap, 80));
    CHECK_EQ(multi_heap_minimum_free_size(heap), all - spent_on(80));
    multi_heap_restore_minimum_free_bytes(heap, all); /* more than it is: stays */
    CHECK_EQ(multi_heap_minimum_free_size(heap), all - spent_on(80));
    multi_heap_restore_minimum_free_bytes(heap, all - spent_on(800));
    CHECK_EQ(multi_heap_minimum_free_size(heap), all - spent_on(800));
    multi_heap_free(heap, multi_heap_malloc(heap, 1600));
    CHECK_EQ(multi_heap_minimum_free_size(heap), all - spent_on(1600));
    CHECK_EQ(multi_heap_reset_minimum_free_bytes(heap), all - spent_on(1600));
    CHECK_EQ(multi_heap_minimum_free_size(heap), all);
}

TEST(alignment) {
    multi_heap_handle_t heap = fresh();
    size_t all = multi_heap_free_size(heap);
    for (size_t alignment = 0; alignment <= 1024; alignment++) {
        bool power_of_two = alignment != 0 && (alignment & (alignment - 1)) == 0;
        void *block = multi_heap_aligned_alloc(heap, alignment + 137, alignment);
        CHECK((block != NULL) == power_of_two);
        CHECK(block == NULL || (uintptr_t)block % alignment == 0);
        multi_heap_free(heap, block);
    }
    CHECK(multi_heap_aligned_alloc(heap, 0, 16) == NULL);
    CHECK(multi_heap_aligned_alloc(heap, SIZE_MAX, 16) == NULL);
    CHECK(multi_heap_aligned_alloc_offs(heap, SIZE_MAX - 4, 16, 4) == NULL);
    CHECK(multi_heap_aligned_alloc_offs(heap, 8, 24, 4) == NULL);
    CHECK(multi_heap_aligned_alloc_offs(heap, 8, SIZE_MAX / 2 + 1, 4) == NULL);
    CHECK_EQ(multi_heap_free_size(heap), all);
}

/* Every alignment with every kind of offset; several at once, freed in any order. */
TEST(alignment_at_an_offset) {
    multi_heap_handle_t heap = fresh();
    size_t all = multi_heap_free_size(heap);
    for (size_t alignment = 1; alignment <= 256; alignment *= 2) {
        for (size_t offset = 0; offset < 3 * alignment; offset += 1 + alignment / 8) {
            unsigned char *blocks[4];
            for (size_t i = 0; i < 4; i++) {
                blocks[i] = multi_heap_aligned_alloc_offs(heap, 20 + i, alignment, offset);
                REQUIRE(blocks[i] != NULL);
                CHECK_EQ(((uintptr_t)blocks[i] + offset) % alignment, 0);
                size_t size = multi_heap_get_allocated_size(heap, blocks[i]);
                CHECK(size >= 20 + i);
                memset(blocks[i], (int)i, size);
            }
            CHECK(multi_heap_check(heap, true));
            multi_heap_free(heap, blocks[2]);
            blocks[0] = multi_heap_realloc(heap, blocks[0], 60);
            REQUIRE(blocks[0] != NULL);
            CHECK(blocks[0][0] == 0 && blocks[0][19] == 0);
            CHECK(multi_heap_realloc(heap, blocks[1], 100000) == NULL);
            CHECK(blocks[1][20] == 1);
            multi_heap_free(heap, blocks[3]);
            multi_heap_free(heap, blocks[0]);
            CHECK(multi_heap_realloc(heap, blocks[1], 0) == NULL);
            CHECK_EQ(multi_heap_free_size(heap), all);
        }
    }
}

static bool add_up(void *block, size_t size, int used, void *data) {
    size_t *sums = data;
    CHECK(block != NULL && (used == 0 || used == 1));
    sums[used] += size;
    sums[2]++;
    return sums[3] == 0 || sums[2] < sums[3];
}

TEST(a_walk_sees_all_blocks_until_it_is_told_to_stop) {
    multi_heap_handle_t heap = fresh();
    void *a = multi_heap_malloc(heap, 100);
    void *b = multi_heap_malloc(heap, 200);
    multi_heap_free(heap, a);
    size_t sums[4] = {0};
    multi_heap_walk(heap, add_up, sums);
    CHECK_EQ(sums[0], multi_heap_free_size(heap));
    CHECK_EQ(sums[1], 200);
    CHECK_EQ(sums[2], 3);
    size_t stopped[4] = {0, 0, 0, 2};
    multi_heap_walk(heap, add_up, stopped);
    CHECK_EQ(stopped[2], 2);
    CHECK(multi_heap_find_containing_block(heap, (char *)b + 199) == b);
    forget_written();
    multi_heap_dump(heap);
    CHECK(says("Showing data for heap: ") && says("size: 200 bytes, Free: No \n"));
    CHECK(says("size: 104 bytes, Free: Yes \n"));
}

TEST(damage_is_found_and_told_if_asked_for) {
    multi_heap_handle_t heap = fresh();
    uint32_t *a = multi_heap_malloc(heap, 16);
    void *b = multi_heap_malloc(heap, 8);
    multi_heap_free(heap, a);
    CHECK(multi_heap_check(heap, true));
    uint32_t saved = a[0];
    a[0] = 0xDEADBEEF;
    forget_written();
    CHECK(!multi_heap_check(heap, false));
    CHECK(!says("CORRUPT"));
    CHECK(!multi_heap_check(heap, true));
    CHECK(says("CORRUPT HEAP: "));
    a[0] = saved;
    CHECK(multi_heap_check(heap, true));
    multi_heap_free(heap, b);
}

static multi_heap_handle_t shared;
static void *shared_block;

static void free_twice(void) {
    multi_heap_free(shared, shared_block);
    multi_heap_free(shared, shared_block);
}

static void free_inside(void) {
    multi_heap_free(shared, (char *)shared_block + 8);
}

static void find_nothing(void) {
    multi_heap_find_containing_block(shared, (char *)shared_block + 96);
}

TEST(misuse_stops_the_program) {
    shared = fresh();
    shared_block = multi_heap_malloc(shared, 64);
    CHECK(stops(free_twice, "heap: "));
    CHECK(stops(free_inside, "heap: "));
    CHECK(stops(find_nothing, "in no block"));
}

/* Random calls against a list of what was given out. */
TEST(random_calls_keep_contents_and_add_up) {
    multi_heap_handle_t heap = fresh();
    size_t all = multi_heap_free_size(heap);
    unsigned char *blocks[48] = {0};
    size_t sizes[48] = {0};
    test_random_t random = test_random_start(20261122);
    for (unsigned step = 0; step < 20000; step++) {
        size_t i = test_random_below(&random, 48);
        size_t size = 1 + test_random_below(&random, 300);
        if (step % 4 == 0) {
            unsigned char *moved = multi_heap_realloc(heap, blocks[i], size);
            if (moved == NULL) {
                continue;
            }
            for (size_t k = 0; k < sizes[i] && k < size; k++) {
                REQUIRE(moved[k] == (unsigned char)i);
            }
            blocks[i] = moved;
        } else {
            multi_heap_free(heap, blocks[i]);
            blocks[i] = step % 3 == 0 ? multi_heap_aligned_alloc_offs(heap, size, 32, step % 40)
                                      : multi_heap_malloc(heap, size);
        }
        sizes[i] = blocks[i] != NULL ? size : 0;
        memset(blocks[i] != NULL ? blocks[i] : memory, (int)i, sizes[i]);
        REQUIRE(step % 64 != 0 || multi_heap_check(heap, true));
    }
    for (size_t i = 0; i < 48; i++) {
        multi_heap_free(heap, blocks[i]);
    }
    CHECK_EQ(multi_heap_free_size(heap), all);
}

TEST_MAIN(a_heap_lies_in_its_own_memory, memory_that_is_too_small_gives_no_heap, null_arguments,
          a_block_takes_its_size_and_guard_rounded_up_to_8, figures_of_a_heap,
          the_minimum_is_reset_and_restored, alignment, alignment_at_an_offset,
          a_walk_sees_all_blocks_until_it_is_told_to_stop, damage_is_found_and_told_if_asked_for,
          misuse_stops_the_program, random_calls_keep_contents_and_add_up)
