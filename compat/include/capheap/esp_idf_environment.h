/* SPDX-License-Identifier: MIT */
/* What esp_heap_caps.h takes from the rest of ESP-IDF, or stands in for where ESP-IDF is not. */
#ifndef CAPHEAP_ESP_IDF_ENVIRONMENT_H
#define CAPHEAP_ESP_IDF_ENVIRONMENT_H

#if __has_include("sdkconfig.h")
#include "sdkconfig.h"
#else
#ifndef CONFIG_HEAP_HAS_EXEC_HEAP
#define CONFIG_HEAP_HAS_EXEC_HEAP 1
#endif
#ifndef CONFIG_HEAP_USE_HOOKS
#define CONFIG_HEAP_USE_HOOKS 1
#endif
#endif

#if __has_include("esp_attr.h")
#include "esp_attr.h"
#endif
#ifndef IRAM_ATTR
#define IRAM_ATTR /* ESP-IDF's: into RAM that code is fetched from */
#endif

#if __has_include("esp_err.h")
#include "esp_err.h"
#else
typedef int esp_err_t;
#define ESP_OK                0
#define ESP_FAIL              (-1)
#define ESP_ERR_NO_MEM        0x101
#define ESP_ERR_INVALID_ARG   0x102
#define ESP_ERR_INVALID_STATE 0x103
#define ESP_ERR_INVALID_SIZE  0x104
#define ESP_ERR_NOT_FOUND     0x105
#endif

#endif
