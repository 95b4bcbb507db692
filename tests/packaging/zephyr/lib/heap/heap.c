/* SPDX-License-Identifier: MIT */
/* In place of Zephyr's: if the module doesn't take it out, what it defines is there twice. */
#include <zephyr/kernel.h>

void *sys_heap_alloc(struct sys_heap *heap, size_t bytes) {
    (void)heap;
    (void)bytes;
    return NULL;
}
