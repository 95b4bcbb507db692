/* SPDX-License-Identifier: MIT */
/*
 * Firmware for compat_bare_test.py: malloc and all that calls it, newlib's or picolibc's functions
 * among them, must be served by the heap that this file names. Nothing else has memory to give:
 * _sbrk, from which the libraries' own mallocs would take it, ends the program.
 */
#include <errno.h>
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

int main(void) {
    capheap_memory_t memory = {.start = (uintptr_t)pool, .size = sizeof(pool)};
    require(capheap_add_region(&heap, &ram, 0, &memory) == CAPHEAP_OK, "no heap");
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

    char text[40];
    sprintf(text, "%.10g %s %d", 1.0 / 3.0, "x", 5); /* takes memory for its digits */
    require(strcmp(text, "0.3333333333 x 5") == 0, text);
    require(check_new(), "new");
    require(capheap_check(&heap, 0), "the heap is damaged");
    printf("served: at most %lu bytes\n",
           (unsigned long)(before.arena - capheap_region_minimum_free(&heap.slots[0].region)));
    return 0;
}
