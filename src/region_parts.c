/* SPDX-License-Identifier: MIT */
/* The parts, once, for builds in which size counts. */
#ifdef __OPTIMIZE_SIZE__
#include "region_parts.h"
#else
typedef int region_parts_are_inline;
#endif
