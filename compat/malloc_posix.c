/* SPDX-License-Identifier: MIT */
/*
 * The C library's memory on Linux, for programs that don't know of capheap (libcapheap_malloc.so):
 * one heap that gets another region, mapped from the system, when a request finds no room.
 *
 * Each region is as large as all before it together, up to a limit, so that there are few of them
 * however much a program takes. They are given back by malloc_trim, when they are empty.
 *
 * A request that no region can hold, some 4 GB (32 bit: 2 GB), fails. The mutex `growing` is held
 * while regions come and go, and taken before any lock of the heap.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capheap/inspect.h"
#include "malloc_serve.h"

#define GRANULE  16u /* what every type needs on 64-bit machines and, by its ABI, on i386 */
#define REGIONS  256
#define FIRST    ((size_t)16 << 20)  /* bytes of the first region */
#define LARGEST  ((size_t)256 << 20) /* bytes of a region, unless one request needs more */
#define LIMIT    ((uintmax_t)PTRDIFF_MAX < UINT32_MAX ? (size_t)PTRDIFF_MAX : (size_t)UINT32_MAX)
#define REQUESTS (LIMIT - LARGEST) /* bytes of the largest request that is tried */

_Static_assert(GRANULE >= MALLOC_ALIGNMENT, "blocks must suit every type");

static const capheap_type_t ram = {"RAM", {CAPHEAP_8BIT | CAPHEAP_32BIT}, GRANULE, 0};
CAPHEAP_HEAP_DEFINE(heap, REGIONS);
CAPHEAP_MALLOC_FROM(&heap, CAPHEAP_8BIT, GRANULE);

static pthread_mutex_t growing = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool ready; /* the heap has a region */
static size_t mapped;     /* bytes of all regions */
static size_t most;       /* bytes ever in use until regions were given back */

/* ------------------------------------------------------------------------------------ growth */

/* A wrong pointer stops the program, as the C library's own malloc does. A region's lock is held:
 * nothing here may allocate, as dprintf may. */
static void stop(void *context, const capheap_report_t *report) {
    (void)context;
    char line[160];
    int length = snprintf(line, sizeof(line), "capheap: wrong pointer or damage: %s (%p)\n",
                          capheap_fault_text(report->fault), report->address);
    if (length > 0 && write(STDERR_FILENO, line, (size_t)length) < 0) {
        /* nobody to tell */
    }
    abort();
}

static bool add_region(size_t size) {
    void *start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED) {
        return false;
    }
    capheap_memory_t memory = {.start = (uintptr_t)start, .size = size};
    if (capheap_add_region(&heap, &ram, 0, &memory) != CAPHEAP_OK) {
        munmap(start, size);
        return false;
    }
    mapped += size;
    return true;
}

static size_t round_up(size_t size, size_t multiple) {
    return (size + multiple - 1) & ~(multiple - 1);
}

/* Add a region that holds the request, for the holder of `growing`. Sizes: at most REQUESTS. */
static bool grow(size_t alignment, size_t size) {
    size_t page = malloc_serve_page();
    size_t block = size + alignment;
    size_t least = round_up(block + block / 32 + 2 * page, page); /* with its books */
    size_t usual = mapped < FIRST ? FIRST : mapped;
    usual = usual > LARGEST ? LARGEST : usual;
    if (!atomic_load_explicit(&ready, memory_order_relaxed)) {
        capheap_set_hooks(&heap, &(capheap_hooks_t){.report = stop});
    }
    bool grown = (usual > least && add_region(usual)) || add_region(least);
    if (grown) {
        atomic_store_explicit(&ready, true, memory_order_release);
    }
    return grown;
}

/* ----------------------------------------------------------------------------------- serving */

/* One attempt: a new block (ptr NULL), or another size of an old one. */
static void *attempt(void *ptr, size_t alignment, size_t size) {
    if (ptr != NULL) {
        return capheap_realloc(&heap, ptr, size, CAPHEAP_8BIT);
    }
    if (!atomic_load_explicit(&ready, memory_order_acquire)) {
        return NULL;
    }
    return alignment > GRANULE ? capheap_aligned_alloc(&heap, alignment, size, CAPHEAP_8BIT)
                               : capheap_malloc(&heap, size, CAPHEAP_8BIT);
}

static void *attempt_growing(void *ptr, size_t alignment, size_t size) {
    pthread_mutex_lock(&growing);
    void *block = attempt(ptr, alignment, size); /* another thread may have grown it */
    if (block == NULL && grow(alignment, size)) {
        block = attempt(ptr, alignment, size);
    }
    pthread_mutex_unlock(&growing);
    return block;
}

static void *serve(void *ptr, size_t alignment, size_t size) {
    if (size > REQUESTS || alignment > REQUESTS - size) {
        return NULL;
    }
    void *block = attempt(ptr, alignment, size);
    return block != NULL ? block : attempt_growing(ptr, alignment, size);
}

void *malloc_serve(size_t size) {
    return serve(NULL, 1, size);
}

void *malloc_serve_aligned(size_t alignment, size_t size) {
    return serve(NULL, alignment, size);
}

void *malloc_serve_clear(size_t count, size_t size) {
    void *block = malloc_serve(count * size);
    return block != NULL ? memset(block, 0, count * size) : NULL;
}

void *malloc_serve_again(void *ptr, size_t size) {
    return serve(ptr, 1, size);
}

void malloc_serve_back(void *ptr) {
    capheap_free(&heap, ptr);
}

size_t malloc_serve_size(const void *ptr) {
    return capheap_usable_size(&heap, ptr);
}

size_t malloc_serve_page(void) {
    return (size_t)sysconf(_SC_PAGESIZE);
}

/* For the holder of `growing`, or at the end. What was free at least is told of the regions that
 * are there: before some go, what was in use is written down. */
static capheap_figures_t take_figures(void) {
    capheap_figures_t sums;
    capheap_get_figures(&heap, 0, &sums);
    size_t in_use = sums.total - sums.minimum_free;
    most = in_use > most ? in_use : most;
    return sums;
}

/* Empty regions go back to the system. 1 if there were some. */
int malloc_trim(size_t keep) {
    (void)keep;
    int trimmed = 0;
    uintptr_t from = 0;
    capheap_region_info_t info;
    pthread_mutex_lock(&growing);
    take_figures();
    while (capheap_next_region(&heap, from, &info)) {
        void *start = (void *)info.memory.start;
        from = info.memory.start + 1;
        if (info.figures.blocks == 0 && capheap_remove_region(&heap, start) == CAPHEAP_OK) {
            munmap(start, info.memory.size);
            mapped -= info.memory.size;
            trimmed = 1;
        }
    }
    if (trimmed != 0) {
        capheap_reset_minimum(&heap, 0);
    }
    pthread_mutex_unlock(&growing);
    return trimmed;
}

/* -------------------------------------------------------------------------------------- fork */

/* The child has only the thread that forked: no lock may be held by another at that moment. */
static void before_fork(void) {
    pthread_mutex_lock(&growing);
    if (heap.locks_ready) {
        capheap_port_lock(&heap.lock);
        for (size_t i = 0; i < REGIONS; i++) {
            capheap_port_lock(&heap.slots[i].lock);
        }
    }
}

static void after_fork(void) {
    if (heap.locks_ready) {
        for (size_t i = REGIONS; i > 0; i--) {
            capheap_port_unlock(&heap.slots[i - 1].lock);
        }
        capheap_port_unlock(&heap.lock);
    }
    pthread_mutex_unlock(&growing);
}

/* Before the program's own handlers are registered, so that ours run last before the fork and
 * first after it: the others may allocate. */
__attribute__((constructor)) static void at_start(void) {
    pthread_atfork(before_fork, after_fork, after_fork);
}

/* With CAPHEAP_MALLOC_STATS=1 in its environment, a program tells at its end what it took. */
__attribute__((destructor)) static void at_end(void) {
    const char *wish = secure_getenv("CAPHEAP_MALLOC_STATS");
    if (wish != NULL && strcmp(wish, "1") == 0) {
        capheap_figures_t sums = take_figures();
        dprintf(STDERR_FILENO,
                "capheap: %zu bytes in %zu regions; at most %zu in use; %zu in %zu blocks now\n",
                sums.total, sums.regions, most, sums.used, sums.blocks);
    }
}
