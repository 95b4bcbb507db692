/* SPDX-License-Identifier: MIT */
/*
 * Reserves: how they are dealt out, and what a region keeps from a request. Parts are set under the
 * set's lock and the slot's, and looked at under the slot's.
 */
#include "capheap/policy.h"

#include "heap_internal.h"

/* ---- What is kept from a request, under the slot's lock */

enum {
    BYTES,
    PIECE
};

static capheap_share_t *share_of(capheap_part_t *part, int which) {
    return which == BYTES ? &part->bytes : &part->piece;
}

static bool is_for(const capheap_part_t *part, capheap_caps_t named) {
    return part->caps != 0 && (part->caps & ~named) == 0;
}

/* Of what is missing there to all that is kept, each share has drawn a part. More is missing: those
 * for whom these capabilities are named have drawn it. Less: they get it back, one after another.
 */
static void settle(capheap_slot_t *slot, int which, size_t there, capheap_caps_t named) {
    size_t all = 0, drawn = 0;
    for (size_t i = 0; i < CAPHEAP_RESERVES; i++) {
        all += share_of(&slot->kept[i], which)->all;
        drawn += share_of(&slot->kept[i], which)->drawn;
    }
    size_t missing = all > there ? all - there : 0;
    size_t more = missing > drawn ? missing - drawn : 0;
    size_t less = drawn > missing ? drawn - missing : 0;
    for (size_t i = 0; i < CAPHEAP_RESERVES; i++) {
        capheap_share_t *share = share_of(&slot->kept[i], which);
        size_t room = is_for(&slot->kept[i], named) ? share->all - share->drawn : 0;
        size_t draws = more < room ? more : room;
        size_t gives = less < share->drawn ? less : share->drawn;
        share->drawn += draws - gives;
        more -= draws;
        less -= gives;
    }
}

void capheap_draw(capheap_slot_t *slot, capheap_caps_t asked) {
    if (slot->keeps != 0) {
        capheap_caps_t named = capheap_normal_caps(asked);
        settle(slot, BYTES, capheap_region_free_bytes(&slot->region), named);
        settle(slot, PIECE, capheap_region_largest(&slot->region), named);
    }
}

static capheap_kept_t kept_from(capheap_slot_t *slot, capheap_caps_t named) {
    capheap_kept_t kept = {0, 0};
    bool ordinary = true; /* it names no reserve that has a part here */
    for (size_t i = 0; i < CAPHEAP_RESERVES; i++) {
        ordinary = ordinary && !is_for(&slot->kept[i], named);
    }
    capheap_draw(slot, 0);
    for (size_t i = 0; i < CAPHEAP_RESERVES; i++) {
        const capheap_part_t *part = &slot->kept[i];
        if (!is_for(part, named)) {
            kept.bytes += part->bytes.all - (ordinary ? 0 : part->bytes.drawn);
            kept.piece += part->piece.all - (ordinary ? 0 : part->piece.drawn);
        }
    }
    if (ordinary) {
        kept.piece = capheap_region_sure_piece(&slot->region, kept.piece);
    }
    return kept;
}

capheap_kept_t capheap_kept_from(capheap_slot_t *slot, capheap_caps_t asked) {
    return slot->keeps != 0 ? kept_from(slot, capheap_normal_caps(asked)) : (capheap_kept_t){0, 0};
}

bool capheap_leaves(const capheap_slot_t *slot, capheap_kept_t kept, size_t size) {
    size_t free = capheap_region_free_bytes(&slot->region);
    return size <= free && kept.bytes <= free - size &&
           (kept.piece == 0 || capheap_region_largest(&slot->region) >= kept.piece);
}

/* ---- Dealing out, under the set's lock */

typedef struct room {
    size_t free; /* beside what is kept for others */
    size_t largest;
    size_t pieces; /* of others */
} room_t;

/* How many parts of others it has. */
static size_t others_in(const capheap_slot_t *slot, size_t except) {
    return slot->kept[except].caps != 0 ? slot->keeps - 1u : slot->keeps;
}

/* Beside all parts but that of the reserve that is dealt out anew. */
static room_t room_of(capheap_slot_t *slot, size_t except) {
    capheap_port_lock(&slot->lock);
    room_t room = {.free = capheap_region_free_bytes(&slot->region),
                   .largest = capheap_region_largest(&slot->region)};
    for (size_t i = 0; i < CAPHEAP_RESERVES; i++) {
        const capheap_part_t *part = &slot->kept[i];
        if (i != except && part->caps != 0) {
            size_t bytes = part->bytes.all;
            room.free -= bytes < room.free ? bytes : room.free;
            room.pieces += part->piece.all;
        }
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
} deal_t;

/* A region that could have a part. */
typedef struct candidate {
    capheap_slot_t *slot; /* NULL: there is none */
    room_t room;
    size_t piece; /* what its part's would be */
    size_t others;
} candidate_t;

static candidate_t consider(capheap_slot_t *slot, const deal_t *deal) {
    candidate_t candidate = {.piece = deal->piece};
    if (slot->state != CAPHEAP_SLOT_SERVING || (deal->caps & slot->lacks) != 0 ||
        slot->part.caps != 0 || !piece_needed(slot, deal->asked, &candidate.piece)) {
        return candidate;
    }
    candidate.room = room_of(slot, deal->index);
    candidate.others = others_in(slot, deal->index);
    size_t pieces = candidate.room.pieces;
    bool fits = candidate.room.free != 0 &&
                !__builtin_add_overflow(pieces, candidate.piece, &pieces) &&
                capheap_region_sure_piece(&slot->region, pieces) <= candidate.room.largest;
    candidate.slot = fits ? slot : NULL;
    return candidate;
}

/* Of those with the fewest parts of others, the one with the largest piece. */
static candidate_t choose(capheap_heap_t *heap, const deal_t *deal) {
    candidate_t best = {.slot = NULL};
    for (size_t i = 0; i < heap->slots_in_use; i++) {
        candidate_t next = consider(&heap->slots[i], deal);
        if (next.slot != NULL &&
            (best.slot == NULL || next.others < best.others ||
             (next.others == best.others && next.room.largest > best.room.largest))) {
            best = next;
        }
    }
    return best;
}

/* Deal it out as parts that aren't in force yet. */
static bool deal_out(capheap_heap_t *heap, deal_t deal) {
    for (size_t i = 0; i < heap->slots_in_use; i++) {
        heap->slots[i].part = (capheap_part_t){0};
    }
    while (deal.bytes > 0) {
        candidate_t to = choose(heap, &deal);
        if (to.slot == NULL) {
            return false;
        }
        size_t bytes = deal.bytes < to.room.free ? deal.bytes : to.room.free;
        deal.bytes -= bytes;
        to.slot->part = (capheap_part_t){
            deal.caps, {.all = bytes > to.piece ? bytes : to.piece}, {.all = to.piece}};
        deal.piece = 0;
    }
    return true;
}

/* Under the slot's lock: the part dealt out comes into force, what was comes back. */
static void exchange(const capheap_heap_t *heap, capheap_slot_t *slot, size_t index) {
    capheap_part_t part = slot->part;
    slot->part = slot->kept[index];
    slot->kept[index] = part;
    slot->keeps = 0;
    for (size_t i = 0; i < CAPHEAP_RESERVES; i++) {
        slot->keeps = (uint8_t)(slot->keeps + (slot->kept[i].caps != 0));
    }
    capheap_update_slot_ways(heap, slot);
}

/* False: some of the room has been taken meanwhile. */
static bool exchange_all(capheap_heap_t *heap, size_t index) {
    bool there = true;
    for (size_t i = 0; i < heap->slots_in_use; i++) {
        capheap_slot_t *slot = &heap->slots[i];
        capheap_port_lock(&slot->lock);
        exchange(heap, slot, index);
        if (slot->kept[index].caps != 0 && !capheap_leaves(slot, kept_from(slot, 0), 0)) {
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
        if (heap->reserve_caps[i] == caps) {
            return i;
        }
        place = heap->reserve_caps[i] == 0 && place == CAPHEAP_RESERVES ? i : place;
    }
    return place;
}

static capheap_status_t set_reserve(capheap_heap_t *heap, deal_t deal) {
    deal.index = place_for(heap, deal.caps);
    if (deal.index == CAPHEAP_RESERVES) {
        return deal.bytes != 0 ? CAPHEAP_ERROR_FULL : CAPHEAP_OK;
    }
    if (!deal_out(heap, deal)) {
        return CAPHEAP_ERROR_TOO_SMALL;
    }
    if (!exchange_all(heap, deal.index)) {
        exchange_all(heap, deal.index);
        return CAPHEAP_ERROR_TOO_SMALL;
    }
    heap->reserve_caps[deal.index] = deal.bytes != 0 ? deal.caps : 0;
    return CAPHEAP_OK;
}

static void drop_all(capheap_heap_t *heap) {
    for (size_t i = 0; i < CAPHEAP_RESERVES; i++) {
        if (heap->reserve_caps[i] != 0) {
            set_reserve(heap, (deal_t){.caps = heap->reserve_caps[i]});
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
    capheap_reserve_t reserve = {.caps = heap->reserve_caps[index]};
    for (size_t i = 0; i < heap->slots_in_use; i++) {
        reserve.bytes += heap->slots[i].kept[index].bytes.all;
        reserve.piece += heap->slots[i].kept[index].piece.all; /* one region's alone is not 0 */
    }
    return reserve;
}

size_t capheap_get_reserves(capheap_heap_t *heap, capheap_reserve_t *out, size_t max) {
    size_t count = 0;
    capheap_lock_set(heap);
    for (size_t i = 0; i < CAPHEAP_RESERVES; i++) {
        if (heap->reserve_caps[i] != 0) {
            if (count < max) {
                out[count] = sum_of(heap, i);
            }
            count++;
        }
    }
    capheap_unlock_set(heap);
    return count;
}
