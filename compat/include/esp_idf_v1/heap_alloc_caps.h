/* SPDX-License-Identifier: MIT */
/* What the header was called before ESP-IDF v1.0. */
#include "esp_heap_alloc_caps.h"
