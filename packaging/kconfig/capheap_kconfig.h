/* SPDX-License-Identifier: MIT */
/* The options of include/capheap/config.h as Kconfig has set them, in ESP-IDF and in Zephyr. */
#ifndef CAPHEAP_KCONFIG_H
#define CAPHEAP_KCONFIG_H

#ifdef ESP_PLATFORM
#include "sdkconfig.h" /* Zephyr gives its symbols to every file unasked */
#endif

#define CAPHEAP_LAYOUT_REGIONS  CONFIG_CAPHEAP_LAYOUT_REGIONS
#define CAPHEAP_RESERVES        CONFIG_CAPHEAP_RESERVES
#define CAPHEAP_PORT_LOCK_WORDS CONFIG_CAPHEAP_PORT_LOCK_WORDS

#ifdef CONFIG_CAPHEAP_SHARED_MULTI_HEAP_REGIONS
#define CAPHEAP_SHARED_MULTI_HEAP_REGIONS CONFIG_CAPHEAP_SHARED_MULTI_HEAP_REGIONS
#endif

#endif
