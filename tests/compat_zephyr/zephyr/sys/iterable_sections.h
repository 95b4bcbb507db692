/* SPDX-License-Identifier: MIT */
/* A section that gathers what is defined in several files; the linker marks its ends. */
#ifndef ZEPHYR_ITERABLE_SECTIONS_H
#define ZEPHYR_ITERABLE_SECTIONS_H

#include <zephyr/kernel.h>

extern struct k_heap __start_k_heaps[], __stop_k_heaps[];

#define STRUCT_SECTION_FOREACH(type, iterator)                                                     \
    for (struct type *iterator = __start_##type##s; iterator < __stop_##type##s; iterator++)
#define STRUCT_SECTION_GET(type, i, result) (*(result) = &__start_##type##s[i])
#define STRUCT_SECTION_COUNT(type, result)  (*(result) = (int)(__stop_##type##s - __start_##type##s))

#endif
