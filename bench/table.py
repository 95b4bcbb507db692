# SPDX-License-Identifier: MIT
"""The figures as tables: for a terminal, README.md and docs/measured.md."""

import os
import re

from measures import (HEAPS, MADE, PEER_POOLS, POOLS, REAL, SIZE_TARGETS, TRACES, WORST_CALLS,
                      size_configurations)

PATTERNS = [f"patterns {pool >> 10}K" for pool in POOLS]
PEER_PATTERNS = [f"patterns {pool >> 10}K" for pool in PEER_POOLS]


def shown(value, digits=0):
    return "-" if value is None else f"{value:.{digits}f}"


def limited(value):
    """A percentile, where the histogram ends at 8191."""
    return "> 8190" if value == 8191 else shown(value)


def columns(rows):
    """Rows of words as lines: the first column to the left, the others to the right."""
    width = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width[i]) if i == 0 else cell.rjust(width[i])
                               for i, cell in enumerate(row)).rstrip() for row in rows)


def markdown(rows):
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|---|" + "--:|" * (len(rows[0]) - 1), *lines[1:]])


def on_targets(figures):
    """Allocators that were measured on a chip, ours first: (name, target)."""
    peers = [name for name in figures.allocators() if re.match(r"(newlib|picolibc)", name)]
    pairs = [(name, target) for target in ("rv32imac", "cortex-m3") for name in ["capheap", *peers]]
    return [pair for pair in pairs if figures.get(*pair, "malloc mean", "lua") is not None]


def memory_rows(figures):
    rows = [["smallest pool / peak of live bytes", *REAL, "gmean of 5", *MADE]]
    for name in figures.allocators():
        if figures.get(name, "32 bit", "memory", "lua") is None:
            continue
        cells = [shown(figures.get(name, "32 bit", "memory", case), 3) for case in REAL]
        cells.append(shown(figures.geometric_mean(name, "32 bit", "memory", REAL), 3))
        cells += [shown(figures.get(name, "32 bit", "memory", case), 3) for case in MADE]
        rows.append([name, *cells])
    return rows


def worst_growth(figures, name, target, call):
    cases = [case for case in PATTERNS if figures.get(name, target, call + " max", case) is not None]
    return " / ".join(shown(figures.get(name, target, call + " max", case)) for case in cases)


def call_rows(figures):
    head = ["instructions per call (-O2)", "core", "malloc", "p99", "free", "p99", "realloc",
            "aligned", "worst malloc in 64K / 256K / 2M", "worst free", "lua's reallocs that move"]
    rows = [head]
    for name, target in on_targets(figures):
        cells = []
        for call in ("malloc", "free"):
            cells.append(shown(figures.mean(name, target, call + " mean", REAL)))
            cells.append(limited(figures.most(name, target, call + " p99", REAL)))
        cells.append(shown(figures.mean(name, target, "realloc mean", ["lua", "gzxml"])))
        cells.append(shown(figures.get(name, target, "aligned mean", "s_dma")))
        cells += [worst_growth(figures, name, target, call) for call in ("malloc", "free")]
        moves = figures.get(name, target, "realloc moves", "lua")
        calls = figures.get(name, target, "realloc calls", "lua")
        cells.append(shown(moves / calls * 100) + " %")
        rows.append([name, target, *cells])
    return rows


def worst_rows(figures):
    rows = [["slowest call (rv32imac)", *WORST_CALLS]]
    patterns = [figures.most("capheap", "rv32imac", call + " max", PATTERNS)
                for call in ("malloc", "free")]
    rows.append(["of the patterns, 64 KB to 2 MB", *map(shown, patterns), "-"])
    found = [figures.get("capheap", "rv32imac", call + " found", "64K") for call in WORST_CALLS]
    rows.append(["found by a search in 64 KB", *map(shown, found)])
    return rows


def heap_rows(figures):
    """Means above the engine's own, of the same trace in the same pool."""
    rows = [["instructions above the engine's (rv32imac)", "malloc", "free", "aligned"]]
    for name, _, _ in HEAPS:
        cells = []
        for call, case in (("malloc", "lua"), ("free", "lua"), ("aligned", "s_dma")):
            ours = figures.get(name, "rv32imac", call + " mean", case)
            engine = figures.get("capheap", "rv32imac", call + " mean", case)
            cells.append("-" if ours is None else shown(ours - engine))
        rows.append([name, *cells])
    return rows


def size_rows(figures):
    rows = [["bytes of code and constants (-Os)", *SIZE_TARGETS]]
    for name in size_configurations():
        rows.append([name, *(shown(figures.get("capheap", target, "code", name))
                             for target in SIZE_TARGETS)])
    return rows


def peer_size_rows(figures):
    rows = [["bytes of code of a C library's malloc, as Debian built it", "core", "code"]]
    for name, target in on_targets(figures):
        code = figures.get(name, target, "code", "malloc, free, realloc, memalign")
        if code is not None:
            rows.append([name, target, shown(code)])
    return rows


def books_rows(figures):
    rows = [["bytes of books, region of", "64 KB", "4 MB"]]
    for figure in ("map", "control"):
        rows.append([figure, *(shown(figures.get("capheap", "32 bit", figure, case))
                               for case in ("64K", "4096K"))])
    return rows


def block_rows(figures):
    sizes = ["1", "16", "24", "100", "1024"]
    return [["malloc of", *sizes],
            ["takes", *(shown(figures.get("capheap", "32 bit", "block", size)) for size in sizes)]]


def host_rows(figures):
    rows = [["time on this computer / glibc's", *TRACES, "gmean"]]
    for name in figures.allocators():
        if figures.get(name, "host", "time", "lua") is None:
            continue
        rows.append([name, *(shown(figures.get(name, "host", "time", case), 2) for case in TRACES),
                     shown(figures.geometric_mean(name, "host", "time", TRACES), 2)])
    return rows


ALL = [memory_rows, call_rows, worst_rows, heap_rows, size_rows, peer_size_rows, books_rows,
       block_rows, host_rows]


def full(figures):
    tables = [rows for rows in (table(figures) for table in ALL)
              if any(cell != "-" for row in rows[1:] for cell in row[1:])]
    return "\n\n".join(columns(rows) for rows in tables)


def sizes(figures):
    return columns(size_rows(figures))


SUMMARY = """<!-- measured: begin; by make bench-accept -->
{summary}
<!-- measured: end -->"""

PAGE = """<!-- Made by make bench-accept from bench/results/: change bench/table.py. -->
# What was measured

By `make bench` ([method](../bench/README.md)); less is better everywhere. Ours is the region engine alone, without a lock and with
every pointer validated. newlib and picolibc are as Debian ships them, `release` being its build for speed.

![Memory and instructions, beside the C libraries' malloc](images/bench.svg)

## Memory

The smallest pool that serves a recorded program, over the peak of what it asked for.

{memory}

{books}

## Instructions

{calls}

{worst}

What the heap adds to the engine: five regions, the first or the last of which has what is asked for.

{heap}

## Code

What the linker keeps: `engine` is init, malloc, free, realloc and aligned allocation of one region, `heap` the same of a heap.

{size}

{peer_size}

## Time on a PC

glibc, jemalloc and mimalloc lock and serve threads; our engine alone does neither, the heap takes a mutex.

{host}
"""

OTHERS = [
    ["umm_malloc, 8-byte blocks", "1.210", "-", "-", "912"],
    ["FreeRTOS heap_4", "1.239", "104 / 91", "112382 / 56214 (1 MB)", "432"],
    ["NuttX mm", "1.241", "160 / 125", "109346 / 174801 (1 MB)", "1938"],
    ["ESP-IDF multi_heap", "1.275", "239 / 181", "337 / 315", "3935"],
    ["dlmalloc", "1.293", "48 / 66", "327 / 244", "5466"],
    ["TLSF (mattconte)", "1.312", "220 / 144", "321 / 258", "1471"],
    ["Zephyr sys_heap", "1.326", "213 / 187", "285 / 320", "1680"],
    ["o1heap", "1.965", "163 / 95", "188 / 151", "608"],
]


def pair(figures, name, target, figure, cases, average):
    values = [average(name, target, f"{call} {figure}", cases) for call in ("malloc", "free")]
    return " / ".join(map(shown, values))


def summary_rows(figures):
    """Ours, the C libraries measured, and what was measured once of others."""
    rows = [["", "memory, gmean of 5", "malloc / free, mean", "malloc / free, worst",
             "code, Cortex-M4"]]
    for name, target in on_targets(figures):
        if target == "cortex-m3" and figures.get(name, "rv32imac", "malloc mean", "lua"):
            continue
        code = figures.get(name, "cortex-m4", "code", "engine")
        if code is None:
            code = figures.get(name, target, "code", "malloc, free, realloc, memalign")
        shown_name = f"**{name}**" if name == "capheap" else f"{name}, {target}"
        rows.append([shown_name,
                     shown(figures.geometric_mean(name, "32 bit", "memory", REAL), 3),
                     pair(figures, name, target, "mean", REAL, figures.mean),
                     pair(figures, name, target, "max", PATTERNS if name == "capheap" else
                          PEER_PATTERNS, figures.most), shown(code)])
    return rows + OTHERS


def write_readme(figures, path):
    """Put the summary between README's marks, and all tables into docs/measured.md."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    summary = SUMMARY.format(summary=markdown(summary_rows(figures)))
    text, found = re.subn(r"<!-- measured: begin.*?<!-- measured: end -->", lambda _: summary, text,
                          flags=re.S)
    if found != 1:
        raise ValueError("README.md: no marks for the measured table")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    with open(os.path.join(os.path.dirname(path), "docs", "measured.md"), "w",
              encoding="utf-8") as file:
        file.write(PAGE.format(
            memory=markdown(memory_rows(figures)), calls=markdown(call_rows(figures)),
            worst=markdown(worst_rows(figures)), heap=markdown(heap_rows(figures)),
            size=markdown(size_rows(figures)), peer_size=markdown(peer_size_rows(figures)),
            books=markdown(books_rows(figures)), host=markdown(host_rows(figures))))
