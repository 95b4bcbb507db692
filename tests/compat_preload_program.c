/* SPDX-License-Identifier: MIT */
/*
 * What compat_preload_test.py runs on libcapheap_malloc.so: one part of it per name given. It knows
 * nothing of capheap. Exit code 0 if all was as C and POSIX say, else 1 and a line that tells.
 */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);         \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

/* Volatile, so that the compiler can't see what is wrong about them. */
static volatile size_t huge = SIZE_MAX / 2, odd = 24;

static void errors(void) {
    void *block = malloc(64);
    errno = 0;
    REQUIRE(malloc(huge) == NULL && errno == ENOMEM);
    errno = 0;
    REQUIRE(calloc(huge, 3) == NULL && errno == ENOMEM);
    errno = 0;
    REQUIRE(realloc(block, huge) == NULL && errno == ENOMEM);
    errno = 0;
    REQUIRE(reallocarray(block, huge, 4) == NULL && errno == ENOMEM);
    errno = 0;
    REQUIRE(aligned_alloc(huge + 1, 16) == NULL && errno == ENOMEM);
    errno = 0;
    REQUIRE(memalign(odd, 16) == NULL && errno == EINVAL);
    REQUIRE(pvalloc(huge * 2 + 1) == NULL);
    void *other = block;
    errno = 77;
    REQUIRE(posix_memalign(&other, 3, 16) == EINVAL && other == block);
    REQUIRE(posix_memalign(&other, 64, huge) == ENOMEM && other == block);
    free(block);
    free(NULL);
    REQUIRE(errno == 77);
}

static void sizes(void) {
    enum {
        COUNT = 3000
    };
    static unsigned char *blocks[COUNT];
    for (size_t round = 0; round < 3; round++) {
        for (size_t i = 0; i < COUNT; i++) {
            size_t size = (i * 7919) % 5000;
            blocks[i] = realloc(blocks[i], size + 1);
            REQUIRE(blocks[i] != NULL && (uintptr_t)blocks[i] % 16 == 0);
            REQUIRE(malloc_usable_size(blocks[i]) > size);
            memset(blocks[i], (int)(i & 255), size + 1);
        }
        for (size_t i = 0; i < COUNT; i++) {
            size_t size = (i * 7919) % 5000;
            REQUIRE(blocks[i][0] == (i & 255) && blocks[i][size] == (i & 255));
            if (i % 3 == round) {
                free(blocks[i]);
                blocks[i] = NULL;
            }
        }
    }
    for (size_t i = 0; i < COUNT; i++) {
        free(blocks[i]);
    }
    for (size_t alignment = 8; alignment <= 1 << 21; alignment *= 2) {
        char *block = aligned_alloc(alignment, alignment);
        REQUIRE(block != NULL && (uintptr_t)block % alignment == 0);
        block[alignment - 1] = 1;
        free(block);
    }
}

/* More than one region holds, in blocks small and large; then back to the system. */
static void growth(void) {
    enum {
        COUNT = 40
    };
    static char *blocks[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        size_t size = (size_t)1 << (12 + i % 14);
        blocks[i] = calloc(1, size);
        REQUIRE(blocks[i] != NULL && blocks[i][0] == 0 && blocks[i][size - 1] == 0);
        memset(blocks[i], 0x55, size);
    }
    size_t large = (size_t)300 << 20;
    char *block = realloc(blocks[0], large);
    REQUIRE(block != NULL && block[0] == 0x55 && block[4095] == 0x55);
    block[large - 1] = 1;
    struct mallinfo2 full = mallinfo2();
    REQUIRE(full.uordblks > large && full.arena == full.uordblks + full.fordblks);
    free(block);
    for (size_t i = 1; i < COUNT; i++) {
        free(blocks[i]);
    }
    REQUIRE(malloc_trim(0) == 1);
    REQUIRE(mallinfo2().arena < full.arena / 2);
    REQUIRE(malloc(100) != NULL);
}

static void *work(void *argument) {
    static char *volatile shared[64]; /* blocks that one thread takes and another frees */
    unsigned seed = (unsigned)(uintptr_t)argument;
    for (int i = 0; i < 40000; i++) {
        seed = seed * 1103515245u + 12345u;
        size_t size = 1 + (seed >> 8) % 700;
        char *block = malloc(size);
        REQUIRE(block != NULL);
        memset(block, (int)(seed & 127), size);
        REQUIRE(block[size - 1] == (char)(seed & 127));
        free(__atomic_exchange_n(&shared[seed >> 26], block, __ATOMIC_ACQ_REL));
    }
    return NULL;
}

static void threads(void) {
    pthread_t ids[6];
    for (size_t i = 0; i < 6; i++) {
        REQUIRE(pthread_create(&ids[i], NULL, work, (void *)(i + 1)) == 0);
    }
    for (size_t i = 0; i < 6; i++) {
        REQUIRE(pthread_join(ids[i], NULL) == 0);
    }
}

/* Children of a process whose other threads allocate all the time must be able to. */
static void forks(void) {
    pthread_t ids[3];
    for (size_t i = 0; i < 3; i++) {
        REQUIRE(pthread_create(&ids[i], NULL, work, (void *)(i + 1)) == 0);
    }
    for (int i = 0; i < 100; i++) {
        int status = 0;
        pid_t child = fork();
        if (child == 0) {
            alarm(20);
            char *block = malloc(5000);
            _exit(block != NULL && realloc(block, 20 << 20) != NULL ? 0 : 1);
        }
        REQUIRE(child > 0 && waitpid(child, &status, 0) == child && status == 0);
    }
    for (size_t i = 0; i < 3; i++) {
        REQUIRE(pthread_join(ids[i], NULL) == 0);
    }
}

static void free_twice(void) {
    void *volatile block = malloc(40);
    free(block);
    free(block);
}

static void free_inside(void) {
    char *volatile block = malloc(40);
    free(block + 16);
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        void (*run)(void);
    } parts[] = {
        {"errors", errors},           {"sizes", sizes}, {"growth", growth},
        {"threads", threads},         {"forks", forks}, {"free_twice", free_twice},
        {"free_inside", free_inside},
    };
    for (size_t i = 0; argc == 2 && i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (strcmp(argv[1], parts[i].name) == 0) {
            parts[i].run();
            return 0;
        }
    }
    fprintf(stderr, "usage: compat_preload_program PART\n");
    return 2;
}
