/* SPDX-License-Identifier: MIT */
/*
 * What a program takes of an ESP32, by the symbols of the first ESP-IDF's linker script (v2.1,
 * components/esp32/ld/esp32.common.ld). A program with Bluetooth or trace memory supplies a
 * capheap_esp_idf_v1_program of its own instead, which names their ranges too.
 */
#include "capheap/esp_idf_v1.h"

extern char _data_start, _heap_start;    /* static data */
extern char _init_start, _iram_text_end; /* code in IRAM */

capheap_program_t capheap_esp_idf_v1_program(void) {
    static capheap_range_t ranges[2];
    ranges[0] = (capheap_range_t){(uintptr_t)&_data_start, (uintptr_t)&_heap_start, "static data"};
    ranges[1] =
        (capheap_range_t){(uintptr_t)&_init_start, (uintptr_t)&_iram_text_end, "code in IRAM"};
    return (capheap_program_t){.reserved = ranges, .reserved_count = 2};
}
