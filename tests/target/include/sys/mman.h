/* SPDX-License-Identifier: MIT */
/* As much of mmap() as the models of the property tests ask for: memory on page boundaries, zero.
 * With PROT_NONE, addresses from TARGET_NOTHING on, where no board has any memory: once at a time.
 */
#ifndef CAPHEAP_TARGET_MMAN_H
#define CAPHEAP_TARGET_MMAN_H

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define PROT_NONE     0
#define PROT_READ     1
#define PROT_WRITE    2
#define MAP_PRIVATE   2
#define MAP_ANONYMOUS 32
#define MAP_FAILED    ((void *)-1)

#define TARGET_NOTHING ((void *)0xC0000000u)

static inline void *mmap(void *place, size_t size, int protection, int flags, int file, long at) {
    (void)place, (void)flags, (void)file, (void)at;
    if (protection == PROT_NONE) {
        return TARGET_NOTHING;
    }
    void *memory = memalign(4096, size);
    return memory == NULL ? MAP_FAILED : memset(memory, 0, size);
}

static inline int munmap(void *memory, size_t size) {
    (void)size;
    if (memory != TARGET_NOTHING && memory != MAP_FAILED) {
        free(memory);
    }
    return memory == MAP_FAILED ? -1 : 0;
}

#endif
