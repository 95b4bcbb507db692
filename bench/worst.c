/* SPDX-License-Identifier: MIT */
#include "worst.h"

#include <stdbool.h>

#include "board.h"
#include "count.h"
#include "print.h"

enum {
    LENGTH = 256, /* steps of a sequence */
    SLOTS = 128,
    RESTARTS = 8 /* the search starts from nothing so many times */
};

/*
 * A step acts on one slot. If that is empty, it asks for a block, aligned or not; else it frees the
 * block or changes its size. So every sequence of steps makes sense, however it is mutated.
 */
struct step {
    uint8_t slot;
    uint8_t alignment_log2; /* 0: malloc */
    uint8_t resize;         /* realloc rather than free */
    uint8_t unused;
    uint32_t size;
};

struct sequence {
    uint32_t cost;
    uint32_t at; /* the step that cost so much */
    struct step steps[LENGTH];
};

struct search {
    size_t pool_size;
    uint32_t random;
    uint32_t base; /* bytes: many blocks have this to twice this */
    enum call target;
};

static struct sequence current, trial, best;
static void *live[SLOTS];

static uint32_t random_below(struct search *search, uint32_t limit) {
    search->random ^= search->random << 13;
    search->random ^= search->random >> 17;
    search->random ^= search->random << 5;
    return (uint32_t)((uint64_t)search->random * limit >> 32);
}

/* Half of them from one octave, which the sequence keeps to, so that free blocks share bins; the
 * rest small, or of any magnitude up to a quarter of the pool. */
static uint32_t random_size(struct search *search) {
    uint32_t kind = random_below(search, 4), most = 64;
    if (kind >= 2) {
        return search->base + random_below(search, search->base);
    }
    while (kind == 1 && most < search->pool_size / 4 && random_below(search, 4) != 0) {
        most *= 2;
    }
    return 1 + random_below(search, most);
}

static struct step random_step(struct search *search) {
    struct step step = {.slot = (uint8_t)random_below(search, SLOTS), .size = random_size(search)};
    if (random_below(search, 4) == 0) {
        step.alignment_log2 = (uint8_t)(4 + random_below(search, 8));
    }
    step.resize = random_below(search, 8) == 0;
    return step;
}

/* Take one step; which call it was. */
static enum call take_step(const struct step *step) {
    void **slot = &live[step->slot];
    if (*slot == NULL) {
        if (step->alignment_log2 == 0) {
            *slot = counted_malloc(step->size);
            return CALL_MALLOC;
        }
        *slot = counted_memalign((size_t)1 << step->alignment_log2, step->size);
        return CALL_MEMALIGN;
    }
    if (step->resize) {
        void *moved = counted_realloc(*slot, step->size);
        *slot = moved != NULL ? moved : *slot;
        return CALL_REALLOC;
    }
    counted_free(*slot);
    *slot = NULL;
    return CALL_FREE;
}

static void evaluate(const struct search *search, struct sequence *sequence) {
    allocator.init(BOARD_POOL, search->pool_size);
    sequence->cost = 0;
    for (int i = 0; i < SLOTS; i++) {
        live[i] = NULL;
    }
    for (uint32_t i = 0; i < LENGTH; i++) {
        enum call call = take_step(&sequence->steps[i]);
        if (call == search->target && last_cost > sequence->cost) {
            sequence->cost = last_cost;
            sequence->at = i;
        }
    }
}

static void mutate(struct search *search, struct sequence *sequence) {
    uint32_t i = random_below(search, LENGTH), from = random_below(search, LENGTH);
    struct step *step = &sequence->steps[i];
    switch (random_below(search, 6)) {
    case 0: /* another size nearby */
        step->size += random_below(search, 33);
        step->size = step->size > 16 ? step->size - 16 : 1;
        break;
    case 1: /* the same size as elsewhere */
        step->size = sequence->steps[from].size;
        break;
    case 2: /* another block */
        step->slot = sequence->steps[from].slot;
        break;
    case 3: { /* in another order */
        struct step kept = *step;
        *step = sequence->steps[from];
        sequence->steps[from] = kept;
        break;
    }
    case 4: /* a stretch repeated */
        for (uint32_t n = 1 + random_below(search, 16); n > 0; n--, i++, from++) {
            sequence->steps[i % LENGTH] = sequence->steps[from % LENGTH];
        }
        break;
    default:
        *step = random_step(search);
        break;
    }
}

static void climb(struct search *search, uint32_t rounds) {
    search->base = 24u << random_below(search, 6);
    for (uint32_t i = 0; i < LENGTH; i++) {
        current.steps[i] = random_step(search);
    }
    evaluate(search, &current);
    for (uint32_t round = 0; round < rounds; round++) {
        trial = current;
        for (uint32_t n = 1 + random_below(search, 4); n > 0; n--) {
            mutate(search, &trial);
        }
        evaluate(search, &trial);
        if (trial.cost >= current.cost) { /* equal ones too: it wanders along what is level */
            current = trial;
        }
    }
    if (current.cost > best.cost) {
        best = current;
    }
}

static void print_best(const char *name) {
    print_figure("worst", name, "instructions", best.cost);
    print_figure("worst", name, "step", best.at);
    for (uint32_t i = 0; i <= best.at; i++) {
        const struct step *step = &best.steps[i];
        print_text("step ");
        print_text(name);
        print_text(" slot ");
        print_number(step->slot);
        print_text(" size ");
        print_number(step->size);
        print_text(" alignment ");
        print_number(1u << step->alignment_log2);
        print_text(step->resize ? " if live: realloc\n" : " if live: free\n");
    }
}

void worst_search(size_t pool_size, uint32_t seed, uint32_t rounds) {
    static const enum call targets[] = {CALL_MALLOC, CALL_FREE, CALL_MEMALIGN};
    static const char *const names[] = {"malloc", "free", "aligned"};
    for (int i = 0; i < 3; i++) {
        struct search search = {
            .pool_size = pool_size, .random = seed * 2654435761u | 1u, .target = targets[i]};
        best.cost = 0;
        for (int restart = 0; restart < RESTARTS; restart++) {
            climb(&search, rounds / RESTARTS);
        }
        print_best(names[i]);
    }
}
