/* SPDX-License-Identifier: MIT */
#include <stdint.h>

uint32_t sys_kernel_version_get(void);

uint32_t sys_kernel_version_get(void) {
    return 0x04000000;
}
