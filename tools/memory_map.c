/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "memory_map.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

uintptr_t memory_page_size(void) {
    return (uintptr_t)sysconf(_SC_PAGESIZE);
}

static uintptr_t page_floor(uintptr_t address) {
    return address & ~(memory_page_size() - 1);
}

static uintptr_t page_ceiling(uintptr_t address) {
    return page_floor(address + memory_page_size() - 1);
}

/* ---------------------------------------------------------------------------- what is in the way
 */

/* The line of /proc/self/maps about the first mapping that overlaps [start, end), for a person. */
static void describe_obstacle(uintptr_t start, uintptr_t end, char *text, size_t size) {
    snprintf(text, size, "something of this program is there");
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        uintptr_t from = 0;
        uintptr_t to = 0;
        int name = 0;
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %*s %*s %*s %*s %n", &from, &to, &name) >= 2 &&
            from < end && to > start) {
            line[strcspn(line, "\n")] = '\0';
            const char *what =
                name > 0 && line[name] != '\0' ? line + name : "data of this program";
            snprintf(text, size, "%" PRIXPTR "-%" PRIXPTR " is taken by %.300s", from, to, what);
            break;
        }
    }
    if (maps != NULL) {
        fclose(maps);
    }
}

/* Map at exactly this address. */
static memory_result_t map_at(uintptr_t start, uintptr_t end, int protection, int flags, int file,
                              uint64_t offset, problem_t *problem) {
    void *wanted = (void *)start;
    void *got =
        mmap(wanted, end - start, protection, flags | MAP_FIXED_NOREPLACE, file, (off_t)offset);
    if (got == wanted) {
        return MEMORY_OK;
    }
    int error = errno;
    if (got != MAP_FAILED) { /* a Linux before 4.17 takes the address as a hint */
        munmap(got, end - start);
        error = EEXIST;
    }
    if (error == EEXIST) {
        char obstacle[400];
        describe_obstacle(start, end, obstacle, sizeof obstacle);
        problem_set(problem,
                    "the chip's memory at %" PRIXPTR "-%" PRIXPTR " can't be mapped there: %s",
                    start, end, obstacle);
        return MEMORY_TAKEN;
    }
    problem_set(problem, "the chip's memory at %" PRIXPTR "-%" PRIXPTR " can't be mapped there: %s",
                start, end, strerror(error));
    return MEMORY_FAILED;
}

static memory_result_t map_pages(memory_t *memory, uintptr_t start, uintptr_t end, uint64_t offset,
                                 problem_t *problem) {
    memory_result_t result =
        map_at(start, end, PROT_READ | PROT_WRITE, MAP_SHARED, memory->file, offset, problem);
    if (result == MEMORY_OK) {
        memory->mappings[memory->mapping_count++] = (memory_mapping_t){start, end, offset};
    }
    return result;
}

/* --------------------------------------------------------------------------------- the memories */

/* Pieces come sorted: those that share or touch a page become one mapping. */
static memory_result_t map_memories(memory_t *memory, problem_t *problem) {
    size_t i = 0;
    while (i < memory->piece_count) {
        uintptr_t start = page_floor(memory->pieces[i].start);
        uintptr_t end = start;
        for (; i < memory->piece_count; i++) {
            const capheap_memory_t *piece = &memory->pieces[i];
            if (end != start && page_floor(piece->start) > end) {
                break;
            }
            end = page_ceiling(piece->start + piece->size);
        }
        uint64_t offset = memory->bytes;
        memory->bytes += end - start;
        if (ftruncate(memory->file, (off_t)memory->bytes) != 0) {
            problem_set(problem, "no room for the chip's memories: %s", strerror(errno));
            return MEMORY_FAILED;
        }
        memory_result_t result = map_pages(memory, start, end, offset, problem);
        if (result != MEMORY_OK) {
            return result;
        }
    }
    return MEMORY_OK;
}

/* ---------------------------------------------------------------------------------- the aliases */

static const memory_mapping_t *mapping_at(const memory_t *memory, uintptr_t address) {
    for (size_t i = 0; i < memory->mapping_count; i++) {
        if (address >= memory->mappings[i].start && address < memory->mappings[i].end) {
            return &memory->mappings[i];
        }
    }
    return NULL;
}

static uintptr_t next_mapping_start(const memory_t *memory, uintptr_t from, uintptr_t limit) {
    for (size_t i = 0; i < memory->mapping_count; i++) {
        uintptr_t start = memory->mappings[i].start;
        if (start >= from && start < limit) {
            limit = start;
        }
    }
    return limit;
}

/* An alias is mapped as far as its pages are not there yet; pages that are (of the alias of a
 * neighbour in the same page) must show the same bytes, or the alias stays a mere address. */
static bool alias_can_be_mapped(const memory_t *memory, const capheap_memory_t *piece) {
    if ((piece->alias - piece->start) % memory_page_size() != 0) {
        return false;
    }
    uintptr_t end = page_ceiling(piece->alias + piece->size);
    uint64_t offset = memory_offset(memory, page_floor(piece->start));
    for (uintptr_t at = page_floor(piece->alias); at < end; at += memory_page_size()) {
        const memory_mapping_t *there = mapping_at(memory, at);
        if (there != NULL &&
            there->offset + (at - there->start) != offset + (at - page_floor(piece->alias))) {
            return false;
        }
    }
    return true;
}

static memory_result_t map_alias(memory_t *memory, const capheap_memory_t *piece,
                                 problem_t *problem) {
    uintptr_t start = page_floor(piece->alias);
    uintptr_t end = page_ceiling(piece->alias + piece->size);
    uint64_t offset = memory_offset(memory, page_floor(piece->start));
    uintptr_t at = start;
    while (at < end) {
        const memory_mapping_t *there = mapping_at(memory, at);
        if (there != NULL) {
            at = there->end;
            continue;
        }
        uintptr_t stop = next_mapping_start(memory, at, end);
        memory_result_t result = map_pages(memory, at, stop, offset + (at - start), problem);
        if (result != MEMORY_OK) {
            return result;
        }
        memory->alias_mapping_count++;
        at = stop;
    }
    return MEMORY_OK;
}

static memory_result_t map_aliases(memory_t *memory, problem_t *problem) {
    for (size_t i = 0; i < memory->piece_count; i++) {
        const capheap_memory_t *piece = &memory->pieces[i];
        if (piece->alias_kind != CAPHEAP_ALIAS_LINEAR) {
            continue;
        }
        if (!alias_can_be_mapped(memory, piece)) {
            memory->flat_alias_count++;
            continue;
        }
        memory_result_t result = map_alias(memory, piece, problem);
        if (result != MEMORY_OK) {
            return result;
        }
    }
    return MEMORY_OK;
}

/* ----------------------------------------------------------------------------------- the guards */

/* A page that nothing else of this program can take. Where it can't be had there is something else
 * already, and that is no obstacle. */
static void map_guard(memory_t *memory, uintptr_t page) {
    problem_t ignored;
    if (mapping_at(memory, page) == NULL &&
        map_at(page, page + memory_page_size(), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0,
               &ignored) == MEMORY_OK) {
        memory->guards[memory->guard_count++] = page;
    }
}

static void map_guards(memory_t *memory) {
    for (size_t i = 0; i < memory->mapping_count; i++) {
        map_guard(memory, memory->mappings[i].start - memory_page_size());
        map_guard(memory, memory->mappings[i].end);
    }
}

/* ------------------------------------------------------------------------------------------ all */

memory_result_t memory_map(memory_t *memory, problem_t *problem) {
    /* A piece, its alias in up to as many parts as there are other mappings, and two guards each.
     */
    size_t most = 2 * memory->piece_count + 1;
    most *= most;
    memory->mappings = calloc(most, sizeof *memory->mappings);
    memory->guards = calloc(2 * most, sizeof *memory->guards);
    memory->file = memfd_create("capheap", MFD_CLOEXEC);
    if (memory->mappings == NULL || memory->guards == NULL || memory->file < 0) {
        problem_set(problem, "no room for the chip's memories: %s", strerror(errno));
        return MEMORY_FAILED;
    }
    memory_result_t result = map_memories(memory, problem);
    if (result == MEMORY_OK) {
        result = map_aliases(memory, problem);
    }
    if (result == MEMORY_OK) {
        map_guards(memory);
    }
    return result;
}

void memory_unmap(memory_t *memory) {
    for (size_t i = 0; i < memory->mapping_count; i++) {
        munmap((void *)memory->mappings[i].start,
               memory->mappings[i].end - memory->mappings[i].start);
    }
    for (size_t i = 0; i < memory->guard_count; i++) {
        munmap((void *)memory->guards[i], memory_page_size());
    }
    if (memory->file >= 0) {
        close(memory->file);
    }
    free(memory->mappings);
    free(memory->guards);
}
