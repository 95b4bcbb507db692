/* SPDX-License-Identifier: MIT */
/**
 * @file esp_heap_trace.h
 * @brief Heap tracing, as ESP-IDF declares it.
 *
 * The functions are ESP-IDF's: components/heap/heap_trace_standalone.c, which the component in
 * packaging/esp_idf takes from the ESP-IDF that it is built with where
 * CONFIG_HEAP_TRACING_STANDALONE is set. It wraps the heap's calls at link time. Without that
 * setting there are none.
 *
 * Facts: ESP-IDF at 102122904ade (v6.2-dev), components/heap/include/esp_heap_trace.h.
 */
#ifndef ESP_HEAP_TRACE_H
#define ESP_HEAP_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "capheap/esp_idf_environment.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How many callers a record keeps. */
#ifndef CONFIG_HEAP_TRACING_STACK_DEPTH
#define CONFIG_HEAP_TRACING_STACK_DEPTH 0
#endif

/** What is recorded. */
typedef enum {
    HEAP_TRACE_ALL,   /**< each allocation, also when it was freed */
    HEAP_TRACE_LEAKS, /**< what is not freed yet */
} heap_trace_mode_t;

/** One allocation. */
typedef struct heap_trace_record_t {
    uint32_t ccount; /**< cycles when it was made; bit 0 is the core */
    void *address;   /**< the block; NULL: an empty record */
    size_t size;     /**< bytes asked for */
    bool freed;      /**< it was given back */
    void *alloced_by[CONFIG_HEAP_TRACING_STACK_DEPTH]; /**< who asked, innermost first */
    void *freed_by[CONFIG_HEAP_TRACING_STACK_DEPTH];   /**< who gave it back; NULL: nobody yet */
#if defined(CONFIG_HEAP_TRACING_STANDALONE) && CONFIG_HEAP_TRACING_STANDALONE
    TAILQ_ENTRY(heap_trace_record_t) tailq_list; /**< tracing's own */
#if defined(CONFIG_HEAP_TRACE_HASH_MAP) && CONFIG_HEAP_TRACE_HASH_MAP
    SLIST_ENTRY(heap_trace_record_t) slist_hashmap; /**< tracing's own */
#endif
#endif
} heap_trace_record_t;

/** What a trace came to. */
typedef struct {
    heap_trace_mode_t mode;   /**< of the trace that runs, or ran last */
    size_t total_allocations; /**< made while it ran */
    size_t total_frees;       /**< made while it ran */
    size_t count;             /**< records there are */
    size_t capacity;          /**< records there is room for */
    size_t high_water_mark;   /**< the most records there were */
    size_t has_overflowed;    /**< not 0: some found no room */
#if defined(CONFIG_HEAP_TRACE_HASH_MAP) && CONFIG_HEAP_TRACE_HASH_MAP
    size_t total_hashmap_hits; /**< look-ups that the hash map answered */
    size_t total_hashmap_miss; /**< and that it did not */
#endif
} heap_trace_summary_t;

/**
 * @brief Say where records are kept. First of all calls.
 * @param record_buffer stays tracing's until another one is given; NULL ends that
 * @param num_records   how many records it has
 * @return ESP_OK; ESP_ERR_INVALID_STATE while a trace runs
 */
esp_err_t heap_trace_init_standalone(heap_trace_record_t *record_buffer, size_t num_records);

/**
 * @brief Trace to a host. Not with standalone tracing.
 * @return ESP_OK; ESP_ERR_INVALID_STATE while a trace runs
 */
esp_err_t heap_trace_init_tohost(void);

/**
 * @brief Begin a trace, or begin anew.
 * @param mode what is recorded
 * @return ESP_OK; ESP_ERR_INVALID_STATE: there is no room for records
 */
esp_err_t heap_trace_start(heap_trace_mode_t mode);

/**
 * @brief End a trace; its records stay.
 * @return ESP_OK; ESP_ERR_INVALID_STATE: none runs
 */
esp_err_t heap_trace_stop(void);

/**
 * @brief From now on record what is given back, not what is allocated.
 * @return ESP_OK; ESP_ERR_INVALID_STATE: no trace runs
 */
esp_err_t heap_trace_alloc_pause(void);

/**
 * @brief Go on with a trace that was stopped, with its records.
 * @return ESP_OK; ESP_ERR_INVALID_STATE: it runs
 */
esp_err_t heap_trace_resume(void);

/**
 * @brief How many records there are.
 * @return a count
 */
size_t heap_trace_get_count(void);

/**
 * @brief Copy a record.
 * @param index  from 0 on
 * @param record is filled
 * @return ESP_OK; ESP_ERR_INVALID_ARG: there is no such record; ESP_ERR_INVALID_STATE: no buffer
 */
esp_err_t heap_trace_get(size_t index, heap_trace_record_t *record);

/** @brief Print all records. */
void heap_trace_dump(void);

/**
 * @brief Print the records of blocks in one kind of memory.
 * @param caps MALLOC_CAP_INTERNAL, MALLOC_CAP_SPIRAM or both
 */
void heap_trace_dump_caps(const uint32_t caps);

/**
 * @brief What the trace came to.
 * @param summary is filled
 * @return ESP_OK; ESP_ERR_INVALID_ARG if it is NULL
 */
esp_err_t heap_trace_summary(heap_trace_summary_t *summary);

#ifdef __cplusplus
}
#endif

#endif
