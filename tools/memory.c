/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "memory.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory_map.h"

/* Linux's default of vm.mmap_min_addr, on every architecture. */
#define LOWEST_ADDRESS ((uintptr_t)0x10000)
/* Far more than any alignment that a program asks for: what is moved by it is placed alike. */
#define MOVE_STEP ((uintptr_t)1 << 24)

/* ----------------------------------------------------------------------------- the chip, as here
 */

static bool overlaps_any(const capheap_chip_t *chip, uintptr_t start, size_t size) {
    uintptr_t margin = 2 * memory_page_size();
    for (size_t i = 0; i < chip->memory_count; i++) {
        const capheap_memory_t *other = &chip->memories[i];
        bool memory =
            start < other->start + other->size + margin && other->start < start + size + margin;
        bool alias = other->alias_kind != CAPHEAP_ALIAS_NONE &&
                     start < other->alias + other->size + margin &&
                     other->alias < start + size + margin;
        if (memory || alias) {
            return true;
        }
    }
    return false;
}

/* How far up a memory has to go. It stays below the next one, so that the order is the chip's. */
static intptr_t find_move(const capheap_chip_t *chip, const capheap_memory_t *memory) {
    if (memory->start >= LOWEST_ADDRESS) {
        return 0;
    }
    uintptr_t move = MOVE_STEP;
    while (overlaps_any(chip, memory->start + move, memory->size)) {
        move += MOVE_STEP;
    }
    return (intptr_t)move;
}

static bool copy_chip(memory_t *memory, problem_t *problem) {
    const capheap_chip_t *chip = memory->chip;
    capheap_memory_t *memories = calloc(chip->memory_count, sizeof *memories);
    capheap_range_t *reserved = calloc(chip->reserved_count + 1u, sizeof *reserved);
    memory->pieces = calloc(chip->memory_count, sizeof *memory->pieces);
    memory->moved = calloc(chip->memory_count, sizeof *memory->moved);
    memory->here = *chip;
    memory->here.memories = memories;
    memory->here.reserved = reserved;
    memory->here.usual = NULL; /* never applied by itself */
    memory->here.usual_count = 0;
    if (memories == NULL || reserved == NULL || memory->pieces == NULL || memory->moved == NULL) {
        return problem_set(problem, "out of memory");
    }
    for (size_t i = 0; i < chip->memory_count; i++) {
        memories[i] = chip->memories[i];
        memory->moved[i] = find_move(chip, &chip->memories[i]);
        memories[i].start += (uintptr_t)memory->moved[i];
    }
    for (size_t i = 0; i < chip->reserved_count; i++) {
        reserved[i] = memory_range_here(memory, &chip->reserved[i]);
    }
    return true;
}

/* External memory is fitted from the start of the first, as capheap_chip_layout counts it. */
static void list_pieces(memory_t *memory) {
    size_t left = memory->fitted;
    for (size_t i = 0; i < memory->here.memory_count; i++) {
        capheap_memory_t piece = memory->here.memories[i];
        if ((piece.flags & CAPHEAP_MEMORY_EXTERNAL) != 0) {
            piece.size = left < piece.size ? left : piece.size;
            left -= piece.size;
        }
        if (piece.size > 0) {
            memory->pieces[memory->piece_count++] = piece;
        }
    }
}

static bool takes_whole_address_space(const capheap_chip_t *chip, problem_t *problem) {
    for (size_t i = 0; i < chip->memory_count; i++) {
        const capheap_memory_t *memory = &chip->memories[i];
        if (memory->start > UINTPTR_MAX - memory->size ||
            memory->start + memory->size > UINTPTR_MAX - 2 * memory_page_size()) {
            problem_set(problem,
                        "%s has a memory at the very end of the address space, which can't "
                        "be mapped here",
                        chip->name);
            return true;
        }
    }
    return false;
}

memory_result_t memory_open(memory_t *memory, const capheap_chip_t *chip, size_t fitted,
                            problem_t *problem) {
    memset(memory, 0, sizeof *memory);
    memory->chip = chip;
    memory->fitted = fitted;
    memory->file = -1;
    if (takes_whole_address_space(chip, problem) || !copy_chip(memory, problem)) {
        memory_close(memory);
        return MEMORY_FAILED;
    }
    list_pieces(memory);
    memory_result_t result = memory_map(memory, problem);
    if (result != MEMORY_OK) {
        memory_close(memory);
        return result;
    }
    memory_fill(memory);
    return MEMORY_OK;
}

void memory_close(memory_t *memory) {
    memory_unmap(memory);
    free((void *)memory->here.memories);
    free((void *)memory->here.reserved);
    free(memory->pieces);
    free(memory->moved);
    memset(memory, 0, sizeof *memory);
    memory->file = -1;
}

void memory_fill(const memory_t *memory) {
    for (size_t i = 0; i < memory->mapping_count - memory->alias_mapping_count; i++) {
        const memory_mapping_t *mapping = &memory->mappings[i];
        memset((void *)mapping->start, 0xC5, mapping->end - mapping->start);
    }
}

/* -------------------------------------------------------------------------------------- addresses
 */

uint64_t memory_chip_address(const memory_t *memory, uintptr_t here) {
    for (size_t i = 0; i < memory->here.memory_count; i++) {
        const capheap_memory_t *piece = &memory->here.memories[i];
        if (here >= piece->start && here <= piece->start + piece->size && memory->moved[i] != 0) {
            return here - (uintptr_t)memory->moved[i];
        }
    }
    return here;
}

capheap_range_t memory_range_here(const memory_t *memory, const capheap_range_t *range) {
    capheap_range_t moved = *range;
    for (size_t i = 0; i < memory->chip->memory_count; i++) {
        const capheap_memory_t *piece = &memory->chip->memories[i];
        if (range->start < piece->start + piece->size && piece->start < range->end) {
            moved.start += (uintptr_t)memory->moved[i];
            moved.end += (uintptr_t)memory->moved[i];
            break;
        }
    }
    return moved;
}

uint64_t memory_offset(const memory_t *memory, uintptr_t here) {
    for (size_t i = 0; i < memory->mapping_count; i++) {
        const memory_mapping_t *mapping = &memory->mappings[i];
        if (here >= mapping->start && here < mapping->end) {
            return mapping->offset + (here - mapping->start);
        }
    }
    return UINT64_MAX;
}

/* ----------------------------------------------------------------------------------------- faults
 */

static const char *fault_chip;

static void stop_on_fault(int signal_number, siginfo_t *info, void *context) {
    (void)signal_number;
    (void)context;
    char line[160];
    int length = snprintf(line, sizeof line,
                          "capheap: an access to %" PRIXPTR ", outside of %s's memories; this is a "
                          "fault of capheap itself\n",
                          (uintptr_t)info->si_addr, fault_chip);
    if (length > 0 && write(STDERR_FILENO, line, (size_t)length) < 0) {
        _exit(3);
    }
    _exit(2);
}

void memory_catch_faults(const memory_t *memory) {
    struct sigaction action = {0};
    fault_chip = memory->chip->name;
    action.sa_sigaction = stop_on_fault;
    action.sa_flags = SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
}
