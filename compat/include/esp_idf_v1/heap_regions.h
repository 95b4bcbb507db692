/* SPDX-License-Identifier: MIT */
/* For programs that have the folder freertos/ itself in their include path. */
#include "freertos/heap_regions.h"
