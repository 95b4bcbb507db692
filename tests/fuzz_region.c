/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer's way into the region engine: the input is a region's shape and then calls, each
 * compared with the model. `make fuzz` runs it.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "region_model.h"

typedef struct input {
    const uint8_t *data;
    size_t left;
} input_t;

static uint32_t take(input_t *input, unsigned bytes) {
    uint32_t value = 0;
    for (; bytes > 0 && input->left > 0; bytes--, input->left--)
        value = value << 8 | *input->data++;
    return value;
}

/* Small, medium, any, or near SIZE_MAX. */
static size_t take_size(input_t *input) {
    uint32_t kind = take(input, 1);
    if (kind < 160)
        return kind;
    if (kind < 240)
        return take(input, 2);
    return kind < 250 ? take(input, 4) : SIZE_MAX - take(input, 1);
}

static void call(model_t *model, input_t *input) {
    uint32_t op = take(input, 1);
    size_t slot = take(input, 1) % 64;
    switch (op % 10) {
    case 0:
    case 1:
        (void)model_malloc(model, slot, take_size(input));
        break;
    case 2:
        (void)model_calloc(model, slot, take(input, 1), take_size(input));
        break;
    case 3:
        (void)model_aligned_alloc(model, slot, (size_t)1 << take(input, 1) % (8 * sizeof(size_t)),
                                  take_size(input));
        break;
    case 4:
    case 5:
        (void)model_realloc(model, slot, take_size(input));
        break;
    case 6:
        if (!model->damaged)
            model_misuse(model, (unsigned char *)model->config.start + take(input, 2), op / 10 % 3);
        break;
    case 7:
        (void)model_scribble(model, take(input, 2), op / 10 % 2, take(input, 4));
        break;
    case 8:
        if (op > 200)
            model_heal(model);
        model_check(model, op / 10);
        break;
    default:
        model_free(model, slot);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static model_t model;
    input_t input = {data, size};
    uint32_t shape = take(&input, 1);
    uint32_t granule = UINT32_C(8) << shape % 5;
    size_t bytes = 1 + take(&input, 2) % 20000;
    size_t offset = take(&input, 1);
    uint32_t flags = (shape & 32) != 0 ? CAPHEAP_REGION_WORD_ONLY : 0;
    size_t books = (shape & 64) != 0 ? capheap_region_books_size(bytes, granule) : 0;
    capheap_status_t status = model_open(&model, bytes, offset, granule, flags, books);
    while (status == CAPHEAP_OK && input.left > 0 && model.failure == NULL)
        call(&model, &input);
    if (status == CAPHEAP_OK)
        model_check(&model, 0);
    if (model.failure != NULL) {
        fprintf(stderr, "%s\n", model.failure);
        abort();
    }
    model_close(&model);
    return 0;
}
