/* SPDX-License-Identifier: MIT */
/* For tests of today's ESP-IDF's names: a simulated ESP32 at its true addresses with 1 MB of PSRAM,
 * and what is written. One heap for all cases, as a chip has one: each case gives back what it
 * took. */
#ifndef COMPAT_ESP_IDF_FIXTURE_H
#define COMPAT_ESP_IDF_FIXTURE_H

#include "test.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capheap/chips.h"
#include "capheap/esp_idf.h"
#include "esp_heap_caps.h"
#include "esp_heap_caps_init.h"
#include "memory.h"

#define KIB(n) ((size_t)(n) << 10)

#define PSRAM 0x3F800000

static const capheap_range_t taken[] = {
    {0x3FFB0000, 0x3FFB2EC8, "static data"},
    {0x40080000, 0x4008944C, "code in IRAM"},
    {0x50000000, 0x50000100, "no heap anyway"},
};

capheap_esp_idf_program_t capheap_esp_idf_program(void) {
    return (capheap_esp_idf_program_t){
        .chip = &capheap_chip_esp32, .reserved = taken, .reserved_count = 3};
}

#define WRITTEN_MAX 65536

/* Shared with the processes that `stops` makes. */
static char *written_text(void) {
    static char *text;
    if (text == NULL) {
        text = mmap(NULL, WRITTEN_MAX, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    }
    return text;
}

void capheap_esp_idf_write(const char *text) {
    char *all = written_text();
    size_t length = strlen(all);
    strncat(all, text, WRITTEN_MAX - length - 1);
}

static inline void forget_written(void) {
    written_text()[0] = 0;
}

static inline bool says(const char *text) {
    return strstr(written_text(), text) != NULL;
}

/* Before there is a heap nothing can be had, and that is all. */
static inline void ask_for_nothing(void) {
    CHECK(heap_caps_malloc(8, MALLOC_CAP_8BIT) == NULL);
    CHECK(heap_caps_realloc(NULL, 8, MALLOC_CAP_8BIT) == NULL);
    heap_caps_free(NULL);
    CHECK_EQ(heap_caps_get_free_size(0), 0);
    CHECK_EQ(heap_caps_get_total_size(0), 0);
    CHECK_EQ(heap_caps_monitor_local_minimum_free_size_start(), ESP_FAIL);
    CHECK_EQ(heap_caps_monitor_local_minimum_free_size_stop(), ESP_FAIL);
    CHECK(heap_caps_check_integrity_all(true));
}

/* As ESP-IDF starts: heap, PSRAM, scheduler. */
static inline void boot(void) {
    static memory_t memory;
    static bool booted;
    problem_t problem;
    if (booted) {
        return;
    }
    booted = true;
    REQUIRE(memory_open(&memory, &capheap_chip_esp32, KIB(1024), &problem) == MEMORY_OK);
    ask_for_nothing();
    heap_caps_init();
    const uint32_t psram[3] = {MALLOC_CAP_SPIRAM | MALLOC_CAP_DEFAULT, 0,
                               MALLOC_CAP_8BIT | MALLOC_CAP_32BIT};
    CHECK_EQ(heap_caps_add_region_with_caps(psram, PSRAM, PSRAM + (intptr_t)KIB(1024)), ESP_OK);
    heap_caps_enable_nonos_stack_heaps();
}

static inline bool lies_in(const void *ptr, uintptr_t start, size_t size) {
    return ptr != NULL && (uintptr_t)ptr - start < size;
}

static inline bool in_psram(const void *ptr) {
    return lies_in(ptr, PSRAM, KIB(1024));
}

static inline bool in_dram(const void *ptr) {
    return lies_in(ptr, 0x3FFAE000, KIB(200));
}

static inline bool in_diram(const void *ptr) {
    return lies_in(ptr, 0x3FFE0000, KIB(128));
}

static inline bool in_diram_as_code(const void *ptr) {
    return lies_in(ptr, 0x400A0000, KIB(128));
}

static inline bool in_iram(const void *ptr) {
    return lies_in(ptr, 0x40080000, KIB(128));
}

/* Does the call end the program, saying this? */
static inline bool stops(void (*call)(void), const char *text) {
    forget_written();
    pid_t child = fork();
    if (child == 0) {
        signal(SIGILL, SIG_DFL); /* sanitizers catch it */
        signal(SIGTRAP, SIG_DFL);
        call();
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) && says(text);
}

#endif
