/* SPDX-License-Identifier: MIT */
/* Inside the snapshot: what its files share. */
#ifndef SNAPSHOT_PARTS_H
#define SNAPSHOT_PARTS_H

#include "snapshot.h"

/* Room for one more item behind `count` of them; *failed is set if there is none. */
void *snapshot_grow(void *array, size_t count, size_t item, bool *failed);

/* The chip's memories, and what of them is no region. After the regions. */
bool snapshot_take_memories(snapshot_t *snapshot, const replay_t *replay);
bool snapshot_take_sets(snapshot_t *snapshot, const replay_t *replay);

#endif
