/* SPDX-License-Identifier: MIT */
/* The guards behind the blocks of multi_heap.h (CAPHEAP_ESP_IDF_MULTI_HEAP_GUARD): that every write
 * past an owner's last byte is found, by each call that looks, and that nothing else is. */
#define _DEFAULT_SOURCE
#include "compat_esp_idf_fixture.h"
#include "multi_heap.h"
#include "test_random.h"

static _Alignas(16) unsigned char memory[8192];
static multi_heap_handle_t heap;

static void fresh(void) {
    memset(memory, 0xEE, sizeof memory);
    heap = multi_heap_register(memory, sizeof memory);
}

static bool sound(void) {
    return multi_heap_check(heap, false);
}

/* One byte behind the end, with every value but the one that is there. */
static void check_overrun_by_one(unsigned char *block, size_t size) {
    unsigned char right = block[size];
    CHECK(right == 0xC1 || (right >= 0xF5 && right != 0xFF)); /* in no UTF-8 */
    for (unsigned value = 0; value < 256; value++) {
        block[size] = (unsigned char)value;
        CHECK(sound() == (value == right));
    }
    block[size] = right;
    CHECK(sound());
}

TEST(one_byte_past_the_end_is_found_at_every_size) {
    fresh();
    for (size_t size = 1; size <= 40; size++) {
        unsigned char *block = multi_heap_malloc(heap, size);
        REQUIRE(block != NULL);
        memset(block, 0xF8, size); /* all that is its owner's, with what looks like a guard */
        check_overrun_by_one(block, size);
        memset(block, 0, size);
        check_overrun_by_one(block, size);
        multi_heap_free(heap, block);
    }
    unsigned char *large = multi_heap_malloc(heap, 4096);
    check_overrun_by_one(large, 4096);
}

/* Nothing written over a guard passes for one: not of the same value over and over, not what a
 * shorter guard is, not text. */
TEST(longer_overruns_are_found) {
    fresh();
    for (size_t size = 24; size < 32; size++) {
        unsigned char *block = multi_heap_malloc(heap, size);
        size_t guard = multi_heap_get_full_block_size(heap, block) - size;
        unsigned char saved[8];
        memcpy(saved, block + size, guard);
        for (size_t over = 1; over <= guard; over++) {
            for (unsigned value = 0; value < 256; value++) {
                memset(block + size, (int)value, over);
                bool same = memcmp(block + size, saved, guard) == 0;
                CHECK(sound() == same);
                memcpy(block + size, saved, guard);
            }
        }
        multi_heap_free(heap, block);
    }
    unsigned char *block = multi_heap_malloc(heap, 16);
    const unsigned char shorter[8] = {1, 2, 3, 4, 5, 0xC1, 0xC1, 0xF7};
    memcpy(block + 16, shorter, 8);
    forget_written();
    CHECK(!multi_heap_check(heap, true));
    CHECK(says("CORRUPT HEAP: written past the end of a block\n")); /* which one isn't known */
    fresh();
    char *text = multi_heap_malloc(heap, 5);
    strcpy(text, "seven\xC3\xA9");
    CHECK(!sound());
}

TEST(a_check_says_which_block_and_where) {
    fresh();
    char *a = multi_heap_malloc(heap, 20);
    char *b = multi_heap_malloc(heap, 16);
    a[20] = 0;
    forget_written();
    CHECK(!multi_heap_check(heap, true));
    char expected[96];
    snprintf(expected, sizeof expected,
             "CORRUPT HEAP: written past the end of a block, at 0x%0*zx\n",
             (int)(2 * sizeof(void *)), (size_t)a);
    CHECK(says(expected));
    b[16] = 0;
    CHECK(!multi_heap_check(heap, true));
    CHECK(says("; and more\n"));
}

static char *overrun;

static void free_it(void) {
    multi_heap_free(heap, overrun);
}

static void resize_it(void) {
    multi_heap_realloc(heap, overrun, 10);
}

static void give_it_back_by_realloc(void) {
    multi_heap_realloc(heap, overrun, 0);
}

static void ask_its_size(void) {
    multi_heap_get_allocated_size(heap, overrun);
}

static void check_all_stop(char *block, size_t size) {
    overrun = block;
    overrun[size] = (char)(overrun[size] ^ 1);
    CHECK(stops(free_it, "heap: written past the end of a block, at 0x"));
    CHECK(stops(resize_it, "past the end"));
    CHECK(stops(give_it_back_by_realloc, "past the end"));
    CHECK(stops(ask_its_size, "past the end"));
    overrun[size] = (char)(overrun[size] ^ 1);
    CHECK(!stops(free_it, "heap: "));
    multi_heap_free(heap, block);
}

TEST(calls_that_take_a_block_stop_the_program) {
    fresh();
    check_all_stop(multi_heap_malloc(heap, 24), 24);
    check_all_stop(multi_heap_malloc(heap, 31), 31);
    check_all_stop(multi_heap_aligned_alloc(heap, 100, 128), 100);
    check_all_stop(multi_heap_aligned_alloc_offs(heap, 100, 64, 4), 100);
    check_all_stop(multi_heap_realloc(heap, multi_heap_malloc(heap, 8), 48), 48);
}

/* However a block came by its size: it has just what was asked for, and a guard behind. */
static void check_guarded(void *block, size_t size) {
    REQUIRE(block != NULL);
    CHECK_EQ(multi_heap_get_allocated_size(heap, block), size);
    memset(block, 0xF9, size);
    CHECK(sound());
    unsigned char *end = (unsigned char *)block + size;
    *end ^= 0x40;
    CHECK(!sound());
    *end ^= 0x40;
    CHECK(sound());
}

TEST(every_way_to_a_block_gives_it_a_guard) {
    fresh();
    size_t all = multi_heap_free_size(heap);
    for (size_t size = 1; size < 120; size += 7) {
        void *aligned = multi_heap_aligned_alloc(heap, size, 64);
        check_guarded(aligned, size);
        void *shifted = multi_heap_aligned_alloc_offs(heap, size, 32, 12);
        check_guarded(shifted, size);
        shifted = multi_heap_realloc(heap, shifted, size + 3);
        check_guarded(shifted, size + 3);
        void *block = multi_heap_realloc(heap, NULL, size);
        check_guarded(block, size);
        block = multi_heap_realloc(heap, block, size + 50);
        check_guarded(block, size + 50);
        block = multi_heap_realloc(heap, block, size / 2 + 1);
        check_guarded(block, size / 2 + 1);
        CHECK(multi_heap_realloc(heap, block, 100000) == NULL);
        CHECK_EQ(multi_heap_get_allocated_size(heap, block), size / 2 + 1);
        CHECK(sound());
        multi_heap_free(heap, aligned);
        multi_heap_free(heap, shifted);
        multi_heap_free(heap, block);
    }
    CHECK_EQ(multi_heap_free_size(heap), all);
}

TEST(a_guard_is_free_of_charge_but_for_multiples_of_8) {
    fresh();
    size_t all = multi_heap_free_size(heap);
    for (size_t size = 1; size < 200; size++) {
        void *block = multi_heap_malloc(heap, size);
        size_t rounded = (size + 7) / 8 * 8;
        size_t cost = all - multi_heap_free_size(heap) - rounded;
        CHECK_EQ(cost, size % 8 == 0 ? 8 : 0);
        multi_heap_info_t info;
        multi_heap_get_info(heap, &info);
        CHECK_EQ(info.total_allocated_bytes, size);
        multi_heap_free(heap, block);
    }
}

static bool see_one(void *block, size_t size, int used, void *data) {
    (void)block;
    if (used) {
        *(size_t *)data = size;
    }
    return true;
}

TEST(a_walk_sees_what_the_owner_has_or_all_if_the_guard_is_gone) {
    fresh();
    char *block = multi_heap_malloc(heap, 21);
    size_t size = 0;
    multi_heap_walk(heap, see_one, &size);
    CHECK_EQ(size, 21);
    block[21] = 0;
    multi_heap_walk(heap, see_one, &size);
    CHECK_EQ(size, 24);
    forget_written();
    multi_heap_dump(heap);
    CHECK(says("size: 24 bytes, Free: No"));
}

TEST(sizes_near_the_largest_fail) {
    fresh();
    void *block = multi_heap_malloc(heap, 16);
    for (size_t less = 0; less < 40; less++) {
        CHECK(multi_heap_malloc(heap, SIZE_MAX - less) == NULL);
        CHECK(multi_heap_realloc(heap, block, SIZE_MAX - less) == NULL);
        CHECK(multi_heap_aligned_alloc(heap, SIZE_MAX - less, 16) == NULL);
        CHECK(multi_heap_aligned_alloc_offs(heap, SIZE_MAX - less, 64, 4) == NULL);
    }
    check_guarded(block, 16);
}

/* What the guards take is counted right whatever happens: figures and a count of our own agree. */
TEST(figures_leave_the_guards_out) {
    fresh();
    unsigned char *blocks[24] = {0};
    size_t sizes[24] = {0};
    size_t sum = 0;
    test_random_t random = test_random_start(20261123);
    for (unsigned step = 0; step < 4000; step++) {
        size_t i = test_random_below(&random, 24);
        size_t size = test_random_below(&random, 250);
        unsigned char *block = multi_heap_realloc(heap, blocks[i], size);
        if (block != NULL || size == 0) {
            sum += size - sizes[i];
            blocks[i] = block;
            sizes[i] = size;
            memset(block != NULL ? block : memory, 0xF5 + (int)(step % 8), size);
        }
        multi_heap_info_t info;
        multi_heap_get_info(heap, &info);
        REQUIRE(info.total_allocated_bytes == sum);
        REQUIRE(step % 16 != 0 || sound());
    }
}

TEST_MAIN(one_byte_past_the_end_is_found_at_every_size, longer_overruns_are_found,
          a_check_says_which_block_and_where, calls_that_take_a_block_stop_the_program,
          every_way_to_a_block_gives_it_a_guard, a_guard_is_free_of_charge_but_for_multiples_of_8,
          a_walk_sees_what_the_owner_has_or_all_if_the_guard_is_gone, sizes_near_the_largest_fail,
          figures_leave_the_guards_out)
