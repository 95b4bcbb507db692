/* SPDX-License-Identifier: MIT */
/* The core starts again from its first instruction. QEMU 7.2's virt has a device that resets it
 * all, but then hangs if it counts instructions (-icount). */
#include "target.h"

_Noreturn void _start(void);

void target_reset_board(void) {
    _start();
}
