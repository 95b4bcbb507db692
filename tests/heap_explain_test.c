/* SPDX-License-Identifier: MIT */
/* Refusals: each reason, as data and as text; what is refused has a reason everywhere. */
#include "capheap/explain.h"

#include <string.h>

#include "heap_fixture.h"

#define MAX 8

static capheap_refusal_t refusals[MAX];

static size_t explain(const capheap_request_t *request) {
    memset(refusals, 0xEE, sizeof(refusals));
    return capheap_explain(&heap, request, refusals, MAX);
}

/* In order of address: dram, diram, iram, psram. */
TEST(each_region_tells_its_reasons) {
    open_all();
    capheap_request_t request = {.size = 5000, .caps = CAPHEAP_DMA, .without = CAPHEAP_EXEC};
    CHECK_EQ(capheap_allocate(&heap, &request), NULL);
    CHECK_EQ(explain(&request), 4);
    CHECK_EQ(refusals[0].memory.start, dram.start);
    CHECK_EQ(refusals[0].reasons, CAPHEAP_REFUSED_SMALL);
    CHECK_EQ(refusals[0].needed, 5000);
    CHECK(refusals[0].largest < 4096 && refusals[0].largest > 3000);
    CHECK_EQ(refusals[1].reasons, CAPHEAP_REFUSED_FORBIDDEN);
    CHECK_EQ(refusals[1].forbidden, CAPHEAP_EXEC);
    CHECK_EQ(refusals[2].reasons,
             CAPHEAP_REFUSED_LACKS | CAPHEAP_REFUSED_FORBIDDEN | CAPHEAP_REFUSED_SMALL);
    CHECK_EQ(refusals[2].lacks, CAPHEAP_DMA);
    CHECK_EQ(refusals[3].reasons, CAPHEAP_REFUSED_LACKS);
    CHECK_EQ(refusals[3].tag, PSRAM);
    CHECK(refusals[3].type == &types[PSRAM]);
}

TEST(what_would_be_served_has_no_reason) {
    open_all();
    capheap_request_t request = {.size = 100, .caps = CAPHEAP_8BIT};
    CHECK_EQ(explain(&request), 4);
    CHECK_EQ(refusals[0].reasons, 0);
    CHECK_EQ(refusals[0].needed, 104);
    CHECK_EQ(refusals[2].reasons, CAPHEAP_REFUSED_LACKS);
    CHECK_EQ(refusals[3].reasons, 0);
    CHECK_EQ(seen.failures + seen.events, 0);
    CHECK_EQ(capheap_explain(&heap, &request, NULL, 0), 4);
    CHECK_EQ(capheap_explain(&heap, &request, refusals, 2), 4);
}

TEST(tags_masters_and_nothing) {
    open_all();
    uint32_t tag = IRAM;
    capheap_request_t request = {.size = 8, .tag = &tag};
    explain(&request);
    CHECK_EQ(refusals[0].reasons, CAPHEAP_REFUSED_TAG);
    CHECK_EQ(refusals[2].reasons, 0);
    request = (capheap_request_t){.size = 8, .caps = CAPHEAP_8BIT, .masters = 5};
    explain(&request);
    CHECK_EQ(refusals[0].reasons, CAPHEAP_REFUSED_MASTERS);
    CHECK_EQ(refusals[0].unreached, 5);
    request = (capheap_request_t){.size = 8};
    explain(&request);
    CHECK_EQ(refusals[0].reasons, CAPHEAP_REFUSED_NOTHING);
    CHECK_EQ(refusals[3].reasons, CAPHEAP_REFUSED_NOTHING);
}

TEST(held_back) {
    open_heap();
    capheap_memory_t late = piece(0, 4096, DRAM);
    late.flags = CAPHEAP_MEMORY_STARTUP;
    CHECK_EQ(add(&late), CAPHEAP_OK);
    capheap_request_t request = {.size = 8, .caps = CAPHEAP_DMA};
    CHECK_EQ(explain(&request), 1);
    CHECK_EQ(refusals[0].reasons, CAPHEAP_REFUSED_HELD | CAPHEAP_REFUSED_SMALL);
    CHECK_EQ(refusals[0].largest, 0);
    CHECK_EQ(capheap_end_startup(&heap), CAPHEAP_OK);
    explain(&request);
    CHECK_EQ(refusals[0].reasons, 0);
}

TEST(alignment_and_lines) {
    open_all();
    capheap_request_t request = {.size = 3000, .alignment = 1u << 28, .caps = CAPHEAP_DMA};
    capheap_allocate(&heap, &request);
    CHECK_EQ(explain(&request), 4);
    CHECK_EQ(refusals[0].reasons, CAPHEAP_REFUSED_ALIGNMENT);
    request.alignment = 24;
    CHECK_EQ(capheap_allocate(&heap, &request), NULL);
    explain(&request);
    CHECK_EQ(refusals[0].reasons, CAPHEAP_REFUSED_ALIGNMENT);
    request = (capheap_request_t){.size = 33, .caps = CAPHEAP_SPIRAM | CAPHEAP_CACHE_ALIGNED};
    explain(&request);
    CHECK_EQ(refusals[3].reasons, 0);
    CHECK_EQ(refusals[3].needed, 64);
    request.size = SIZE_MAX;
    explain(&request);
    CHECK_EQ(refusals[3].reasons, CAPHEAP_REFUSED_SMALL);
    CHECK_EQ(refusals[3].needed, SIZE_MAX);
}

TEST(an_alias_for_instructions_only) {
    open_heap();
    capheap_memory_t both = piece(0, 4096, DIRAM);
    both.alias_kind = CAPHEAP_ALIAS_INVERTED;
    both.alias = (uintptr_t)arena + 16384;
    CHECK_EQ(add(&both), CAPHEAP_OK);
    capheap_request_t request = {.size = 8, .caps = CAPHEAP_EXEC | CAPHEAP_8BIT};
    CHECK_EQ(capheap_allocate(&heap, &request), NULL);
    explain(&request);
    CHECK_EQ(refusals[0].reasons, CAPHEAP_REFUSED_ALIAS);
}

/* Whatever is refused, every region has a reason; whatever has none somewhere is served. */
TEST(refusals_and_explanations_agree) {
    static const capheap_caps_t some[] = {CAPHEAP_8BIT,
                                          CAPHEAP_DMA,
                                          CAPHEAP_EXEC,
                                          CAPHEAP_SPIRAM | CAPHEAP_CACHE_ALIGNED,
                                          CAPHEAP_RTCRAM,
                                          CAPHEAP_32BIT,
                                          0};
    open_all();
    unsigned refused = 0;
    uint32_t state = 1;
    for (unsigned step = 0; step < TEST_STEPS(4000); step++) {
        state = state * 1664525u + 1013904223u;
        capheap_request_t request = {
            .size = 1 + (state >> 20) % 900,
            .alignment = state >> 30 == 0 ? (size_t)8 << (state >> 8) % 8 : 0,
            .caps = some[(state >> 12) % 7],
            .without = (state >> 24) % 5 == 0 ? CAPHEAP_SPIRAM : 0,
        };
        size_t count = explain(&request);
        unsigned willing = 0;
        for (size_t i = 0; i < count; i++) {
            willing += refusals[i].reasons == 0;
        }
        void *block = capheap_allocate(&heap, &request);
        CHECK(willing == 0 || block != NULL);
        refused += block == NULL;
        if (block == NULL && state % 3 == 0) {
            open_all();
        }
    }
    CHECK(refused > TEST_STEPS(100));
}

static bool says(const capheap_request_t *request, const char *expected) {
    char text[600];
    size_t length = capheap_explain_text(&heap, request, text, sizeof(text));
    bool right = length == strlen(text) && strstr(text, expected) != NULL;
    if (!right) {
        TEST_PORT_PRINT(text);
    }
    return right;
}

TEST(text) {
    open_all();
    capheap_request_t request = {.size = 5000,
                                 .alignment = 64,
                                 .caps = CAPHEAP_DMA | CAPHEAP_8BIT,
                                 .without = CAPHEAP_EXEC,
                                 .masters = 2};
    CHECK(says(&request, "5000 bytes aligned to 64 with 8BIT DMA without EXEC for master 1:\n"));
    CHECK(says(&request, ": not reached by master 1\n"));
    CHECK(says(&request, ": has, and must not, EXEC; not reached by master 1\n"));
    CHECK(says(&request, ": lacks 8BIT DMA; has, and must not, EXEC; not reached by master 1\n"));
    request = (capheap_request_t){.size = 20000, .caps = CAPHEAP_SPIRAM};
    CHECK(says(&request, "SPIRAM at "));
    CHECK(says(&request, ", needed 20000\n"));
    request.size = 8;
    CHECK(says(&request, ": would serve it\n"));
    request.caps = (capheap_caps_t)1 << 25;
    CHECK(says(&request, ": lacks bit 25\n"));
    static const capheap_caps_t prefer[] = {CAPHEAP_SPIRAM, CAPHEAP_RTCRAM};
    request = (capheap_request_t){.size = 8, .prefer = prefer, .prefer_count = 2};
    CHECK(says(&request, "8 bytes with, at last, RTCRAM:\n"));
    CHECK(says(&request, ": lacks RTCRAM\n"));
}

TEST(text_is_cut_where_the_room_ends) {
    open_all();
    capheap_request_t request = {.size = 5000, .caps = CAPHEAP_DMA};
    char whole[600];
    char cut[600];
    size_t length = capheap_explain_text(&heap, &request, whole, sizeof(whole));
    CHECK_EQ(capheap_explain_text(&heap, &request, NULL, 0), length);
    for (size_t size = 1; size <= length + 1; size++) {
        memset(cut, '#', sizeof(cut));
        CHECK_EQ(capheap_explain_text(&heap, &request, cut, size), length);
        CHECK_EQ(strlen(cut), size - 1);
        CHECK_EQ(strncmp(cut, whole, size - 1), 0);
        CHECK(size == sizeof(cut) || cut[size] == '#');
    }
}

static char told[400];

static void tell(void *context, const capheap_request_t *request) {
    capheap_explain_text(context, request, told, sizeof(told));
}

TEST(in_the_failure_hook) {
    open_all();
    capheap_hooks_t hooks = {.failure = tell, .context = &heap};
    capheap_set_hooks(&heap, &hooks);
    CHECK_EQ(capheap_malloc(&heap, 9000, CAPHEAP_EXEC), NULL);
    CHECK(strstr(told, "9000 bytes with EXEC:\n") == told);
    CHECK(strstr(told, "SPIRAM at ") != NULL && strstr(told, ": lacks EXEC 32BIT\n") == NULL);
    CHECK(strstr(told, ": lacks EXEC\n") != NULL);
}

TEST_MAIN(each_region_tells_its_reasons, what_would_be_served_has_no_reason,
          tags_masters_and_nothing, held_back, alignment_and_lines, an_alias_for_instructions_only,
          refusals_and_explanations_agree, text, text_is_cut_where_the_room_ends,
          in_the_failure_hook)
