#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# not with: -m32 -fsanitize
"""What bench-check lets pass and what not, and that figures survive being written and read."""

import os
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "bench"))

from figures import Figures  # noqa: E402


def figures(**values):
    made = Figures()
    for name, value in values.items():
        made.add("capheap", "rv32imac", name.replace("_", " "), "lua", value)
    return made


def check(condition, what):
    if not condition:
        sys.exit(f"bench_figures_test: {what}")


def main():
    accepted = figures(memory=1.1, malloc_mean=100, malloc_calls=5)
    check(figures(memory=1.1, malloc_mean=101, malloc_calls=9).worse_than(accepted) == ([], []),
          "what is within 1 % or a mere count must pass")
    check(figures(memory=0.9).worse_than(accepted) == ([], []), "what is better must pass")
    worse, unknown = figures(memory=1.12, malloc_mean=100).worse_than(accepted)
    check([key[2] for key, _, _ in worse] == ["memory"] and not unknown,
          "1.8 % more memory must not pass")
    worse, unknown = figures(free_mean=1).worse_than(accepted)
    check(not worse and len(unknown) == 1, "a figure that was never accepted must be told")
    check(figures(malloc_mean=1).worse_than(figures(malloc_mean=0))[0] != [],
          "more than nothing must not pass")

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "figures.csv")
        accepted.write(path)
        check(Figures.read(path).values == accepted.values, "figures changed on the way")
    accepted.add("capheap", "rv32imac", "memory", "tls", 1.44)
    mean = accepted.geometric_mean("capheap", "rv32imac", "memory", ["lua", "tls"])
    check(abs(mean - (1.1 * 1.44) ** 0.5) < 1e-12, "the geometric mean is wrong")
    check(accepted.mean("capheap", "rv32imac", "memory", ["lua", "gzxml"]) is None,
          "a mean of what was not measured")


main()
