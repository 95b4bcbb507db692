/* SPDX-License-Identifier: MIT */
/* Which bytes belong to a live block, kept apart from the heap's own books, to see that no two
 * blocks ever overlap. */
#ifndef SHADOW_H
#define SHADOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Blocks of every region are whole pieces of this size. */
#define SHADOW_GRAIN 8u

typedef struct shadow {
    uint64_t *bits; /* one per grain */
    uint64_t grains;
} shadow_t;

/* For memories of so many bytes; false if out of memory. */
bool shadow_open(shadow_t *shadow, uint64_t bytes);
void shadow_close(shadow_t *shadow);
void shadow_clear(shadow_t *shadow);

/* offset and size in bytes; size 0 is fine. take: false, and nothing is taken, if some of it is
 * taken already or lies outside. release: false if some of it was not taken. */
bool shadow_take(shadow_t *shadow, uint64_t offset, uint64_t size);
bool shadow_release(shadow_t *shadow, uint64_t offset, uint64_t size);

#endif
