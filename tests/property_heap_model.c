/* SPDX-License-Identifier: MIT */
#include "property_heap_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define WINDOWS ((size_t)HEAP_MODEL_MEMORIES * HEAP_MODEL_WINDOW)
#define NOWHERE HEAP_MODEL_NOWHERE

#define EXPECT HEAP_MODEL_EXPECT

void heap_model_fail(heap_model_t *model, const char *what, const char *file, int line) {
    if (model->failure != NULL)
        return;
    (void)snprintf(model->failure_text, sizeof(model->failure_text), "%s:%d: not: %s", file, line,
                   what);
    model->failure = model->failure_text;
}

static void fail(heap_model_t *model, const char *what, int line) {
    heap_model_fail(model, what, __FILE__, line);
}

/* ---- Hooks */

static void on_event(void *context, const void *old_ptr, const void *new_ptr, size_t size,
                     capheap_caps_t caps) {
    heap_model_t *model = context;
    (void)old_ptr, (void)new_ptr, (void)size, (void)caps;
    model->events++;
}

static void on_failure(void *context, const capheap_request_t *request) {
    heap_model_t *model = context;
    (void)request;
    model->failures++;
}

static void on_report(void *context, const capheap_report_t *report) {
    heap_model_t *model = context;
    model->reports++;
    model->last = *report;
}

void heap_model_clear_hooks(heap_model_t *model) {
    model->events = model->failures = model->reports = 0;
}

/* ---- Memories */

void heap_model_open(heap_model_t *model) {
    memset(model, 0, sizeof(*model));
    model->arena = mmap(NULL, WINDOWS, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    model->views = mmap(NULL, WINDOWS, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (model->arena == MAP_FAILED || model->views == MAP_FAILED) {
        fail(model, "memory for the model", __LINE__);
        return;
    }
    capheap_init(&model->heap, model->slots, HEAP_MODEL_MEMORIES);
    const capheap_hooks_t hooks = {on_event, on_failure, on_report, model};
    capheap_set_hooks(&model->heap, &hooks);
}

void heap_model_close(heap_model_t *model) {
    (void)munmap(model->arena, WINDOWS);
    (void)munmap(model->views, WINDOWS);
}

/* Both sides of a memory are as well aligned: else a granule would have no place on one of them. */
static bool alias_fits(const capheap_memory_t *memory, size_t granule) {
    uintptr_t linear = memory->alias - memory->start;
    uintptr_t inverted = memory->alias + memory->start + memory->size;
    return memory->alias_kind == CAPHEAP_ALIAS_NONE ||
           (memory->alias_kind == CAPHEAP_ALIAS_LINEAR ? linear : inverted) % granule == 0;
}

void heap_model_add(heap_model_t *model, size_t index, const capheap_type_t *type, uint32_t tag,
                    capheap_memory_t memory) {
    if (model->failure != NULL || model->memories[index].added)
        return;
    memory.start += (uintptr_t)(model->arena + index * HEAP_MODEL_WINDOW);
    if (memory.alias_kind != CAPHEAP_ALIAS_NONE)
        memory.alias += (uintptr_t)(model->views + index * HEAP_MODEL_WINDOW);
    capheap_status_t status = capheap_add_region(&model->heap, type, tag, &memory);
    bool held = (memory.flags & CAPHEAP_MEMORY_STARTUP) != 0 && !model->startup_over;
    size_t granule = type->granule == 0 ? 8 : type->granule;
    if (status == CAPHEAP_ERROR_TOO_SMALL) {
        size_t books = capheap_region_books_size(memory.size, type->granule);
        EXPECT(model, memory.size < books + 3 * granule);
        return;
    }
    if (!alias_fits(&memory, granule)) {
        EXPECT(model, status == CAPHEAP_ERROR_ARGUMENT);
        return;
    }
    EXPECT(model, status == CAPHEAP_OK);
    model->memories[index] = (heap_model_memory_t){
        .memory = memory,
        .type = type,
        .tag = tag,
        .serial = model->serial++,
        .added = true,
        .serving = !held,
    };
    /* The same again, or a part of it, overlaps. */
    memory.start += memory.size / 8 * 4;
    memory.size -= memory.size / 8 * 4;
    memory.alias_kind = CAPHEAP_ALIAS_NONE;
    memory.alias = 0;
    status = capheap_add_region(&model->heap, type, tag, &memory);
    EXPECT(model, status == CAPHEAP_ERROR_OVERLAP || status == CAPHEAP_ERROR_FULL);
}

bool heap_model_remove(heap_model_t *model, size_t index) {
    heap_model_memory_t *memory = &model->memories[index];
    if (model->failure != NULL)
        return false;
    const void *address = model->arena + index * HEAP_MODEL_WINDOW;
    if (memory->added)
        address = (const void *)(memory->memory.start + memory->memory.size / 2);
    capheap_status_t due = !memory->added       ? CAPHEAP_ERROR_UNKNOWN
                           : memory->blocks > 0 ? CAPHEAP_ERROR_BUSY
                                                : CAPHEAP_OK;
    if (capheap_remove_region(&model->heap, address) != due) {
        fail(model, "remove_region does what is due", __LINE__);
        return false;
    }
    if (due == CAPHEAP_OK)
        memory->added = memory->serving = false;
    return due == CAPHEAP_OK;
}

void heap_model_end_startup(heap_model_t *model) {
    if (model->failure != NULL)
        return;
    capheap_status_t status = capheap_end_startup(&model->heap);
    EXPECT(model, status == CAPHEAP_OK || status == CAPHEAP_ERROR_TOO_SMALL);
    model->startup_over = true;
    for (size_t i = 0; i < HEAP_MODEL_MEMORIES; i++) {
        heap_model_memory_t *memory = &model->memories[i];
        capheap_region_info_t info;
        if (!memory->added || memory->serving)
            continue;
        EXPECT(model, capheap_find_region(&model->heap, (void *)memory->memory.start, &info));
        EXPECT(model, info.serving || memory->memory.size < 1024);
        memory->serving = info.serving;
    }
}

/* ---- The bytes of a block as the program sees them */

/* Byte i of a block at ptr: behind an inverted alias, words come in reverse order. */
static unsigned char *byte_at(const heap_model_t *model, const heap_model_block_t *block,
                              size_t i) {
    const capheap_memory_t *memory = &model->memories[block->memory].memory;
    uintptr_t address = (uintptr_t)block->ptr + i;
    if (!block->by_alias)
        return (unsigned char *)address;
    uintptr_t offset = address - memory->alias;
    if (memory->alias_kind == CAPHEAP_ALIAS_INVERTED)
        offset = memory->size - 4 - (offset & ~(uintptr_t)3) + (offset & 3);
    return (unsigned char *)(memory->start + offset);
}

static unsigned char pattern(uint32_t key, size_t i) {
    return (unsigned char)((key + (uint32_t)i * 0x01000193u) >> 24);
}

static void fill(heap_model_t *model, heap_model_block_t *block) {
    block->key = ++model->keys * 2654435761u;
    for (size_t i = 0; i < block->usable; i++)
        *byte_at(model, block, i) = pattern(block->key, i);
}

static bool holds(const heap_model_t *model, const heap_model_block_t *block, size_t size,
                  uint32_t key) {
    for (size_t i = 0; i < size; i++) {
        if (*byte_at(model, block, i) != pattern(key, i))
            return false;
    }
    return true;
}

bool heap_model_holds(const heap_model_t *model, size_t slot) {
    const heap_model_block_t *block = &model->blocks[slot];
    return block->ptr == NULL || holds(model, block, block->usable, block->key);
}

/* ---- Taking over what was given out */

static bool overlaps(const heap_model_t *model, const heap_model_block_t *block) {
    uintptr_t a = (uintptr_t)byte_at(model, block, 0);
    uintptr_t b = (uintptr_t)byte_at(model, block, block->usable - 1);
    for (size_t i = 0; i < HEAP_MODEL_SLOTS; i++) {
        const heap_model_block_t *other = &model->blocks[i];
        if (other->ptr == NULL || other->memory != block->memory)
            continue;
        uintptr_t c = (uintptr_t)byte_at(model, other, 0);
        uintptr_t d = (uintptr_t)byte_at(model, other, other->usable - 1);
        if ((a < b ? a : b) <= (c < d ? d : c) && (c < d ? c : d) <= (a < b ? b : a))
            return true;
    }
    return false;
}

/* Whose is the address: memory and side. */
static bool locate(const heap_model_t *model, heap_model_block_t *block) {
    uintptr_t ptr = (uintptr_t)block->ptr;
    for (size_t i = 0; i < HEAP_MODEL_MEMORIES; i++) {
        const capheap_memory_t *memory = &model->memories[i].memory;
        if (!model->memories[i].added)
            continue;
        block->memory = i;
        block->by_alias = false;
        if (ptr - memory->start < memory->size)
            return true;
        block->by_alias = true;
        if (memory->alias_kind != CAPHEAP_ALIAS_NONE && ptr - memory->alias < memory->size)
            return true;
    }
    return false;
}

static void accept(heap_model_t *model, size_t slot, void *ptr, size_t size, size_t alignment,
                   capheap_caps_t caps, bool tagged) {
    heap_model_block_t block = {.ptr = ptr};
    EXPECT(model, locate(model, &block));
    heap_model_memory_t *memory = &model->memories[block.memory];
    const capheap_memory_t *where = &memory->memory;
    block.usable = capheap_usable_size(&model->heap, ptr);
    size_t granule = memory->type->granule == 0 ? 8 : memory->type->granule;
    EXPECT(model, block.usable >= size && block.usable % granule == 0);
    uintptr_t side = block.by_alias ? where->alias : where->start;
    EXPECT(model, (uintptr_t)ptr - side <= where->size - block.usable);
    EXPECT(model, (uintptr_t)ptr % alignment == 0);
    bool has_alias = where->alias_kind != CAPHEAP_ALIAS_NONE;
    EXPECT(model, block.by_alias == ((caps & CAPHEAP_EXEC) != 0 && has_alias));
    EXPECT(model, block.by_alias || (uintptr_t)ptr % granule == 0);
    EXPECT(model, tagged ? memory->serving : heap_model_can_serve(memory, caps));
    if (!tagged && (caps & (CAPHEAP_CACHE_ALIGNED | CAPHEAP_DMA)) != 0 &&
        memory->type->cache_line != 0) {
        EXPECT(model, (uintptr_t)ptr % memory->type->cache_line == 0);
        EXPECT(model, block.usable % memory->type->cache_line == 0);
    }
    EXPECT(model, !overlaps(model, &block));
    memory->blocks++;
    memory->used += block.usable;
    model->blocks[slot] = block;
    EXPECT(model, model->reports == 0);
}

static void drop(heap_model_t *model, size_t slot) {
    heap_model_block_t *block = &model->blocks[slot];
    model->memories[block->memory].blocks--;
    model->memories[block->memory].used -= block->usable;
    *block = (heap_model_block_t){0};
}

/* Hooks that are due, then the block itself. */
static bool finish(heap_model_t *model, size_t slot, void *ptr, size_t size, size_t alignment,
                   capheap_caps_t caps, bool tagged) {
    if (model->failure != NULL)
        return false;
    if (model->failures != (ptr == NULL && size > 0) || model->events != (ptr != NULL))
        fail(model, "one event if served, one failure if refused", __LINE__);
    else if (ptr != NULL && size == 0)
        fail(model, "no block of size 0", __LINE__);
    else if (ptr != NULL)
        accept(model, slot, ptr, size, alignment, caps, tagged);
    if (model->failure == NULL && ptr != NULL)
        fill(model, &model->blocks[slot]);
    return ptr != NULL;
}

static void check_choice(heap_model_t *model, size_t slot, size_t due) {
    EXPECT(model, (model->blocks[slot].ptr == NULL) == (due == NOWHERE));
    EXPECT(model, due == NOWHERE || model->blocks[slot].memory == due);
}

/* ---- The calls */

bool heap_model_malloc(heap_model_t *model, size_t slot, size_t size, capheap_caps_t caps) {
    heap_model_free(model, slot);
    if (model->failure != NULL)
        return false;
    size_t due = size > 0 ? heap_model_choose(model, size, caps) : NOWHERE;
    heap_model_clear_hooks(model);
    void *ptr = capheap_malloc(&model->heap, size, caps);
    bool served = finish(model, slot, ptr, size, 1, caps, false);
    if (heap_model_is_plain(caps) && model->failure == NULL)
        check_choice(model, slot, due);
    return served;
}

bool heap_model_calloc(heap_model_t *model, size_t slot, size_t count, size_t size,
                       capheap_caps_t caps) {
    heap_model_free(model, slot);
    if (model->failure != NULL)
        return false;
    bool overflow = size != 0 && count > SIZE_MAX / size;
    heap_model_clear_hooks(model);
    void *ptr = capheap_calloc(&model->heap, count, size, caps);
    heap_model_block_t block = {.ptr = ptr};
    if (ptr != NULL && (overflow || !locate(model, &block)))
        fail(model, "calloc's block is in a memory", __LINE__);
    unsigned char any = 0;
    for (size_t i = 0; model->failure == NULL && ptr != NULL && i < count * size; i++)
        any |= *byte_at(model, &block, i);
    if (any != 0)
        fail(model, "calloc's memory is all zero", __LINE__);
    return finish(model, slot, ptr, overflow ? SIZE_MAX : count * size, 1, caps, false);
}

bool heap_model_aligned(heap_model_t *model, size_t slot, size_t alignment, size_t size,
                        capheap_caps_t caps) {
    heap_model_free(model, slot);
    if (model->failure != NULL)
        return false;
    heap_model_clear_hooks(model);
    bool power = alignment != 0 && (alignment & (alignment - 1)) == 0;
    void *ptr = capheap_aligned_alloc(&model->heap, alignment, size, caps);
    if (ptr != NULL && !power)
        fail(model, "no block for an alignment that is no power of two", __LINE__);
    /* A wrong alignment fails even at size 0; then the hook is left out of the comparison. */
    if (size == 0)
        model->failures = 0;
    return finish(model, slot, ptr, size, power ? alignment : 1, caps, false);
}

bool heap_model_prefer(heap_model_t *model, size_t slot, size_t size, const capheap_caps_t *prefer,
                       size_t count) {
    heap_model_free(model, slot);
    if (model->failure != NULL)
        return false;
    size_t due = NOWHERE;
    size_t which = 0;
    bool plain = true;
    for (size_t i = 0; i < count; i++)
        plain = plain && heap_model_is_plain(prefer[i]);
    while (size > 0 && plain && which < count) {
        due = heap_model_choose(model, size, prefer[which]);
        if (due != NOWHERE)
            break;
        which++;
    }
    if (!plain)
        return false;
    heap_model_clear_hooks(model);
    void *ptr = capheap_malloc_prefer(&model->heap, size, prefer, count);
    bool served = finish(model, slot, ptr, size, 1, which < count ? prefer[which] : 0, false);
    if (model->failure == NULL)
        check_choice(model, slot, due);
    return served;
}

bool heap_model_tagged(heap_model_t *model, size_t slot, size_t size, uint32_t tag) {
    heap_model_free(model, slot);
    if (model->failure != NULL)
        return false;
    bool due = false;
    for (size_t i = 0; i < HEAP_MODEL_MEMORIES; i++) {
        const heap_model_memory_t *memory = &model->memories[i];
        if (memory->added && memory->serving && memory->tag == tag)
            due = due || (size > 0 && heap_model_largest(model, i) >= size);
    }
    heap_model_clear_hooks(model);
    void *ptr = capheap_malloc_tagged(&model->heap, size, tag);
    bool served = finish(model, slot, ptr, size, 1, 0, true);
    if (model->failure == NULL && served != due)
        fail(model, "served by tag if a memory with the tag has room", __LINE__);
    if (served && model->memories[model->blocks[slot].memory].tag != tag)
        fail(model, "served by a memory with the tag", __LINE__);
    return served;
}

/* Shrinking where it is never fails. */
static bool must_stay(const heap_model_t *model, const heap_model_block_t *old, size_t size,
                      capheap_caps_t caps) {
    const heap_model_memory_t *memory = &model->memories[old->memory];
    bool alias_due = (caps & CAPHEAP_EXEC) != 0 && memory->memory.alias_kind != CAPHEAP_ALIAS_NONE;
    return heap_model_can_serve(memory, caps) && caps != 0 && alias_due == old->by_alias &&
           (caps & (CAPHEAP_CACHE_ALIGNED | CAPHEAP_DMA)) == 0 && size <= old->usable;
}

bool heap_model_realloc(heap_model_t *model, size_t slot, size_t size, capheap_caps_t caps) {
    heap_model_block_t old = model->blocks[slot];
    if (old.ptr == NULL)
        return heap_model_malloc(model, slot, size, caps);
    if (model->failure != NULL)
        return false;
    heap_model_clear_hooks(model);
    unsigned char *ptr = capheap_realloc(&model->heap, old.ptr, size, caps);
    if (ptr == NULL && size > 0 && must_stay(model, &old, size, caps))
        fail(model, "to shrink within the same memory never fails", __LINE__);
    if (ptr == NULL && size > 0) {
        if (!holds(model, &old, old.usable, old.key) ||
            capheap_usable_size(&model->heap, old.ptr) != old.usable)
            fail(model, "a failed realloc leaves the block as it was", __LINE__);
        if (model->failures != 1 || model->events != 0 || model->reports != 0)
            fail(model, "a refused realloc: one failure", __LINE__);
        return false;
    }
    drop(model, slot);
    if (size == 0) {
        if (ptr != NULL || model->failures != 0)
            fail(model, "realloc to 0 bytes frees", __LINE__);
        return false;
    }
    heap_model_block_t block = {.ptr = ptr};
    size_t kept = size < old.usable ? size : old.usable;
    if (!locate(model, &block) || !holds(model, &block, kept, old.key))
        fail(model, "realloc keeps the contents", __LINE__);
    return finish(model, slot, ptr, size, 1, caps, false);
}

void heap_model_free(heap_model_t *model, size_t slot) {
    heap_model_block_t *block = &model->blocks[slot];
    if (model->failure != NULL)
        return;
    heap_model_clear_hooks(model);
    if (block->ptr == NULL) {
        capheap_free(&model->heap, NULL);
        EXPECT(model, model->events == 0 && model->reports == 0);
        return;
    }
    EXPECT(model, holds(model, block, block->usable, block->key));
    void *ptr = block->ptr;
    drop(model, slot);
    capheap_free(&model->heap, ptr);
    EXPECT(model, model->events == 1 && model->reports == 0);
}

void heap_model_misuse(heap_model_t *model, void *ptr, unsigned which) {
    if (model->failure != NULL || ptr == NULL)
        return;
    for (size_t i = 0; i < HEAP_MODEL_SLOTS; i++) {
        const heap_model_block_t *block = &model->blocks[i];
        /* A live block's start, by either address, may be taken for the block. */
        if (block->ptr == NULL)
            continue;
        uintptr_t a = (uintptr_t)byte_at(model, block, 0) & ~(uintptr_t)3;
        uintptr_t b = (uintptr_t)byte_at(model, block, block->usable - 4);
        if (ptr == block->ptr || (uintptr_t)ptr == a || (uintptr_t)ptr == b)
            return;
        heap_model_block_t other = {.ptr = ptr};
        if (locate(model, &other) && other.by_alias)
            return;
    }
    heap_model_clear_hooks(model);
    if (which == 1)
        EXPECT(model, capheap_realloc(&model->heap, ptr, 24, CAPHEAP_32BIT) == NULL);
    else if (which == 2)
        EXPECT(model, capheap_usable_size(&model->heap, ptr) == 0);
    else
        capheap_free(&model->heap, ptr);
    EXPECT(model, model->reports == 1);
    EXPECT(model, model->last.address == ptr);
    EXPECT(model, model->events == 0);
}
