/* SPDX-License-Identifier: MIT */
/* Owners: charged, credited, refused; the block's owner is remembered wherever the block goes. */
#include "capheap/quota.h"

#include "capheap/explain.h"
#include "heap_fixture.h"

enum {
    SYSTEM,
    NET,
    GUI,
    OWNERS
};

static capheap_owner_t owners[OWNERS];
static uint8_t table_dram[4096 / 8 + 1];
static uint8_t table_psram[16384 / 32 + 1];

/* NET and GUI are parts of SYSTEM. DRAM remembers owners by granules, PSRAM by 32 bytes. */
static void open_owned(size_t system, size_t net, size_t gui) {
    open_all();
    for (size_t i = 0; i < OWNERS; i++) {
        owners[i] = (capheap_owner_t){0};
    }
    owners[SYSTEM] = (capheap_owner_t){.name = "system", .limit = system};
    owners[NET] = (capheap_owner_t){.name = "net", .limit = net, .parent = &owners[SYSTEM]};
    owners[GUI] = (capheap_owner_t){.name = "gui", .limit = gui, .parent = &owners[SYSTEM]};
    CHECK_EQ(capheap_set_owners(&heap, owners, OWNERS), CAPHEAP_OK);
    CHECK_EQ(capheap_keep_owners(&heap, (void *)dram.start, table_dram, sizeof(table_dram)),
             CAPHEAP_OK);
    CHECK_EQ(capheap_keep_owners(&heap, (void *)psram.start, table_psram, sizeof(table_psram)),
             CAPHEAP_OK);
}

static void *ask(size_t size, capheap_caps_t caps, unsigned owner) {
    capheap_request_t request = {.size = size, .caps = caps, .owner = &owners[owner]};
    return capheap_allocate(&heap, &request);
}

static size_t used(unsigned owner) {
    return capheap_get_owner(&heap, &owners[owner]).used;
}

TEST(charged_and_credited) {
    open_owned(2000, 1000, 1500);
    void *block = ask(100, CAPHEAP_DMA, NET);
    CHECK(lies_in(block, &dram));
    CHECK_EQ(used(NET), 104);
    CHECK_EQ(used(SYSTEM), 104);
    CHECK_EQ(used(GUI), 0);
    CHECK(capheap_find_owner(&heap, block) == &owners[NET]);
    void *other = ask(100, CAPHEAP_SPIRAM, GUI);
    CHECK_EQ((uintptr_t)other % 32, 0);
    CHECK_EQ(used(GUI), 128); /* whole cells */
    void *free_for_all = capheap_malloc(&heap, 500, CAPHEAP_DMA);
    CHECK(capheap_find_owner(&heap, free_for_all) == NULL);
    capheap_free(&heap, free_for_all);
    CHECK_EQ(used(SYSTEM), 232);
    capheap_free(&heap, block);
    capheap_free(&heap, other);
    CHECK_EQ(used(SYSTEM) + used(NET) + used(GUI), 0);
    CHECK_EQ(capheap_get_owner(&heap, &owners[SYSTEM]).peak, 232);
    CHECK_EQ(capheap_find_owner(&heap, NULL), NULL);
}

TEST(over_the_limit) {
    open_owned(2000, 1000, 1500);
    CHECK(ask(1000, CAPHEAP_DMA, NET) != NULL);
    CHECK_EQ(ask(1, CAPHEAP_DMA, NET), NULL);
    CHECK_EQ(seen.failures, 1);
    CHECK(ask(992, CAPHEAP_DMA, GUI) != NULL);
    CHECK_EQ(ask(16, CAPHEAP_DMA, GUI), NULL); /* its own limit allows it, its parent's does not */
    CHECK_EQ(used(SYSTEM), 1992);
    CHECK(ask(8, CAPHEAP_DMA, GUI) != NULL);
    CHECK(capheap_malloc(&heap, 500, CAPHEAP_DMA) != NULL); /* others are unaffected */
    CHECK_EQ(capheap_get_owner(&heap, &owners[NET]).refused, 1);
    CHECK_EQ(capheap_get_owner(&heap, &owners[SYSTEM]).refused, 2);
    capheap_set_limit(&heap, &owners[SYSTEM], 3000);
    capheap_set_limit(&heap, &owners[NET], 1500);
    CHECK(ask(100, CAPHEAP_DMA, NET) != NULL);
    CHECK_EQ(ask(SIZE_MAX - 2, CAPHEAP_DMA, NET), NULL);
}

/* However many regions were asked; and not if one has served it after all. */
TEST(a_refusal_counts_once) {
    open_owned(90000, 90000, 100);
    CHECK_EQ(ask(101, CAPHEAP_DEFAULT, GUI), NULL);
    CHECK_EQ(capheap_get_owner(&heap, &owners[GUI]).refused, 1);
    char *block = ask(96, CAPHEAP_DEFAULT, GUI);
    CHECK_EQ(capheap_realloc(&heap, block, 200, CAPHEAP_DEFAULT), NULL);
    CHECK_EQ(capheap_get_owner(&heap, &owners[GUI]).refused, 2);
    capheap_free(&heap, block);
    /* 100 bytes are 104 in DRAM, and 128 in PSRAM. */
    capheap_set_limit(&heap, &owners[GUI], 104);
    const capheap_caps_t prefer[] = {CAPHEAP_SPIRAM, CAPHEAP_DEFAULT};
    capheap_request_t request = {
        .size = 100, .prefer = prefer, .prefer_count = 2, .owner = &owners[GUI]};
    CHECK(lies_in(capheap_allocate(&heap, &request), &dram));
    CHECK_EQ(capheap_get_owner(&heap, &owners[GUI]).refused, 2);
    CHECK_EQ(capheap_get_owner(&heap, &owners[SYSTEM]).refused, 2);
}

/* Only memory that keeps owners serves who names one. */
TEST(memory_without_owners) {
    open_owned(90000, 90000, 90000);
    CHECK_EQ(ask(8, CAPHEAP_EXEC, NET), NULL);
    CHECK(lies_in(ask(2500, CAPHEAP_DMA, NET), &dram));
    CHECK_EQ(ask(2500, CAPHEAP_DMA, NET), NULL); /* D/IRAM would have room */
    CHECK(lies_in(capheap_malloc(&heap, 2500, CAPHEAP_DMA), &diram));
}

TEST(realloc_stays_its_owners) {
    open_owned(3000, 1000, 3000);
    char *block = ask(100, CAPHEAP_DMA, NET);
    block[99] = 9;
    block = capheap_realloc(&heap, block, 400, CAPHEAP_DMA);
    CHECK(block != NULL && block[99] == 9);
    CHECK_EQ(used(NET), 400);
    CHECK(capheap_find_owner(&heap, block) == &owners[NET]);
    CHECK_EQ(capheap_realloc(&heap, block, 1001, CAPHEAP_DMA), NULL);
    CHECK_EQ(used(NET), 400);
    /* To other memory: the old place is given back at once, so only the difference counts. */
    capheap_set_limit(&heap, &owners[NET], 416);
    block = capheap_realloc(&heap, block, 400, CAPHEAP_SPIRAM);
    CHECK(lies_in(block, &psram) && block[99] == 9);
    CHECK_EQ(used(NET), 416);
    CHECK_EQ(used(SYSTEM), 416);
    CHECK_EQ(capheap_get_owner(&heap, &owners[NET]).peak, 416);
    block = capheap_realloc(&heap, block, 40, CAPHEAP_SPIRAM);
    CHECK_EQ(used(NET), 64);
    CHECK_EQ(capheap_realloc(&heap, block, 0, CAPHEAP_SPIRAM), NULL);
    CHECK_EQ(used(SYSTEM), 0);
    CHECK_EQ(seen.reports, 0);
}

TEST(wrong_pointers_credit_nobody) {
    open_owned(3000, 3000, 3000);
    char *block = ask(100, CAPHEAP_SPIRAM, NET);
    capheap_free(&heap, block + 8);
    capheap_free(&heap, block + 32);
    CHECK_EQ(seen.reports, 2);
    CHECK_EQ(used(NET), 128);
    capheap_free(&heap, block);
    CHECK_EQ(used(NET), 0);
    capheap_free(&heap, block);
    CHECK_EQ(seen.reports, 3);
    CHECK_EQ(used(NET), 0);
}

TEST(set_up_errors) {
    open_owned(3000, 3000, 3000);
    static capheap_owner_t stranger = {.limit = 1000};
    capheap_request_t request = {.size = 8, .caps = CAPHEAP_DMA, .owner = &stranger};
    CHECK_EQ(capheap_allocate(&heap, &request), NULL);
    void *block = ask(8, CAPHEAP_DMA, NET);
    CHECK_EQ(capheap_set_owners(&heap, owners, 1), CAPHEAP_ERROR_BUSY);
    CHECK_EQ(capheap_keep_owners(&heap, (void *)dram.start, NULL, 0), CAPHEAP_ERROR_BUSY);
    capheap_free(&heap, block);
    CHECK_EQ(capheap_keep_owners(&heap, (void *)dram.start, NULL, 0), CAPHEAP_OK);
    CHECK_EQ(capheap_keep_owners(&heap, &stranger, table_dram, 8), CAPHEAP_ERROR_UNKNOWN);
    CHECK_EQ(capheap_keep_owners(&heap, (void *)psram.start, table_dram, 0),
             CAPHEAP_ERROR_TOO_SMALL);
    CHECK_EQ(capheap_keep_owners(&heap, (void *)dram.start, table_dram, 2), CAPHEAP_OK);
    CHECK_EQ(capheap_set_owners(&heap, owners, 256), CAPHEAP_ERROR_ARGUMENT);
    CHECK_EQ(capheap_set_owners(&heap, NULL, 1), CAPHEAP_ERROR_ARGUMENT);
    owners[SYSTEM].parent = &owners[GUI];
    CHECK_EQ(capheap_set_owners(&heap, owners, OWNERS), CAPHEAP_ERROR_ARGUMENT);
    owners[SYSTEM].parent = &stranger;
    CHECK_EQ(capheap_set_owners(&heap, owners, OWNERS), CAPHEAP_ERROR_ARGUMENT);
    CHECK_EQ(capheap_set_owners(&heap, NULL, 0), CAPHEAP_OK);
}

TEST(explained) {
    open_owned(3000, 100, 3000);
    capheap_refusal_t refusals[4];
    capheap_request_t request = {.size = 101, .caps = CAPHEAP_DMA, .owner = &owners[NET]};
    CHECK_EQ(capheap_allocate(&heap, &request), NULL);
    CHECK_EQ(capheap_explain(&heap, &request, refusals, 4), 4);
    CHECK_EQ(refusals[0].reasons, CAPHEAP_REFUSED_QUOTA);
    CHECK_EQ(refusals[1].reasons, CAPHEAP_REFUSED_OWNERS);
    request.size = 96;
    capheap_explain(&heap, &request, refusals, 4);
    CHECK_EQ(refusals[0].reasons, 0);
}

/* The sum over live blocks, by their owner, is what the owner uses; nobody passes a limit. */
TEST(counts_agree_through_random_calls) {
    static void *blocks[64];
    static unsigned of[64];
    uint32_t state = 3;
    unsigned refused = 0;
    open_owned(6000, 2500, 5000);
    for (unsigned i = 0; i < 64; i++) {
        blocks[i] = NULL;
    }
    for (unsigned step = 0; step < TEST_STEPS(20000); step++) {
        state = state * 1664525u + 1013904223u;
        unsigned at = (state >> 10) % 64;
        static const capheap_caps_t caps[] = {CAPHEAP_DMA, CAPHEAP_SPIRAM, CAPHEAP_8BIT};
        capheap_caps_t wanted = caps[(state >> 16) % 3];
        size_t size = 1 + (state >> 18) % 500;
        unsigned kind = state >> 29;
        if (kind < 3) {
            capheap_free(&heap, blocks[at]);
            blocks[at] = NULL;
        } else if (blocks[at] != NULL) {
            void *changed = capheap_realloc(&heap, blocks[at], size, wanted);
            refused += changed == NULL;
            blocks[at] = changed != NULL ? changed : blocks[at];
        } else {
            of[at] = (state >> 5) % (OWNERS + 1);
            blocks[at] =
                of[at] < OWNERS ? ask(size, wanted, of[at]) : capheap_malloc(&heap, size, wanted);
            refused += blocks[at] == NULL;
        }
        if (step % 16 != 0) {
            continue;
        }
        size_t sums[OWNERS + 1] = {0};
        for (unsigned i = 0; i < 64; i++) {
            if (blocks[i] != NULL) {
                sums[of[i]] += capheap_usable_size(&heap, blocks[i]);
                CHECK(capheap_find_owner(&heap, blocks[i]) ==
                      (of[i] < OWNERS ? &owners[of[i]] : NULL));
            }
        }
        CHECK_EQ(used(NET), sums[NET]);
        CHECK_EQ(used(GUI), sums[GUI]);
        CHECK_EQ(used(SYSTEM), sums[SYSTEM] + sums[NET] + sums[GUI]);
        CHECK(used(NET) <= 2500 && used(GUI) <= 5000 && used(SYSTEM) <= 6000);
    }
    CHECK(refused > TEST_STEPS(100));
    CHECK_EQ(seen.reports, 0);
    CHECK(capheap_check(&heap, 0));
}

TEST_MAIN(charged_and_credited, over_the_limit, a_refusal_counts_once, memory_without_owners,
          realloc_stays_its_owners, wrong_pointers_credit_nobody, set_up_errors, explained,
          counts_agree_through_random_calls)
