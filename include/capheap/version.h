/* SPDX-License-Identifier: MIT */
/* The version of these headers; scripts/check-version holds it against the file VERSION. */
#ifndef CAPHEAP_VERSION_H
#define CAPHEAP_VERSION_H

/* Counts changes that break programs. */
#define CAPHEAP_VERSION_MAJOR 0
/* Counts additions. */
#define CAPHEAP_VERSION_MINOR 1
/* Counts corrections. */
#define CAPHEAP_VERSION_PATCH 0
/* The three, as text. */
#define CAPHEAP_VERSION "0.1.0"

#endif
