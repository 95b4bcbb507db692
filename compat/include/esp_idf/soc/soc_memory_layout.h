/* SPDX-License-Identifier: MIT */
/* The older name of heap_memory_layout.h; esp_memory_utils.h is ESP-IDF's own. */
#ifndef SOC_MEMORY_LAYOUT_H
#define SOC_MEMORY_LAYOUT_H

#include "heap_memory_layout.h"

#if __has_include("esp_memory_utils.h")
#include "esp_memory_utils.h"
#endif

#endif
