/* SPDX-License-Identifier: MIT */
/* Prints docs/chips.md from the tables of chips/. scripts/docs-chips builds and runs it. */
#include <stdio.h>

#include "capheap/chips.h"

typedef struct word {
    capheap_caps_t bit;
    const char *name;
} word_t;

static const word_t words[] = {
    {CAPHEAP_EXEC, "EXEC"},
    {CAPHEAP_32BIT, "32BIT"},
    {CAPHEAP_8BIT, "8BIT"},
    {CAPHEAP_DMA, "DMA"},
    {CAPHEAP_SPIRAM, "SPIRAM"},
    {CAPHEAP_INTERNAL, "INTERNAL"},
    {CAPHEAP_DEFAULT, "DEFAULT"},
    {CAPHEAP_IRAM_8BIT, "IRAM_8BIT"},
    {CAPHEAP_RETENTION, "RETENTION"},
    {CAPHEAP_RTCRAM, "RTCRAM"},
    {CAPHEAP_SPM, "SPM"},
    {CAPHEAP_DMA_DESC_AHB, "DMA_DESC_AHB"},
    {CAPHEAP_DMA_DESC_AXI, "DMA_DESC_AXI"},
    {CAPHEAP_SIMD, "SIMD"},
    {CAPHEAP_ATOMIC, "ATOMIC"},
};

static void print_caps(capheap_caps_t caps) {
    const char *between = "";
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if ((caps & words[i].bit) != 0) {
            printf("%s%s", between, words[i].name);
            between = " ";
            caps &= ~words[i].bit;
        }
    }
    if (caps != 0) {
        printf("%s%08lX", between, (unsigned long)caps);
    }
}

static void print_size(unsigned long long size) {
    if (size >= 1u << 20 && size % (1u << 20) == 0) {
        printf("%llu MB", size >> 20);
    } else if (size % 1024 == 0) {
        printf("%llu KB", size >> 10);
    } else {
        printf("%llu B", size);
    }
}

static unsigned long long size_of(const capheap_chip_t *chip, unsigned external) {
    unsigned long long size = 0;
    for (size_t i = 0; i < chip->memory_count; i++) {
        unsigned flag = chip->memories[i].flags & CAPHEAP_MEMORY_EXTERNAL;
        size += flag == external ? chip->memories[i].size : 0;
    }
    return size;
}

static void print_overview(void) {
    printf("| chip | | memory of its own | external, up to | types |\n|---|---|---|---|---|\n");
    for (const capheap_chip_t *const *at = capheap_chips; *at != NULL; at++) {
        const capheap_chip_t *chip = *at;
        printf("| [`%s`](#%s) | %s | ", chip->name, chip->name, chip->title);
        print_size(size_of(chip, 0));
        printf(" | ");
        if (size_of(chip, CAPHEAP_MEMORY_EXTERNAL) != 0) {
            print_size(size_of(chip, CAPHEAP_MEMORY_EXTERNAL));
        }
        printf(" | ");
        for (size_t i = 0; i < chip->type_count; i++) {
            printf("%s%s", i > 0 ? ", " : "", chip->types[i].name);
        }
        printf(" |\n");
    }
}

static void print_types(const capheap_chip_t *chip) {
    printf("| type | first choice for | second | third | cache line |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < chip->type_count; i++) {
        const capheap_type_t *type = &chip->types[i];
        printf("| %s |", type->name);
        for (size_t p = 0; p < CAPHEAP_PRIORITIES; p++) {
            printf(" ");
            print_caps(type->caps[p]);
            printf(" |");
        }
        if (type->cache_line != 0) {
            printf(" %lu |\n", (unsigned long)type->cache_line);
        } else {
            printf(" |\n");
        }
    }
}

static void print_remarks(const capheap_memory_t *memory) {
    const char *between = "";
    if ((memory->flags & CAPHEAP_MEMORY_STARTUP) != 0) {
        printf("free after start-up");
        between = "; ";
    }
    if ((memory->flags & CAPHEAP_MEMORY_EXTERNAL) != 0) {
        printf("%sif fitted", between);
        between = "; ";
    }
    if (memory->alias_kind != CAPHEAP_ALIAS_NONE) {
        printf("%sas code at %08lX%s", between, (unsigned long)memory->alias,
               memory->alias_kind == CAPHEAP_ALIAS_INVERTED ? ", words in reverse order" : "");
    }
}

static void print_memories(const capheap_chip_t *chip) {
    printf("\n| from | to | size | type | |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < chip->memory_count; i++) {
        const capheap_memory_t *memory = &chip->memories[i];
        printf("| %08lX | %08lX | ", (unsigned long)memory->start,
               (unsigned long)(memory->start + memory->size));
        print_size(memory->size);
        printf(" | %s | ", chip->types[memory->type].name);
        print_remarks(memory);
        printf(" |\n");
    }
}

static void print_ranges(const char *what, const capheap_range_t *ranges, size_t count) {
    if (count == 0) {
        return;
    }
    printf("\n%s ", what);
    for (size_t i = 0; i < count; i++) {
        printf("%s%08lX-%08lX (%s)", i > 0 ? ", " : "", (unsigned long)ranges[i].start,
               (unsigned long)ranges[i].end, ranges[i].name);
    }
    printf(".\n");
}

/* Masters that reach the same types share a row. */
static int same_reach(const capheap_chip_t *chip, size_t a, size_t b) {
    for (size_t i = 0; i < chip->type_count; i++) {
        capheap_masters_t reach = capheap_chip_reach(chip, i);
        if ((reach >> a & 1) != (reach >> b & 1)) {
            return 0;
        }
    }
    return 1;
}

static int is_in_earlier_row(const capheap_chip_t *chip, size_t master) {
    for (size_t i = 0; i < master; i++) {
        if (same_reach(chip, i, master)) {
            return 1;
        }
    }
    return 0;
}

static void print_row_of(const capheap_chip_t *chip, size_t master) {
    printf("| %s", chip->masters[master]);
    for (size_t i = master + 1; i < chip->master_count; i++) {
        if (same_reach(chip, i, master)) {
            printf(", %s", chip->masters[i]);
        }
    }
    const char *between = " | ";
    for (size_t i = 0; i < chip->type_count; i++) {
        if ((capheap_chip_reach(chip, i) >> master & 1) != 0) {
            printf("%s%s", between, chip->types[i].name);
            between = ", ";
        }
    }
    printf(" |\n");
}

static void print_masters(const capheap_chip_t *chip) {
    if (chip->master_count == 0) {
        printf("\nNo bus masters are named.\n");
        return;
    }
    printf("\n| bus master | reaches |\n|---|---|\n");
    for (size_t i = 0; i < chip->master_count; i++) {
        if (!is_in_earlier_row(chip, i)) {
            print_row_of(chip, i);
        }
    }
}

static void print_chip(const capheap_chip_t *chip) {
    printf("\n## %s\n\n%s.\n\n", chip->name, chip->title);
    print_types(chip);
    print_memories(chip);
    print_masters(chip);
    print_ranges("Always reserved:", chip->reserved, chip->reserved_count);
}

int main(void) {
    printf(
        "<!-- Made by scripts/docs-chips from the tables of chips/: change those. -->\n"
        "# Chips\n\n"
        "Every chip that capheap knows. Addresses are hexadecimal. The sources of the figures, "
        "and what\nwas left out and why, stand in each chip's file in `chips/`; "
        "[adding-a-chip.md](adding-a-chip.md) shows\nhow to write one.\n\n"
        "A request goes first to types that list one of its capabilities under \"first choice "
        "for\", then to\nthose that list one under \"second\", then \"third\"; always only to "
        "types that have all of them in the\nthree together. Among regions of one rank the "
        "smaller is tried first. \"Free after start-up\" is memory\nthat stacks or a boot loader "
        "use until the program says that start-up is over. Memory \"if fitted\" is\nthere only "
        "as far as the program says so.\n\n"
        "A name with a suffix is a variant: other caches, memory protection, one core. What has "
        "none, such as RTC\nmemory kept from the heap, trace memory, or protection together with "
        "other caches, is the nearest table\nwith a range reserved by the program.\n\n"
        "A request may name bus masters besides (`include/capheap/masters.h`): it gets memory that "
        "all of them\nreach, in whole cache lines where there is a write-back cache. A master "
        "reaches what a document says\nthat it reaches; what none tells counts as not reached, and "
        "the chip's file says so.\n\n");
    print_overview();
    for (const capheap_chip_t *const *chip = capheap_chips; *chip != NULL; chip++) {
        print_chip(*chip);
    }
    return 0;
}
