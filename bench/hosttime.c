/* SPDX-License-Identifier: MIT */
/*
 * hosttime TRACE...: nanoseconds per call on this computer, the best of some replays of each trace.
 * Only ratios between allocators, taken in turn in one run, mean something.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "replay.h"

enum {
    REPLAYS = 5
};

static void *must(void *ptr, const char *what) {
    if (ptr == NULL || ptr == MAP_FAILED) {
        perror(what);
        exit(2);
    }
    return ptr;
}

static uint32_t *load(const char *path) {
    FILE *file = must(fopen(path, "rb"), path);
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    uint32_t *words =
        must(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), path);
    if (fread(words, 1, size, file) != size || size < 32 || words[0] != 0x31435254) {
        fprintf(stderr, "%s: not an unpacked TRC1 trace\n", path);
        exit(2);
    }
    fclose(file);
    return words;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* What the trace leaves live is given back, so that each replay starts alike. */
static double once(const struct trace *trace, void *pool, size_t pool_size) {
    const struct calls calls = CALLS_OF(allocator);
    memset(trace->slots, 0, trace_slots(trace) * sizeof *trace->slots);
    if (allocator.init(pool, pool_size) != 0) {
        exit(1);
    }
    double start = now();
    if (!replay(trace, &calls).complete) {
        exit(1);
    }
    double end = now();
    for (uint32_t i = 0; i < trace_slots(trace); i++) {
        allocator.free(trace->slots[i]);
    }
    return (end - start) / trace_operations(trace);
}

int main(int count, char **words) {
    for (int i = 1; i < count; i++) {
        struct trace trace = {.words = load(words[i])};
        size_t room = trace_slots(&trace) * sizeof *trace.slots;
        size_t pool_size = (size_t)trace_peak(&trace) * 2;
        trace.slots = must(
            mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), "slots");
        void *pool =
            must(mmap(NULL, pool_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
                 "pool");
        double best = 1e30;
        for (int replay = 0; replay < REPLAYS; replay++) {
            double took = once(&trace, pool, pool_size);
            best = took < best ? took : best;
        }
        char *slash = strrchr(words[i], '/');
        char *name = slash != NULL ? slash + 1 : words[i];
        name[strcspn(name, ".")] = '\0';
        printf("time %s %.2f\n", name, best);
    }
    return 0;
}
