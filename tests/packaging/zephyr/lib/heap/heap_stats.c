/* SPDX-License-Identifier: MIT */
/* In place of Zephyr's, which looks into its own heap's structures. */
#include <zephyr/kernel.h>

int sys_heap_runtime_stats_reset_max(struct sys_heap *heap) {
    return heap == NULL;
}
