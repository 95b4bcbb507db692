/* SPDX-License-Identifier: MIT */
/*
 * A log in memory that keeps its contents over deep sleep: attached again after each wake-up, found
 * by its root. Run as a program of a PC, which wakes up three times, and once more after its supply
 * has dipped.
 */
#include <stdio.h>

#include "capheap/inspect.h"
#include "capheap/sleep.h"

#define LOG_ROOT 0

/* On a chip, in a section that start-up code doesn't clear: 4 KB of RTC memory or backup SRAM. */
static uint64_t rtc[512];

static const capheap_type_t rtc_type = {
    "RTC", {CAPHEAP_RTCRAM | CAPHEAP_RETENTION, 0, CAPHEAP_8BIT | CAPHEAP_32BIT}, 8, 0};

typedef struct entry {
    struct entry *next;
    unsigned wake;
} entry_t;

typedef struct log {
    unsigned wakes;
    entry_t *newest;
} log_t;

static bool in_log(const log_t *log, const void *block) {
    bool known = block == log;
    for (const entry_t *entry = log->newest; entry != NULL; entry = entry->next)
        known = known || entry == block;
    return known;
}

/* A reset may have come between taking a block and linking it: what the log doesn't know goes. */
static void sweep(capheap_heap_t *heap, const log_t *log) {
    capheap_region_info_t region;
    capheap_block_t block = {0};
    if (!capheap_find_region(heap, log, &region))
        return;
    while (capheap_next_block(heap, &region, &block)) {
        if (block.used && !in_log(log, block.start))
            capheap_free(heap, block.start);
    }
}

static log_t *find_log(capheap_heap_t *heap, capheap_retained_t *kept) {
    log_t *log = capheap_get_root(kept, LOG_ROOT);
    if (log != NULL) {
        sweep(heap, log);
        return log;
    }
    log = capheap_calloc(heap, 1, sizeof *log, CAPHEAP_RETENTION);
    return log != NULL && capheap_set_root(kept, LOG_ROOT, log) ? log : NULL;
}

/* From one wake-up to the next sleep. Ordinary memory, the heap among it, begins anew. */
static bool wake(void) {
    capheap_slot_t slots[1];
    capheap_heap_t heap;
    capheap_retained_t kept;
    const capheap_memory_t memory = {.start = (uintptr_t)rtc, .size = sizeof rtc};
    const capheap_attach_t how = {.roots = 1, .key = 1}; /* key: the version of log_t */
    capheap_init(&heap, slots, 1);
    if (capheap_attach_region(&heap, &rtc_type, 0, &memory, &how, &kept) != CAPHEAP_OK)
        return false;
    printf("%s: ", kept.status == CAPHEAP_OK ? "kept" : capheap_status_text(kept.status));
    log_t *log = find_log(&heap, &kept);
    entry_t *entry = capheap_malloc(&heap, sizeof *entry, CAPHEAP_RETENTION);
    if (log == NULL || entry == NULL)
        return false;
    *entry = (entry_t){log->newest, ++log->wakes};
    log->newest = entry; /* one store: a reset leaves the log whole */
    for (; entry != NULL; entry = entry->next)
        printf("wake-up %u%s", entry->wake, entry->next != NULL ? ", " : "\n");
    capheap_seal(&kept, true);
    return true;
}

int main(void) {
    for (int i = 0; i < 3; i++) {
        if (!wake())
            return 1;
    }
    for (size_t i = 32; i < 128; i++)
        rtc[i] ^= 4; /* the supply dipped: some bits are not what they were */
    return wake() ? 0 : 1;
}
