/* SPDX-License-Identifier: MIT */
/* A region of a heap that memory has kept over a reset: whom it serves, and what is there again. */
#include <string.h>

#include "capheap/explain.h"
#include "capheap/sleep.h"
#include "heap_fixture.h"

static const capheap_type_t rtc_type = {
    "RTC",
    {CAPHEAP_RTCRAM | CAPHEAP_RETENTION, 0, CAPHEAP_8BIT | CAPHEAP_32BIT | CAPHEAP_DEFAULT},
    0,
    0};
static capheap_memory_t rtc;
static capheap_retained_t retained;

#define RTC_TAG 9u

static capheap_status_t attach(uint32_t flags) {
    capheap_attach_t how = {.roots = 2, .key = 1, .flags = flags};
    return capheap_attach_region(&heap, &rtc_type, RTC_TAG, &rtc, &how, &retained);
}

/* The heap as it is after a reset: all of it made anew, and the memory as it was. */
static void reset(uint32_t flags) {
    open_internal();
    memset(&retained, 0xA5, sizeof retained);
    rtc = piece(16384, 4096, DRAM);
    CHECK_EQ(attach(flags), CAPHEAP_OK);
}

TEST(a_block_is_there_after_a_reset) {
    reset(CAPHEAP_ATTACH_AFRESH);
    CHECK_EQ(retained.status, CAPHEAP_ERROR_NOT_KEPT);
    char *block = capheap_malloc(&heap, 100, CAPHEAP_RETENTION | CAPHEAP_8BIT);
    REQUIRE(block != NULL && lies_in(block, &rtc));
    strcpy(block, "still here");
    CHECK(capheap_set_root(&retained, 1, block));
    capheap_free(&heap, capheap_malloc(&heap, 300, CAPHEAP_RTCRAM));
    reset(0);
    CHECK_EQ(retained.status, CAPHEAP_OK);
    CHECK(!retained.interrupted);
    CHECK_EQ(capheap_get_root(&retained, 1), block);
    CHECK_EQ(capheap_get_root(&retained, 0), NULL);
    CHECK_TEXT(block, "still here");
    CHECK_EQ(capheap_usable_size(&heap, block), 104);
    CHECK_EQ(figures_of(CAPHEAP_RTCRAM).used, 104);
    CHECK_EQ(capheap_remove_region(&heap, block), CAPHEAP_ERROR_BUSY);
    CHECK(capheap_check(&heap, 0));
    capheap_free(&heap, block);
    CHECK_EQ(seen.reports, 0);
    capheap_free(&heap, block);
    CHECK_EQ(seen.reports, 1);
    CHECK_EQ(capheap_remove_region(&heap, block), CAPHEAP_OK);
}

TEST(only_who_asks_for_it_gets_it) {
    reset(CAPHEAP_ATTACH_AFRESH);
    exhaust(CAPHEAP_8BIT);
    CHECK_EQ(figures_of(CAPHEAP_RTCRAM).used, 0);
    CHECK_EQ(capheap_malloc(&heap, 8, CAPHEAP_DEFAULT), NULL);
    CHECK_EQ(capheap_calloc(&heap, 1, 8, CAPHEAP_8BIT), NULL);
    CHECK(!lies_in(capheap_aligned_alloc(&heap, 64, 8, CAPHEAP_32BIT), &rtc));
    char text[600];
    capheap_request_t request = {.size = 8, .caps = CAPHEAP_DEFAULT};
    CHECK(capheap_explain_text(&heap, &request, text, sizeof text) < sizeof text);
    CHECK(strstr(text, "kept over sleep, and RETENTION not asked for") != NULL);
    void *tagged = capheap_malloc_tagged(&heap, 40, RTC_TAG);
    void *aligned = capheap_aligned_alloc(&heap, 128, 40, CAPHEAP_RTCRAM);
    unsigned char *zeroed = capheap_calloc(&heap, 10, 4, CAPHEAP_RETENTION);
    REQUIRE(tagged != NULL && aligned != NULL && zeroed != NULL);
    CHECK(lies_in(tagged, &rtc) && lies_in(aligned, &rtc) && lies_in(zeroed, &rtc));
    CHECK_EQ((uintptr_t)aligned % 128, 0);
    request.caps = CAPHEAP_RTCRAM;
    capheap_refusal_t refusals[FIXTURE_SLOTS];
    size_t count = capheap_explain(&heap, &request, refusals, FIXTURE_SLOTS);
    CHECK_EQ(count, 4);
    CHECK_EQ(refusals[3].reasons, 0);
}

TEST(realloc_keeps_one_whole) {
    reset(CAPHEAP_ATTACH_AFRESH);
    unsigned char *block = capheap_malloc(&heap, 40, CAPHEAP_RETENTION);
    REQUIRE(block != NULL);
    memset(block, 0x42, 40);
    unsigned char *grown = capheap_realloc(&heap, block, 200, CAPHEAP_RETENTION);
    REQUIRE(grown != NULL && grown != block && lies_in(grown, &rtc));
    CHECK_EQ(grown[39], 0x42);
    CHECK_EQ(capheap_realloc(&heap, grown, 190, CAPHEAP_RETENTION), grown);
    unsigned char *out = capheap_realloc(&heap, grown, 300, CAPHEAP_8BIT);
    REQUIRE(out != NULL && !lies_in(out, &rtc));
    CHECK_EQ(out[39], 0x42);
    CHECK_EQ(figures_of(CAPHEAP_RTCRAM).used, 0);
    CHECK(capheap_check(&heap, 0));
    CHECK_EQ(seen.reports, 0);
}

/* A link that was overwritten is reported from within the call that meets it: the memory as it is
 * then is that of a reset in the middle of the call. */
static unsigned char copy[4096];
static bool copied;

static void copy_memory(void *context, const capheap_report_t *report) {
    (void)context, (void)report;
    memcpy(copy, (void *)rtc.start, rtc.size);
    copied = true;
}

static void cut_a_call(bool in_free) {
    static const capheap_hooks_t hooks = {.report = copy_memory};
    reset(CAPHEAP_ATTACH_AFRESH);
    capheap_set_hooks(&heap, &hooks);
    void *blocks[8];
    for (size_t i = 0; i < 8; i++) {
        blocks[i] = capheap_malloc(&heap, 40, CAPHEAP_RETENTION);
        REQUIRE(blocks[i] != NULL);
    }
    for (size_t i = 1; i < 6; i += 2)
        capheap_free(&heap, blocks[i]);
    copied = false;
    for (size_t i = 1; i < 6; i += 2)
        memset(blocks[i], 0xFF, 8);
    for (size_t i = 2; i < 6 && in_free && !copied; i += 2)
        capheap_free(&heap, blocks[i]);
    for (size_t i = 0; i < 3 && !in_free && !copied; i++)
        (void)capheap_malloc(&heap, 40, CAPHEAP_RETENTION);
    REQUIRE(copied);
    memcpy((void *)rtc.start, copy, rtc.size);
    reset(0);
    CHECK_EQ(retained.status, CAPHEAP_OK);
    CHECK(retained.interrupted);
    CHECK(capheap_check(&heap, 0));
    CHECK(figures_of(CAPHEAP_RTCRAM).blocks >= 4);
}

TEST(a_reset_in_the_middle_of_a_call_is_seen) {
    cut_a_call(true);
    cut_a_call(false);
}

TEST(seals_and_damage) {
    reset(CAPHEAP_ATTACH_AFRESH);
    unsigned char *block = capheap_malloc(&heap, 40, CAPHEAP_RETENTION);
    REQUIRE(block != NULL);
    capheap_seal(&retained, true);
    reset(0);
    CHECK(retained.status == CAPHEAP_OK && retained.sealed);
    capheap_seal(&retained, true);
    capheap_break_seal(&retained);
    block[0]++;
    reset(0);
    CHECK(retained.status == CAPHEAP_OK && !retained.sealed);
    capheap_seal(&retained, true);
    block[0]++;
    reset(0);
    CHECK_EQ(retained.status, CAPHEAP_ERROR_DAMAGED);
    CHECK(retained.damage != NULL);
    CHECK_EQ(figures_of(CAPHEAP_RTCRAM).used, 0);
    CHECK_EQ(seen.reports, 0);
}

TEST(what_can_not_be_attached) {
    open_internal();
    rtc = piece(16384, 4096, DRAM);
    capheap_attach_t how = {.roots = 2};
    CHECK_EQ(capheap_attach_region(&heap, &rtc_type, 0, &rtc, NULL, &retained),
             CAPHEAP_ERROR_ARGUMENT);
    CHECK_EQ(capheap_attach_region(&heap, &rtc_type, 0, &rtc, &how, NULL), CAPHEAP_ERROR_ARGUMENT);
    CHECK_EQ(capheap_attach_region(&heap, &rtc_type, 0, NULL, &how, &retained),
             CAPHEAP_ERROR_ARGUMENT);
    rtc.flags = CAPHEAP_MEMORY_STARTUP;
    CHECK_EQ(attach(0), CAPHEAP_ERROR_ARGUMENT);
    rtc.flags = 0;
    CHECK_EQ(attach(16), CAPHEAP_ERROR_ARGUMENT);
    rtc.size = 64;
    CHECK_EQ(attach(0), CAPHEAP_ERROR_TOO_SMALL);
    rtc.start = dram.start;
    CHECK_EQ(attach(0), CAPHEAP_ERROR_OVERLAP);
    CHECK_EQ(figures_of(CAPHEAP_RTCRAM).regions, 0);
    rtc = piece(16384, 4096, DRAM);
    CHECK_EQ(attach(0), CAPHEAP_OK);
    CHECK_EQ(attach(0), CAPHEAP_ERROR_OVERLAP);
}

TEST_MAIN(a_block_is_there_after_a_reset, only_who_asks_for_it_gets_it, realloc_keeps_one_whole,
          a_reset_in_the_middle_of_a_call_is_seen, seals_and_damage, what_can_not_be_attached)
