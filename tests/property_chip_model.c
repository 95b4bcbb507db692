/* SPDX-License-Identifier: MIT */
#include "property_chip_model.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "capheap/inspect.h"

#define CANARY 0x5A

static void fail(chip_model_t *model, const char *what, int line) {
    if (model->failure == NULL) {
        (void)snprintf(model->failure_text, sizeof(model->failure_text), "%s:%d: not: %s", __FILE__,
                       line, what);
        model->failure = model->failure_text;
    }
}

#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fail(model, #condition, __LINE__);                                                     \
            return;                                                                                \
        }                                                                                          \
    } while (0)

/* ---- Arena and hooks */

static void on_failure(void *context, const capheap_request_t *request) {
    chip_model_t *model = context;
    (void)request;
    model->failures++;
}

static void on_report(void *context, const capheap_report_t *report) {
    chip_model_t *model = context;
    (void)report;
    model->reports++;
}

void chip_model_open(chip_model_t *model) {
    memset(model, 0, sizeof(*model));
    model->arena =
        mmap(NULL, CHIP_MODEL_ARENA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    model->views = mmap(NULL, CHIP_MODEL_VIEWS, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (model->arena == MAP_FAILED || model->views == MAP_FAILED) {
        fail(model, "memory for the model", __LINE__);
        return;
    }
    memset(model->arena, CANARY, CHIP_MODEL_ARENA);
    capheap_init(&model->heap, model->slots, CHIP_MODEL_REGIONS);
    const capheap_hooks_t hooks = {NULL, on_failure, on_report, model};
    capheap_set_hooks(&model->heap, &hooks);
}

void chip_model_close(chip_model_t *model) {
    (void)munmap(model->arena, CHIP_MODEL_ARENA);
    (void)munmap(model->views, CHIP_MODEL_VIEWS);
}

/* ---- Whose is each word */

static uintptr_t alias_of_word(const capheap_memory_t *memory, size_t word) {
    size_t last = memory->size / 4 - 1;
    return memory->alias + 4 * (memory->alias_kind == CAPHEAP_ALIAS_INVERTED ? last - word : word);
}

static bool takes_word(const capheap_range_t *range, uintptr_t word) {
    return range->start < range->end && word + 4 > range->start && word < range->end;
}

static bool is_taken(const capheap_memory_t *memory, size_t word, const capheap_range_t *ranges,
                     size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (takes_word(&ranges[i], memory->start + 4 * word) ||
            (memory->alias_kind != CAPHEAP_ALIAS_NONE &&
             takes_word(&ranges[i], alias_of_word(memory, word)))) {
            return true;
        }
    }
    return false;
}

static void mark_words(chip_model_t *model, const capheap_range_t *ranges, size_t count,
                       size_t fitted) {
    const capheap_chip_t *chip = model->chip;
    for (size_t i = 0; i < chip->memory_count; i++) {
        const capheap_memory_t *memory = &chip->memories[i];
        size_t size = memory->size;
        if ((memory->flags & CAPHEAP_MEMORY_EXTERNAL) != 0) {
            size = fitted < size ? fitted & ~(size_t)3 : size;
            fitted -= size;
        }
        size_t first = (memory->start - (uintptr_t)model->arena) / 4;
        for (size_t word = 0; word < size / 4; word++) {
            bool taken = is_taken(memory, word, chip->reserved, chip->reserved_count) ||
                         is_taken(memory, word, ranges, count);
            model->owner[first + word] = taken ? 0 : (uint8_t)(i + 1);
        }
    }
}

/* ---- Regions */

/* All words of a region are of memories of its type, and nobody reserved them. */
static bool is_of_type(const chip_model_t *model, const capheap_memory_t *memory, size_t type) {
    size_t first = (memory->start - (uintptr_t)model->arena) / 4;
    for (size_t word = first; word < first + memory->size / 4; word++) {
        uint8_t owner = model->owner[word];
        if (owner == 0 || model->chip->memories[owner - 1].type != type) {
            return false;
        }
    }
    return true;
}

/* What an empty region gives to blocks: from its first free byte to its last. */
static void see_bounds(chip_model_t *model, chip_model_region_t *region,
                       const capheap_region_info_t *info) {
    capheap_block_t block = {0};
    while (capheap_next_block(&model->heap, info, &block)) {
        region->low = region->low == 0 ? (uintptr_t)block.start : region->low;
        region->high = (uintptr_t)block.start + block.size;
        EXPECT(!block.used);
    }
    EXPECT(region->low >= region->memory.start && region->low < region->high);
    EXPECT(region->high <= region->memory.start + region->memory.size);
}

static void see_regions(chip_model_t *model) {
    uintptr_t from = 0;
    capheap_region_info_t info;
    model->region_count = 0;
    while (model->failure == NULL && capheap_next_region(&model->heap, from, &info)) {
        size_t index = model->region_count++;
        chip_model_region_t *region = &model->regions[index];
        *region = (chip_model_region_t){
            .memory = info.memory, .type = info.tag, .serial = (uint32_t)index};
        EXPECT(info.tag < model->chip->type_count);
        EXPECT(is_of_type(model, &info.memory, info.tag));
        EXPECT(info.serving == ((info.memory.flags & CAPHEAP_MEMORY_STARTUP) == 0));
        region->serving = info.serving;
        if (info.serving) {
            see_bounds(model, region, &info);
        }
        from = info.memory.start + 1;
    }
}

void chip_model_start(chip_model_t *model, const capheap_chip_t *chip,
                      const capheap_range_t *ranges, size_t count, size_t fitted) {
    if (model->failure != NULL) {
        return;
    }
    model->chip = chip;
    EXPECT(capheap_chip_check(chip, NULL) == CAPHEAP_OK);
    mark_words(model, ranges, count, fitted);
    int pieces = capheap_chip_layout(chip, ranges, count, fitted, NULL, 0);
    capheap_status_t status = capheap_add_chip(&model->heap, chip, ranges, count, fitted);
    EXPECT(pieces >= 0 && status == CAPHEAP_OK);
    see_regions(model);
    EXPECT((size_t)pieces == model->region_count);
}

void chip_model_end_startup(chip_model_t *model) {
    if (model->failure != NULL) {
        return;
    }
    EXPECT(capheap_end_startup(&model->heap) == CAPHEAP_OK);
    for (size_t i = 0; i < model->region_count; i++) {
        chip_model_region_t *region = &model->regions[i];
        capheap_region_info_t info;
        const void *address = (const void *)region->memory.start;
        EXPECT(capheap_find_region(&model->heap, address, &info) && info.serving);
        if (!region->serving) {
            region->serving = true;
            see_bounds(model, region, &info);
        }
    }
}

/* ---- A block that was served */

static bool locate(const chip_model_t *model, chip_model_block_t *block, size_t *index) {
    for (*index = 0; *index < model->region_count; ++*index) {
        const capheap_memory_t *memory = &model->regions[*index].memory;
        uintptr_t ptr = (uintptr_t)block->ptr;
        block->bytes = block->ptr;
        if (ptr - memory->start < memory->size) {
            return true;
        }
        if (memory->alias_kind != CAPHEAP_ALIAS_NONE && ptr - memory->alias < memory->size) {
            size_t offset = ptr - memory->alias;
            if (memory->alias_kind == CAPHEAP_ALIAS_INVERTED) {
                offset = memory->size - offset - block->size;
            }
            block->bytes = (unsigned char *)(memory->start + offset);
            return true;
        }
    }
    return false;
}

static bool is_zero(const chip_model_block_t *block, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (block->bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

/* The promise for those who share memory with a master: no line of the cache holds a byte of this
 * block and one of anything else. */
static bool shares_no_line(const chip_model_t *model, const chip_model_region_t *region,
                           const chip_model_block_t *block, const capheap_request_t *request) {
    size_t line = model->chip->types[region->type].cache_line;
    capheap_caps_t asked = request->caps;
    bool whole = request->masters != 0 || (asked & (CAPHEAP_DMA | CAPHEAP_CACHE_ALIGNED)) != 0;
    return !whole || line == 0 || ((uintptr_t)block->bytes % line == 0 && block->size % line == 0);
}

static void accept(chip_model_t *model, size_t slot, void *ptr, const capheap_request_t *request) {
    chip_model_block_t block = {.ptr = ptr, .size = capheap_usable_size(&model->heap, ptr)};
    size_t index;
    EXPECT(locate(model, &block, &index));
    const chip_model_region_t *region = &model->regions[index];
    EXPECT(chip_model_is_right(model, request, index));
    EXPECT((uintptr_t)block.bytes >= region->low);
    EXPECT((uintptr_t)block.bytes + block.size <= region->high);
    EXPECT(block.size >= request->size && block.size % chip_model_granule(model, region) == 0);
    EXPECT(request->alignment == 0 || (uintptr_t)ptr % request->alignment == 0);
    EXPECT(shares_no_line(model, region, &block, request));
    size_t first = (size_t)(block.bytes - model->arena);
    for (size_t i = 0; i < block.size; i++) {
        EXPECT(!model->used[first + i]);
        model->used[first + i] = true;
    }
    EXPECT(!request->zero || is_zero(&block, request->size));
    block.key = ++model->keys;
    memset(block.bytes, block.key, block.size);
    model->blocks[slot] = block;
}

/* ---- A request that was refused */

static void check_reasons(chip_model_t *model, const capheap_request_t *request, size_t index,
                          const capheap_refusal_t *refusal) {
    const chip_model_region_t *region = &model->regions[index];
    capheap_caps_t has = capheap_type_caps(&model->chip->types[region->type]);
    capheap_masters_t reach = model->chip->reach != NULL ? model->chip->reach[region->type] : 0;
    unsigned reasons = refusal->reasons;
    EXPECT(refusal->memory.start == region->memory.start && refusal->tag == region->type);
    EXPECT(reasons != 0);
    EXPECT(((reasons & CAPHEAP_REFUSED_HELD) != 0) == !region->serving);
    EXPECT(((reasons & CAPHEAP_REFUSED_FORBIDDEN) != 0) == ((request->without & has) != 0));
    EXPECT(((reasons & CAPHEAP_REFUSED_MASTERS) != 0) == ((request->masters & ~reach) != 0));
    EXPECT(refusal->unreached == (request->masters & ~reach));
    if (request->prefer_count == 0) {
        EXPECT(refusal->lacks == (chip_model_needed(request->caps) & ~has));
        EXPECT(((reasons & CAPHEAP_REFUSED_LACKS) != 0) == (refusal->lacks != 0));
    }
}

static void check_refusal(chip_model_t *model, const capheap_request_t *request) {
    capheap_refusal_t refusals[CHIP_MODEL_REGIONS];
    for (size_t i = 0; i < model->region_count; i++) {
        for (size_t pass = 0; pass <= request->prefer_count; pass++) {
            EXPECT(chip_model_verdict(model, i, request, pass) != CHIP_MODEL_MUST);
        }
    }
    EXPECT(capheap_explain(&model->heap, request, refusals, CHIP_MODEL_REGIONS) ==
           model->region_count);
    for (size_t i = 0; i < model->region_count && model->failure == NULL; i++) {
        check_reasons(model, request, i, &refusals[i]);
    }
}

/* ---- The calls */

/* The longest run of bytes that no live block has. */
static size_t largest_run(const chip_model_t *model, const chip_model_region_t *region) {
    const bool *used = &model->used[region->low - (uintptr_t)model->arena];
    size_t total = region->high - region->low;
    size_t run = 0;
    size_t largest = 0;
    for (size_t i = 0; i < total; i++) {
        run = used[i] ? 0 : run + 1;
        largest = run > largest ? run : largest;
    }
    return largest;
}

/* What each region promises, before a call. The engine has four bins for each power of two and
 * looks at the first block of a bin, so it may miss a fifth; it never promises what isn't there. */
static void ask_largest(chip_model_t *model) {
    for (size_t i = 0; i < model->region_count; i++) {
        chip_model_region_t *region = &model->regions[i];
        capheap_region_info_t info;
        EXPECT(capheap_find_region(&model->heap, (const void *)region->memory.start, &info));
        region->largest = info.figures.largest;
        size_t run = region->serving ? largest_run(model, region) : 0;
        EXPECT(region->largest <= run && region->largest >= run - run / 5);
    }
}

bool chip_model_allocate(chip_model_t *model, size_t slot, const capheap_request_t *request) {
    chip_model_free(model, slot);
    if (model->failure != NULL) {
        return false;
    }
    /* Size 0 is no failure, an alignment that is no power of two always is. */
    bool wrong = (request->alignment & (request->alignment - 1)) != 0;
    ask_largest(model);
    model->failures = model->reports = 0;
    void *ptr = capheap_allocate(&model->heap, request);
    bool failed = ptr == NULL && (request->size != 0 || wrong);
    if (model->reports != 0 || model->failures != failed) {
        fail(model, "one failure if refused, and no report", __LINE__);
    } else if (ptr != NULL && request->size == 0) {
        fail(model, "no block of size 0", __LINE__);
    } else if (ptr != NULL) {
        accept(model, slot, ptr, request);
    } else if (request->size != 0) {
        check_refusal(model, request);
    }
    return ptr != NULL;
}

static bool holds(const chip_model_block_t *block) {
    for (size_t i = 0; i < block->size; i++) {
        if (block->bytes[i] != block->key) {
            return false;
        }
    }
    return true;
}

void chip_model_free(chip_model_t *model, size_t slot) {
    chip_model_block_t *block = &model->blocks[slot];
    if (model->failure != NULL || block->ptr == NULL) {
        return;
    }
    EXPECT(holds(block));
    model->reports = 0;
    capheap_free(&model->heap, block->ptr);
    EXPECT(model->reports == 0);
    memset(&model->used[block->bytes - model->arena], 0, block->size);
    *block = (chip_model_block_t){0};
}

void chip_model_check(chip_model_t *model) {
    if (model->failure != NULL) {
        return;
    }
    for (size_t i = 0; i < CHIP_MODEL_BLOCKS; i++) {
        EXPECT(model->blocks[i].ptr == NULL || holds(&model->blocks[i]));
    }
    for (size_t i = 0; i < CHIP_MODEL_ARENA; i++) {
        EXPECT(model->owner[i / 4] != 0 || model->arena[i] == CANARY);
    }
    EXPECT(capheap_check(&model->heap, 0));
}
