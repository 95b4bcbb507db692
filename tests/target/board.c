/* SPDX-License-Identifier: MIT */
/* The board as boards/NAME.cmake describes it, and what this program takes of its memories. */
#include "target.h"

#include "capheap/chips.h"

extern char target_code_start[], target_code_end[];     /* from sections.ld */
extern char target_static_start[], target_static_end[]; /* stack included */

const target_board_t target_board = {
    .name = TARGET_NAME,
    .chip = &TARGET_CHIP,
    .fitted = TARGET_FITTED,
    .regions = TARGET_REGIONS,
};

const unsigned target_slower = TARGET_SLOWER;

size_t target_reserved(capheap_range_t *ranges, size_t max) {
    const capheap_range_t all[] = {
        {(uintptr_t)target_code_start, (uintptr_t)target_code_end, "code"},
        {(uintptr_t)target_static_start, (uintptr_t)target_static_end, "static data and stack"},
    };
    size_t count = 0;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]) && count < max; i++) {
        /* Flash is no memory of the chip's table: nothing to reserve. */
        if (capheap_chip_check_range(target_board.chip, &all[i]) == CAPHEAP_OK)
            ranges[count++] = all[i];
    }
    return count;
}
