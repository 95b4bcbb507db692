/* SPDX-License-Identifier: MIT */
/* C++17: containers by memory resource and by allocator, where their elements are, and what happens
 * without memory. Every public header, and a static heap, without any warning. test.h is C's: this
 * file has checks of its own. */
#include "capheap/memory_resource.hpp"

#include <cstdio>
#include <cstring>
#include <list>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "capheap/chips.h"
#include "capheap/esp_idf.h"
#include "capheap/esp_idf_v1.h"
#include "capheap/explain.h"
#include "capheap/inspect.h"
#include "capheap/malloc.h"
#include "capheap/mark.h"
#include "capheap/minimum.h"
#include "capheap/policy.h"
#include "capheap/quota.h"
#include "capheap/sleep.h"
#include "capheap/version.h"

namespace {

alignas(64) unsigned char fast_pool[32768], large_pool[262144];
const capheap_type_t fast = {"fast", {CAPHEAP_DMA, CAPHEAP_8BIT | CAPHEAP_32BIT, 0}, 8, 0};
const capheap_type_t large = {"large", {CAPHEAP_SPIRAM, CAPHEAP_8BIT | CAPHEAP_32BIT, 0}, 8, 0};
capheap_slot_t slots[2];
unsigned failed;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            std::printf("  %s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);           \
            failed++;                                                                              \
        }                                                                                          \
    } while (0)

bool in_fast(const void *ptr) {
    return reinterpret_cast<std::uintptr_t>(ptr) - reinterpret_cast<std::uintptr_t>(fast_pool) <
           sizeof(fast_pool);
}

bool in_large(const void *ptr) {
    return reinterpret_cast<std::uintptr_t>(ptr) - reinterpret_cast<std::uintptr_t>(large_pool) <
           sizeof(large_pool);
}

} // namespace

static capheap_heap_t heap;
CAPHEAP_HEAP_DEFINE(made_at_once, 1);
static_assert(capheap_heap_initial(nullptr, 7).slot_count == 7, "a heap is a constant");

namespace {

constexpr capheap_caps_t for_dma = CAPHEAP_8BIT | CAPHEAP_DMA;
constexpr capheap_caps_t outside = CAPHEAP_8BIT | CAPHEAP_SPIRAM;

template <typename T> using in_dma = capheap::allocator<T, heap, for_dma>;
template <typename T> using in_psram = capheap::allocator<T, heap, outside>;

struct alignas(128) line {
    unsigned char bytes[128];
};

std::size_t blocks() {
    capheap_figures_t figures;
    capheap_get_figures(&heap, 0, &figures);
    return figures.blocks;
}

void resources() {
    capheap::memory_resource dma(heap, for_dma), psram(heap, outside), again(heap, outside);
    std::pmr::vector<int> samples(&psram);
    for (int i = 0; i < 5000; i++) {
        samples.push_back(i);
    }
    CHECK(in_large(samples.data()) && samples[4999] == 4999);
    std::pmr::map<std::pmr::string, int> names(&dma);
    for (int i = 0; i < 50; i++) {
        names.emplace("a name that is too long to be kept in place " + std::to_string(i), i);
    }
    CHECK(in_fast(&*names.begin()) && in_fast(names.begin()->first.data()));
    std::pmr::vector<line> lines(3, &dma);
    CHECK(reinterpret_cast<std::uintptr_t>(lines.data()) % alignof(line) == 0);

    CHECK(psram == again && !(psram == dma));
    CHECK(psram != *std::pmr::new_delete_resource());
    std::pmr::vector<int> taken(std::move(samples), &again);
    CHECK(in_large(taken.data()) && taken.size() == 5000);
    taken.resize(1000);
    std::pmr::vector<int> moved(std::move(taken), &dma); /* other memory: it must copy */
    CHECK(in_fast(moved.data()) && moved.size() == 1000 && moved[999] == 999);
}

void allocators() {
    std::vector<std::byte, in_dma<std::byte>> packet(1500);
    CHECK(in_fast(packet.data()));
    static_assert(sizeof(packet) == sizeof(std::vector<std::byte>), "it has no state");
    std::list<double, in_psram<double>> numbers(100, 1.5);
    CHECK(in_large(&numbers.front()) && numbers.back() == 1.5);
    std::unordered_map<int, int, std::hash<int>, std::equal_to<int>,
                       in_psram<std::pair<const int, int>>>
        table;
    for (int i = 0; i < 500; i++) {
        table[i * 31] = i;
    }
    CHECK(table.at(31 * 499) == 499 && in_large(&*table.begin()));
    std::vector<line, in_psram<line>> lines(5);
    CHECK(reinterpret_cast<std::uintptr_t>(lines.data()) % alignof(line) == 0);
    auto other = std::move(lines);
    CHECK(other.size() == 5);
}

template <typename F> bool is_refused(F request) {
    try {
        request();
    } catch (const std::bad_alloc &) {
        return true;
    }
    return false;
}

void refusals() {
    capheap::memory_resource dma(heap, for_dma), none(heap, CAPHEAP_RTCRAM);
    std::size_t before = blocks();
    CHECK(is_refused([&] { (void)dma.allocate(sizeof(fast_pool)); }));
    CHECK(is_refused([&] { (void)dma.allocate(SIZE_MAX - 64); }));
    CHECK(is_refused([&] { (void)none.allocate(1); }));
    CHECK(is_refused([&] { (void)in_dma<line>().allocate(SIZE_MAX / 64); }));
    CHECK(is_refused([&] { std::pmr::vector<char>(sizeof(fast_pool), &dma); }));
    void *nothing = dma.allocate(0), *more = dma.allocate(0);
    CHECK(nothing != nullptr && nothing != more);
    dma.deallocate(nothing, 0);
    dma.deallocate(more, 0);
    CHECK(blocks() == before);
}

void add(const capheap_type_t &type, std::uint32_t tag, unsigned char *pool, std::size_t size) {
    capheap_memory_t memory = {};
    memory.start = reinterpret_cast<std::uintptr_t>(pool);
    memory.size = size;
    CHECK(capheap_add_region(&heap, &type, tag, &memory) == CAPHEAP_OK);
}

/* Before any call, a static heap is what capheap_init makes. */
void statics() {
    const capheap_heap_t &at_once = made_at_once;
    capheap_heap_t made;
    capheap_slot_t room[1];
    capheap_init(&made, room, 1);
    CHECK(at_once.slots == made_at_once_slots && at_once.slot_count == made.slot_count);
    CHECK(at_once.special == made.special && at_once.line_caps == made.line_caps);
    alignas(8) static unsigned char pool[4096];
    capheap_memory_t memory = {};
    memory.start = reinterpret_cast<std::uintptr_t>(pool);
    memory.size = sizeof(pool);
    CHECK(capheap_add_region(&made_at_once, &fast, 0, &memory) == CAPHEAP_OK);
    void *block = capheap_malloc(&made_at_once, 100, for_dma);
    CHECK(block != nullptr && capheap_usable_size(&made_at_once, block) == 104);
    capheap_free(&made_at_once, block);
    CHECK(capheap_check(&made_at_once, 0));
}

} // namespace

int main() {
    capheap_init(&heap, slots, 2);
    add(fast, 0, fast_pool, sizeof(fast_pool));
    add(large, 1, large_pool, sizeof(large_pool));
    resources();
    CHECK(blocks() == 0);
    allocators();
    CHECK(blocks() == 0);
    refusals();
    statics();
    CHECK(blocks() == 0 && capheap_check(&heap, 0));
    std::printf("%s c++, failed checks: %u\n", failed == 0 ? "ok  " : "FAIL", failed);
    return failed == 0 ? 0 : 1;
}
