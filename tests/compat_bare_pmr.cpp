/* SPDX-License-Identifier: MIT */
/*
 * Firmware for compat_bare_test.py: C++17's containers in the PSRAM of an MPS2 board and in its
 * internal memory, by capheap/memory_resource.hpp. CHIP is the board's table. Code, data and stack
 * are in the memory at address 0, which the heap leaves alone.
 */
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory_resource>
#include <numeric>
#include <string>
#include <vector>

#include "capheap/chips.h"
#include "capheap/inspect.h"
#include "capheap/memory_resource.hpp"

static capheap_slot_t slots[8];
static capheap_heap_t heap;

static const std::size_t fitted = std::size_t(16) << 20;
static const std::size_t many = 1000000; /* of 4 bytes: no other memory of the board has room */

static void require(bool good, const char *what) {
    if (!good) {
        std::puts(what);
        std::exit(1);
    }
}

static bool is_in(const void *ptr, capheap_caps_t caps) {
    capheap_region_info_t info;
    return capheap_find_region(&heap, ptr, &info) && (info.caps & caps) == caps;
}

static std::size_t blocks(capheap_caps_t caps) {
    capheap_figures_t figures;
    capheap_get_figures(&heap, caps, &figures);
    return figures.blocks;
}

static void check_large(std::pmr::memory_resource *psram) {
    std::pmr::vector<std::uint32_t> samples(psram);
    for (std::size_t i = 0; i < many; i++) {
        samples.push_back(std::uint32_t(i * 7));
    }
    require(is_in(samples.data(), CAPHEAP_SPIRAM), "the vector is not in PSRAM");
    require(is_in(samples.data() + many - 1, CAPHEAP_SPIRAM), "its end is not in PSRAM");
    std::uint64_t sum = std::accumulate(samples.begin(), samples.end(), std::uint64_t(0));
    require(sum == std::uint64_t(many) * (many - 1) / 2 * 7, "the vector's sum");
    const std::uint32_t *place = samples.data();
    bool refused = false;
    try {
        samples.reserve(fitted / sizeof(std::uint32_t) + 1);
    } catch (const std::bad_alloc &) {
        refused = true;
    }
    require(refused && samples.data() == place && samples.size() == many, "bad_alloc");
}

/* What is in a container is in its memory too; to other memory elements are moved. */
static void check_moves(std::pmr::memory_resource *psram, std::pmr::memory_resource *internal) {
    std::pmr::vector<std::pmr::string> names(psram);
    for (int i = 0; i < 100; i++) {
        names.emplace_back("a string too long to be kept in place, number " + std::to_string(i));
    }
    require(is_in(names[99].data(), CAPHEAP_SPIRAM), "a string is not in PSRAM");
    std::pmr::vector<std::pmr::string> near(std::move(names), internal);
    require(near.size() == 100 && is_in(near.data(), CAPHEAP_INTERNAL) &&
                is_in(near[99].data(), CAPHEAP_INTERNAL),
            "moved strings are not in internal memory");
    require(near[42].find("number 42") != std::string::npos, "a moved string");
    require(blocks(CAPHEAP_INTERNAL) >= 101, "blocks of internal memory");
}

struct alignas(64) line {
    unsigned char bytes[64];
};

static void check_others(std::pmr::memory_resource *psram) {
    std::pmr::unsynchronized_pool_resource pool(psram);
    std::pmr::map<int, line> lines(&pool);
    for (int i = 0; i < 300; i++) {
        line &one = lines[i * 37 % 300];
        require((reinterpret_cast<std::uintptr_t>(&one) & 63) == 0, "alignment");
        require(is_in(&one, CAPHEAP_SPIRAM), "a node is not in PSRAM");
    }
    using in_dma = capheap::allocator<std::byte, heap, CAPHEAP_8BIT | CAPHEAP_DMA>;
    std::vector<std::byte, in_dma> packet(1500);
    require(is_in(packet.data(), CAPHEAP_DMA), "the packet is not in memory for DMA");
}

int main() {
    const capheap_range_t program = {0, std::uintptr_t(4) << 20, "program"};
    require(reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) < program.end, "stack");
    capheap_init(&heap, slots, sizeof(slots) / sizeof(slots[0]));
    require(capheap_add_chip(&heap, &CHIP, &program, 1, fitted) == CAPHEAP_OK, "no heap");
    capheap::memory_resource psram(heap, CAPHEAP_SPIRAM | CAPHEAP_8BIT);
    capheap::memory_resource internal(heap, CAPHEAP_INTERNAL | CAPHEAP_8BIT);
    require(psram != internal && psram == capheap::memory_resource(heap, psram.caps()), "equality");

    check_large(&psram);
    check_moves(&psram, &internal);
    check_others(&psram);
    require(blocks(0) == 0, "something was not given back");
    require(capheap_check(&heap, 0), "the heap is damaged");
    capheap_figures_t figures;
    capheap_get_figures(&heap, CAPHEAP_SPIRAM, &figures);
    std::printf("served: at most %lu bytes\n",
                static_cast<unsigned long>(figures.total - figures.minimum_free));
    return 0;
}
