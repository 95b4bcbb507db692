/* SPDX-License-Identifier: MIT */
/* The last words of a program, and those about damage. No printf: it may allocate. */
#include "esp_idf_internal.h"

/* 0x and all digits of an address. */
static void write_address(const void *where) {
    char text[2 + 2 * sizeof(uintptr_t) + 1] = "0x";
    uintptr_t address = (uintptr_t)where;
    for (size_t i = 2 * sizeof address; i > 0; i--, address >>= 4) {
        text[1 + i] = "0123456789abcdef"[address & 15];
    }
    capheap_esp_idf_write(text);
}

void capheap_esp_idf_stop(const char *what, const void *where) {
    capheap_esp_idf_write("heap: ");
    capheap_esp_idf_write(what);
    if (where != NULL) {
        capheap_esp_idf_write(", at ");
        write_address(where);
    }
    capheap_esp_idf_write("\n");
    __builtin_trap();
}

void capheap_esp_idf_print_damage(const idf_damage_t *damage) {
    capheap_esp_idf_write("CORRUPT HEAP: ");
    capheap_esp_idf_write(capheap_fault_text(damage->first.fault));
    capheap_esp_idf_write(", at ");
    write_address(damage->first.address);
    if (damage->first.block != NULL) {
        capheap_esp_idf_write(", in the block at ");
        write_address(damage->first.block);
    }
    capheap_esp_idf_write(damage->places > 1 ? "; and more\n" : "\n");
}
