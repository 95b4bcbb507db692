/* SPDX-License-Identifier: MIT */
/*
 * memory pool TRACE...: the smallest pool that completes each trace (unpacked TRC1).
 * memory blocks: bytes that malloc of some sizes takes, and bytes of books.
 * Prints "figure case value" lines. Built with -m32, so that sizes are those of a 32-bit chip.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "capheap/region.h"
#include "replay.h"

#define POOL_ADDRESS ((void *)0x30000000)
#define POOL_SIZE    ((size_t)96 << 20)

enum {
    RUN = 120
};

static void *must(void *ptr, const char *what) {
    if (ptr == NULL || ptr == MAP_FAILED) {
        perror(what);
        exit(2);
    }
    return ptr;
}

static uint32_t *load(const char *path, size_t *size) {
    FILE *file = must(fopen(path, "rb"), path);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    uint32_t *words = must(malloc(*size), path);
    if (fread(words, 1, *size, file) != *size || *size < 32 || words[0] != 0x31435254 ||
        *size != 32 + (size_t)words[1] * 8) {
        fprintf(stderr, "%s: not an unpacked TRC1 trace\n", path);
        exit(2);
    }
    fclose(file);
    return words;
}

/* "lua" of "some/where/lua.trc" */
static const char *name_of(char *path) {
    char *slash = strrchr(path, '/');
    char *name = slash != NULL ? slash + 1 : path;
    name[strcspn(name, ".")] = '\0';
    return name;
}

static void measure_pool(char *path, void *pool) {
    size_t size;
    struct trace trace = {.words = load(path, &size)};
    trace.slots = must(calloc(trace_slots(&trace), sizeof *trace.slots), path);
    struct smallest smallest = smallest_pool(&trace, pool, POOL_SIZE, RUN);
    const char *name = name_of(path);
    if (smallest.safe == 0) {
        fprintf(stderr, "%s: no pool is large enough\n", name);
        exit(1);
    }
    double bytes = (double)(smallest.safe + allocator.static_bytes);
    printf("memory %s %.4f\n", name, bytes / trace_peak(&trace));
    printf("pool %s %zu\n", name, smallest.safe);
    free(trace.slots);
    free((void *)trace.words);
}

/* The distance of neighbours, once the first few are out. */
static void measure_block(size_t size, void *pool) {
    enum {
        WARM = 4,
        BLOCKS = 12
    };
    uintptr_t before = 0, most = 0;
    allocator.init(pool, (size_t)128 << 10);
    for (int i = 0; i < BLOCKS; i++) {
        uintptr_t now = (uintptr_t)allocator.malloc(size);
        uintptr_t distance = now > before ? now - before : before - now;
        most = i >= WARM && distance > most ? distance : most;
        before = now;
    }
    printf("block %zu %zu\n", size, (size_t)most);
}

/* All that a region of this size doesn't give to blocks, less two bits per granule. */
static void measure_books(size_t kilobytes, void *pool) {
    capheap_region_t region;
    capheap_region_config_t config = {.start = pool, .size = kilobytes << 10};
    if (capheap_region_init(&region, &config) != CAPHEAP_OK) {
        exit(1);
    }
    size_t books = config.size - capheap_region_size(&region);
    size_t map = capheap_region_size(&region) / 8 / 4;
    printf("map %zuK %zu\n", kilobytes, map);
    printf("control %zuK %zu\n", kilobytes, books - map + sizeof region);
}

int main(int count, char **words) {
    void *pool = must(mmap(POOL_ADDRESS, POOL_SIZE, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0),
                      "the pool");
    if (count > 2 && strcmp(words[1], "pool") == 0) {
        for (int i = 2; i < count; i++) {
            measure_pool(words[i], pool);
        }
        return 0;
    }
    if (count == 2 && strcmp(words[1], "blocks") == 0) {
        static const size_t sizes[] = {1, 16, 24, 100, 1024};
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            measure_block(sizes[i], pool);
        }
        measure_books(64, pool);
        measure_books(4096, pool);
        return 0;
    }
    fprintf(stderr, "usage: memory pool TRACE... | memory blocks\n");
    return 2;
}
