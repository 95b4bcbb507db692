/* SPDX-License-Identifier: MIT */
/* The version of these headers; scripts/check-version holds it against the file VERSION. */
#ifndef CAPHEAP_VERSION_H
#define CAPHEAP_VERSION_H

#define CAPHEAP_VERSION_MAJOR 0
#define CAPHEAP_VERSION_MINOR 1
#define CAPHEAP_VERSION_PATCH 0
#define CAPHEAP_VERSION       "0.1.0"

#endif
