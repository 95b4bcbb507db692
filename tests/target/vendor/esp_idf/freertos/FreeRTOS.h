/* SPDX-License-Identifier: MIT */
/*
 * As much of ESP-IDF's FreeRTOS as ports/esp_idf.c uses, written from its documentation ("FreeRTOS
 * (IDF)", "Critical Sections") so that the port can be compiled without ESP-IDF. A spinlock is two
 * words; macros are functions here, so that arguments are checked.
 */
#ifndef CAPHEAP_VENDOR_ESP_IDF_FREERTOS_H
#define CAPHEAP_VENDOR_ESP_IDF_FREERTOS_H

#include <stdint.h>

typedef struct spinlock {
    uint32_t owner;
    uint32_t count;
} portMUX_TYPE;

void portMUX_INITIALIZE(portMUX_TYPE *spinlock);
void portENTER_CRITICAL_SAFE(portMUX_TYPE *spinlock);
void portEXIT_CRITICAL_SAFE(portMUX_TYPE *spinlock);

#endif
