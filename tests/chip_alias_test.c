/* SPDX-License-Identifier: MIT */
/* The second address of a memory: right at known places, and there and back for every word. */
#include "test.h"

#include <string.h>

#include "capheap/chips.h"

static const capheap_memory_t *memory_at(const capheap_chip_t *chip, uintptr_t address) {
    for (size_t i = 0; i < chip->memory_count; i++) {
        const capheap_memory_t *memory = &chip->memories[i];
        if (address >= memory->start && address - memory->start < memory->size) {
            return memory;
        }
    }
    return NULL;
}

/* ESP-IDF components/heap/port/esp32/memory_layout.c names the alias of each bank of SRAM 1. */
TEST(esp32_banks_of_sram1) {
    static const struct {
        uintptr_t data;
        size_t size;
        uintptr_t code;
    } banks[] = {
        {0x3FFE0000, 0x4000, 0x400BC000}, {0x3FFE4000, 0x4000, 0x400B8000},
        {0x3FFE8000, 0x8000, 0x400B0000}, {0x3FFF0000, 0x8000, 0x400A8000},
        {0x3FFF8000, 0x4000, 0x400A4000}, {0x3FFFC000, 0x4000, 0x400A0000},
    };
    for (size_t i = 0; i < sizeof(banks) / sizeof(banks[0]); i++) {
        const capheap_memory_t *memory = memory_at(&capheap_chip_esp32, banks[i].data);
        REQUIRE(memory != NULL);
        CHECK_EQ(capheap_memory_to_alias(memory, banks[i].data, banks[i].size), banks[i].code);
        CHECK_EQ(capheap_memory_from_alias(memory, banks[i].code, banks[i].size), banks[i].data);
    }
}

/* The words themselves: components/esp_hw_support/include/esp_memory_utils.h,
 * esp_ptr_diram_dram_to_iram: 400A0000 + (40000000 - address) - 4. */
TEST(esp32_words_run_backwards) {
    const capheap_memory_t *memory = memory_at(&capheap_chip_esp32, 0x3FFE0000);
    REQUIRE(memory != NULL);
    for (uintptr_t word = 0x3FFE0000; word < 0x40000000; word += 4) {
        uintptr_t code = 0x400A0000 + (0x40000000 - word) - 4;
        if (!CHECK_EQ(capheap_memory_to_alias(memory, word, 4), code)) {
            return;
        }
    }
}

/* components/heap/port/esp32s3/memory_layout.c and esp32c3/memory_layout.c. */
TEST(linear_aliases_of_s3_and_c3) {
    const capheap_memory_t *s3 = memory_at(&capheap_chip_esp32s3, 0x3FC88000);
    const capheap_memory_t *s3_stack = memory_at(&capheap_chip_esp32s3, 0x3FCE9710);
    const capheap_memory_t *c3 = memory_at(&capheap_chip_esp32c3, 0x3FCC0000);
    REQUIRE(s3 != NULL && s3_stack != NULL && c3 != NULL);
    CHECK_EQ(capheap_memory_to_alias(s3, 0x3FC88000, 4), 0x40378000u);
    CHECK_EQ(capheap_memory_to_alias(s3, 0x3FCD0000, 8), 0x403C0000u);
    CHECK_EQ(capheap_memory_to_alias(s3_stack, 0x3FCEEE00, 8), 0x403DEE00u);
    CHECK_EQ(capheap_memory_to_alias(c3, 0x3FCC0000, 8), 0x403C0000u);
}

TEST(there_and_back_for_every_block) {
    for (const capheap_chip_t *const *chip = capheap_chips; *chip != NULL; chip++) {
        for (size_t i = 0; i < (*chip)->memory_count; i++) {
            const capheap_memory_t *memory = &(*chip)->memories[i];
            if (memory->alias_kind == CAPHEAP_ALIAS_NONE) {
                continue;
            }
            for (size_t at = 0; at + 24 <= memory->size; at += 8 * TEST_STRIDE) {
                uintptr_t alias = capheap_memory_to_alias(memory, memory->start + at, 24);
                CHECK(alias >= memory->alias && alias + 24 <= memory->alias + memory->size);
                CHECK_EQ(capheap_memory_from_alias(memory, alias, 24), memory->start + at);
            }
        }
    }
}

TEST(size_zero_gives_the_end_of_an_inverted_block) {
    const capheap_memory_t *memory = memory_at(&capheap_chip_esp32, 0x3FFE0000);
    REQUIRE(memory != NULL);
    uintptr_t alias = capheap_memory_to_alias(memory, 0x3FFE8000, 40);
    CHECK_EQ(capheap_memory_from_alias(memory, alias, 0), 0x3FFE8000u + 40u);
}

TEST(what_lies_outside_has_no_alias) {
    const capheap_memory_t memory = {0x1000, 0x100, 0, 0, CAPHEAP_ALIAS_INVERTED, 0x8000};
    CHECK_EQ(capheap_memory_to_alias(&memory, 0x0FFC, 4), 0u);
    CHECK_EQ(capheap_memory_to_alias(&memory, 0x10FC, 8), 0u);
    CHECK_EQ(capheap_memory_to_alias(&memory, 0x1104, 0), 0u);
    CHECK_EQ(capheap_memory_to_alias(&memory, 0x1000, SIZE_MAX), 0u);
    CHECK_EQ(capheap_memory_to_alias(&memory, UINTPTR_MAX, SIZE_MAX), 0u);
    CHECK_EQ(capheap_memory_from_alias(&memory, 0x7FFC, 4), 0u);
    CHECK_EQ(capheap_memory_from_alias(&memory, 0x1000, 4), 0u);
    const capheap_memory_t plain = {0x1000, 0x100, 0, 0, CAPHEAP_ALIAS_NONE, 0};
    CHECK_EQ(capheap_memory_to_alias(&plain, 0x1000, 4), 0u);
    CHECK_EQ(capheap_memory_from_alias(&plain, 0, 4), 0u);
}

/* A piece of a layout keeps the addresses of the memory that it was cut from. */
TEST(pieces_agree_with_their_memory) {
    const capheap_chip_t *chip = &capheap_chip_esp32;
    const capheap_range_t holes[] = {
        {0x3FFF0000, 0x3FFF0100, NULL},
        {0x400A0000, 0x400A0040, "by the alias: the memory's last bytes"},
    };
    capheap_memory_t pieces[32];
    int count = capheap_chip_layout(chip, holes, 2, 0, pieces, 32);
    REQUIRE(count > 0);
    for (int i = 0; i < count; i++) {
        const capheap_memory_t *memory = memory_at(chip, pieces[i].start);
        REQUIRE(memory != NULL);
        CHECK(pieces[i].start + pieces[i].size <= 0x3FFFFFC0 || pieces[i].start >= 0x40000000);
        CHECK_EQ(pieces[i].alias, capheap_memory_to_alias(memory, pieces[i].start, pieces[i].size));
    }
}

TEST_MAIN(esp32_banks_of_sram1, esp32_words_run_backwards, linear_aliases_of_s3_and_c3,
          there_and_back_for_every_block, size_zero_gives_the_end_of_an_inverted_block,
          what_lies_outside_has_no_alias, pieces_agree_with_their_memory)
