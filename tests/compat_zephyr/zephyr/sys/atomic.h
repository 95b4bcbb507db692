/* SPDX-License-Identifier: MIT */
#ifndef ZEPHYR_ATOMIC_H
#define ZEPHYR_ATOMIC_H

#include <stdbool.h>

typedef long atomic_t;
typedef atomic_t atomic_val_t;

bool atomic_cas(atomic_t *target, atomic_val_t old_value, atomic_val_t new_value);
atomic_val_t atomic_inc(atomic_t *target);
atomic_val_t atomic_dec(atomic_t *target);

#endif
