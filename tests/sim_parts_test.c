/* SPDX-License-Identifier: MIT */
/* The small parts of the simulator: pattern, shadow, units, JSON, XML. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "pattern.h"
#include "shadow.h"
#include "svg.h"
#include "test.h"
#include "units.h"
#include "utf8.h"

/* --------------------------------------------------------------------------------------- pattern
 */

static uint32_t words[64];

static pattern_view_t plain_view(void) {
    return (pattern_view_t){.data = (unsigned char *)words};
}

TEST(pattern_tells_a_changed_byte) {
    pattern_view_t view = plain_view();
    for (size_t size = 0; size < 40; size++) {
        memset(words, 0, sizeof words);
        pattern_write(&view, 0, size, 77);
        CHECK(pattern_is_kept(&view, size, 77));
        CHECK_EQ(view.data[size], 0);
        for (size_t at = 0; at < size; at++) {
            view.data[at] ^= 0x10;
            CHECK(!pattern_is_kept(&view, size, 77));
            view.data[at] ^= 0x10;
        }
        CHECK(size == 0 || !pattern_is_kept(&view, size, 0x5000));
    }
}

TEST(pattern_grows) {
    pattern_view_t view = plain_view();
    for (size_t size = 0; size < 40; size++) {
        memset(words, 0xff, sizeof words);
        pattern_write(&view, 0, size, 5);
        pattern_write(&view, size, 100, 5);
        CHECK(pattern_is_kept(&view, 100, 5));
    }
}

TEST(pattern_in_word_only_memory_leaves_odd_bytes) {
    pattern_view_t view = {.data = (unsigned char *)words, .word_only = true};
    memset(words, 0, sizeof words);
    pattern_write(&view, 0, 11, 3);
    CHECK(pattern_is_kept(&view, 11, 3));
    CHECK(words[0] != 0 && words[1] != 0);
    CHECK_EQ(words[2], 0u);
}

TEST(pattern_of_a_reversed_view_begins_at_the_end) {
    pattern_view_t view = {
        .data = (unsigned char *)(words + 64), .word_only = true, .reversed = true};
    memset(words, 0, sizeof words);
    pattern_write(&view, 0, 16, 3);
    CHECK(words[63] != 0 && words[60] != 0);
    CHECK_EQ(words[59], 0u);
    uint32_t first = words[63];
    pattern_view_t forward = plain_view();
    pattern_write(&forward, 0, 4, 3);
    CHECK_EQ(words[0], first);
    CHECK(pattern_is_kept(&view, 16, 3));
    words[60] ^= 1;
    CHECK(!pattern_is_kept(&view, 16, 3));
}

TEST(zero_is_told) {
    pattern_view_t view = plain_view();
    memset(words, 0, sizeof words);
    CHECK(pattern_is_zero(&view, 13));
    view.data[12] = 1;
    CHECK(!pattern_is_zero(&view, 13));
    CHECK(pattern_is_zero(&view, 12));
    view.data[0] = 1;
    CHECK(!pattern_is_zero(&view, 12));
}

/* ---------------------------------------------------------------------------------------- shadow
 */

TEST(shadow_tells_overlap) {
    shadow_t shadow;
    REQUIRE(shadow_open(&shadow, 8192));
    for (uint64_t start = 0; start < 1600; start += 8) {
        for (uint64_t size = 8; size < 1600; size += 328) {
            CHECK(shadow_take(&shadow, start, size));
            CHECK(!shadow_take(&shadow, start, 8));
            CHECK(!shadow_take(&shadow, start + size - 8, 8));
            CHECK(!shadow_take(&shadow, 0, 8192));
            CHECK(start == 0 || shadow_take(&shadow, start - 8, 8));
            CHECK(shadow_take(&shadow, start + size, 8));
            CHECK(!shadow_release(&shadow, start, size + 16));
            CHECK(shadow_release(&shadow, start, size));
            CHECK(!shadow_release(&shadow, start, 8));
            shadow_clear(&shadow);
        }
    }
    shadow_close(&shadow);
}

TEST(shadow_has_an_end) {
    shadow_t shadow;
    REQUIRE(shadow_open(&shadow, 4096));
    CHECK(shadow_take(&shadow, 4088, 8));
    CHECK(!shadow_take(&shadow, 4096, 8));
    CHECK(!shadow_take(&shadow, 4080, 24));
    CHECK(!shadow_take(&shadow, UINT64_MAX, 8));
    CHECK(!shadow_take(&shadow, 8, UINT64_MAX - 8));
    CHECK(shadow_take(&shadow, 0, 4088));
    shadow_close(&shadow);
}

/* ----------------------------------------------------------------------------------------- units
 */

static bool size_reads_as(const char *text, const char *wanted) {
    uint64_t size = 0;
    char got[UNITS_SIZE_TEXT];
    problem_t problem;
    bool fine =
        units_parse_size(text, &size, &problem) && strcmp(units_size_text(got, size), wanted) == 0;
    if (!fine) {
        printf("    %s\n", text);
    }
    return fine;
}

TEST(sizes_are_told_in_four_digits) {
    CHECK(size_reads_as("0", "0 B"));
    CHECK(size_reads_as("9999", "9999 B"));
    CHECK(size_reads_as("10000", "9.7 KiB"));
    CHECK(size_reads_as("999K", "999 KiB"));
    CHECK(size_reads_as("1000K", "1000 KiB"));
    CHECK(size_reads_as("1025K", "1.0 MiB"));
    CHECK(size_reads_as("4M", "4.0 MiB"));
    CHECK(size_reads_as("250M", "250 MiB"));
    CHECK(size_reads_as("3G", "3.0 GiB"));
    CHECK(size_reads_as("17179869183G", "17179869183 GiB"));
}

TEST(capabilities_are_read_and_written) {
    capheap_caps_t caps = 0;
    problem_t problem;
    char text[UNITS_CAPS_TEXT];
    CHECK(units_parse_caps("8bit|MALLOC_CAP_DMA,capheap_atomic,TCM", &caps, &problem));
    CHECK_EQ(caps, CAPHEAP_8BIT | CAPHEAP_DMA | CAPHEAP_ATOMIC | CAPHEAP_SPM);
    CHECK(strcmp(units_caps_text(text, caps), "8BIT|DMA|SPM|ATOMIC") == 0);
    CHECK(strcmp(units_caps_text(text, 0), "none") == 0);
    CHECK(strcmp(units_caps_text(text, CAPHEAP_INVALID | CAPHEAP_EXEC), "EXEC|0x80000000") == 0);
    CHECK(!units_parse_caps("8BIT,", &caps, &problem));
    CHECK(!units_parse_caps("8BITS", &caps, &problem));
    CHECK(!units_parse_caps("MALLOC_CAP_", &caps, &problem));
    units_caps_text(text, UINT32_MAX); /* the longest there is fits */
    CHECK(strlen(text) < UNITS_CAPS_TEXT - 1);
    CHECK(units_parse_caps("EXEC", &caps, &problem));
    CHECK_EQ(caps, CAPHEAP_EXEC);
}

/* ----------------------------------------------------------------------------------- text formats
 */

TEST(utf8_is_told_from_other_bytes) {
    CHECK_EQ(utf8_length("a"), 1u);
    CHECK_EQ(utf8_length("\xc3\xa4"), 2u);
    CHECK_EQ(utf8_length("\xe2\x96\x88"), 3u);
    CHECK_EQ(utf8_length("\xf0\x9f\x98\x80"), 4u);
    CHECK_EQ(utf8_length("\xc0\x80"), 0u);         /* overlong */
    CHECK_EQ(utf8_length("\xed\xa0\x80"), 0u);     /* half of a pair */
    CHECK_EQ(utf8_length("\xf4\x90\x80\x80"), 0u); /* beyond the last */
    CHECK_EQ(utf8_length("\xe2\x96"), 0u);         /* cut off */
    CHECK_EQ(utf8_length("\x96"), 0u);
}

static char *written;
static size_t written_size;

TEST(json_falls_into_place) {
    json_t json = {.out = open_memstream(&written, &written_size), .first = true};
    json_open_object(&json, NULL);
    json_text(&json, "a", "q\"\\\n\x7f\xff\xc3\xa4");
    json_open_line(&json, "b");
    json_number(&json, "c", UINT64_MAX);
    json_open_array(&json, "d");
    json_truth(&json, NULL, true);
    json_text(&json, NULL, NULL);
    json_close_array(&json);
    json_close_object(&json);
    json_open_array(&json, "e");
    json_close_array(&json);
    json_close_object(&json);
    fclose(json.out);
    CHECK(strcmp(written, "{\n  \"a\": \"q\\\"\\\\\\u000a\\u007f?\xc3\xa4\",\n"
                          "  \"b\": {\"c\": 18446744073709551615, \"d\": [true, null]},\n"
                          "  \"e\": []\n}\n") == 0);
    free(written);
}

TEST(xml_is_escaped) {
    FILE *out = open_memstream(&written, &written_size);
    svg_put_text(out, "a<b>&\"c\"\x01\xff\xc3\xa4\xef\xbf\xbf");
    fclose(out);
    CHECK(strcmp(written, "a&lt;b&gt;&amp;\"c\"??\xc3\xa4?") == 0);
    free(written);
}

TEST_MAIN(pattern_tells_a_changed_byte, pattern_grows, pattern_in_word_only_memory_leaves_odd_bytes,
          pattern_of_a_reversed_view_begins_at_the_end, zero_is_told, shadow_tells_overlap,
          shadow_has_an_end, sizes_are_told_in_four_digits, capabilities_are_read_and_written,
          utf8_is_told_from_other_bytes, json_falls_into_place, xml_is_escaped)
