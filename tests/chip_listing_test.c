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

/* docs/en/security/esp32s2_log.inc, where the same memory had another name. */
TEST(esp32s2_as_the_security_chapter_shows_it) {
    check_usual(&capheap_chip_esp32s2, LINES("At 3FF9E000 len 00002000 (8 KiB): RTCRAM",
                                             "At 3FFBF898 len 0003C768 (241 KiB): RAM",
                                             "At 3FFFC000 len 00003A10 (14 KiB): RAM"));
}

/* docs/en/security/esp32c5_log.inc, its second program. */
TEST(esp32c5_as_the_security_chapter_shows_it) {
    check_usual(&capheap_chip_esp32c5, LINES("At 4080FCB0 len 0004C8F0 (306 KiB): RAM",
                                             "At 4085C5A0 len 00002F58 (11 KiB): RAM",
                                             "At 50000000 len 00003FE8 (15 KiB): RTCRAM"));
}

/* docs/en/security/esp32c6_log.inc, where the same memories had other names. */
TEST(esp32c6_as_the_security_chapter_shows_it) {
    check_usual(&capheap_chip_esp32c6, LINES("At 4080B9E0 len 00070C30 (451 KiB): RAM",
                                             "At 4087C610 len 00002F54 (11 KiB): RAM",
                                             "At 50000010 len 00003FF0 (15 KiB): RTCRAM"));
}

/* docs/en/security/esp32h2_log.inc, whose program had no RTC memory for the heap. */
TEST(esp32h2_as_the_security_chapter_shows_it) {
    const capheap_range_t ranges[] = {{0x40800000, 0x4080B010, "code and data"},
                                      {0x50000000, 0x50001000, "LP memory"}};
    check_listing(
        &capheap_chip_esp32h2, ranges, 2,
        LINES("At 4080B010 len 00042370 (264 KiB): RAM", "At 4084D380 len 00002B60 (10 KiB): RAM"));
}

/* docs/en/security/esp32h21_log.inc, likewise. */
TEST(esp32h21_as_the_security_chapter_shows_it) {
    const capheap_range_t ranges[] = {{0x40800000, 0x40809F70, "code and data"},
                                      {0x50000000, 0x50001000, "LP memory"}};
    check_listing(
        &capheap_chip_esp32h21, ranges, 2,
        LINES("At 40809F70 len 00043410 (269 KiB): RAM", "At 4084D380 len 00002B60 (10 KiB): RAM"));
}

/* docs/en/security/esp32h4_log.inc. */
TEST(esp32h4_as_the_security_chapter_shows_it) {
    check_usual(&capheap_chip_esp32h4, LINES("At 4081BE20 len 0003F530 (253 KiB): RAM",
                                             "At 4085B350 len 00004B58 (18 KiB): RAM"));
}

/* docs/en/security/esp32p4_log.inc: its first program ran on revision 1, its second on 3. It lists
 * the scratch-pad last and gives two of the types other names. */
TEST(esp32p4_as_the_security_chapter_shows_it) {
    check_usual(&capheap_chip_esp32p4_rev1, LINES("At 30100044 len 00001FBC (7 KiB): SPM",
                                                  "At 4FF0ECD0 len 0002C2F0 (176 KiB): RETENT_RAM",
                                                  "At 4FF3AFC0 len 00004BE4 (18 KiB): RAM",
                                                  "At 4FF40000 len 00060000 (384 KiB): RAM",
                                                  "At 50108000 len 00007FE8 (31 KiB): RTCRAM"));
    check_usual(&capheap_chip_esp32p4, LINES("At 30100044 len 00001FBC (7 KiB): SPM",
                                             "At 4FF33B20 len 000874A0 (541 KiB): RETENT_RAM",
                                             "At 4FFBAFC0 len 00004BF0 (18 KiB): RAM",
                                             "At 50108080 len 00007F80 (31 KiB): RTCRAM"));
}

/* docs/en/security/esp32s31_log.inc, which lists RTC memory last. */
TEST(esp32s31_as_the_security_chapter_shows_it) {
    check_usual(&capheap_chip_esp32s31, LINES("At 2E000000 len 00007FE8 (31 KiB): RTCRAM",
                                              "At 2F00DA20 len 0006D590 (437 KiB): RAM",
                                              "At 2F07AFB0 len 000041C0 (16 KiB): RAM"));
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
          esp32s2_as_the_security_chapter_shows_it, esp32c5_as_the_security_chapter_shows_it,
          esp32c6_as_the_security_chapter_shows_it, esp32h2_as_the_security_chapter_shows_it,
          esp32h21_as_the_security_chapter_shows_it, esp32h4_as_the_security_chapter_shows_it,
          esp32p4_as_the_security_chapter_shows_it, esp32s31_as_the_security_chapter_shows_it,
          esp32_startup_memory, esp32_code_in_sram1_takes_its_data_address)
