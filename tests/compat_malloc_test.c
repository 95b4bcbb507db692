/* SPDX-License-Identifier: MIT */
/* The C library's names over a heap of ours, beside the C library: here they are app_malloc ... */
#include "test.h"

#include <errno.h>
#include <string.h>

#include "capheap/inspect.h"
#include "capheap/malloc.h"

#define POOL 262144

/* Finer than what a PC's types need: malloc must see to it. */
static const capheap_type_t ram = {"RAM", {CAPHEAP_8BIT | CAPHEAP_32BIT}, 8, 0};
static const capheap_type_t words = {"words", {CAPHEAP_32BIT}, 8, 0};
static _Alignas(4096) unsigned char pool[POOL], word_pool[4096];

CAPHEAP_HEAP_DEFINE(heap, 2);
CAPHEAP_MALLOC_FROM(&heap, CAPHEAP_8BIT, 8);

static size_t free_bytes(void) {
    capheap_figures_t figures;
    capheap_get_figures(&heap, 0, &figures);
    return figures.free;
}

static void start(void) {
    if (heap.first != NULL) {
        return;
    }
    capheap_memory_t memory = {.start = (uintptr_t)pool, .size = sizeof(pool)};
    capheap_memory_t other = {.start = (uintptr_t)word_pool, .size = sizeof(word_pool)};
    REQUIRE(capheap_add_region(&heap, &ram, 0, &memory) == CAPHEAP_OK);
    REQUIRE(capheap_add_region(&heap, &words, 1, &other) == CAPHEAP_OK);
}

static bool is_aligned(const void *ptr, size_t alignment) {
    return ptr != NULL && ((uintptr_t)ptr & (alignment - 1)) == 0;
}

TEST(before_there_is_memory_all_fail) {
    errno = 0;
    CHECK(app_malloc(1) == NULL);
    CHECK_EQ(errno, ENOMEM);
    app_free(NULL);
}

TEST(every_block_suits_every_type) {
    start();
    size_t before = free_bytes();
    void *blocks[60];
    for (size_t i = 0; i < 60; i++) {
        blocks[i] = i % 3 == 0   ? app_malloc(i)
                    : i % 3 == 1 ? app_calloc(1, i)
                                 : app_realloc(NULL, i);
        CHECK(is_aligned(blocks[i], _Alignof(max_align_t)));
        CHECK(app_malloc_usable_size(blocks[i]) >= i);
    }
    for (size_t i = 0; i < 60; i++) {
        blocks[i] = app_realloc(blocks[i], 3 * i + 1);
        CHECK(is_aligned(blocks[i], _Alignof(max_align_t)));
    }
    for (size_t i = 0; i < 60; i++) {
        app_free(blocks[i]);
    }
    CHECK_EQ(free_bytes(), before);
}

TEST(size_zero_is_a_block_of_its_own) {
    start();
    void *a = app_malloc(0);
    void *b = app_calloc(0, 5);
    void *c = app_realloc(NULL, 0);
    CHECK(a != NULL && b != NULL && c != NULL && a != b && b != c && a != c);
    size_t before = free_bytes();
    CHECK(app_realloc(a, 0) == NULL);
    CHECK(free_bytes() > before);
    app_free(b);
    app_free(c);
    CHECK_EQ(app_malloc_usable_size(NULL), 0);
}

TEST(calloc_clears_what_was_used) {
    start();
    unsigned char *block = app_malloc(1000);
    memset(block, 0xFF, 1000);
    app_free(block);
    block = app_calloc(10, 100);
    bool clear = true;
    for (size_t i = 0; i < 1000; i++) {
        clear = clear && block[i] == 0;
    }
    CHECK(clear);
    app_free(block);
}

TEST(realloc_keeps_contents) {
    start();
    size_t before = free_bytes();
    unsigned char *block = app_malloc(10);
    memset(block, 7, 10);
    for (size_t size = 10; size < 60000; size = size * 3 + 1) {
        block = app_realloc(block, size);
        void *wall = app_malloc(1); /* so that the next must move */
        CHECK(block[0] == 7 && block[9] == 7);
        app_free(wall);
    }
    for (size_t size = 60000; size > 9; size = size / 2) {
        block = app_realloc(block, size);
        CHECK(block[0] == 7 && block[size < 10 ? size - 1 : 9] == 7);
    }
    app_free(block);
    CHECK_EQ(free_bytes(), before);
}

TEST(what_overflows_or_does_not_fit_is_refused) {
    start();
    char *block = app_malloc(100);
    memset(block, 1, 100);
    size_t before = free_bytes();
    static const size_t sizes[] = {POOL, SIZE_MAX / 2, SIZE_MAX - 4096, SIZE_MAX - 15, SIZE_MAX};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        errno = 0;
        CHECK(app_malloc(sizes[i]) == NULL);
        CHECK_EQ(errno, ENOMEM);
        errno = 0;
        CHECK(app_realloc(block, sizes[i]) == NULL);
        CHECK_EQ(errno, ENOMEM);
        errno = 0;
        CHECK(app_aligned_alloc(64, sizes[i]) == NULL);
        CHECK_EQ(errno, ENOMEM);
        errno = 0;
        CHECK(app_pvalloc(sizes[i]) == NULL);
        CHECK_EQ(errno, ENOMEM);
    }
    errno = 0;
    CHECK(app_calloc(SIZE_MAX / 2, 3) == NULL);
    CHECK_EQ(errno, ENOMEM);
    errno = 0;
    CHECK(app_reallocarray(block, SIZE_MAX / 2, 3) == NULL);
    CHECK_EQ(errno, ENOMEM);
    CHECK_EQ(free_bytes(), before);
    CHECK(block[0] == 1 && block[99] == 1);
    block = app_reallocarray(block, 50, 4);
    CHECK(block[0] == 1 && block[99] == 1);
    app_free(block);
}

TEST(alignments) {
    start();
    size_t before = free_bytes();
    for (size_t alignment = 1; alignment <= 8192; alignment *= 2) {
        void *a = app_aligned_alloc(alignment, 24);
        void *b = app_memalign(alignment, 0);
        CHECK(is_aligned(a, alignment) && is_aligned(b, alignment));
        CHECK(is_aligned(a, _Alignof(max_align_t)));
        app_free(a);
        app_free(b);
    }
    void *a = app_valloc(1);
    void *b = app_pvalloc(1);
    CHECK(is_aligned(a, 4096) && is_aligned(b, 4096));
    CHECK_EQ(app_malloc_usable_size(b), 4096);
    app_free(a);
    app_free(b);
    errno = 0;
    CHECK(app_aligned_alloc(24, 24) == NULL);
    CHECK_EQ(errno, EINVAL);
    CHECK(app_aligned_alloc(0, 24) == NULL);
    CHECK(app_memalign(SIZE_MAX / 2 + 1, 1) == NULL);
    CHECK_EQ(free_bytes(), before);
}

TEST(posix_memalign_tells_by_its_result) {
    start();
    void *block = &heap;
    errno = 77;
    CHECK_EQ(app_posix_memalign(&block, 2, 8), EINVAL);
    CHECK_EQ(app_posix_memalign(&block, 0, 8), EINVAL);
    CHECK_EQ(app_posix_memalign(&block, sizeof(void *) * 3, 8), EINVAL);
    CHECK_EQ(app_posix_memalign(&block, 64, SIZE_MAX), ENOMEM);
    CHECK(block == &heap);
    CHECK_EQ(app_posix_memalign(&block, 256, 8), 0);
    CHECK(is_aligned(block, 256));
    CHECK_EQ(errno, 77);
    app_free(block);
}

TEST(the_figures_are_those_of_malloc_s_memory) {
    start();
    struct mallinfo2 before = app_mallinfo2();
    CHECK(before.arena > POOL * 95 / 100 && before.arena < POOL);
    CHECK_EQ(before.arena, before.uordblks + before.fordblks);
    CHECK_EQ(before.ordblks, 1);
    void *words_only = capheap_malloc(&heap, 100, CAPHEAP_32BIT);
    CHECK_EQ(app_mallinfo2().uordblks, before.uordblks);
    void *block = app_malloc(96);
    CHECK_EQ(app_mallinfo2().uordblks, before.uordblks + 96);
    CHECK_EQ(app_mallinfo().fordblks, before.fordblks - 96);
    app_free(words_only);
    app_free(block);
    CHECK_EQ(app_mallinfo2().fordblks, before.fordblks);
    CHECK(capheap_check(&heap, 0));
}

TEST_MAIN(before_there_is_memory_all_fail, every_block_suits_every_type,
          size_zero_is_a_block_of_its_own, calloc_clears_what_was_used, realloc_keeps_contents,
          what_overflows_or_does_not_fit_is_refused, alignments, posix_memalign_tells_by_its_result,
          the_figures_are_those_of_malloc_s_memory)
