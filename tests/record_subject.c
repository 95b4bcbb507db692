/* SPDX-License-Identifier: MIT */
/* What record_test.py records: the word on the command line tells what to do. Sizes are chosen so
 * that they can be told from those of the C library's own calls. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 4
#define ROUNDS  500
#define MANY    60000

static void *volatile kept; /* volatile: the compiler must not leave calls out */
static volatile size_t huge = SIZE_MAX - 1000;
static const char *program;

/* Before main and after it. */
__attribute__((constructor)) static void before(void) {
    kept = malloc(10001);
}

__attribute__((destructor)) static void after(void) {
    free(kept);
}

/* Each call once; record_test.py has the same list. */
static int calls(void) {
    void *volatile none = NULL;
    void *p[10] = {0};
    p[0] = malloc(20000);
    p[1] = calloc(7, 3001);
    p[2] = realloc(none, 22000);
    p[2] = realloc(p[2], 220000);
    p[2] = realloc(p[2], 220);
    p[3] = reallocarray(none, 11, 2100);
    p[4] = memalign(64, 24000);
    p[5] = aligned_alloc(256, 25600);
    int code = posix_memalign(&p[6], 4096, 26000);
    p[7] = valloc(27000);
    p[8] = malloc(0);
    free(none);
    errno = 0;
    bool refused = malloc(huge) == NULL && errno == ENOMEM && calloc(huge, 2) == NULL &&
                   realloc(p[0], huge) == NULL && reallocarray(p[0], huge, 3) == NULL &&
                   memalign(64, huge) == NULL && posix_memalign(&p[9], 3, 8) == EINVAL &&
                   posix_memalign(&p[9], 64, huge) == ENOMEM;
    bool aligned =
        (uintptr_t)p[4] % 64 == 0 && (uintptr_t)p[5] % 256 == 0 && (uintptr_t)p[6] % 4096 == 0;
    p[8] = realloc(p[8], 0);
    for (int i = 7; i >= 0; i--)
        free(p[i]);
    return code == 0 && refused && aligned ? 3 : 1;
}

static void *work(void *argument) {
    size_t base = 100000 * (1 + (size_t)(uintptr_t)argument);
    void *own[8] = {0};
    for (size_t i = 0; i < ROUNDS; i++) {
        free(own[i % 8]);
        own[i % 8] = malloc(base + i);
        if (i % 5 == 0)
            own[i % 8] = realloc(own[i % 8], base + 10000 + i);
    }
    for (size_t i = 0; i < 8; i++)
        free(own[i]);
    return NULL;
}

static int threads(void) {
    pthread_t ids[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        pthread_create(&ids[i], NULL, work, (void *)(uintptr_t)i);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(ids[i], NULL);
    return 0;
}

/* All at once: each thread's blocks are freed by whoever comes next, one thread forks, and the
 * program ends while they go on. */
static void *volatile exchange[64];

static void *storm(void *argument) {
    unsigned state = (unsigned)(uintptr_t)argument;
    for (unsigned i = 0; i < 4000; i++) {
        state = state * 1103515245u + 12345u;
        void *mine = malloc(1 + state % 3000);
        if (state >> 20 & 1)
            mine = realloc(mine, 1 + (state >> 8) % 5000);
        free(__atomic_exchange_n(&exchange[(state >> 16) % 64], mine, __ATOMIC_ACQ_REL));
        if (argument == NULL && i % 400 == 0 && fork() == 0) {
            free(malloc(41000)); /* not recorded */
            _exit(0);
        }
    }
    return NULL;
}

static int storms(void) {
    pthread_t ids[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        pthread_create(&ids[i], NULL, storm, (void *)(uintptr_t)i);
    pthread_join(ids[0], NULL);
    while (wait(NULL) > 0)
        continue;
    _exit(0);
}

static int many(void) {
    void *ring[16] = {0};
    for (size_t i = 0; i < MANY; i++) {
        free(ring[i % 16]);
        ring[i % 16] = malloc(30000 + i % 1000);
    }
    return 0;
}

/* Close all that is open, and open a file under each number that a recorder might use. */
static int closed(const char *path) {
    for (int fd = 3; fd < 1024; fd++)
        close(fd);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || write(fd, "mine", 4) != 4)
        return 1;
    for (int other = fd + 1; other < 1024; other++)
        dup2(fd, other);
    return many();
}

static int forked(void) {
    void *mine = malloc(40000);
    pid_t child = fork();
    if (child == 0) {
        free(malloc(41000)); /* not recorded */
        _exit(0);
    }
    waitpid(child, NULL, 0);
    child = fork();
    if (child == 0) {
        char *const arguments[] = {(char *)program, "calls", NULL};
        execv(program, arguments);
        _exit(1);
    }
    waitpid(child, NULL, 0);
    free(mine);
    return 0;
}

/* After a block of a size that the test looks for. */
static int end(const char *how) {
    kept = malloc(50000);
    if (strcmp(how, "kill") == 0)
        kill(getpid(), SIGKILL);
    if (strcmp(how, "abort") == 0)
        abort();
    if (strcmp(how, "exec") == 0)
        execl(program, program, "calls", NULL);
    if (strcmp(how, "_exit") == 0)
        _exit(5);
    exit(6);
}

int main(int argc, char **argv) {
    const char *what = argc > 1 ? argv[1] : "";
    program = argv[0];
    if (strcmp(what, "calls") == 0)
        return calls();
    if (strcmp(what, "threads") == 0)
        return threads();
    if (strcmp(what, "storm") == 0)
        return storms();
    if (strcmp(what, "many") == 0)
        return many();
    if (strcmp(what, "closed") == 0 && argc > 2)
        return closed(argv[2]);
    if (strcmp(what, "forked") == 0)
        return forked();
    return end(what);
}
