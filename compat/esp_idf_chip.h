/* SPDX-License-Identifier: MIT */
/*
 * The chip's table by sdkconfig.h, at compile time, so that one table alone is linked; or as
 * CAPHEAP_ESP_IDF_CHIP says, the name of any table. With memory protection nothing that is heap can
 * be executed.
 */
#ifndef CAPHEAP_ESP_IDF_CHIP_H
#define CAPHEAP_ESP_IDF_CHIP_H

#include "capheap/chips.h"
#include "capheap/esp_idf_environment.h"

#if defined(CONFIG_HEAP_HAS_EXEC_HEAP) && CONFIG_HEAP_HAS_EXEC_HEAP
#define CAPHEAP_ESP_IDF_VARIANT(chip) capheap_chip_##chip
#else
#define CAPHEAP_ESP_IDF_VARIANT(chip) capheap_chip_##chip##_memprot
#endif

#if defined(CAPHEAP_ESP_IDF_CHIP)
/* said */
#elif defined(CONFIG_IDF_TARGET_ESP32) && defined(CONFIG_ESP_SYSTEM_SINGLE_CORE_MODE)
#define CAPHEAP_ESP_IDF_CHIP capheap_chip_esp32_one_core
#elif defined(CONFIG_IDF_TARGET_ESP32)
#define CAPHEAP_ESP_IDF_CHIP capheap_chip_esp32
#elif defined(CONFIG_IDF_TARGET_ESP32C2)
#define CAPHEAP_ESP_IDF_CHIP CAPHEAP_ESP_IDF_VARIANT(esp32c2)
#elif defined(CONFIG_IDF_TARGET_ESP32C3)
#define CAPHEAP_ESP_IDF_CHIP CAPHEAP_ESP_IDF_VARIANT(esp32c3)
#elif defined(CONFIG_IDF_TARGET_ESP32C5)
#define CAPHEAP_ESP_IDF_CHIP CAPHEAP_ESP_IDF_VARIANT(esp32c5)
#elif defined(CONFIG_IDF_TARGET_ESP32C6)
#define CAPHEAP_ESP_IDF_CHIP CAPHEAP_ESP_IDF_VARIANT(esp32c6)
#elif defined(CONFIG_IDF_TARGET_ESP32C61)
#define CAPHEAP_ESP_IDF_CHIP CAPHEAP_ESP_IDF_VARIANT(esp32c61)
#elif defined(CONFIG_IDF_TARGET_ESP32H2)
#define CAPHEAP_ESP_IDF_CHIP CAPHEAP_ESP_IDF_VARIANT(esp32h2)
#elif defined(CONFIG_IDF_TARGET_ESP32H21)
#define CAPHEAP_ESP_IDF_CHIP CAPHEAP_ESP_IDF_VARIANT(esp32h21)
#elif defined(CONFIG_IDF_TARGET_ESP32H4) && defined(CONFIG_ESP_SYSTEM_SINGLE_CORE_MODE)
#define CAPHEAP_ESP_IDF_CHIP capheap_chip_esp32h4_one_core
#elif defined(CONFIG_IDF_TARGET_ESP32H4)
#define CAPHEAP_ESP_IDF_CHIP CAPHEAP_ESP_IDF_VARIANT(esp32h4)
#elif defined(CONFIG_IDF_TARGET_ESP32P4) && defined(CONFIG_ESP32P4_SELECTS_REV_LESS_V3)
#define CAPHEAP_ESP_IDF_CHIP capheap_chip_esp32p4_rev1
#elif defined(CONFIG_IDF_TARGET_ESP32P4)
#define CAPHEAP_ESP_IDF_CHIP CAPHEAP_ESP_IDF_VARIANT(esp32p4)
#elif defined(CONFIG_IDF_TARGET_ESP32S2) && defined(CONFIG_ESP32S2_DATA_CACHE_0KB)
#define CAPHEAP_ESP_IDF_CHIP capheap_chip_esp32s2_dcache0
#elif defined(CONFIG_IDF_TARGET_ESP32S2)
#define CAPHEAP_ESP_IDF_CHIP CAPHEAP_ESP_IDF_VARIANT(esp32s2)
#elif defined(CONFIG_IDF_TARGET_ESP32S3) && defined(CONFIG_ESP32S3_DATA_CACHE_16KB)
#define CAPHEAP_ESP_IDF_CHIP capheap_chip_esp32s3_dcache16
#elif defined(CONFIG_IDF_TARGET_ESP32S3)
#define CAPHEAP_ESP_IDF_CHIP CAPHEAP_ESP_IDF_VARIANT(esp32s3)
#elif defined(CONFIG_IDF_TARGET_ESP32S31)
#define CAPHEAP_ESP_IDF_CHIP CAPHEAP_ESP_IDF_VARIANT(esp32s31)
#else
#error "Which chip? Set CAPHEAP_ESP_IDF_CHIP to a table of capheap/chips.h, or have sdkconfig.h"
#endif

#endif
