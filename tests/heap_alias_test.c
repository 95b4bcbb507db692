/* SPDX-License-Identifier: MIT */
/*
 * Blocks handed out by their address on the instruction bus, in order (ESP32-S3, C3) and with the
 * words reversed (ESP32's SRAM 1). The alias is an address range that nobody can read here, so that
 * the heap is caught if it does.
 */
#include "heap_fixture.h"

#define SIZE 4096u

/* Far from the arena and as well aligned as a chip's two buses are to each other. */
static capheap_memory_t with_alias(uint8_t kind, uint8_t type) {
    capheap_memory_t memory = piece(0, SIZE, type);
    memory.alias_kind = kind;
    uintptr_t far = memory.start ^ ((UINTPTR_MAX >> 1) + 1);
    memory.alias = kind == CAPHEAP_ALIAS_LINEAR ? far : far - 2 * (memory.start % SIZE);
    return memory;
}

static capheap_memory_t memory;

static void open_alias(uint8_t kind) {
    open_heap();
    memory = with_alias(kind, DIRAM);
    CHECK_EQ(add(&memory), CAPHEAP_OK);
}

static bool lies_in_alias(const void *ptr) {
    return (uintptr_t)ptr - memory.alias < memory.size;
}

/* The address, in the memory itself, of the word that the instruction bus has at `alias`: what the
 * chip's wiring does. */
static volatile uint32_t *word_at(const void *alias) {
    uintptr_t offset = (uintptr_t)alias - memory.alias;
    if (memory.alias_kind == CAPHEAP_ALIAS_INVERTED) {
        offset = memory.size - sizeof(uint32_t) - offset;
    }
    return (volatile uint32_t *)(memory.start + offset);
}

static void write_words(void *alias, uint32_t from, size_t words) {
    for (size_t i = 0; i < words; i++) {
        *word_at((char *)alias + 4 * i) = from + (uint32_t)i;
    }
}

static bool words_are(const void *alias, uint32_t from, size_t words) {
    for (size_t i = 0; i < words; i++) {
        if (*word_at((const char *)alias + 4 * i) != from + (uint32_t)i) {
            return false;
        }
    }
    return true;
}

static const uint8_t kinds[] = {CAPHEAP_ALIAS_LINEAR, CAPHEAP_ALIAS_INVERTED};
#define EACH_KIND(i)                                                                               \
    size_t i = 0;                                                                                  \
    i < sizeof(kinds);                                                                             \
    i++

TEST(exec_comes_by_its_alias) {
    for (EACH_KIND(i)) {
        open_alias(kinds[i]);
        void *code = capheap_malloc(&heap, 100, CAPHEAP_EXEC);
        void *data = capheap_malloc(&heap, 100, CAPHEAP_8BIT);
        CHECK(lies_in_alias(code));
        CHECK(lies_in(data, &memory));
        CHECK_EQ((uintptr_t)code % 8, 0);
        CHECK_EQ(capheap_usable_size(&heap, code), 104);
        CHECK_EQ(figures_of(CAPHEAP_EXEC).used, 208);
        capheap_free(&heap, code);
        CHECK_EQ(figures_of(CAPHEAP_EXEC).used, 104);
        capheap_free(&heap, data);
        CHECK_EQ(figures_of(CAPHEAP_EXEC).used, 0);
        CHECK_EQ(seen.reports, 0);
    }
}

TEST(nothing_is_stored_in_the_block) {
    for (EACH_KIND(i)) {
        open_alias(kinds[i]);
        void *code = capheap_malloc(&heap, 64, CAPHEAP_EXEC);
        CHECK_EQ(capheap_usable_size(&heap, code), 64);
        write_words(code, 0xFFFFFFF0u, 16);
        CHECK_EQ(capheap_usable_size(&heap, code), 64);
        capheap_free(&heap, code);
        CHECK_EQ(seen.reports, 0);
        CHECK_EQ(figures_of(0).blocks, 0);
    }
}

/* Inverted, the address handed out is that of the block's last word: words upwards from it are
 * words downwards in the memory. */
TEST(inverted_is_the_last_word) {
    open_alias(CAPHEAP_ALIAS_INVERTED);
    char *code = capheap_malloc(&heap, 40, CAPHEAP_EXEC);
    volatile uint32_t *last = word_at(code);
    capheap_region_info_t info;
    CHECK(capheap_find_region(&heap, code, &info));
    capheap_block_t block = {0};
    while (capheap_next_block(&heap, &info, &block) && !block.used) {
    }
    CHECK_EQ((uintptr_t)last, (uintptr_t)block.start + block.size - 4);
    CHECK_EQ((uintptr_t)word_at(code + 36), (uintptr_t)block.start);
    capheap_free(&heap, code);
}

TEST(no_bytes_and_no_dma_by_an_alias) {
    for (EACH_KIND(i)) {
        open_alias(kinds[i]);
        CHECK_EQ(capheap_malloc(&heap, 8, CAPHEAP_EXEC | CAPHEAP_8BIT), NULL);
        CHECK_EQ(capheap_malloc(&heap, 8, CAPHEAP_EXEC | CAPHEAP_DMA), NULL);
        CHECK_EQ(seen.failures, 2);
        CHECK_EQ(figures_of(CAPHEAP_EXEC | CAPHEAP_8BIT).regions, 0);
        CHECK_EQ(figures_of(CAPHEAP_EXEC).regions, 1);
    }
}

TEST(aligned_by_the_address_handed_out) {
    for (EACH_KIND(i)) {
        open_alias(kinds[i]);
        for (size_t alignment = 8; alignment <= 1024; alignment *= 2) {
            void *code = capheap_aligned_alloc(&heap, alignment, 20, CAPHEAP_EXEC);
            CHECK(lies_in_alias(code));
            CHECK_EQ((uintptr_t)code & (alignment - 1), 0);
            capheap_free(&heap, code);
        }
        /* Coarser than what the two buses share. */
        CHECK_EQ(capheap_aligned_alloc(&heap, ~(SIZE_MAX >> 1), 20, CAPHEAP_EXEC), NULL);
        CHECK_EQ(figures_of(0).blocks, 0);
        CHECK_EQ(seen.reports, 0);
    }
}

/* The two buses share multiples of 16 only. */
TEST(an_alignment_that_the_sides_do_not_share) {
    for (EACH_KIND(i)) {
        open_heap();
        memory = with_alias(kinds[i], DIRAM);
        memory.alias += 16;
        CHECK_EQ(add(&memory), CAPHEAP_OK);
        void *code = capheap_aligned_alloc(&heap, 16, 40, CAPHEAP_EXEC);
        CHECK(lies_in_alias(code));
        CHECK_EQ((uintptr_t)code % 16, 0);
        CHECK_EQ(capheap_aligned_alloc(&heap, 64, 40, CAPHEAP_EXEC), NULL);
        CHECK_EQ(figures_of(0).blocks, 1);
        CHECK_EQ(seen.reports, 0);
    }
}

TEST(calloc_and_realloc_keep_words) {
    for (EACH_KIND(i)) {
        open_alias(kinds[i]);
        void *code = capheap_calloc(&heap, 10, 4, CAPHEAP_EXEC);
        for (size_t at = 0; at < 40; at += 4) {
            CHECK_EQ(*word_at((char *)code + at), 0);
        }
        write_words(code, 1000, 10);
        void *pin = capheap_malloc(&heap, 64, CAPHEAP_8BIT);
        static const size_t sizes[] = {44, 400, 90, 2000, 33, 8};
        size_t words = 10;
        for (size_t at = 0; at < sizeof(sizes) / sizeof(sizes[0]); at++) {
            code = capheap_realloc(&heap, code, sizes[at], CAPHEAP_EXEC);
            CHECK(lies_in_alias(code));
            CHECK(capheap_usable_size(&heap, code) >= sizes[at]);
            words = sizes[at] / 4 < words ? sizes[at] / 4 : words;
            CHECK(words_are(code, 1000, words));
            CHECK(capheap_check(&heap, 0));
        }
        capheap_free(&heap, pin);
        capheap_free(&heap, code);
        CHECK_EQ(seen.reports, 0);
        CHECK_EQ(figures_of(0).blocks, 0);
    }
}

TEST(shrinking_gives_memory_back) {
    for (EACH_KIND(i)) {
        open_alias(kinds[i]);
        void *code = capheap_malloc(&heap, 2000, CAPHEAP_EXEC);
        write_words(code, 3, 500);
        code = capheap_realloc(&heap, code, 100, CAPHEAP_EXEC);
        CHECK_EQ(capheap_usable_size(&heap, code), 104);
        CHECK(words_are(code, 3, 25));
        CHECK_EQ(figures_of(0).used, 104);
    }
}

TEST(shrinking_never_fails) {
    open_alias(CAPHEAP_ALIAS_INVERTED);
    char *code = capheap_malloc(&heap, 2048, CAPHEAP_EXEC);
    write_words(code, 5, 512);
    exhaust(CAPHEAP_EXEC);
    CHECK_EQ(figures_of(CAPHEAP_EXEC).free, 0);
    seen.failures = 0;
    CHECK_EQ((void *)capheap_realloc(&heap, code, 16, CAPHEAP_EXEC), code);
    CHECK_EQ(seen.failures, 0);
    CHECK(words_are(code, 5, 4));
    CHECK_EQ(capheap_realloc(&heap, code, 2056, CAPHEAP_EXEC), NULL);
    CHECK_EQ(seen.failures, 1);
    CHECK(words_are(code, 5, 512));
}

/* Between the two sides of one memory, and to another memory and back, in all directions. */
TEST(realloc_changes_sides) {
    for (EACH_KIND(i)) {
        open_alias(kinds[i]);
        capheap_memory_t plain = piece(8192, 2048, DRAM);
        capheap_memory_t words = piece(12288, 2048, IRAM);
        CHECK_EQ(add(&plain), CAPHEAP_OK);
        CHECK_EQ(add(&words), CAPHEAP_OK);
        CHECK(lies_in(capheap_malloc(&heap, 1000, CAPHEAP_EXEC), &words));
        CHECK(lies_in(capheap_malloc(&heap, 800, CAPHEAP_EXEC), &words));

        uint32_t *data = capheap_malloc(&heap, 400, CAPHEAP_DMA);
        CHECK(lies_in(data, &plain));
        for (uint32_t at = 0; at < 100; at++) {
            data[at] = 77 + at;
        }
        void *code = capheap_realloc(&heap, data, 404, CAPHEAP_EXEC);
        CHECK(lies_in_alias(code) && words_are(code, 77, 100));
        data = capheap_realloc(&heap, code, 390, CAPHEAP_8BIT);
        CHECK(lies_in(data, &plain) && data[0] == 77 && data[96] == 173);
        CHECK_EQ(capheap_malloc(&heap, 1200, CAPHEAP_DMA) != NULL, true);
        data = capheap_realloc(&heap, data, 800, CAPHEAP_8BIT);
        CHECK(lies_in(data, &memory) && data[0] == 77 && data[96] == 173);
        code = capheap_realloc(&heap, data, 300, CAPHEAP_EXEC);
        CHECK(lies_in_alias(code) && words_are(code, 77, 75));
        CHECK_EQ(seen.reports, 0);
        CHECK_EQ(seen.failures, 0);
        CHECK(capheap_check(&heap, 0));
    }
}

static void check_report(capheap_fault_t fault, const void *given) {
    CHECK_EQ(seen.reports, 1);
    CHECK_EQ(seen.report.fault, fault);
    CHECK_EQ(seen.report.address, given);
    seen.reports = 0;
}

TEST(misuse_is_seen_through_the_alias) {
    for (EACH_KIND(i)) {
        open_alias(kinds[i]);
        char *code = capheap_malloc(&heap, 256, CAPHEAP_EXEC);
        char *other = capheap_malloc(&heap, 256, CAPHEAP_EXEC);
        static const size_t inside[] = {1, 2, 3, 4, 5, 8, 251, 252, 253, 255};
        for (size_t at = 0; at < sizeof(inside) / sizeof(inside[0]); at++) {
            capheap_free(&heap, code + inside[at]);
            check_report(CAPHEAP_FAULT_INTERIOR, code + inside[at]);
            CHECK_EQ(seen.report.block_size, 256);
            CHECK(lies_in(seen.report.block, &memory));
            CHECK_EQ(capheap_realloc(&heap, code + inside[at], 8, CAPHEAP_EXEC), NULL);
            check_report(CAPHEAP_FAULT_INTERIOR, code + inside[at]);
        }
        capheap_free(&heap, code);
        CHECK_EQ(seen.reports, 0);
        capheap_free(&heap, code);
        check_report(CAPHEAP_FAULT_FREED, code);
        CHECK_EQ(capheap_usable_size(&heap, code), 0);
        check_report(CAPHEAP_FAULT_FREED, code);
        CHECK_EQ(capheap_usable_size(&heap, other), 256);
        CHECK_EQ(figures_of(0).blocks, 1);
        capheap_free(&heap, (void *)(memory.alias + memory.size));
        check_report(CAPHEAP_FAULT_FOREIGN, (void *)(memory.alias + memory.size));
        capheap_free(&heap, (void *)(memory.alias - 1));
        check_report(CAPHEAP_FAULT_FOREIGN, (void *)(memory.alias - 1));
    }
}

/* Both ends of the alias lead to books or to free memory, never out of the region. */
TEST(every_address_of_the_alias_is_refused) {
    for (EACH_KIND(i)) {
        open_alias(kinds[i]);
        unsigned count = 0;
        for (size_t at = 0; at < SIZE; at += TEST_STRIDE) {
            capheap_free(&heap, (char *)memory.alias + at);
            CHECK_EQ(seen.reports, ++count);
        }
        CHECK(capheap_check(&heap, 0));
        CHECK_EQ(seen.reports, count);
    }
}

TEST(an_alias_off_the_granule_is_refused) {
    open_heap();
    for (EACH_KIND(i)) {
        capheap_memory_t odd = with_alias(kinds[i], DIRAM);
        odd.alias += 4;
        CHECK_EQ(add(&odd), CAPHEAP_ERROR_ARGUMENT);
    }
    capheap_memory_t half = with_alias(CAPHEAP_ALIAS_INVERTED, DIRAM);
    half.start += 2;
    half.alias -= 2;
    CHECK_EQ(add(&half), CAPHEAP_ERROR_ARGUMENT);
    capheap_memory_t strange = with_alias(CAPHEAP_ALIAS_INVERTED + 1, DIRAM);
    CHECK_EQ(add(&strange), CAPHEAP_ERROR_ARGUMENT);
}

TEST(cache_lines_by_an_alias) {
    for (EACH_KIND(i)) {
        open_heap();
        static const capheap_type_t cached = {
            "cached", {CAPHEAP_EXEC | CAPHEAP_32BIT, 0, 0}, 0, 64};
        memory = with_alias(kinds[i], 0);
        CHECK_EQ(capheap_add_region(&heap, &cached, 0, &memory), CAPHEAP_OK);
        void *code = capheap_malloc(&heap, 10, CAPHEAP_EXEC | CAPHEAP_CACHE_ALIGNED);
        CHECK(lies_in_alias(code));
        CHECK_EQ((uintptr_t)code % 64, 0);
        CHECK_EQ(capheap_usable_size(&heap, code), 64);
        write_words(code, 9, 16);
        code = capheap_realloc(&heap, code, 100, CAPHEAP_EXEC | CAPHEAP_CACHE_ALIGNED);
        CHECK_EQ((uintptr_t)code % 64, 0);
        CHECK_EQ(capheap_usable_size(&heap, code), 128);
        CHECK(words_are(code, 9, 16));
    }
}

TEST_MAIN(exec_comes_by_its_alias, nothing_is_stored_in_the_block, inverted_is_the_last_word,
          no_bytes_and_no_dma_by_an_alias, aligned_by_the_address_handed_out,
          an_alignment_that_the_sides_do_not_share, calloc_and_realloc_keep_words,
          shrinking_gives_memory_back, shrinking_never_fails, realloc_changes_sides,
          misuse_is_seen_through_the_alias, every_address_of_the_alias_is_refused,
          an_alias_off_the_granule_is_refused, cache_lines_by_an_alias)
