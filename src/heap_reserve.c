/* SPDX-License-Identifier: MIT */
/*
 * Reserves: how they are dealt out, and what a region keeps from a request. Parts are set under the
 * set's lock and the slot's, and looked at under the slot's.
 */
#include "capheap/policy.h"

#include "heap_internal.h"

/* ---- What is kept from a request, under the slot's lock */

static bool is_for(const capheap_heap_t *heap, const capheap_slot_t *slot, size_t index,
                   capheap_caps_t named) {
    return slot->kept[index].all != 0 && (heap->reserves[index].caps & ~named) == 0;
}

static bool keeps_piece(const capheap_slot_t *slot, size_t index) {
    return (slot->pieces >> index & 1) != 0;
}

static size_t whole_units(size_t bytes, unsigned shift) {
    return (bytes + ((size_t)1 << shift) - 1) >> shift << shift;
}

/* Of each reserve that has a part here: its bytes, or its piece in whole units. */
typedef struct shares {
    capheap_share_t *of[CAPHEAP_RESERVES]; /* NULL: it has none, ... */
    size_t all[CAPHEAP_RESERVES];          /* ... and 0 */
} shares_t;

static shares_t shares_of_bytes(capheap_slot_t *slot) {
    shares_t shares;
    for (size_t i = 0; i < CAPHEAP_RESERVES; i++) {
        shares.all[i] = slot->kept[i].all;
        shares.of[i] = shares.all[i] != 0 ? &slot->kept[i] : NULL;
    }
    return shares;
}

static shares_t shares_of_pieces(capheap_heap_t *heap, const capheap_slot_t *slot) {
    shares_t shares;
    for (size_t i = 0; i < CAPHEAP_RESERVES; i++) {
        shares.of[i] = keeps_piece(slot, i) ? &heap->reserves[i].piece : NULL;
        shares.all[i] =
            shares.of[i] != NULL ? whole_units(shares.of[i]->all, slot->piece_shift) : 0;
    }
    return shares;
}

static size_t drawn_of(const shares_t *shares, size_t index) {
    size_t drawn = shares->of[index] != NULL ? shares->of[index]->drawn : 0;
    return drawn < shares->all[index] ? drawn : shares->all[index];
}

/* Who names these draws `more`; `less` is given back, to one after another. */
static void share_out(const capheap_heap_t *heap, const capheap_slot_t *slot,
                      const shares_t *shares, capheap_caps_t named, size_t more, size_t less) {
    for (size_t i = 0; i < CAPHEAP_RESERVES; i++) {
        if (shares->of[i] != NULL) {
            size_t has = drawn_of(shares, i);
            size_t room = is_for(heap, slot, i, named) ? shares->all[i] - has : 0;
            size_t draws = more < room ? more : room;
            size_t gives = less < has ? less : has;
            shares->of[i]->drawn = has + draws - gives;
            more -= draws;
            less -= gives;
        }
    }
}

/* Of what is missing there to all that is kept, each share has drawn a part. More is missing: those
 * for whom these capabilities are named have drawn it. Less: they get it back. */
static void settle(const capheap_heap_t *heap, const capheap_slot_t *slot, const shares_t *shares,
                   size_t there, capheap_caps_t named) {
    size_t all = 0, drawn = 0;
    for (size_t i = 0; i < CAPHEAP_RESERVES; i++) {
        all += shares->all[i];
        drawn += drawn_of(shares, i);
    }
    size_t missing = all > there ? all - there : 0;
    if (missing != drawn) {
        share_out(heap, slot, shares, named, missing > drawn ? missing - drawn : 0,
                  drawn > missing ? drawn - missing : 0);
    }
}

static void draw(const capheap_heap_t *heap, const capheap_slot_t *slot, const shares_t *bytes,
                 const shares_t *pieces, capheap_caps_t named) {
    settle(heap, slot, bytes, capheap_region_free_bytes(&slot->region), named);
    if (slot->pieces != 0) {
        settle(heap, slot, pieces, capheap_region_largest(&slot->region), named);
    }
}

void capheap_draw(capheap_heap_t *heap, capheap_slot_t *slot, capheap_caps_t asked) {
    if (slot->keeps != 0) {
        shares_t bytes = shares_of_bytes(slot), pieces = shares_of_pieces(heap, slot);
        draw(heap, slot, &bytes, &pieces, capheap_normal_caps(asked));
    }
}

/* Whatever has been drawn. */
static capheap_kept_t all_kept(capheap_heap_t *heap, capheap_slot_t *slot) {
    capheap_kept_t kept = {0, 0};
    shares_t bytes = shares_of_bytes(slot), pieces = shares_of_pieces(heap, slot);
    for (size_t i = 0; i < CAPHEAP_RESERVES; i++) {
        kept.bytes += bytes.all[i];
        kept.piece += pieces.all[i];
    }
    return kept;
}

static capheap_kept_t kept_from(capheap_heap_t *heap, capheap_slot_t *slot, capheap_caps_t named) {
    bool ordinary = true; /* it names no reserve that has a part here */
    for (size_t i = 0; i < CAPHEAP_RESERVES; i++) {
        ordinary = ordinary && !is_for(heap, slot, i, named);
    }
    if (ordinary) {
        return all_kept(heap, slot);
    }
    capheap_kept_t kept = {0, 0};
    shares_t bytes = shares_of_bytes(slot), pieces = shares_of_pieces(heap, slot);
    draw(heap, slot, &bytes, &pieces, 0);
    for (size_t i = 0; i < CAPHEAP_RESERVES; i++) {
        if (!is_for(heap, slot, i, named)) {
            kept.bytes += bytes.all[i] - drawn_of(&bytes, i);
            kept.piece += pieces.all[i] - drawn_of(&pieces, i);
        }
    }
    return kept;
}

capheap_kept_t capheap_kept_from(capheap_heap_t *heap, capheap_slot_t *slot, capheap_caps_t asked) {
    return slot->keeps != 0 ? kept_from(heap, slot, capheap_normal_caps(asked))
                            : (capheap_kept_t){0, 0};
}

bool capheap_leaves(const capheap_slot_t *slot, capheap_kept_t kept, size_t size) {
    size_t free = capheap_region_free_bytes(&slot->region);
    return size <= free && kept.bytes <= free - size &&
           (kept.piece == 0 || capheap_region_largest(&slot->region) >= kept.piece);
}

/*
 * ---- Pieces side by side. The engine surely finds a block whose length is a multiple of some
 * step, which grows with the length. So pieces of one region are counted in a unit that is no
 * smaller than the step of their sum: whichever of them are used, what is left of the others is
 * found.
 */

/* The step of lengths up to this one, bytes: those less than a step below are rounded up to it. Of
 * a length that would be rounded up to more than there is, it is told from half of it, for it
 * doubles as the length does. */
static size_t step_below(const capheap_region_t *region, size_t length, size_t granule) {
    size_t times = 1;
    size_t sure = capheap_region_sure_piece(region, length);
    for (; sure > capheap_region_size(region); times *= 2) {
        length /= 2;
        sure = capheap_region_sure_piece(region, length);
    }
    size_t step = granule;
    while (step < sure && capheap_region_sure_piece(region, sure - step) == sure) {
        step *= 2;
    }
    return times * step;
}

/* All that the region keeps in one piece with another `piece` in place of the reserve's own, in the
 * unit for that; SIZE_MAX: too much. */
static size_t sum_of_pieces(const capheap_heap_t *heap, const capheap_slot_t *slot, size_t index,
                            size_t piece, unsigned shift) {
    size_t sum = whole_units(piece, shift);
    bool wraps = sum < piece;
    for (size_t i = 0; i < CAPHEAP_RESERVES; i++) {
        if (i != index && keeps_piece(slot, i)) {
            size_t units = whole_units(heap->reserves[i].piece.all, shift);
            wraps = wraps || __builtin_add_overflow(sum, units, &sum);
        }
    }
    return wraps ? SIZE_MAX : sum;
}

static unsigned unit_for(const capheap_heap_t *heap, const capheap_slot_t *slot, size_t index,
                         size_t piece) {
    unsigned shift = slot->granule_shift;
    for (;; shift++) {
        size_t sum = sum_of_pieces(heap, slot, index, piece, shift);
        size_t step = sum <= capheap_region_size(&slot->region)
                          ? step_below(&slot->region, sum, (size_t)1 << slot->granule_shift)
                          : 0; /* it isn't there anyway */
        if (step <= (size_t)1 << shift) {
            return shift;
        }
    }
}

/* ---- Dealing out, under the set's lock */

typedef struct room {
    size_t free; /* beside what is kept for others */
    size_t largest;
} room_t;

/* How many parts of others it has. */
static size_t others_in(const capheap_slot_t *slot, size_t except) {
    return slot->kept[except].all != 0 ? slot->keeps - 1u : slot->keeps;
}

/* Beside all parts but that of the reserve that is dealt out anew. */
static room_t room_of(capheap_slot_t *slot, size_t except) {
    capheap_port_lock(&slot->lock);
    room_t room = {.free = capheap_region_free_bytes(&slot->region),
                   .largest = capheap_region_largest(&slot->region)};
    for (size_t i = 0; i < CAPHEAP_RESERVES; i++) {
        size_t bytes = i != except ? slot->kept[i].all : 0;
        room.free -= bytes < room.free ? bytes : room.free;
    }
    capheap_port_unlock(&slot->lock);
    return room;
}

/* What must be free in one piece so that a block of `piece` bytes can surely be had; false if it
 * passes SIZE_MAX. */
static bool piece_needed(const capheap_slot_t *slot, capheap_caps_t caps, size_t *piece) {
    bool lines = (caps & (CAPHEAP_DMA | CAPHEAP_CACHE_ALIGNED)) != 0;
    size_t granule = capheap_granule_of(slot->type);
    size_t line = lines && slot->type->cache_line > granule ? slot->type->cache_line : granule;
    return *piece == 0 || (capheap_round_up(piece, line) &&
                           !__builtin_add_overflow(*piece, line - granule, piece));
}

/* A reserve that is being dealt out. */
typedef struct deal {
    size_t index; /* its place among the heap's */
    capheap_caps_t caps;
    capheap_caps_t asked; /* CACHE_ALIGNED may be among them */
    size_t bytes;
    size_t piece;
    capheap_slot_t *keeper; /* of the piece; NULL: none yet, or there is none */
    size_t kept_piece;      /* as it keeps it */
} deal_t;

/* A region that could have a part. */
typedef struct candidate {
    capheap_slot_t *slot; /* NULL: there is none */
    room_t room;
    size_t piece; /* what its part's would be */
    size_t others;
} candidate_t;

static candidate_t consider(const capheap_heap_t *heap, capheap_slot_t *slot, const deal_t *deal) {
    candidate_t candidate = {.piece = deal->piece};
    if (slot->state != CAPHEAP_SLOT_SERVING || (deal->caps & slot->lacks) != 0 ||
        slot->part.all != 0 || !piece_needed(slot, deal->asked, &candidate.piece)) {
        return candidate;
    }
    candidate.room = room_of(slot, deal->index);
    candidate.others = others_in(slot, deal->index);
    unsigned unit = unit_for(heap, slot, deal->index, candidate.piece);
    size_t pieces = sum_of_pieces(heap, slot, deal->index, candidate.piece, unit);
    bool fits = candidate.room.free != 0 && candidate.piece <= candidate.room.free &&
                pieces <= candidate.room.largest;
    candidate.slot = fits ? slot : NULL;
    return candidate;
}

/* Of those with the fewest parts of others, the one with the largest piece. */
static candidate_t choose(capheap_heap_t *heap, const deal_t *deal) {
    candidate_t best = {.slot = NULL};
    for (size_t i = 0; i < heap->slots_in_use; i++) {
        candidate_t next = consider(heap, &heap->slots[i], deal);
        if (next.slot != NULL &&
            (best.slot == NULL || next.others < best.others ||
             (next.others == best.others && next.room.largest > best.room.largest))) {
            best = next;
        }
    }
    return best;
}

/* Deal it out as parts that aren't in force yet. */
static bool deal_out(capheap_heap_t *heap, deal_t *deal) {
    for (size_t i = 0; i < heap->slots_in_use; i++) {
        heap->slots[i].part = (capheap_share_t){0};
    }
    while (deal->bytes > 0) {
        candidate_t to = choose(heap, deal);
        if (to.slot == NULL) {
            return false;
        }
        size_t bytes = deal->bytes < to.room.free ? deal->bytes : to.room.free;
        deal->bytes -= bytes;
        to.slot->part = (capheap_share_t){.all = bytes > to.piece ? bytes : to.piece};
        if (to.piece != 0) {
            deal->keeper = to.slot;
            deal->kept_piece = to.piece;
        }
        deal->piece = 0;
    }
    return true;
}

/* A reserve's piece, and where it is. */
typedef struct keeper {
    capheap_slot_t *slot; /* NULL: nowhere */
    capheap_share_t piece;
} keeper_t;

/* Under the slot's lock: the part dealt out comes into force, what was comes back, its piece too.
 */
static void exchange(capheap_heap_t *heap, capheap_slot_t *slot, size_t index, keeper_t *before) {
    capheap_share_t part = slot->part;
    slot->part = slot->kept[index];
    slot->kept[index] = part;
    if (keeps_piece(slot, index)) {
        *before = (keeper_t){slot, heap->reserves[index].piece};
        slot->pieces = (uint16_t)(slot->pieces & ~(1u << index));
    }
    slot->keeps = 0;
    for (size_t i = 0; i < CAPHEAP_RESERVES; i++) {
        slot->keeps = (uint8_t)(slot->keeps + (slot->kept[i].all != 0));
    }
    slot->piece_shift = (uint8_t)unit_for(heap, slot, index, 0);
    capheap_update_slot_ways(heap, slot);
}

static void keep_piece(capheap_heap_t *heap, size_t index, const keeper_t *keeper) {
    capheap_slot_t *slot = keeper->slot;
    capheap_port_lock(&slot->lock);
    heap->reserves[index].piece = keeper->piece;
    slot->pieces = (uint16_t)(slot->pieces | 1u << index);
    slot->piece_shift = (uint8_t)unit_for(heap, slot, index, keeper->piece.all);
    capheap_port_unlock(&slot->lock);
}

/* *keeper: the piece that comes into force, then what was. False: some of the room has been taken
 * meanwhile. */
static bool exchange_all(capheap_heap_t *heap, size_t index, keeper_t *keeper) {
    keeper_t before = {.slot = NULL};
    for (size_t i = 0; i < heap->slots_in_use; i++) {
        capheap_slot_t *slot = &heap->slots[i];
        capheap_port_lock(&slot->lock);
        exchange(heap, slot, index, &before);
        capheap_port_unlock(&slot->lock);
    }
    if (keeper->slot != NULL) {
        keep_piece(heap, index, keeper);
    }
    *keeper = before;
    bool there = true;
    for (size_t i = 0; i < heap->slots_in_use; i++) {
        capheap_slot_t *slot = &heap->slots[i];
        capheap_port_lock(&slot->lock);
        if (slot->kept[index].all != 0 && !capheap_leaves(slot, all_kept(heap, slot), 0)) {
            there = false;
        }
        capheap_port_unlock(&slot->lock);
    }
    return there;
}

/* The place of the reserve for these, or a free one; CAPHEAP_RESERVES: there is none. */
static size_t place_for(const capheap_heap_t *heap, capheap_caps_t caps) {
    size_t place = CAPHEAP_RESERVES;
    for (size_t i = 0; i < CAPHEAP_RESERVES; i++) {
        if (heap->reserves[i].caps == caps) {
            return i;
        }
        place = heap->reserves[i].caps == 0 && place == CAPHEAP_RESERVES ? i : place;
    }
    return place;
}

static capheap_status_t set_reserve(capheap_heap_t *heap, deal_t deal) {
    size_t wanted = deal.bytes;
    deal.index = place_for(heap, deal.caps);
    if (deal.index == CAPHEAP_RESERVES) {
        return deal.bytes != 0 ? CAPHEAP_ERROR_FULL : CAPHEAP_OK;
    }
    if (!deal_out(heap, &deal)) {
        return CAPHEAP_ERROR_TOO_SMALL;
    }
    capheap_kept_for_t *reserve = &heap->reserves[deal.index];
    capheap_caps_t caps_before = reserve->caps;
    keeper_t keeper = {deal.keeper, {.all = deal.kept_piece}};
    if (caps_before == 0) {
        reserve->caps = deal.caps; /* before it has parts, which is when others read it */
    }
    bool there = exchange_all(heap, deal.index, &keeper);
    if (!there) {
        (void)exchange_all(heap, deal.index, &keeper);
    }
    if (there ? wanted == 0 : caps_before == 0) {
        reserve->caps = 0;
    }
    return there ? CAPHEAP_OK : CAPHEAP_ERROR_TOO_SMALL;
}

static void drop_all(capheap_heap_t *heap) {
    for (size_t i = 0; i < CAPHEAP_RESERVES; i++) {
        if (heap->reserves[i].caps != 0) {
            set_reserve(heap, (deal_t){.caps = heap->reserves[i].caps});
        }
    }
}

capheap_status_t capheap_set_reserve(capheap_heap_t *heap, capheap_caps_t caps, size_t bytes,
                                     size_t piece) {
    deal_t deal = {
        .caps = capheap_normal_caps(caps), .asked = caps, .bytes = bytes, .piece = piece};
    if (piece > bytes || (deal.caps == 0 && bytes != 0)) {
        return CAPHEAP_ERROR_ARGUMENT;
    }
    capheap_status_t status = CAPHEAP_OK;
    capheap_lock_set(heap);
    if (deal.caps != 0) {
        status = set_reserve(heap, deal);
    } else {
        drop_all(heap);
    }
    capheap_update_ways(heap);
    capheap_unlock_set(heap);
    return status;
}

static capheap_reserve_t sum_of(const capheap_heap_t *heap, size_t index) {
    const capheap_kept_for_t *kept = &heap->reserves[index];
    capheap_reserve_t reserve = {.caps = kept->caps};
    for (size_t i = 0; i < heap->slots_in_use; i++) {
        const capheap_slot_t *slot = &heap->slots[i];
        reserve.bytes += slot->kept[index].all;
        reserve.piece = keeps_piece(slot, index) ? kept->piece.all : reserve.piece;
    }
    return reserve;
}

size_t capheap_get_reserves(capheap_heap_t *heap, capheap_reserve_t *out, size_t max) {
    size_t count = 0;
    capheap_lock_set(heap);
    for (size_t i = 0; i < CAPHEAP_RESERVES; i++) {
        if (heap->reserves[i].caps != 0) {
            if (count < max) {
                out[count] = sum_of(heap, i);
            }
            count++;
        }
    }
    capheap_unlock_set(heap);
    return count;
}
