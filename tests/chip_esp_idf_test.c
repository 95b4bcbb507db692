/* SPDX-License-Identifier: MIT */
/*
 * Our tables against ESP-IDF's (esp_idf_facts.h), variant by variant: the same memory is left for
 * the heap beside an ordinary program, with the same capabilities, and forty typical requests try
 * it in the same order. The order is that of a real heap, whose regions stand for the chip's: each
 * is filled with blocks until none is left. What ESP-IDF would do is computed by its rules
 * (components/heap/heap_caps_base.c, heap_caps_init.c, components/esp_hw_support/heap_align_hw.c).
 * Where we differ on purpose, a table says so and why; it must be true as well.
 */
#include "test.h"

#include <string.h>

#include "capheap/chips.h"
#include "capheap/heap.h"
#include "esp_idf_facts.h"

enum {
    MAX_PIECES = 16,
    PSRAM_TYPE = 99,
    PSRAM_FITTED = 2 << 20
};

#define OURS_ALONE (CAPHEAP_ATOMIC | CAPHEAP_DMA_DESC_AHB | CAPHEAP_DMA_DESC_AXI)

/* ---- What ESP-IDF has left of its memories. */

typedef struct idf_piece {
    uint32_t start;
    uint32_t size;
    uint32_t type;
    uint32_t caps[3];
} idf_piece_t;

static bool in_range(uint32_t word, uint64_t start, uint64_t end) {
    return start < end && (uint64_t)word + 4 > start && word < end;
}

/* ESP-IDF moves the range of the code to the data's addresses by hand; we take either. */
static bool word_is_taken(const idf_chip_t *idf, const capheap_chip_t *chip,
                          const idf_memory_t *memory, uint32_t word) {
    for (size_t i = 0; i < IDF_RESERVED; i++) {
        if (in_range(word, idf->reserved[i].start, idf->reserved[i].end)) {
            return true;
        }
    }
    for (size_t i = 0; i < chip->usual_count; i++) {
        const capheap_range_t *range = &chip->usual[i];
        uint32_t shift = memory->code_address != 0 ? memory->code_address - memory->start : 0;
        if (in_range(word, range->start, range->end) ||
            in_range(word + shift, range->start, range->end)) {
            return true;
        }
    }
    return false;
}

/* Word by word, which is slow and plain. Joined if neighbours, type and start-up state allow it;
 * dropped if not more than 16 bytes. */
static size_t idf_layout(const idf_chip_t *idf, const capheap_chip_t *chip, idf_piece_t *pieces) {
    size_t count = 0;
    for (size_t m = 0; m < IDF_MEMORIES && idf->memories[m].size != 0; m++) {
        const idf_memory_t *memory = &idf->memories[m];
        bool open = false;
        for (uint32_t at = 0; at < memory->size; at += 4) {
            if (word_is_taken(idf, chip, memory, memory->start + at)) {
                open = false;
                continue;
            }
            if (!open) {
                count -= count > 0 && pieces[count - 1].size <= 16;
                idf_piece_t *piece = &pieces[count++];
                *piece = (idf_piece_t){.start = memory->start + at, .type = memory->type};
                memcpy(piece->caps, idf->types[memory->type].caps, sizeof(piece->caps));
                open = true;
            }
            pieces[count - 1].size += 4;
        }
    }
    return count;
}

static const capheap_chip_t *ours(const idf_chip_t *idf) {
    return capheap_chip_find(idf->name);
}

static void name_chip_on_failure(const idf_chip_t *idf, unsigned failures) {
    if (test_failures != failures) {
        TEST_PORT_PRINT("  ^ ");
        TEST_PORT_PRINT(idf->name);
        TEST_PORT_PRINT("\n");
    }
}

static void compare_layout(const idf_chip_t *idf) {
    idf_piece_t theirs[MAX_PIECES];
    capheap_memory_t pieces[MAX_PIECES];
    const capheap_chip_t *chip = ours(idf);
    REQUIRE(chip != NULL);
    size_t expected = idf_layout(idf, chip, theirs);
    int count = capheap_chip_layout(chip, chip->usual, chip->usual_count, 0, pieces, MAX_PIECES);
    REQUIRE(CHECK_EQ(count, (int)expected));
    for (size_t i = 0; i < expected; i++) {
        CHECK_EQ(pieces[i].start, theirs[i].start);
        CHECK_EQ(pieces[i].size, theirs[i].size);
        CHECK_TEXT(chip->types[pieces[i].type].name, idf->types[theirs[i].type].name);
    }
}

TEST(the_same_memory_is_left) {
    for (size_t i = 0; i < IDF_CHIP_COUNT; i += TEST_STRIDE) {
        unsigned failures = test_failures;
        compare_layout(&idf_chips[i]);
        name_chip_on_failure(&idf_chips[i], failures);
    }
}

/* Every Espressif chip that capheap knows is compared, but for the ESP8266: ESP-IDF lacks it. */
TEST(no_espressif_chip_is_left_out) {
    for (const capheap_chip_t *const *chip = capheap_chips; *chip != NULL; chip++) {
        size_t found = 0;
        for (size_t i = 0; i < IDF_CHIP_COUNT; i++) {
            found += strcmp(idf_chips[i].name, (*chip)->name) == 0;
        }
        bool espressif = strncmp((*chip)->name, "esp32", 5) == 0;
        CHECK_EQ(found, espressif ? 1u : 0u);
    }
}

static const capheap_type_t *type_named(const capheap_chip_t *chip, const char *name) {
    for (size_t i = 0; i < chip->type_count; i++) {
        if (strcmp(chip->types[i].name, name) == 0) {
            return &chip->types[i];
        }
    }
    return NULL;
}

/* IRAM without EXEC is in no heap of ESP-IDF's, with memory protection on; in ours it is a type all
 * of whose memory is reserved. */
static void compare_caps(const idf_chip_t *idf) {
    const capheap_chip_t *chip = ours(idf);
    REQUIRE(chip != NULL);
    for (size_t t = 0; t < IDF_TYPES && idf->types[t].name != NULL; t++) {
        const capheap_type_t *type = type_named(chip, idf->types[t].name);
        REQUIRE(type != NULL);
        for (size_t p = 0; p < CAPHEAP_PRIORITIES; p++) {
            CHECK_EQ(type->caps[p] & ~OURS_ALONE, idf->types[t].caps[p]);
        }
    }
    const capheap_type_t *psram = type_named(chip, "SPIRAM");
    const uint32_t psram_caps[] = IDF_PSRAM_CAPS;
    for (size_t p = 0; idf->psram && p < CAPHEAP_PRIORITIES; p++) {
        REQUIRE(psram != NULL);
        /* ESP-IDF says SIMD of PSRAM on every chip; we, where there are such instructions. */
        CHECK_EQ((psram->caps[p] & ~OURS_ALONE) | (psram_caps[p] & CAPHEAP_SIMD), psram_caps[p]);
    }
}

TEST(the_same_capabilities) {
    for (size_t i = 0; i < IDF_CHIP_COUNT; i++) {
        unsigned failures = test_failures;
        compare_caps(&idf_chips[i]);
        name_chip_on_failure(&idf_chips[i], failures);
    }
}

/* ---- The order of choice. */

#define D   CAPHEAP_DEFAULT
#define B   CAPHEAP_8BIT
#define W   CAPHEAP_32BIT
#define IN  CAPHEAP_INTERNAL
#define DM  CAPHEAP_DMA
#define EX  CAPHEAP_EXEC
#define PS  CAPHEAP_SPIRAM
#define RT  CAPHEAP_RTCRAM
#define RE  CAPHEAP_RETENTION
#define SI  CAPHEAP_SIMD
#define SP  CAPHEAP_SPM
#define AHB CAPHEAP_DMA_DESC_AHB
#define AXI CAPHEAP_DMA_DESC_AXI
#define CA  CAPHEAP_CACHE_ALIGNED

static const capheap_caps_t requests[] = {
    D,          B,       W,          IN,         DM,           EX,       PS,
    RT,         RE,      SI,         SP,         AHB,          AXI,      D | IN,
    D | PS,     D | B,   D | B | W,  D | B | IN, B | IN,       B | W,    W | IN,
    B | W | IN, DM | B,  DM | W,     DM | IN,    DM | B | IN,  DM | D,   PS | B,
    PS | B | W, PS | DM, PS | CA,    EX | W,     EX | IN,      EX | B,   EX | DM,
    EX | D,     RE | DM, RT | B,     SI | IN,    CA | DM | IN, AXI | IN, CAPHEAP_PID2 | B,
    PS | IN,    RT | EX, D | RE | B,
};
enum {
    REQUESTS = sizeof(requests) / sizeof(requests[0])
};

typedef struct order {
    uint32_t starts[MAX_PIECES];
    size_t count;
} order_t;

/* ESP-IDF's heap: lists sorted by size, the priorities one after the other. */
static void sort_by_size(idf_piece_t *pieces, size_t count) {
    for (size_t i = 1; i < count; i++) {
        idf_piece_t piece = pieces[i];
        size_t at = i;
        for (; at > 0 && pieces[at - 1].size >= piece.size; at--) {
            pieces[at] = pieces[at - 1];
        }
        pieces[at] = piece;
    }
}

/* heap_align_hw.c and the first lines of heap_caps_aligned_alloc_base. False: refused. */
static bool idf_prepare(uint32_t *caps) {
    if ((*caps & (AHB | AXI)) != 0) {
        *caps = (*caps & ~(AHB | AXI)) | DM;
    }
    if ((*caps & PS) != 0) {
        *caps &= ~DM;
    }
    *caps &= ~CA;
    if ((*caps & EX) != 0) {
        if ((*caps & (B | DM)) != 0) {
            return false;
        }
        *caps |= W;
    }
    return true;
}

static bool already_in(const order_t *order, uint32_t start) {
    for (size_t i = 0; i < order->count; i++) {
        if (order->starts[i] == start) {
            return true;
        }
    }
    return false;
}

static void idf_order(const idf_piece_t *pieces, size_t count, uint32_t caps, order_t *order) {
    order->count = 0;
    if (!idf_prepare(&caps)) {
        return;
    }
    for (size_t p = 0; p < 3; p++) {
        for (size_t i = 0; i < count; i++) {
            uint32_t all = pieces[i].caps[0] | pieces[i].caps[1] | pieces[i].caps[2];
            if ((pieces[i].caps[p] & caps) != 0 && (all & caps) == caps &&
                !already_in(order, pieces[i].start)) {
                order->starts[order->count++] = pieces[i].start;
            }
        }
    }
}

/* Ours: a real heap on memory of this program, one small region per piece, sizes in the order of
 * the pieces' sizes. A block by its alias is told from its address alone; nothing is written there.
 */
typedef struct stand_in {
    capheap_heap_t heap;
    capheap_slot_t slots[MAX_PIECES];
    const capheap_memory_t *pieces;
    size_t count;
} stand_in_t;

enum {
    STEP = 256,
    ROOM = 2048 + STEP * MAX_PIECES
};
static _Alignas(128) unsigned char arena[MAX_PIECES][ROOM];
static _Alignas(128) unsigned char aliases[MAX_PIECES][ROOM];

static void stand_in_open(stand_in_t *stand_in, const capheap_chip_t *chip,
                          const capheap_memory_t *pieces, size_t count) {
    capheap_init(&stand_in->heap, stand_in->slots, MAX_PIECES);
    stand_in->pieces = pieces;
    stand_in->count = count;
    for (size_t i = 0; i < count; i++) {
        size_t smaller = 0;
        for (size_t j = 0; j < count; j++) {
            smaller += pieces[j].size < pieces[i].size;
        }
        capheap_memory_t memory = pieces[i];
        memory.start = (uintptr_t)arena[i];
        memory.size = 2048 + STEP * smaller;
        memory.flags = 0;
        memory.alias = memory.alias_kind == CAPHEAP_ALIAS_NONE ? 0 : (uintptr_t)aliases[i];
        CHECK_EQ(capheap_add_region(&stand_in->heap, &chip->types[pieces[i].type], pieces[i].type,
                                    &memory),
                 CAPHEAP_OK);
    }
}

static size_t row_of(const void *block) {
    for (size_t i = 0; i < MAX_PIECES; i++) {
        const uintptr_t at = (uintptr_t)block;
        if (at - (uintptr_t)arena[i] < ROOM || at - (uintptr_t)aliases[i] < ROOM) {
            return i;
        }
    }
    return MAX_PIECES;
}

static void our_order(stand_in_t *stand_in, capheap_caps_t caps, order_t *order) {
    static void *blocks[MAX_PIECES * ROOM / 64];
    size_t count = 0;
    order->count = 0;
    void *block = capheap_malloc(&stand_in->heap, 64, caps);
    for (; block != NULL; block = capheap_malloc(&stand_in->heap, 64, caps)) {
        blocks[count++] = block;
        size_t row = row_of(block);
        REQUIRE(row < stand_in->count);
        uint32_t start = (uint32_t)stand_in->pieces[row].start;
        if (!already_in(order, start)) {
            order->starts[order->count++] = start;
        }
    }
    while (count > 0) {
        capheap_free(&stand_in->heap, blocks[--count]);
    }
}

static bool same_order(const order_t *a, const order_t *b) {
    return a->count == b->count &&
           memcmp(a->starts, b->starts, a->count * sizeof(a->starts[0])) == 0;
}

/* Where we differ on purpose. */
typedef enum difference {
    SAME,
    DMA_TO_PSRAM, /* ESP-IDF takes SPIRAM | DMA for SPIRAM on every chip, even where no DMA reaches
                     it; capheap serves no capability that the table does not claim */
    NO_AXI_DMA, /* ESP-IDF takes a descriptor of the AXI bus for DMA on chips without such a bus */
    NO_VECTORS, /* ESP-IDF says SIMD of PSRAM on chips without vector instructions */
    EXEC_AND_BYTES, /* ESP-IDF refuses EXEC with 8BIT or DMA everywhere; capheap serves it where
                       code and data have one address */
} difference_t;

/* Is there memory with these capabilities at one address for code and data? */
static bool one_address_has(const idf_chip_t *idf, uint32_t wanted) {
    if (strcmp(idf->name, "esp32") == 0 || strncmp(idf->name, "esp32-", 6) == 0) {
        return false; /* the alias, which runs backwards, is not in the facts */
    }
    for (size_t i = 0; i < IDF_MEMORIES && idf->memories[i].size != 0; i++) {
        const uint32_t *caps = idf->types[idf->memories[i].type].caps;
        uint32_t all = caps[0] | caps[1] | caps[2];
        if (idf->memories[i].code_address == 0 && (all & wanted) == wanted) {
            return true;
        }
    }
    return false;
}

static bool has_axi_dma(const idf_chip_t *idf) {
    return strncmp(idf->name, "esp32p4", 7) == 0 || strncmp(idf->name, "esp32s31", 8) == 0;
}

static bool has_vectors(const idf_chip_t *idf) {
    return has_axi_dma(idf) || strncmp(idf->name, "esp32s3", 7) == 0;
}

static difference_t difference(const idf_chip_t *idf, capheap_caps_t caps) {
    if ((caps & (PS | DM)) == (PS | DM) && idf->psram) {
        return DMA_TO_PSRAM;
    }
    if ((caps & AXI) != 0 && !has_axi_dma(idf)) {
        return NO_AXI_DMA;
    }
    if (caps == SI && !has_vectors(idf) && idf->psram) {
        return NO_VECTORS;
    }
    if ((caps & EX) != 0 && (caps & (B | DM)) != 0 && one_address_has(idf, caps)) {
        return EXEC_AND_BYTES;
    }
    return SAME;
}

static void print_order(const char *who, const order_t *order) {
    TEST_PORT_PRINT("    ");
    TEST_PORT_PRINT(who);
    for (size_t i = 0; i < order->count; i++) {
        TEST_PORT_PRINT(" ");
        test_print_hex(order->starts[i]);
    }
    TEST_PORT_PRINT("\n");
}

static void compare_request(const idf_chip_t *idf, stand_in_t *stand_in, const idf_piece_t *theirs,
                            size_t count, capheap_caps_t caps) {
    order_t expected;
    order_t got;
    idf_order(theirs, count, caps, &expected);
    our_order(stand_in, caps, &got);
    if (!CHECK_EQ(same_order(&expected, &got), difference(idf, caps) == SAME)) {
        CHECK_EQ(caps, 0u); /* prints it */
        print_order("theirs", &expected);
        print_order("ours", &got);
    }
}

static void compare_order(const idf_chip_t *idf) {
    static stand_in_t stand_in;
    idf_piece_t theirs[MAX_PIECES];
    capheap_memory_t pieces[MAX_PIECES];
    const capheap_chip_t *chip = ours(idf);
    REQUIRE(chip != NULL);
    size_t fitted = idf->psram ? PSRAM_FITTED : 0;
    int count =
        capheap_chip_layout(chip, chip->usual, chip->usual_count, fitted, pieces, MAX_PIECES);
    REQUIRE(count > 0);
    size_t expected = idf_layout(idf, chip, theirs);
    for (int i = 0; idf->psram && i < count; i++) {
        if (strcmp(chip->types[pieces[i].type].name, "SPIRAM") == 0) {
            theirs[expected++] =
                (idf_piece_t){(uint32_t)pieces[i].start, PSRAM_FITTED, PSRAM_TYPE, IDF_PSRAM_CAPS};
        }
    }
    REQUIRE(CHECK_EQ(count, (int)expected));
    sort_by_size(theirs, expected);
    stand_in_open(&stand_in, chip, pieces, (size_t)count);
    for (size_t i = 0; i < REQUESTS; i++) {
        compare_request(idf, &stand_in, theirs, expected, requests[i]);
    }
}

/*
 * PSRAM is sorted by its size on both sides. ESP-IDF itself adds it late and puts it at the head of
 * its list (heap_caps_init.c, heap_caps_add_region_with_caps), so that a request such as DEFAULT
 * alone goes to PSRAM first; its own malloc() never asks so, but adds INTERNAL or SPIRAM
 * (heap_caps.c). capheap keeps one rule, the smaller first, and capheap_set_order for another.
 */
TEST(the_same_order_of_choice) {
    for (size_t i = 0; i < IDF_CHIP_COUNT; i += TEST_STRIDE) {
        unsigned failures = test_failures;
        compare_order(&idf_chips[i]);
        name_chip_on_failure(&idf_chips[i], failures);
    }
}

TEST_MAIN(the_same_memory_is_left, no_espressif_chip_is_left_out, the_same_capabilities,
          the_same_order_of_choice)
