/* SPDX-License-Identifier: MIT */
#include "semihost.h"

#include "target.h"

void target_print(const char *text) {
    (void)semihost(SEMIHOST_WRITE0, (uintptr_t)text);
}

void target_exit(int status) {
    const uintptr_t block[2] = {SEMIHOST_REASON_EXIT, (uintptr_t)status};
    for (;;)
        (void)semihost(SEMIHOST_EXIT_EXTENDED, (uintptr_t)block);
}
