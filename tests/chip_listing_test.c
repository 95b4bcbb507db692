/* SPDX-License-Identifier: MIT */
/*
 * The boot listings that ESP-IDF documents, from our tables: the same program's static ranges give
 * the same lines, text and all. Figures from ESP-IDF at 102122904ade, the file named at each case.
 */
#include "test.h"

#include <stdio.h>
#include <string.h>

#include "capheap/chips.h"

#define MAX_PIECES 64
#define LINES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void print_piece(const capheap_chip_t *chip, const capheap_memory_t *piece, char *line,
                        size_t size) {
    snprintf(line, size, "At %08lX len %08lX (%lu KiB): %s", (unsigned long)piece->start,
             (unsigned long)piece->size, (unsigned long)(piece->size / 1024),
             chip->types[piece->type].name);
}

static void check_listing(const capheap_chip_t *chip, const capheap_range_t *ranges, size_t count,
                          const char *const *lines) {
    capheap_memory_t pieces[MAX_PIECES];
    int found = capheap_chip_layout(chip, ranges, count, 0, pieces, MAX_PIECES);
    REQUIRE(found >= 0);
    for (int i = 0; i < found; i++) {
        char line[100];
        print_piece(chip, &pieces[i], line, sizeof(line));
        REQUIRE(lines[i] != NULL);
        CHECK_TEXT(line, lines[i]);
    }
    CHECK(lines[found] == NULL);
}

static void check_usual(const capheap_chip_t *chip, const char *const *lines) {
    check_listing(chip, chip->usual, chip->usual_count, lines);
}

/* docs/en/api-reference/system/mem_alloc.rst, "Heap Sizes". */
TEST(esp32_as_the_heap_chapter_shows_it) {
    check_usual(&capheap_chip_esp32, LINES("At 3FFAE6E0 len 00001920 (6 KiB): DRAM",
                                           "At 3FFB2EC8 len 0002D138 (180 KiB): DRAM",
                                           "At 3FFE0440 len 00003AE0 (14 KiB): D/IRAM",
                                           "At 3FFE4350 len 0001BCB0 (111 KiB): D/IRAM",
                                           "At 4008944C len 00016BB4 (90 KiB): IRAM"));
}

/* examples/bluetooth/nimble/bleprph_host_only/README.md. */
TEST(esp32_with_a_bluetooth_host) {
    const capheap_range_t ranges[] = {
        {0x40080000, 0x4008E9F4, "code"},
        {0x3FFB0000, 0x3FFB4AA8, "data"},
    };
    check_listing(&capheap_chip_esp32, ranges, 2,
                  LINES("At 3FFAE6E0 len 00001920 (6 KiB): DRAM",
                        "At 3FFB4AA8 len 0002B558 (173 KiB): DRAM",
                        "At 3FFE0440 len 00003AE0 (14 KiB): D/IRAM",
                        "At 3FFE4350 len 0001BCB0 (111 KiB): D/IRAM",
                        "At 4008E9F4 len 0001160C (69 KiB): IRAM"));
}

/* examples/system/ota/partitions_ota/README.md. */
TEST(esp32s3_as_the_update_example_shows_it) {
    check_usual(&capheap_chip_esp32s3, LINES("At 3FCA14A0 len 00048270 (288 KiB): RAM",
                                             "At 3FCE9710 len 00005724 (21 KiB): RAM",
                                             "At 3FCF0000 len 00008000 (32 KiB): DRAM",
                                             "At 600FE11C len 00001ECC (7 KiB): RTCRAM"));
}

/* examples/system/efuse/README.md. */
TEST(esp32c3_as_the_fuse_example_shows_it) {
    check_usual(&capheap_chip_esp32c3, LINES("At 3FC8BE70 len 00034190 (208 KiB): RAM",
                                             "At 3FCC0000 len 0001C710 (113 KiB): Retention RAM",
                                             "At 3FCDC710 len 0000294C (10 KiB): Retention RAM",
                                             "At 50000024 len 00001FC4 (7 KiB): RTCRAM"));
}

/* The start-up stacks are what the listing calls D/IRAM, and nothing else. */
TEST(esp32_startup_memory) {
    const capheap_chip_t *chip = &capheap_chip_esp32;
    capheap_memory_t pieces[MAX_PIECES];
    int found = capheap_chip_layout(chip, chip->usual, chip->usual_count, 0, pieces, MAX_PIECES);
    REQUIRE(found == 5);
    for (int i = 0; i < found; i++) {
        bool diram = strcmp(chip->types[pieces[i].type].name, "D/IRAM") == 0;
        CHECK_EQ((pieces[i].flags & CAPHEAP_MEMORY_STARTUP) != 0, diram);
    }
}

/* CONFIG_ESP_SYSTEM_ESP32_SRAM1_REGION_AS_IRAM: code that runs on into SRAM 1 by the instruction
 * bus takes the upper end of the data addresses away, since the order is reversed
 * (components/heap/port/esp32/memory_layout.c, sram1_iram). */
TEST(esp32_code_in_sram1_takes_its_data_address) {
    const capheap_range_t ranges[] = {
        {0x40080000, 0x400A8000, "code"},
        {0x3FFB0000, 0x3FFB2EC8, "data"},
    };
    check_listing(&capheap_chip_esp32, ranges, 2,
                  LINES("At 3FFAE6E0 len 00001920 (6 KiB): DRAM",
                        "At 3FFB2EC8 len 0002D138 (180 KiB): DRAM",
                        "At 3FFE0440 len 00003AE0 (14 KiB): D/IRAM",
                        "At 3FFE4350 len 00013CB0 (79 KiB): D/IRAM"));
}

TEST_MAIN(esp32_as_the_heap_chapter_shows_it, esp32_with_a_bluetooth_host,
          esp32s3_as_the_update_example_shows_it, esp32c3_as_the_fuse_example_shows_it,
          esp32_startup_memory, esp32_code_in_sram1_takes_its_data_address)
