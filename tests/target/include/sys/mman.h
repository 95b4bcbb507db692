/* SPDX-License-Identifier: MIT */
/* As much of mmap() as the model of the heap's property test asks for: memory on page boundaries,
 * zero. PROT_NONE can't be had here: an access to it goes unnoticed, unlike on the host. */
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

static inline void *mmap(void *place, size_t size, int protection, int flags, int file, long at) {
    (void)place, (void)protection, (void)flags, (void)file, (void)at;
    void *memory = memalign(4096, size);
    return memory == NULL ? MAP_FAILED : memset(memory, 0, size);
}

static inline int munmap(void *memory, size_t size) {
    (void)size;
    free(memory);
    return 0;
}

#endif
