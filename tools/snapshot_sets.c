/* SPDX-License-Identifier: MIT */
/* The sets of capabilities that a report tells about: those that programs asked for, and the usual
 * ones as far as the chip has them. */
#include "snapshot_parts.h"

static const capheap_caps_t usual_sets[] = {
    CAPHEAP_DEFAULT, CAPHEAP_INTERNAL | CAPHEAP_8BIT,
    CAPHEAP_DMA,     CAPHEAP_32BIT,
    CAPHEAP_EXEC,    CAPHEAP_SPM,
    CAPHEAP_RTCRAM,  CAPHEAP_RETENTION,
    CAPHEAP_SPIRAM,
};

static bool add_set(snapshot_t *snapshot, const replay_t *replay, capheap_caps_t caps,
                    bool asked_for) {
    bool failed = false;
    for (size_t i = 0; i < snapshot->set_count; i++) {
        if (snapshot->sets[i].caps == caps) {
            snapshot->sets[i].asked_for = snapshot->sets[i].asked_for || asked_for;
            return true;
        }
    }
    snapshot_set_t set = {.caps = caps, .asked_for = asked_for};
    capheap_get_figures(replay->heap, caps, &set.figures);
    if (set.figures.regions == 0 && !asked_for) {
        return true;
    }
    snapshot->sets =
        snapshot_grow(snapshot->sets, snapshot->set_count, sizeof *snapshot->sets, &failed);
    if (!failed) {
        snapshot->sets[snapshot->set_count++] = set;
    }
    return !failed;
}

bool snapshot_take_sets(snapshot_t *snapshot, const replay_t *replay) {
    bool taken = true;
    for (size_t i = 0; i < sizeof usual_sets / sizeof usual_sets[0]; i++) {
        taken = taken && add_set(snapshot, replay, usual_sets[i], false);
    }
    for (size_t i = 0; i < replay->asked_caps_count; i++) {
        taken = taken && add_set(snapshot, replay, replay->asked_caps[i], true);
    }
    return taken;
}
