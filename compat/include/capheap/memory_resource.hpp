/* SPDX-License-Identifier: MIT */
/*
 * C++17: containers in memory of one's choice.
 *
 *     capheap::memory_resource psram(heap, CAPHEAP_SPIRAM | CAPHEAP_8BIT);
 *     std::pmr::vector<int> samples(&psram);
 *
 *     using in_dma = capheap::allocator<std::byte, heap, CAPHEAP_8BIT | CAPHEAP_DMA>;
 *     std::vector<std::byte, in_dma> packet(1500);
 *
 * Both align as types ask for it, over-aligned ones too, and give size 0 a block of its own. No
 * memory: std::bad_alloc, or std::abort() where exceptions are off. Threads as in heap.h.
 */
#ifndef CAPHEAP_MEMORY_RESOURCE_HPP
#define CAPHEAP_MEMORY_RESOURCE_HPP

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory_resource>
#include <new>
#include <type_traits>

#include "capheap/heap.h"

/* The C++ side of capheap. */
namespace capheap {

/* A block for C++; never returns NULL. O(regions). */
[[nodiscard]] inline void *allocate(capheap_heap_t &heap, capheap_caps_t caps, std::size_t bytes,
                                    std::size_t alignment) {
    void *block = capheap_aligned_alloc(&heap, alignment, bytes != 0 ? bytes : 1, caps);
    if (block == nullptr) {
#if defined(__cpp_exceptions)
        throw std::bad_alloc();
#else
        std::abort();
#endif
    }
    return block;
}

/*
 * Memory with these capabilities from a heap, which must outlive the resource. Two are equal if heap
 * and capabilities are the same: so a container moves its elements, rather than hand over its
 * block, to one whose memory can do other things.
 */
class memory_resource : public std::pmr::memory_resource {
  public:
    /* Nothing is allocated until a container asks. */
    explicit memory_resource(capheap_heap_t &heap, capheap_caps_t caps) noexcept
        : heap_(&heap), caps_(caps) {}

    /* The heap that blocks come from. */
    capheap_heap_t &heap() const noexcept { return *heap_; }
    /* What every block's memory can do. */
    capheap_caps_t caps() const noexcept { return caps_; }

  private:
    void *do_allocate(std::size_t bytes, std::size_t alignment) override {
        return capheap::allocate(*heap_, caps_, bytes, alignment);
    }

    void do_deallocate(void *block, std::size_t, std::size_t) override {
        capheap_free(heap_, block);
    }

    bool do_is_equal(const std::pmr::memory_resource &other) const noexcept override {
#if defined(__cpp_rtti)
        const auto *same = dynamic_cast<const memory_resource *>(&other);
        return same != nullptr && same->heap_ == heap_ && same->caps_ == caps_;
#else
        return this == &other;
#endif
    }

    capheap_heap_t *heap_;
    capheap_caps_t caps_;
};

/* The same as an allocator without any state: heap and capabilities are part of its type, so that a
 * container is no larger for it. Heap is an object of static storage. */
template <typename T, capheap_heap_t &Heap, capheap_caps_t Caps> class allocator {
  public:
    /* What it allocates. */
    using value_type = T;
    /* Any of these frees what any other of the same type gave. */
    using is_always_equal = std::true_type;
    /* A container that is moved hands its block over. */
    using propagate_on_container_move_assignment = std::true_type;

    /* The same for another type. */
    template <typename U> struct rebind {
        /* Its name. */
        using other = allocator<U, Heap, Caps>;
    };

    /* Nothing to set up. */
    allocator() noexcept = default;
    /* From that of another type. */
    template <typename U> allocator(const allocator<U, Heap, Caps> &) noexcept {}

    /* Room for count objects, aligned for T. std::bad_alloc if there is none. O(regions). */
    [[nodiscard]] T *allocate(std::size_t count) {
        std::size_t bytes = 0;
        if (__builtin_mul_overflow(count, sizeof(T), &bytes)) {
            bytes = SIZE_MAX; /* which no region has */
        }
        return static_cast<T *>(capheap::allocate(Heap, Caps, bytes, alignof(T)));
    }

    /* Give it back. O(regions). */
    void deallocate(T *block, std::size_t) noexcept { capheap_free(&Heap, block); }
};

/* Always: there is no state that could differ. */
template <typename T, typename U, capheap_heap_t &Heap, capheap_caps_t Caps>
bool operator==(const allocator<T, Heap, Caps> &, const allocator<U, Heap, Caps> &) noexcept {
    return true;
}

/* Never. */
template <typename T, typename U, capheap_heap_t &Heap, capheap_caps_t Caps>
bool operator!=(const allocator<T, Heap, Caps> &, const allocator<U, Heap, Caps> &) noexcept {
    return false;
}

} // namespace capheap

#endif
