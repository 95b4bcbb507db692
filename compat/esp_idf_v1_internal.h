/* SPDX-License-Identifier: MIT */
/* Between the two halves of the first ESP-IDF's heap. */
#ifndef CAPHEAP_ESP_IDF_V1_INTERNAL_H
#define CAPHEAP_ESP_IDF_V1_INTERNAL_H

#include "capheap/esp_idf_v1.h"

/* The heap is made once: stops the program the second time. */
void capheap_esp_idf_v1_begin(void);

/* Add a region; memory->type is its tag. Too small: left out. Any other failure stops the
 * program. */
void capheap_esp_idf_v1_add(const capheap_memory_t *memory);

#endif
