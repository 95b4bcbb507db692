/* SPDX-License-Identifier: MIT */
/* Every chip's table: in order, inside the chip's address space, each capability to be had. */
#include "test.h"

#include <string.h>

#include "capheap/chips.h"

#define MAX_PIECES 64

static const capheap_chip_t *now; /* the chip whose checks fail, in the debugger and in the print */

#define FOR_EACH_CHIP                                                                              \
    for (const capheap_chip_t *const *at = capheap_chips; (now = *at) != NULL;                     \
         name_failures(), at++)

static unsigned failures_before;

/* Checks print expressions, not chips: add the chip's name where any failed. */
static void name_failures(void) {
    if (test_failures != failures_before) {
        TEST_PORT_PRINT("  ^ chip ");
        TEST_PORT_PRINT(now->name);
        TEST_PORT_PRINT("\n");
    }
    failures_before = test_failures;
}

TEST(every_table_passes_the_check) {
    failures_before = 0;
    FOR_EACH_CHIP {
        CHECK_EQ(capheap_chip_check(now, NULL), CAPHEAP_OK);
    }
}

TEST(names_are_plain_and_found) {
    failures_before = 0;
    FOR_EACH_CHIP {
        CHECK(capheap_chip_find(now->name) == now);
        size_t plain = strspn(now->name, "abcdefghijklmnopqrstuvwxyz0123456789-");
        CHECK_EQ(plain, strlen(now->name));
        CHECK(strlen(now->title) > 0);
        CHECK(at == capheap_chips || strcmp(at[-1]->name, now->name) < 0);
    }
    CHECK(capheap_chip_find("esp3") == NULL);
    CHECK(capheap_chip_find("esp322") == NULL);
    CHECK(capheap_chip_find("") == NULL);
    CHECK(capheap_chip_find(NULL) == NULL);
}

/* Independent of capheap_chip_check: memories one by one, as numbers. */
TEST(memories_are_sorted_apart_and_inside_32_bits) {
    failures_before = 0;
    FOR_EACH_CHIP {
        unsigned long long end_before = 0;
        for (size_t i = 0; i < now->memory_count; i++) {
            const capheap_memory_t *memory = &now->memories[i];
            CHECK(memory->start >= end_before);
            end_before = (unsigned long long)memory->start + memory->size;
            CHECK(end_before <= 0xFFFFFFFFull);
            CHECK((unsigned long long)memory->alias + memory->size <= 0xFFFFFFFFull);
        }
    }
}

TEST(aliases_touch_nothing_else) {
    failures_before = 0;
    FOR_EACH_CHIP {
        for (size_t i = 0; i < now->memory_count; i++) {
            const capheap_memory_t *a = &now->memories[i];
            for (size_t j = 0; a->alias != 0 && j < now->memory_count; j++) {
                const capheap_memory_t *b = &now->memories[j];
                CHECK(a->alias >= b->start + b->size || b->start >= a->alias + a->size);
                CHECK(i == j || b->alias == 0 || a->alias >= b->alias + b->size ||
                      b->alias >= a->alias + a->size);
            }
        }
    }
}

static capheap_caps_t layout_caps(size_t fitted) {
    capheap_memory_t pieces[MAX_PIECES];
    int count = capheap_chip_layout(now, now->usual, now->usual_count, fitted, pieces, MAX_PIECES);
    capheap_caps_t caps = 0;
    CHECK(count > 0);
    for (int i = 0; i < count; i++) {
        caps |= capheap_type_caps(&now->types[pieces[i].type]);
    }
    return caps;
}

static size_t external_size(void) {
    size_t size = 0;
    for (size_t i = 0; i < now->memory_count; i++) {
        if ((now->memories[i].flags & CAPHEAP_MEMORY_EXTERNAL) != 0) {
            size += now->memories[i].size;
        }
    }
    return size;
}

static capheap_caps_t all_caps(void) {
    capheap_caps_t caps = 0;
    for (size_t i = 0; i < now->type_count; i++) {
        caps |= capheap_type_caps(&now->types[i]);
    }
    return caps;
}

/* What a chip's types have and its variant lacks: the table is shared, the memory is reserved. */
static capheap_caps_t out_of_reach(void) {
    if (now == &capheap_chip_esp32) {
        return CAPHEAP_RTCRAM; /* RTC memory is the first core's alone */
    }
    bool no_data_cache =
        now == &capheap_chip_esp32s2_dcache0 || now == &capheap_chip_esp32s2_dcache0_icache16;
    return no_data_cache ? CAPHEAP_SPIRAM : 0;
}

TEST(each_capability_can_be_had_beside_an_ordinary_program) {
    failures_before = 0;
    FOR_EACH_CHIP {
        CHECK_EQ(layout_caps(external_size()), all_caps() & ~out_of_reach());
    }
}

TEST(external_memory_is_there_only_if_fitted) {
    failures_before = 0;
    FOR_EACH_CHIP {
        CHECK_EQ(layout_caps(0) & CAPHEAP_SPIRAM, 0u);
        CHECK_EQ((all_caps() & CAPHEAP_SPIRAM) != 0, external_size() != 0);
    }
}

TEST(each_type_has_a_memory) {
    failures_before = 0;
    FOR_EACH_CHIP {
        for (size_t i = 0; i < now->type_count; i++) {
            size_t found = 0;
            for (size_t j = 0; j < now->memory_count; j++) {
                found += now->memories[j].type == i;
            }
            CHECK(found != 0);
        }
    }
}

static size_t pieces_with(const capheap_range_t *ranges, size_t count, capheap_caps_t bit) {
    capheap_memory_t pieces[MAX_PIECES];
    int found = capheap_chip_layout(now, ranges, count, external_size(), pieces, MAX_PIECES);
    CHECK(found >= 0);
    size_t with = 0;
    for (int i = 0; i < found; i++) {
        with += bit == 0 || (capheap_type_caps(&now->types[pieces[i].type]) & bit) != 0;
    }
    return with;
}

/* A program that keeps the clock's memory for itself (ESP-IDF without
 * CONFIG_ESP_SYSTEM_ALLOW_RTC_FAST_MEM_AS_HEAP) reserves it, and loses nothing else. */
TEST(rtc_memory_can_be_kept_from_the_heap) {
    failures_before = 0;
    size_t tried = 0;
    FOR_EACH_CHIP {
        for (size_t i = 0; i < now->memory_count; i++) {
            const capheap_memory_t *memory = &now->memories[i];
            capheap_range_t range = {memory->start, memory->start + memory->size, "kept"};
            size_t all = pieces_with(NULL, 0, 0);
            size_t rtc = pieces_with(NULL, 0, CAPHEAP_RTCRAM);
            if ((capheap_type_caps(&now->types[memory->type]) & CAPHEAP_RTCRAM) != 0 && rtc != 0) {
                CHECK_EQ(pieces_with(&range, 1, CAPHEAP_RTCRAM), 0u);
                CHECK_EQ(pieces_with(&range, 1, 0), all - rtc);
                tried++;
            }
        }
    }
    CHECK(tried > 30);
}

/* What is true of every chip that there is. */
TEST(capabilities_make_sense) {
    failures_before = 0;
    FOR_EACH_CHIP {
        for (size_t i = 0; i < now->type_count; i++) {
            capheap_caps_t caps = capheap_type_caps(&now->types[i]);
            CHECK((caps & CAPHEAP_32BIT) != 0);
            CHECK((caps & CAPHEAP_INTERNAL) == 0 || (caps & CAPHEAP_SPIRAM) == 0);
            CHECK((caps & (CAPHEAP_INTERNAL | CAPHEAP_SPIRAM)) != 0);
            CHECK((caps & CAPHEAP_DEFAULT) == 0 || (caps & CAPHEAP_8BIT) != 0);
            CHECK((caps & CAPHEAP_DMA) == 0 || (caps & CAPHEAP_8BIT) != 0);
        }
    }
}

/* A compare-and-swap behind the cache of an Xtensa chip does not work (ESP-IDF
 * components/esp_hw_support/cpu.c, esp_cpu_compare_and_set). */
TEST(xtensa_psram_is_never_atomic) {
    failures_before = 0;
    const char *const xtensa[] = {"esp32", "esp32s2", "esp32s3"};
    FOR_EACH_CHIP {
        for (size_t x = 0; x < sizeof(xtensa) / sizeof(xtensa[0]); x++) {
            size_t length = strlen(xtensa[x]);
            bool same = strncmp(now->name, xtensa[x], length) == 0 &&
                        (now->name[length] == '\0' || now->name[length] == '-');
            for (size_t i = 0; same && i < now->type_count; i++) {
                capheap_caps_t caps = capheap_type_caps(&now->types[i]);
                CHECK((caps & CAPHEAP_SPIRAM) == 0 || (caps & CAPHEAP_ATOMIC) == 0);
            }
        }
    }
}

TEST_MAIN(every_table_passes_the_check, names_are_plain_and_found,
          memories_are_sorted_apart_and_inside_32_bits, aliases_touch_nothing_else,
          each_capability_can_be_had_beside_an_ordinary_program,
          external_memory_is_there_only_if_fitted, each_type_has_a_memory,
          rtc_memory_can_be_kept_from_the_heap, capabilities_make_sense,
          xtensa_psram_is_never_atomic)
