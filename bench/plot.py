# SPDX-License-Identifier: MIT
"""The plot in README: memory and instructions, ours beside the C libraries'."""

import re

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as pyplot  # noqa: E402

from measures import REAL  # noqa: E402

# Okabe and Ito's colours, which colour-blind people tell apart; a hatch besides, for grey print.
STYLES = [("#0072B2", ""), ("#E69F00", "//"), ("#009E73", ".."), ("#CC79A7", "xx"),
          ("#56B4E9", "\\\\")]


def style_of(figures):
    names = [name for name in figures.allocators()
             if name == "capheap" or re.match(r"(newlib|picolibc)", name)]
    names.sort(key=lambda name: name != "capheap")
    return {name: STYLES[i % len(STYLES)] for i, name in enumerate(names)}


def bars(axes, groups, series, styles):
    """series: name -> a value per group, None where there is none."""
    width = 0.8 / len(series)
    for i, (name, values) in enumerate(series.items()):
        places = [group + (i - (len(series) - 1) / 2) * width for group in range(len(groups))]
        colour, hatch = styles[name]
        axes.bar(places, [value or 0 for value in values], width * 0.94, color=colour, hatch=hatch,
                 edgecolor="white", linewidth=0.6, label=name)
    axes.set_xticks(range(len(groups)), groups)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)


def draw_memory(axes, figures, styles):
    series = {name: [figures.get(name, "32 bit", "memory", case) for case in REAL]
              for name in styles if figures.get(name, "32 bit", "memory", "lua") is not None}
    bars(axes, REAL, series, styles)
    axes.axhline(1, color="black", linewidth=0.8)
    axes.set_title("Smallest pool that completes the program,\n"
                   "as a multiple of its peak of live bytes")


def draw_calls(axes, figures, styles):
    groups = ["malloc\nmean", "free\nmean", "malloc\nworst", "free\nworst"]
    series = {}
    for name in styles:
        values = [figures.mean(name, "cortex-m3", call + " mean", REAL)
                  for call in ("malloc", "free")]
        values += [figures.get(name, "cortex-m3", call + " max", "patterns 255K")
                   for call in ("malloc", "free")]
        if None not in values:
            series[name] = values
    bars(axes, groups, series, styles)
    axes.set_yscale("log")
    axes.set_ylim(bottom=10)
    axes.set_title("Instructions per call on a Cortex-M3 (log scale): mean of\n"
                   "the five programs; worst of the patterns in 256 KB")


def draw(figures, path):
    pyplot.rcParams.update({"font.size": 10, "axes.titlesize": 10, "hatch.linewidth": 0.6,
                            "svg.hashsalt": "capheap", "svg.fonttype": "none",
                            "font.family": "sans-serif"})
    styles = style_of(figures)
    frame, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4.4))
    draw_memory(left, figures, styles)
    draw_calls(right, figures, styles)
    handles, labels = right.get_legend_handles_labels()
    frame.legend(handles, labels, loc="lower center", ncol=len(labels), frameon=False)
    frame.tight_layout(rect=(0, 0.07, 1, 1))
    frame.savefig(path, metadata={"Date": None}, facecolor="white")
