/* SPDX-License-Identifier: MIT */
/* compat_bare_program.c's part in C++: new is malloc's, too much of it is std::bad_alloc. */
#include <cstddef>
#include <new>
#include <string>
#include <vector>

#include "capheap/malloc.h"

extern "C" int check_new(void);

int check_new(void) {
    std::size_t before = capheap_malloc_source.heap->slots[0].region.blocks;
    bool refused = false;
    {
        std::vector<std::string> names;
        for (int i = 0; i < 100; i++) {
            names.push_back("a string too long to be kept in place, number " + std::to_string(i));
        }
        if (capheap_malloc_source.heap->slots[0].region.blocks < before + 100) {
            return 0;
        }
        try {
            names.reserve(100000);
        } catch (const std::bad_alloc &) {
            refused = true;
        }
    }
    if (mallinfo2().arena == 0) {
        return 0;
    }
    return refused && capheap_malloc_source.heap->slots[0].region.blocks == before;
}
