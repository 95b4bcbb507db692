/* SPDX-License-Identifier: MIT */
/* Two memories of different kinds: a request for DMA gets the one, a plain request the other. */
#include <capheap.h>

static const capheap_type_t sram = {"SRAM", {CAPHEAP_DMA, CAPHEAP_8BIT | CAPHEAP_32BIT}, 8, 0};
static const capheap_type_t psram = {"PSRAM", {CAPHEAP_8BIT | CAPHEAP_32BIT}, 8, 0};
static uint64_t inside[128], outside[256];
static capheap_slot_t slots[2];
static capheap_heap_t heap;

static void add(const capheap_type_t *type, uint32_t tag, void *start, size_t size) {
    capheap_memory_t memory = {};
    memory.start = (uintptr_t)start;
    memory.size = size;
    capheap_add_region(&heap, type, tag, &memory);
}

static void show(const char *what, const void *ptr) {
    capheap_region_info_t region;
    if (capheap_find_region(&heap, ptr, &region)) {
        Serial.print(what);
        Serial.print(" in ");
        Serial.println(region.type->name);
    }
}

void setup() {
    Serial.begin(115200);
    capheap_init(&heap, slots, 2);
    add(&sram, 0, inside, sizeof inside);
    add(&psram, 1, outside, sizeof outside);
    void *text = capheap_malloc(&heap, 100, CAPHEAP_8BIT);
    void *packet = capheap_malloc(&heap, 300, CAPHEAP_8BIT | CAPHEAP_DMA);
    show("text", text);
    show("packet", packet);
    capheap_free(&heap, text);
    capheap_free(&heap, packet);
}

void loop() {
}
