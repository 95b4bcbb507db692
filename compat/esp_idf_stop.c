/* SPDX-License-Identifier: MIT */
/* The last words of a program, and those about damage. No printf: it may allocate. */
#include "esp_idf_internal.h"

/* Some words, and all digits of an address; nothing if there is none. */
static void write_address(const char *words, const void *where) {
    char text[2 + 2 * sizeof(uintptr_t) + 1] = "0x";
    uintptr_t address = (uintptr_t)where;
    if (where == NULL) {
        return;
    }
    for (size_t i = 2 * sizeof address; i > 0; i--, address >>= 4) {
        text[1 + i] = "0123456789abcdef"[address & 15];
    }
    capheap_esp_idf_write(words);
    capheap_esp_idf_write(text);
}

void capheap_esp_idf_stop(const char *what, const void *where) {
    capheap_esp_idf_write("heap: ");
    capheap_esp_idf_write(what);
    write_address(", at ", where);
    capheap_esp_idf_write("\n");
    __builtin_trap();
}

void capheap_esp_idf_print_damage(const idf_damage_t *damage) {
    capheap_esp_idf_write("CORRUPT HEAP: ");
    capheap_esp_idf_write(damage->what);
    write_address(", at ", damage->address);
    write_address(", in the block at ", damage->block);
    capheap_esp_idf_write(damage->places > 1 ? "; and more\n" : "\n");
}
