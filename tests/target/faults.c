/* SPDX-License-Identifier: MIT */
/* A program that goes wrong in the way TARGET_FAULT names: it must end with the registers printed
 * and TARGET_FAULT_STATUS, and never get to the last line. */
#include "board_heap.h"

#define BAD_INSTRUCTION 1
#define BAD_ADDRESS     2
#define MISUSE          3 /* a heap without a report hook stops the program */

int main(void) {
    target_print("going wrong\n");
#if TARGET_FAULT == BAD_INSTRUCTION
    target_bad_instruction();
#elif TARGET_FAULT == BAD_ADDRESS
    target_bad_address();
#elif TARGET_FAULT == MISUSE
    board_open(0);
    capheap_set_hooks(&board_heap, NULL);
    void *block = capheap_malloc(&board_heap, 64, CAPHEAP_8BIT);
    capheap_free(&board_heap, block);
    capheap_free(&board_heap, block);
#endif
    target_print("went on\n");
    return 0;
}
