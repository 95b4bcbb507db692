/* SPDX-License-Identifier: MIT */
/* Between heap_caps_init and the list of regions. */
#ifndef CAPHEAP_ESP_IDF_REGIONS_H
#define CAPHEAP_ESP_IDF_REGIONS_H

#include "esp_idf_internal.h"

/* The list is made once, for this chip: stops the program the second time. */
void capheap_esp_idf_begin(const capheap_chip_t *chip);

/* Insert before the first that is not smaller. */
void capheap_esp_idf_insert_by_size(idf_region_t *region);

/* Those held back serve from now on; those added from now on have no minimum. */
void capheap_esp_idf_end_startup(void);

/* A type as ESP-IDF knows it. */
capheap_type_t capheap_esp_idf_type_known(const capheap_type_t *type);

#endif
