/* SPDX-License-Identifier: MIT */
/* Inside the SVG report: page, map and what both draw with. Lengths are pixels. */
#ifndef SVG_H
#define SVG_H

#include <stdio.h>

#include "snapshot.h"

#define SVG_PAGE_WIDTH 1160.0
#define SVG_LEFT       112.0  /* of the maps; addresses stand left of it */
#define SVG_WIDTH      1024.0 /* of the maps: a power of two, so that scales are round */

/* Owners beyond this many share colours. */
#define SVG_COLOURS 6u

/* Text, with what XML has other uses for escaped; what is no XML character comes out as '?'. */
void svg_put_text(FILE *out, const char *text);

/* svg_map.c: how high a memory's map is, and the map. */
double svg_map_height(const snapshot_t *snapshot, const snapshot_memory_t *memory);
void svg_put_map(const snapshot_t *snapshot, const snapshot_memory_t *memory, double top,
                 FILE *out);

/* svg_marks.c: a chart for each mark of the heap, below the maps. */
double svg_marks_height(const snapshot_t *snapshot);
void svg_put_marks(const snapshot_t *snapshot, double top, FILE *out);

#endif
