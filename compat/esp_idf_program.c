/* SPDX-License-Identifier: MIT */
/*
 * The chip by sdkconfig.h, and what a program takes of it: by the symbols of ESP-IDF's linker
 * scripts (at 102122904ade, components/esp_system/ld; which of them are reserved: components/heap/
 * port/esp.../memory_layout.c) and by SOC_RESERVE_MEMORY_REGION. A program that knows better
 * defines capheap_esp_idf_program itself.
 */
#include "esp_idf_chip.h"
#include "esp_idf_internal.h"
#include "heap_memory_layout.h"

/* Collected by the linker script. */
extern const soc_reserved_region_t soc_reserved_memory_region_start[];
extern const soc_reserved_region_t soc_reserved_memory_region_end[];

#define RESERVE(first, last, name)                                                                 \
    extern char first[], last[];                                                                   \
    SOC_RESERVE_MEMORY_REGION((intptr_t)first, (intptr_t)last, name)

/* Code by its address on the instruction bus: the layout knows where that is. */
RESERVE(_iram_start, _iram_end, iram_code)

#ifdef CONFIG_ESP32P4_SELECTS_REV_LESS_V3
RESERVE(_data_start_low, _heap_start_low, dram_data_low)
RESERVE(_data_start_high, _heap_start_high, dram_data_high)
#else
RESERVE(_data_start, _heap_start, dram_data)
#endif

#ifdef CONFIG_IDF_TARGET_ESP32P4
RESERVE(_spm_text_start, _spm_data_end, spm_code_data)
#endif

#ifdef CONFIG_ULP_COPROC_RUN_FROM_HP_MEM
RESERVE(_ulp_hp_mem_resv_start, _ulp_hp_mem_resv_end, ulp_hp_mem)
#endif

/* Fast memory of the real-time clock, from its start on: up to what the program has there if the
 * rest may be heap, else all of it. */
#ifndef CONFIG_ESP_SYSTEM_ALLOW_RTC_FAST_MEM_AS_HEAP
static uintptr_t rtc_end(const capheap_memory_t *memory) {
    return memory->start + memory->size;
}
#else
#if defined(CONFIG_ESP32_RTCDATA_IN_FAST_MEM) || defined(CONFIG_ESP32S2_RTCDATA_IN_FAST_MEM) ||    \
    defined(CONFIG_ESP32S3_RTCDATA_IN_FAST_MEM)
#define RTC_END _rtc_noinit_end
#elif defined(CONFIG_IDF_TARGET_ESP32) || defined(CONFIG_IDF_TARGET_ESP32S2) ||                    \
    defined(CONFIG_IDF_TARGET_ESP32S3)
#define RTC_END _rtc_force_fast_end
#else
#define RTC_END _rtc_force_slow_end
#endif

#ifdef CONFIG_IDF_TARGET_ESP32
RESERVE(_rtc_fast_reserved_start, _rtc_fast_reserved_end, rtc_reserved_data)
#else
RESERVE(_rtc_reserved_start, _rtc_reserved_end, rtc_reserved_data)
#endif

static uintptr_t rtc_end(const capheap_memory_t *memory) {
    extern char RTC_END[];
    uintptr_t end = (uintptr_t)RTC_END;
    return end - memory->start <= memory->size ? end : memory->start;
}
#endif

static size_t add_rtc(const capheap_chip_t *chip, capheap_range_t *range) {
    for (size_t i = 0; i < chip->memory_count; i++) {
        const capheap_memory_t *memory = &chip->memories[i];
        if ((capheap_type_caps(&chip->types[memory->type]) & CAPHEAP_RTCRAM) != 0) {
            *range = (capheap_range_t){memory->start, rtc_end(memory), "RTC memory"};
            return 1;
        }
    }
    return 0;
}

capheap_esp_idf_program_t capheap_esp_idf_program(void) {
    static capheap_range_t ranges[CAPHEAP_ESP_IDF_RESERVED];
    const soc_reserved_region_t *region = soc_reserved_memory_region_start;
    size_t count = add_rtc(&CAPHEAP_ESP_IDF_CHIP, ranges);
    for (; region != soc_reserved_memory_region_end; region++) {
        if (count == CAPHEAP_ESP_IDF_RESERVED) {
            capheap_esp_idf_stop("too many SOC_RESERVE_MEMORY_REGION: raise "
                                 "CAPHEAP_ESP_IDF_RESERVED",
                                 region);
        }
        ranges[count++] =
            (capheap_range_t){(uintptr_t)region->start, (uintptr_t)region->end, "reserved"};
    }
    return (capheap_esp_idf_program_t){
        .chip = &CAPHEAP_ESP_IDF_CHIP, .reserved = ranges, .reserved_count = count};
}

/* ESP-IDF's start-up calls what its components register; its own heap does so in this place. */
#if __has_include("esp_private/startup_internal.h")
#include "esp_heap_caps_init.h"
#include "esp_private/startup_internal.h"

ESP_SYSTEM_INIT_FN(init_heap, CORE, 1 << 0, 100) {
    heap_caps_init();
    return ESP_OK;
}
#endif
