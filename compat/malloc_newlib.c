/* SPDX-License-Identifier: MIT */
/*
 * newlib's own names for the same, by which its stdio allocates: all that its mallocr.c defines, so
 * that none of it is linked. The reentrancy structure is not needed: errno is the caller's anyway.
 * Nothing with another C library, picolibc among them, and beside the library's own malloc.
 */
#include <stdlib.h>

#if defined(__NEWLIB__) && !defined(__PICOLIBC__) && !defined(CAPHEAP_MALLOC_PREFIX)
#include <malloc.h>
#include <reent.h>

void *_malloc_r(struct _reent *reent, size_t size) {
    (void)reent;
    return malloc(size);
}

void _free_r(struct _reent *reent, void *ptr) {
    (void)reent;
    free(ptr);
}

void *_calloc_r(struct _reent *reent, size_t count, size_t size) {
    (void)reent;
    return calloc(count, size);
}

void *_realloc_r(struct _reent *reent, void *ptr, size_t size) {
    (void)reent;
    return realloc(ptr, size);
}

void *_memalign_r(struct _reent *reent, size_t alignment, size_t size) {
    (void)reent;
    return memalign(alignment, size);
}

void *_valloc_r(struct _reent *reent, size_t size) {
    (void)reent;
    return valloc(size);
}

void *_pvalloc_r(struct _reent *reent, size_t size) {
    (void)reent;
    return pvalloc(size);
}

size_t _malloc_usable_size_r(struct _reent *reent, void *ptr) {
    (void)reent;
    return malloc_usable_size(ptr);
}

struct mallinfo _mallinfo_r(struct _reent *reent) {
    (void)reent;
    return mallinfo();
}

/* Nothing to give back, nothing to tune, nothing printed: use inspect.h. By their plain names too:
 * newlib has these in one object with mallinfo. */
int _malloc_trim_r(struct _reent *reent, size_t keep) {
    (void)reent;
    (void)keep;
    return 0;
}

int _mallopt_r(struct _reent *reent, int option, int value) {
    (void)reent;
    (void)option;
    (void)value;
    return 0;
}

int mallopt(int option, int value) {
    return _mallopt_r(_REENT, option, value);
}

void _malloc_stats_r(struct _reent *reent) {
    (void)reent;
}

void malloc_stats(void) {
}

/* Not in its headers. */
void _mstats_r(struct _reent *reent, char *heading);
void mstats(char *heading);

void _mstats_r(struct _reent *reent, char *heading) {
    (void)reent;
    (void)heading;
}

void mstats(char *heading) {
    (void)heading;
}

#endif
