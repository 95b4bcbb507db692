/* SPDX-License-Identifier: MIT */
/*
 * When locks are held, and that an alias is real: with memory of the system's, which can be mapped
 * twice and made to trap.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capheap/heap.h"
#include "capheap/inspect.h"
#include "test.h"

#define SIZE ((size_t)1 << 20)

static const capheap_type_t fast = {"fast", {CAPHEAP_8BIT | CAPHEAP_DMA, 0, 0}, 0, 0};
static const capheap_type_t slow = {"slow", {CAPHEAP_8BIT | CAPHEAP_SPIRAM, 0, 0}, 0, 0};
static const capheap_type_t code = {"code", {CAPHEAP_32BIT, CAPHEAP_EXEC | CAPHEAP_8BIT, 0}, 0, 0};

static capheap_slot_t slots[2];
static capheap_heap_t heap;
static unsigned char *pages[2];

static unsigned char *map_anonymous(void) {
    void *at = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return at != MAP_FAILED ? at : NULL;
}

static void open_heap(const capheap_hooks_t *hooks) {
    capheap_init(&heap, slots, 2);
    capheap_set_hooks(&heap, hooks);
    for (int i = 0; i < 2; i++) {
        pages[i] = map_anonymous();
        REQUIRE(pages[i] != NULL);
        capheap_memory_t memory = {.start = (uintptr_t)pages[i], .size = SIZE};
        CHECK_EQ(capheap_add_region(&heap, i == 0 ? &fast : &slow, (uint32_t)i, &memory),
                 CAPHEAP_OK);
    }
}

static void close_heap(void) {
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(munmap(pages[i], SIZE), 0);
    }
}

/* ---- One page traps when it is touched: are the heap's locks free at that moment? */

static unsigned char *trap_page;
static size_t page_size;
static volatile sig_atomic_t trapped, locks_held;

static int is_held(capheap_lock_t *lock) {
    pthread_mutex_t *mutex = (pthread_mutex_t *)(void *)lock->words;
    if (pthread_mutex_trylock(mutex) != 0) {
        return 1;
    }
    pthread_mutex_unlock(mutex);
    return 0;
}

static void on_trap(int number, siginfo_t *info, void *context) {
    (void)number;
    (void)context;
    if ((uintptr_t)info->si_addr - (uintptr_t)trap_page >= page_size) {
        _exit(99); /* a fault of another kind */
    }
    trapped++;
    locks_held += is_held(&heap.lock) + is_held(&slots[0].lock) + is_held(&slots[1].lock);
    mprotect(trap_page, page_size, PROT_READ | PROT_WRITE);
}

/* Let the last whole page of the bytes trap once. */
static void set_trap(void *start, size_t bytes) {
    struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};
    CHECK_EQ(sigaction(SIGSEGV, &action, NULL), 0);
    CHECK_EQ(sigaction(SIGBUS, &action, NULL), 0);
    page_size = (size_t)sysconf(_SC_PAGESIZE);
    uintptr_t end = ((uintptr_t)start + bytes) & ~(uintptr_t)(page_size - 1);
    trap_page = (unsigned char *)(end - page_size);
    trapped = 0;
    locks_held = 0;
    CHECK_EQ(mprotect(trap_page, page_size, PROT_NONE), 0);
}

static void check_trap(void) {
    CHECK_EQ(trapped, 1);
    CHECK_EQ(locks_held, 0);
    signal(SIGSEGV, SIG_DFL);
    signal(SIGBUS, SIG_DFL);
}

static void hear_event(void *context, const void *old_ptr, const void *new_ptr, size_t size,
                       capheap_caps_t caps) {
    (void)context, (void)old_ptr, (void)new_ptr, (void)size, (void)caps;
}

TEST(no_lock_over_a_copy_between_regions) {
    open_heap(NULL);
    unsigned char *block = capheap_malloc(&heap, 100000, CAPHEAP_DMA);
    block[99000] = 42;
    set_trap(block, 100000);
    block = capheap_realloc(&heap, block, 200000, CAPHEAP_SPIRAM);
    check_trap();
    CHECK(block != NULL && block[99000] == 42);
    close_heap();
}

/* Short way and long way. */
TEST(no_lock_over_a_copy_within_a_region) {
    static const capheap_hooks_t hooked = {.event = hear_event};
    for (int longer = 0; longer <= 1; longer++) {
        open_heap(longer ? &hooked : NULL);
        unsigned char *block = capheap_malloc(&heap, 100000, CAPHEAP_DMA);
        void *after = capheap_malloc(&heap, 100, CAPHEAP_DMA);
        block[99000] = 42;
        set_trap(block, 100000);
        unsigned char *moved = capheap_realloc(&heap, block, 120000, CAPHEAP_DMA);
        check_trap();
        CHECK(moved != NULL && moved != block && moved[99000] == 42);
        CHECK(after != NULL && capheap_check(&heap, 0));
        close_heap();
    }
}

TEST(no_lock_over_clearing) {
    open_heap(NULL);
    unsigned char *block = capheap_malloc(&heap, 500000, CAPHEAP_DMA);
    capheap_free(&heap, block);
    set_trap(block, 250000);
    block = capheap_calloc(&heap, 500000, 1, CAPHEAP_DMA);
    check_trap();
    CHECK(block != NULL && block[249000] == 0);
    close_heap();
}

/* A mutex is not recursive: a hook that calls back would wait forever, were a lock held. */

static unsigned called;

static void call_back(void *context, const void *old_ptr, const void *new_ptr, size_t size,
                      capheap_caps_t caps) {
    (void)context;
    (void)size;
    (void)caps;
    called++;
    CHECK(capheap_usable_size(&heap, new_ptr != NULL ? new_ptr : old_ptr) != 0);
    CHECK_EQ(is_held(&heap.lock) + is_held(&slots[0].lock) + is_held(&slots[1].lock), 0);
}

static void call_failed(void *context, const capheap_request_t *request) {
    (void)context;
    (void)request;
    called++;
    CHECK_EQ(is_held(&heap.lock) + is_held(&slots[0].lock) + is_held(&slots[1].lock), 0);
}

TEST(no_lock_over_a_hook) {
    static const capheap_caps_t prefer[] = {CAPHEAP_EXEC, CAPHEAP_DMA};
    capheap_hooks_t hooks = {call_back, call_failed, NULL, NULL};
    called = 0;
    open_heap(&hooks);
    void *block = capheap_malloc(&heap, 100, CAPHEAP_DMA);
    block = capheap_realloc(&heap, block, 200, CAPHEAP_DMA);
    block = capheap_realloc(&heap, block, 200, CAPHEAP_SPIRAM);
    capheap_free(&heap, block);
    block = capheap_calloc_prefer(&heap, 1, 10, prefer, 2);
    capheap_free(&heap, block);
    CHECK_EQ(called, 6);
    CHECK_EQ(capheap_malloc(&heap, SIZE_MAX, CAPHEAP_DMA), NULL);
    CHECK_EQ(capheap_malloc_prefer(&heap, SIZE, prefer, 2), NULL);
    CHECK_EQ(capheap_calloc(&heap, SIZE_MAX, 2, CAPHEAP_DMA), NULL);
    CHECK_EQ(capheap_aligned_alloc(&heap, 3, 2, CAPHEAP_DMA), NULL);
    CHECK_EQ(called, 10);
    close_heap();
}

/* ---- The same pages at two addresses, as the two buses of an ESP32-S3 see them. */

TEST(a_linear_alias_for_real) {
    int file = memfd_create("capheap", 0);
    REQUIRE(file >= 0 && ftruncate(file, (off_t)SIZE) == 0);
    void *data = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    void *instructions = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    REQUIRE(data != MAP_FAILED && instructions != MAP_FAILED);
    capheap_init(&heap, slots, 1);
    capheap_memory_t memory = {.start = (uintptr_t)data,
                               .size = SIZE,
                               .alias_kind = CAPHEAP_ALIAS_LINEAR,
                               .alias = (uintptr_t)instructions};
    CHECK_EQ(capheap_add_region(&heap, &code, 0, &memory), CAPHEAP_OK);

    uint32_t *block = capheap_calloc(&heap, 100, 4, CAPHEAP_EXEC);
    uintptr_t offset = (uintptr_t)block - memory.alias;
    CHECK(offset < SIZE);
    CHECK_EQ(block[99], 0);
    for (uint32_t i = 0; i < 100; i++) {
        block[i] = i;
    }
    CHECK_EQ(((uint32_t *)(memory.start + offset))[57], 57);
    void *pin = capheap_malloc(&heap, 64, CAPHEAP_EXEC);
    block = capheap_realloc(&heap, block, 4000, CAPHEAP_EXEC);
    CHECK((uintptr_t)block - memory.alias < SIZE && block[0] == 0 && block[99] == 99);
    uint32_t *bytes = capheap_realloc(&heap, block, 400, CAPHEAP_8BIT);
    CHECK((uintptr_t)bytes - memory.start < SIZE && bytes[0] == 0 && bytes[99] == 99);
    capheap_free(&heap, bytes);
    capheap_free(&heap, pin);
    CHECK_EQ(capheap_remove_region(&heap, data), CAPHEAP_OK);
    CHECK_EQ(munmap(data, SIZE) + munmap(instructions, SIZE) + close(file), 0);
}

TEST_MAIN(no_lock_over_a_copy_between_regions, no_lock_over_a_copy_within_a_region,
          no_lock_over_clearing, no_lock_over_a_hook, a_linear_alias_for_real)
