/* SPDX-License-Identifier: MIT */
/* Where the heap's memory comes from: heap_caps_init and the end of start-up. */
#include "esp_heap_caps_init.h"
#include "esp_idf_regions.h"

capheap_heap_t capheap_esp_idf_heap = CAPHEAP_HEAP_INITIAL(NULL, 0);

static size_t dma_alignment;

size_t capheap_esp_idf_dma_alignment(void) {
    return dma_alignment;
}

/* The slots of the heap and the records of the regions. */
typedef struct storage {
    capheap_slot_t *slots;
    size_t slot_count;
    idf_region_t *records;
} storage_t;

static bool is_home(const capheap_chip_t *chip, const capheap_memory_t *piece, size_t bytes) {
    const capheap_caps_t wanted = CAPHEAP_INTERNAL | CAPHEAP_8BIT;
    const capheap_type_t *type = &chip->types[piece->type];
    capheap_caps_t caps = capheap_type_caps(type);
    return (caps & wanted) == wanted && (caps & CAPHEAP_RTCRAM) == 0 &&
           (piece->flags & CAPHEAP_MEMORY_STARTUP) == 0 && piece->size / 2 > bytes;
}

static void take_from_start(capheap_memory_t *piece, size_t bytes) {
    piece->start += bytes;
    piece->size -= bytes;
    if (piece->alias_kind == CAPHEAP_ALIAS_LINEAR) {
        piece->alias += bytes; /* an inverted one begins where the piece ends */
    }
}

/* As ESP-IDF keeps its list of heaps in one of them: at the start of the first piece that can hold
 * it, so that no more is taken than this chip and this program need. */
static storage_t make_storage(const capheap_chip_t *chip, capheap_memory_t *pieces, size_t count) {
    storage_t storage = {.slot_count = count + CAPHEAP_ESP_IDF_LATE_REGIONS};
    size_t slots = storage.slot_count * sizeof(capheap_slot_t);
    size_t bytes = slots + count * sizeof(idf_region_t);
    for (size_t i = 0; i < count; i++) {
        if (is_home(chip, &pieces[i], bytes)) {
            size_t gap = (0 - pieces[i].start) & (_Alignof(max_align_t) - 1);
            uintptr_t start = pieces[i].start + gap;
            take_from_start(&pieces[i], gap + ((bytes + 7) & ~(size_t)7));
            storage.slots = (capheap_slot_t *)start;
            storage.records = (idf_region_t *)(start + slots);
            return storage;
        }
    }
    capheap_esp_idf_stop("heap_caps_init: no internal memory for the list of regions", NULL);
}

static void add_piece(const capheap_chip_t *chip, const capheap_memory_t *piece,
                      idf_region_t *record, uint32_t tag) {
    *record = (idf_region_t){
        .type = capheap_esp_idf_type_known(&chip->types[piece->type]),
        .start = piece->start,
        .end = piece->start + piece->size,
        .tag = tag,
        .minimum_before = SIZE_MAX,
        .serving = (piece->flags & CAPHEAP_MEMORY_STARTUP) == 0,
    };
    record->caps = capheap_type_caps(&record->type);
    capheap_status_t status = capheap_add_region(&capheap_esp_idf_heap, &record->type, tag, piece);
    if (status == CAPHEAP_OK) {
        capheap_esp_idf_insert_by_size(record);
    } else if (status != CAPHEAP_ERROR_TOO_SMALL) {
        capheap_esp_idf_stop(capheap_status_text(status), (const void *)piece->start);
    }
}

void heap_caps_init(void) {
    capheap_memory_t pieces[CAPHEAP_LAYOUT_REGIONS];
    capheap_esp_idf_program_t program = capheap_esp_idf_program();
    int count = capheap_esp_idf_layout(&program, pieces, CAPHEAP_LAYOUT_REGIONS);
    if (count < 0) {
        capheap_esp_idf_stop(capheap_status_text((capheap_status_t)count), NULL);
    }
    capheap_esp_idf_begin(program.chip);
    dma_alignment = program.dma_alignment;
    storage_t storage = make_storage(program.chip, pieces, (size_t)count);
    capheap_init(&capheap_esp_idf_heap, storage.slots, storage.slot_count);
    capheap_set_hooks(&capheap_esp_idf_heap, &(capheap_hooks_t){.report = capheap_esp_idf_report});
    for (int i = 0; i < count; i++) {
        add_piece(program.chip, &pieces[i], &storage.records[i], (uint32_t)i);
    }
}

void heap_caps_enable_nonos_stack_heaps(void) {
    capheap_end_startup(&capheap_esp_idf_heap);
    capheap_esp_idf_end_startup();
}
