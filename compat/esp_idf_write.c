/* SPDX-License-Identifier: MIT */
/* Where text goes by default: a program with a better place defines the function itself. The ROM's
 * printf works in interrupts and takes no memory. */
#include "capheap/esp_idf.h"

#if __has_include("esp_rom_sys.h")
#include "esp_rom_sys.h"

void capheap_esp_idf_write(const char *text) {
    esp_rom_printf("%s", text);
}
#else
#include <stdio.h>

void capheap_esp_idf_write(const char *text) {
    (void)fputs(text, stdout);
}
#endif
