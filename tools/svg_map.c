/* SPDX-License-Identifier: MIT */
/*
 * The map of one memory: rows of a fixed number of bytes from its first address to its last, every
 * block to scale. A block that spans rows is one shape of several rectangles, so there are as many
 * shapes as blocks.
 */
#include <inttypes.h>
#include <string.h>

#include "svg.h"
#include "units.h"

#define ROW_HEIGHT_LARGE 15.0
#define ROW_HEIGHT_SMALL 8.0
#define ROW_GAP_LARGE    3.0
#define ROW_GAP_SMALL    2.0
#define HEADING          24.0 /* above the rows: the memory's name */
#define LINE             17.0 /* a region's figures */
#define BELOW            26.0
#define FEW_ROWS_BYTES   UINT64_C(16384)  /* a row of a memory up to ... */
#define FEW_ROWS_LIMIT   UINT64_C(524288) /* ... so large; of larger ones: */
#define MANY_ROWS        64u

typedef struct map {
    const snapshot_t *snapshot;
    const snapshot_memory_t *memory;
    uint64_t row_bytes;
    uint64_t rows;
    double row_height;
    double row_step; /* from row to row */
    double top;      /* of the first row */
    FILE *out;
} map_t;

/* ---------------------------------------------------------------------------------------- scale */

static uint64_t row_bytes_of(const snapshot_memory_t *memory) {
    uint64_t bytes = FEW_ROWS_BYTES;
    if (memory->size <= bytes) {
        return memory->size;
    }
    while (memory->size > FEW_ROWS_LIMIT && memory->size / bytes > MANY_ROWS) {
        bytes *= 2;
    }
    return bytes;
}

static bool is_in(const snapshot_memory_t *memory, uint64_t start) {
    return start >= memory->start && start - memory->start < memory->size;
}

static unsigned regions_in(const snapshot_t *snapshot, const snapshot_memory_t *memory) {
    unsigned count = 0;
    for (size_t i = 0; i < snapshot->region_count; i++) {
        count += is_in(memory, snapshot->regions[i].start);
    }
    return count;
}

static map_t map_of(const snapshot_t *snapshot, const snapshot_memory_t *memory) {
    map_t map = {.snapshot = snapshot, .memory = memory, .row_bytes = row_bytes_of(memory)};
    map.rows = (memory->size + map.row_bytes - 1) / map.row_bytes;
    bool large = memory->size <= FEW_ROWS_LIMIT;
    map.row_height = large ? ROW_HEIGHT_LARGE : ROW_HEIGHT_SMALL;
    map.row_step = map.row_height + (large ? ROW_GAP_LARGE : ROW_GAP_SMALL);
    return map;
}

double svg_map_height(const snapshot_t *snapshot, const snapshot_memory_t *memory) {
    map_t map = map_of(snapshot, memory);
    return HEADING + LINE * regions_in(snapshot, memory) + (double)map.rows * map.row_step + BELOW;
}

static double x_of(const map_t *map, uint64_t offset) {
    return SVG_LEFT + SVG_WIDTH * (double)offset / (double)map->row_bytes;
}

static double y_of(const map_t *map, uint64_t row) {
    return map->top + (double)row * map->row_step;
}

/* --------------------------------------------------------------------------------------- shapes */

/* The rectangles of [start, start + size) as a path. Those wide enough end a little early, so that
 * neighbours can be told apart. */
static void put_path(const map_t *map, uint64_t start, uint64_t size) {
    uint64_t at = start - map->memory->start;
    uint64_t end = at + size;
    fputs(" d=\"", map->out);
    while (at < end) {
        uint64_t row = at / map->row_bytes;
        uint64_t row_end = (row + 1) * map->row_bytes;
        uint64_t stop = end < row_end ? end : row_end;
        double left = x_of(map, at - row * map->row_bytes);
        double width = x_of(map, stop - row * map->row_bytes) - left;
        if (stop == end && width > 2.5) {
            width -= 0.6;
        }
        fprintf(map->out, "M%.2f %.1fh%.2fv%.1fh-%.2fz", left, y_of(map, row), width,
                map->row_height, width);
        at = stop;
    }
    fputc('"', map->out);
}

static void open_shape(const map_t *map, const char *class_name, uint64_t start, uint64_t size) {
    fprintf(map->out, "<path class=\"%s\"", class_name);
    put_path(map, start, size);
    fprintf(map->out, "><title>%08" PRIX64 ", ", start);
}

static void close_shape(const map_t *map) {
    fputs("</title></path>\n", map->out);
}

static void put_plain_shape(const map_t *map, const char *class_name, uint64_t start, uint64_t size,
                            const char *what) {
    char text[UNITS_COUNT_TEXT];
    open_shape(map, class_name, start, size);
    fprintf(map->out, "%s B: ", units_count_text(text, size));
    svg_put_text(map->out, what);
    close_shape(map);
}

static void put_block(const map_t *map, const snapshot_block_t *block) {
    char size[UNITS_COUNT_TEXT];
    char asked[UNITS_COUNT_TEXT];
    char class_name[16];
    if (!block->used) {
        put_plain_shape(map, "b free", block->start, block->size, "free");
        return;
    }
    snprintf(class_name, sizeof class_name, "b p%u", (unsigned)(block->owner % SVG_COLOURS));
    open_shape(map, class_name, block->start, block->size);
    fprintf(map->out, "%s B: ", units_count_text(size, block->size));
    svg_put_text(map->out, map->snapshot->programs[block->program].name);
    fprintf(map->out, " asked for %s B", units_count_text(asked, block->asked));
    if (strcmp(block->site, "?") != 0) {
        fputs(" at ", map->out);
        svg_put_text(map->out, block->site);
    }
    if (block->task[0] != '\0') {
        fputs(", task ", map->out);
        svg_put_text(map->out, block->task);
    }
    if (block->quota != NULL) {
        fputs(", charged to ", map->out);
        svg_put_text(map->out, block->quota);
    }
    close_shape(map);
}

/* Books stand before a region's first block, and behind its last what makes no whole granule. */
static void put_region(const map_t *map, const snapshot_region_t *region) {
    uint64_t end = region->start + region->size;
    if (!region->serving) {
        put_plain_shape(map, "held", region->start, region->size,
                        "held back until start-up is over");
        return;
    }
    if (region->block_count == 0) {
        put_plain_shape(map, "books", region->start, region->size, "books of the heap");
        return;
    }
    const snapshot_block_t *blocks = &map->snapshot->blocks[region->first_block];
    uint64_t first = blocks[0].start;
    uint64_t last = blocks[region->block_count - 1].start + blocks[region->block_count - 1].size;
    if (first > region->start) {
        put_plain_shape(map, "books", region->start, first - region->start, "books of the heap");
    }
    for (size_t i = 0; i < region->block_count; i++) {
        put_block(map, &blocks[i]);
    }
    if (end > last) {
        put_plain_shape(map, "books", last, end - last, "no whole granule");
    }
}

/* ----------------------------------------------------------------------------------------- texts
 */

static void put_heading(const map_t *map, double top) {
    char size[UNITS_SIZE_TEXT];
    char row[UNITS_SIZE_TEXT];
    double pixel = (double)map->row_bytes / SVG_WIDTH;
    fprintf(map->out, "<text class=\"name\" x=\"%.0f\" y=\"%.1f\">", SVG_LEFT, top + 12);
    svg_put_text(map->out, map->memory->type);
    fprintf(map->out, "<tspan class=\"size\" dx=\"10\">%s from %08" PRIX64 "</tspan></text>\n",
            units_exact_size_text(size, map->memory->size), map->memory->start);
    fprintf(map->out,
            "<text class=\"scale\" x=\"%.0f\" y=\"%.1f\">a row is %s, a pixel %.3g B</text>\n",
            SVG_LEFT + SVG_WIDTH, top + 12, units_exact_size_text(row, map->row_bytes), pixel);
}

static void put_figures(const map_t *map, const snapshot_region_t *region, double y) {
    char used[UNITS_SIZE_TEXT];
    char unused[UNITS_SIZE_TEXT];
    char largest[UNITS_SIZE_TEXT];
    char least[UNITS_SIZE_TEXT];
    char blocks[UNITS_COUNT_TEXT];
    char holes[UNITS_COUNT_TEXT];
    fprintf(map->out, "<text class=\"figures\" x=\"%.0f\" y=\"%.1f\">Region %08" PRIX64, SVG_LEFT,
            y, region->start);
    if (!region->serving) {
        fputs(": held back until start-up is over</text>\n", map->out);
        return;
    }
    fprintf(map->out,
            ": used %s in %s block%s; free %s in %s hole%s, largest %s; least free of the run %s",
            units_size_text(used, region->used), units_count_text(blocks, region->blocks),
            region->blocks == 1 ? "" : "s", units_size_text(unused, region->free),
            units_count_text(holes, region->free_blocks), region->free_blocks == 1 ? "" : "s",
            units_size_text(largest, region->largest),
            units_size_text(least, region->minimum_free));
    if (region->kept > 0) {
        fprintf(map->out, "; %s kept in reserve", units_size_text(used, region->kept));
    }
    fputs("</text>\n", map->out);
}

/* An address at every row, or at as many rows as there is room for. */
static void put_axis(const map_t *map) {
    uint64_t step = map->row_step >= 14 ? 1 : 4;
    for (uint64_t row = 0; row < map->rows; row += step) {
        fprintf(map->out, "<text class=\"address\" x=\"%.0f\" y=\"%.1f\">%08" PRIX64 "</text>\n",
                SVG_LEFT - 10, y_of(map, row) + map->row_height / 2 + 3.8,
                map->memory->start + row * map->row_bytes);
    }
}

/* What lies under all: the memory's own extent, so that free memory has an edge. */
static void put_ground(const map_t *map) {
    for (uint64_t row = 0; row < map->rows; row++) {
        uint64_t left = map->memory->size - row * map->row_bytes;
        double width = x_of(map, left < map->row_bytes ? left : map->row_bytes) - SVG_LEFT;
        fprintf(map->out,
                "<rect class=\"ground\" x=\"%.1f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\"/>\n",
                SVG_LEFT - 0.5, y_of(map, row) - 0.5, width + 1, map->row_height + 1);
    }
}

void svg_put_map(const snapshot_t *snapshot, const snapshot_memory_t *memory, double top,
                 FILE *out) {
    map_t map = map_of(snapshot, memory);
    double y = top + HEADING + 4;
    map.out = out;
    map.top = top + HEADING + LINE * regions_in(snapshot, memory);
    put_heading(&map, top);
    put_ground(&map);
    put_axis(&map);
    for (size_t i = 0; i < snapshot->reserved_count; i++) {
        const snapshot_reserved_t *reserved = &snapshot->reserved[i];
        if (is_in(memory, reserved->start)) {
            put_plain_shape(&map, "reserved", reserved->start, reserved->size, reserved->name);
        }
    }
    for (size_t i = 0; i < snapshot->region_count; i++) {
        if (is_in(memory, snapshot->regions[i].start)) {
            put_figures(&map, &snapshot->regions[i], y);
            put_region(&map, &snapshot->regions[i]);
            y += LINE;
        }
    }
}
