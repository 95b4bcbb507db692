/* SPDX-License-Identifier: MIT */
/* Which regions can serve a request, must, and in which order they are tried. */
#include "property_chip_model.h"

/* ---- What a region says to a request */

static capheap_caps_t asked_in(const capheap_request_t *request, size_t pass) {
    return request->caps | (pass < request->prefer_count ? request->prefer[pass] : 0);
}

capheap_caps_t chip_model_needed(capheap_caps_t asked) {
    return (asked & ~CAPHEAP_CACHE_ALIGNED) | ((asked & CAPHEAP_EXEC) != 0 ? CAPHEAP_32BIT : 0);
}

static bool by_alias(const chip_model_region_t *region, capheap_caps_t asked) {
    return (asked & CAPHEAP_EXEC) != 0 && region->memory.alias_kind != CAPHEAP_ALIAS_NONE;
}

/* All but room: capabilities, what it must not have, masters, tag. */
static bool is_allowed(const chip_model_t *model, const chip_model_region_t *region,
                       const capheap_request_t *request, capheap_caps_t asked) {
    capheap_caps_t has = capheap_type_caps(&model->chip->types[region->type]);
    capheap_masters_t reach = model->chip->reach != NULL ? model->chip->reach[region->type] : 0;
    bool data_too = (asked & (CAPHEAP_8BIT | CAPHEAP_DMA)) != 0;
    return region->serving && (chip_model_needed(asked) & ~has) == 0 &&
           (request->without & has) == 0 && (request->masters & ~reach) == 0 &&
           !(by_alias(region, asked) && data_too) &&
           (request->tag != NULL ? *request->tag == region->type : chip_model_needed(asked) != 0);
}

/* Bytes of a cache line that the block may share with nothing; 1: there is none to mind. */
static size_t line_of(const chip_model_t *model, const chip_model_region_t *region,
                      const capheap_request_t *request, capheap_caps_t asked) {
    bool whole = (asked & (CAPHEAP_CACHE_ALIGNED | CAPHEAP_DMA)) != 0 || request->masters != 0;
    uint32_t line = model->chip->types[region->type].cache_line;
    return whole && line != 0 ? line : 1;
}

size_t chip_model_granule(const chip_model_t *model, const chip_model_region_t *region) {
    uint32_t granule = model->chip->types[region->type].granule;
    return granule != 0 ? granule : 8;
}

/* Bytes in whole units, or SIZE_MAX. */
static size_t in_whole(size_t size, size_t unit) {
    size_t rest = size % unit;
    return rest == 0 ? size : size > SIZE_MAX - (unit - rest) ? SIZE_MAX : size + (unit - rest);
}

/* Is there a multiple of the alignment in [low, high) with so many bytes behind it? */
static bool has_place(uintptr_t low, uintptr_t high, size_t bytes, size_t alignment) {
    size_t skip = (size_t)(-low & (alignment - 1));
    return skip <= high - low && bytes <= high - low - skip;
}

/* The verdict by room alone: is there a place among the runs of bytes that no live block has? The
 * engine promises to find one if its largest block has it wherever that begins. */
static chip_model_verdict_t room_for(const chip_model_t *model, const chip_model_region_t *region,
                                     size_t bytes, size_t alignment) {
    size_t granule = chip_model_granule(model, region);
    size_t sure = alignment > granule ? bytes + (alignment - granule) : bytes;
    if (region->largest >= sure && sure >= bytes) {
        return CHIP_MODEL_MUST;
    }
    const bool *used = &model->used[region->low - (uintptr_t)model->arena];
    size_t total = region->high - region->low;
    for (size_t i = 0, end; i < total; i = end) {
        for (end = i; end < total && !used[end]; end += granule) {
        }
        if (has_place(region->low + i, region->low + end, bytes, alignment)) {
            return CHIP_MODEL_MAY;
        }
        while (end < total && used[end]) {
            end += granule;
        }
    }
    return CHIP_MODEL_NO;
}

chip_model_verdict_t chip_model_verdict(const chip_model_t *model, size_t index,
                                        const capheap_request_t *request, size_t pass) {
    const chip_model_region_t *region = &model->regions[index];
    capheap_caps_t asked = asked_in(request, pass);
    size_t alignment = request->alignment != 0 ? request->alignment : 1;
    if (!is_allowed(model, region, request, asked) || (alignment & (alignment - 1)) != 0) {
        return CHIP_MODEL_NO;
    }
    size_t line = line_of(model, region, request, asked);
    alignment = alignment > line ? alignment : line;
    bool alias = by_alias(region, asked);
    size_t bytes = in_whole(request->size, alias ? alignment : line);
    size_t granule = chip_model_granule(model, region);
    bytes = bytes > SIZE_MAX - granule ? SIZE_MAX : in_whole(bytes, granule);
    if (bytes == SIZE_MAX || bytes > region->high - region->low) {
        return CHIP_MODEL_NO;
    }
    chip_model_verdict_t verdict = room_for(model, region, bytes, alignment);
    /* The two sides of a memory here are alike as far as 128 bytes go. */
    return alias && alignment > 128 && verdict == CHIP_MODEL_MUST ? CHIP_MODEL_MAY : verdict;
}

/* ---- Order of choice */

static int priority(const chip_model_t *model, size_t region, capheap_caps_t needed) {
    const capheap_type_t *type = &model->chip->types[model->regions[region].type];
    int level = 0;
    while (level < CAPHEAP_PRIORITIES - 1 && (type->caps[level] & needed) == 0) {
        level++;
    }
    return level;
}

static bool comes_before(const chip_model_t *model, size_t a, size_t b, capheap_caps_t needed) {
    const chip_model_region_t *one = &model->regions[a];
    const chip_model_region_t *two = &model->regions[b];
    bool bytes_one = (capheap_type_caps(&model->chip->types[one->type]) & CAPHEAP_8BIT) != 0;
    bool bytes_two = (capheap_type_caps(&model->chip->types[two->type]) & CAPHEAP_8BIT) != 0;
    int difference = needed == 0 ? 0 : priority(model, a, needed) - priority(model, b, needed);
    if (difference != 0) {
        return difference < 0;
    }
    if (bytes_one != bytes_two) {
        return bytes_two;
    }
    if (one->memory.size != two->memory.size) {
        return one->memory.size < two->memory.size;
    }
    return one->serial > two->serial;
}

/* Would a region before this one, or in an earlier pass, have had to serve? Regions asked for by
 * tag are tried by size alone. */
static bool was_passed_over(const chip_model_t *model, const capheap_request_t *request,
                            size_t pass, size_t index) {
    capheap_caps_t needed = request->tag != NULL ? 0 : chip_model_needed(asked_in(request, pass));
    for (size_t i = 0; i < model->region_count; i++) {
        for (size_t p = 0; p <= pass; p++) {
            bool before = p < pass || comes_before(model, i, index, needed);
            if (i != index && before &&
                chip_model_verdict(model, i, request, p) == CHIP_MODEL_MUST) {
                return true;
            }
        }
    }
    return false;
}

/* Is there a pass in which this region could serve, with nobody before it who must? */
bool chip_model_is_right(const chip_model_t *model, const capheap_request_t *request,
                         size_t index) {
    for (size_t pass = 0; pass <= request->prefer_count; pass++) {
        chip_model_verdict_t verdict = chip_model_verdict(model, index, request, pass);
        if (verdict != CHIP_MODEL_NO && !was_passed_over(model, request, pass, index)) {
            return true;
        }
        if (verdict == CHIP_MODEL_MUST) {
            return false;
        }
    }
    return false;
}
