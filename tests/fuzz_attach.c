/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer's way to a region that memory kept badly: the input is how the region was left and then
 * what was written over header, map and blocks. However it looks, what is attached must be sound.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "attach_damage.h"
#include "region_retained.h"

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

/* The checksum is no obstacle for what it covers least: state, tally and roots. */
static void set_state(kept_model_t *model, uint32_t which) {
    static const uint32_t states[] = {RETAINED_IDLE, RETAINED_BUSY, RETAINED_SEALED,
                                      RETAINED_SEALED_ALL};
    retained_header_t *header = model->retained.header;
    header->state = states[which % 4];
    if (which & 4)
        header->seal = retained_checksum(&model->retained, which % 4 == 3);
}

static void write_over(kept_model_t *model, input_t *input) {
    unsigned char *map = (unsigned char *)model->region.map;
    size_t map_bytes = ((model->region.granules + 1) / 32 + 1) * 8;
    while (input->left > 0) {
        uint32_t kind = take(input, 1);
        uint32_t at = take(input, 2);
        unsigned char with = (unsigned char)take(input, 1);
        if (kind < 8)
            kept[DAMAGE_GUARD + at % (sizeof kept - 2 * DAMAGE_GUARD)] = with;
        else if (kind < 128)
            map[at % map_bytes] ^= (unsigned char)(1u << with % 8);
        else if (kind < 250)
            map[at % map_bytes] = with;
        else
            set_state(model, with & 3); /* a seal is made of what is sound */
    }
}

static void stop_if(const char *wrong) {
    if (wrong != NULL) {
        fprintf(stderr, "%s\n", wrong);
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static kept_model_t model;
    input_t input = {data, size};
    model.random = test_random_start(take(&input, 1));
    damage_prepare(&model, UINT32_C(8) << take(&input, 1) % 5, take(&input, 1) % 64);
    set_state(&model, take(&input, 1));
    write_over(&model, &input);
    stop_if(damage_attach(&model, 0) == CAPHEAP_OK ? NULL : "attach failed");
    stop_if(damage_verify(&model));
    stop_if(damage_use(&model));
    stop_if(damage_guards_are_whole() ? NULL : "written outside of the memory");
    return 0;
}
