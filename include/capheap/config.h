/* SPDX-License-Identifier: MIT */
/*
 * Every option with its default. To change some, define CAPHEAP_CONFIG_FILE as the name of a header
 * of your own, in quotes, when you compile: it is included first and what it defines wins. Options
 * are 0 or 1, or a number with its range.
 */
#ifndef CAPHEAP_CONFIG_H
#define CAPHEAP_CONFIG_H

#ifdef CAPHEAP_CONFIG_FILE
#include CAPHEAP_CONFIG_FILE
#endif

/* Words (of the size of a pointer) that a lock of the port takes: 2 for an ESP32's spinlock, 8 for
 * a POSIX mutex. */
#ifndef CAPHEAP_PORT_LOCK_WORDS
#if defined(__unix__) || defined(__APPLE__)
#define CAPHEAP_PORT_LOCK_WORDS 8
#else
#define CAPHEAP_PORT_LOCK_WORDS 2
#endif
#endif

/* Regions that one chip's layout can have, 1 to 255: capheap_add_chip keeps room for so many on the
 * stack, 20 to 40 bytes each. */
#ifndef CAPHEAP_LAYOUT_REGIONS
#define CAPHEAP_LAYOUT_REGIONS 32
#endif

/* Reserves (policy.h) that one heap can keep at a time, 1 to 16: each takes 8 bytes of every slot
 * of a 32-bit heap, and 12 of the heap itself. */
#ifndef CAPHEAP_RESERVES
#define CAPHEAP_RESERVES 4
#endif

#endif
