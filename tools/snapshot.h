/* SPDX-License-Identifier: MIT */
/*
 * What a simulation came to, as data: the chip, its regions, every block at one moment, and what
 * was refused over the whole run. Reports of all kinds are written from this alone. Addresses are
 * the chip's, sizes are bytes.
 */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capheap/chip.h"
#include "refusals.h"
#include "replay.h"

typedef struct snapshot_block {
    uint64_t start;
    uint64_t size;
    uint64_t asked;    /* used: what the program asked for; the rest is rounding */
    size_t program;    /* used: index of programs */
    const char *site;  /* used: where it was asked for; "?" if not recorded */
    const char *task;  /* used: by which of the program's tasks; "" if the trace names none */
    const char *quota; /* used: that it is charged to; NULL: none */
    size_t owner;      /* used: index of owners */
    bool used;
} snapshot_block_t;

typedef struct snapshot_region {
    const char *type;
    capheap_caps_t caps;
    uint64_t tag;
    uint64_t start;
    uint64_t size;  /* books included */
    uint64_t alias; /* 0: none */
    bool alias_inverted;
    bool startup; /* memory that start-up used */
    bool external;
    bool serving; /* false: held back */
    bool word_only;
    uint64_t granule;
    uint64_t books; /* size - total */
    uint64_t total; /* that blocks may take: used + free */
    uint64_t used;
    uint64_t asked; /* used without rounding */
    uint64_t free;
    uint64_t largest;
    uint64_t minimum_free; /* of the whole run */
    uint64_t blocks;
    uint64_t free_blocks;
    uint64_t kept;       /* of what is free, in reserve, ... */
    uint64_t kept_piece; /* ... and of that in one piece */
    size_t first_block;  /* in the snapshot's blocks: all of its used and free ones, by address */
    size_t block_count;
} snapshot_region_t;

/* Memory of the chip that is no part of the heap. */
typedef struct snapshot_reserved {
    uint64_t start;
    uint64_t size;
    const char *name; /* never NULL */
} snapshot_reserved_t;

/* A memory of the chip as far as it is fitted, neighbours of one type joined: regions and reserved
 * pieces fill it. */
typedef struct snapshot_memory {
    const char *type;
    uint64_t start;
    uint64_t size;
} snapshot_memory_t;

/* All regions that serve a set of capabilities. */
typedef struct snapshot_set {
    capheap_caps_t caps;
    bool asked_for; /* some program asked for it */
    capheap_figures_t figures;
    uint64_t minimum_free; /* of the whole run */
} snapshot_set_t;

typedef struct snapshot_program {
    const char *name;
    const char *path;
    const char *origin;
    replay_ask_t ask; /* given for all its calls */
    uint64_t calls;
    uint64_t refused;
    uint64_t skipped;
    uint64_t refused_recorded;
    uint64_t reallocs;
    uint64_t moved;
    uint64_t peak_bytes; /* asked for at once, at most */
    uint64_t end_blocks; /* live after its last call */
    uint64_t end_bytes;
    uint64_t moment_blocks; /* live at the moment of the snapshot */
    uint64_t moment_bytes;  /* asked for */
    uint64_t moment_used;   /* with rounding */
} snapshot_program_t;

/* Whose blocks are told apart: the programs; the tasks, if there is but one program. From the
 * last one on all are counted together. */
#define SNAPSHOT_OWNERS 24u

typedef struct snapshot_owner {
    const char *name;
    uint64_t blocks; /* live at the moment of the snapshot */
    uint64_t asked;
    uint64_t used;
} snapshot_owner_t;

typedef struct snapshot {
    const capheap_chip_t *chip;
    uint64_t fitted;      /* bytes of external memory */
    const char *moment;   /* "peak", "end", "refusal" or "call" */
    uint64_t moment_call; /* the snapshot was taken after this call */
    uint64_t calls;       /* of the whole run */
    uint64_t startup_calls;
    bool by_time;
    uint64_t peak_used;
    uint64_t peak_call;
    size_t inverted_alias_count;
    size_t flat_alias_count;
    snapshot_memory_t *memories;
    size_t memory_count;
    snapshot_reserved_t *reserved;
    size_t reserved_count;
    snapshot_region_t *regions;
    size_t region_count;
    snapshot_block_t *blocks;
    size_t block_count;
    snapshot_set_t *sets;
    size_t set_count;
    snapshot_program_t *programs;
    size_t program_count;
    snapshot_owner_t *owners;
    size_t owner_count;
    bool owners_are_tasks;
    const policy_run_t *policy_now; /* at the moment, ... */
    const policy_run_t *policy;     /* ... and at the end of the run */
    const refusals_t *refusals;     /* regions by addresses here: snapshot_region_at */
    const memory_t *memory;         /* to tell these by the chip's addresses */
    const replay_t *replay;         /* for the names of call sites and tasks */
} snapshot_t;

/* Of a replay as it stands: regions, blocks, sets. Strings belong to the replay and the chip. */
bool snapshot_take(snapshot_t *snapshot, const replay_t *replay, problem_t *problem);
/* Put in what is known of the whole run, from a replay that went to the end: minima, figures of the
 * programs, refusals. It must stay as long as the snapshot is used. */
void snapshot_complete(snapshot_t *snapshot, const replay_t *whole);
void snapshot_free(snapshot_t *snapshot);

/* The region that begins at an address here (as refusals tell it); NULL if there is none. */
const snapshot_region_t *snapshot_region_at(const snapshot_t *snapshot, uintptr_t here);

/* Sums over all regions, and what there is besides. */
typedef struct snapshot_sums {
    uint64_t memory; /* all memory of the chip that is there */
    uint64_t reserved;
    uint64_t books;
    uint64_t held; /* in regions held back */
    uint64_t used;
    uint64_t asked;
    uint64_t free;
    uint64_t blocks;
} snapshot_sums_t;

snapshot_sums_t snapshot_sum(const snapshot_t *snapshot);

#endif
