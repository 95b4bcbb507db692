/* SPDX-License-Identifier: MIT */
/*
 * Firmware for compat_bare_test.py: malloc and all that calls it, newlib's or picolibc's functions
 * among them, must be served by the heap that this file names. Nothing else has memory to give:
 * _sbrk, from which the libraries' own mallocs would take it, ends the program.
 */
#include <errno.h>
#include <malloc.h>
#ifdef WITH_NEWLIB
#include <reent.h>
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capheap/inspect.h"
#include "capheap/malloc.h"

static const capheap_type_t ram = {"RAM", {CAPHEAP_8BIT | CAPHEAP_32BIT}, 8, 0};
static _Alignas(16) unsigned char pool[65536];
CAPHEAP_HEAP_DEFINE(heap, 1);
CAPHEAP_MALLOC_FROM(&heap, CAPHEAP_8BIT, 8);

void *_sbrk(ptrdiff_t bytes);
void *sbrk(ptrdiff_t bytes);
int check_new(void); /* compat_bare_new.cpp, or compat_bare_program.c's own without C++ */

static void require(int good, const char *what) {
    if (!good) {
        puts(what);
        exit(1);
    }
}

void *_sbrk(ptrdiff_t bytes) {
    (void)bytes;
    require(0, "another malloc asked for memory");
    return NULL;
}

void *sbrk(ptrdiff_t bytes) {
    return _sbrk(bytes);
}

#ifndef WITH_CXX
int check_new(void) {
    return 1;
}
#endif

static int is_ours(const void *ptr) {
    return (size_t)((const unsigned char *)ptr - pool) < sizeof(pool);
}

/* Names that a library may have in one object with those that are ours: it must not be linked. */
static void check_names(void) {
    static volatile int never;
    void *block = reallocf(malloc(10), 100);
    require(is_ours(block) && malloc_usable_size(block) == 104, "reallocf");
    cfree(block);
    if (never) {
        mallopt(1, 2);
        malloc_stats();
    }
    block = aligned_alloc(64, 10);
    require(is_ours(block) && ((uintptr_t)block & 63) == 0, "aligned_alloc");
    block = reallocarray(block, 10, 10);
    require(is_ours(block), "reallocarray");
    free(block);
    require(posix_memalign(&block, 32, 1) == 0 && is_ours(block), "posix_memalign");
    free(block);
    block = valloc(1);
    require(is_ours(block) && ((uintptr_t)block & 4095) == 0, "valloc");
    free(block);
    block = pvalloc(1);
    require(is_ours(block) && malloc_usable_size(block) == 4096, "pvalloc");
    free(block);
    require(mallinfo().ordblks >= 1, "mallinfo");
}

#ifdef WITH_NEWLIB
void mstats(char *heading);

static void check_family(void) {
    void *block = _malloc_r(_REENT, 10);
    require(is_ours(block), "_malloc_r");
    block = _realloc_r(_REENT, block, 100);
    require(is_ours(block) && _malloc_usable_size_r(_REENT, block) == 104, "_realloc_r");
    _free_r(_REENT, block);
    size_t used = _mallinfo_r(_REENT).uordblks;
    unsigned char *clear = _calloc_r(_REENT, 10, 3);
    require(is_ours(clear) && clear[0] == 0 && clear[29] == 0, "_calloc_r");
    require(_mallinfo_r(_REENT).uordblks == used + 32, "_mallinfo_r");
    _free_r(_REENT, clear);
    block = _memalign_r(_REENT, 256, 1);
    require(is_ours(block) && ((uintptr_t)block & 255) == 0, "_memalign_r");
    _free_r(_REENT, block);
    block = _valloc_r(_REENT, 1);
    require(is_ours(block), "_valloc_r");
    _free_r(_REENT, block);
    block = _pvalloc_r(_REENT, 1);
    require(is_ours(block), "_pvalloc_r");
    _free_r(_REENT, block);
    require(_malloc_trim_r(_REENT, 0) == 0 && _mallopt_r(_REENT, 1, 2) == 0, "_malloc_trim_r");
    require(_malloc_r(_REENT, sizeof(pool)) == NULL && errno == ENOMEM, "_malloc_r's errno");
    _malloc_stats_r(_REENT);
    mstats("");
}
#else
static void check_family(void) {
}
#endif

/* Before main: newlib-nano's stdio takes memory for its streams when semihosting begins. */
__attribute__((constructor)) static void begin(void) {
    capheap_memory_t memory = {.start = (uintptr_t)pool, .size = sizeof(pool)};
    if (capheap_add_region(&heap, &ram, 0, &memory) != CAPHEAP_OK) {
        abort();
    }
}

int main(void) {
    struct mallinfo2 before = mallinfo2();

    char *copy = strdup("a string");
    require(is_ours(copy) && strcmp(copy, "a string") == 0, "strdup");
    copy = realloc(copy, 5000);
    require(is_ours(copy) && strcmp(copy, "a string") == 0, "realloc");
    void *page = memalign(4096, 10);
    require(is_ours(page) && ((uintptr_t)page & 4095) == 0, "memalign");
    errno = 0;
    require(malloc(sizeof(pool)) == NULL && errno == ENOMEM, "errno");
    volatile size_t many = SIZE_MAX / 2;
    require(calloc(many, 3) == NULL, "calloc");
    require(malloc_usable_size(copy) == 5000, "malloc_usable_size");
    free(copy);
    free(page);
    check_names();
    check_family();

    char text[40];
    sprintf(text, "%.10g %s %d", 1.0 / 3.0, "x", 5); /* takes memory for its digits */
    require(strcmp(text, "0.3333333333 x 5") == 0, text);
    require(check_new(), "new");
    require(capheap_check(&heap, 0), "the heap is damaged");
    printf("served: at most %lu bytes\n",
           (unsigned long)(before.arena - capheap_region_minimum_free(&heap.slots[0].region)));
    return 0;
}
