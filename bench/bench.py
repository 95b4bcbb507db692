#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""bench.py: measure capheap and what a program gets from Debian's packages instead.

  bench.py run           measure all of ours, and peers whose results are missing; print one table
  bench.py peers         measure the peers anew
  bench.py check [quick] fail if a figure of ours is worse than the accepted one by more than 1 %
  bench.py accept        measure ours, accept the figures, and show them
  bench.py show          the accepted figures: print them, draw the plot, fill in README's table
                         and docs/measured.md
  bench.py size          bytes of code, per configuration and core
  bench.py worst [SEED [ROUNDS [POOL]]]   search for slow calls
"""

import os
import sys

import machine
import measures
import table
from figures import Figures

RESULTS = os.path.join(machine.HERE, "results")
OURS = os.path.join(RESULTS, "capheap.csv")
PEERS = os.path.join(RESULTS, "peers.csv")
HOST = os.path.join(RESULTS, "host.csv")  # of whichever computer measured last


def peers(anew=False):
    """Results of the peers: the committed ones, if they are of the versions installed here."""
    if not anew and os.path.exists(PEERS):
        figures = Figures.read(PEERS)
        if measures.peer_names() <= set(figures.allocators()):
            return figures
    figures = measures.measure_peers()
    os.makedirs(RESULTS, exist_ok=True)
    figures.write(PEERS)
    return figures


def measure_all():
    ours = measures.measure_ours()
    os.makedirs(machine.BUILD, exist_ok=True)
    ours.write(os.path.join(machine.BUILD, "capheap.csv"))
    return ours


def command_run():
    figures = measure_all()
    figures.merge(peers())
    figures.merge(measures.measure_host_time())
    print(table.full(figures))
    return 0


def command_peers():
    print(table.full(peers(anew=True)))
    return 0


def command_check(kind="full"):
    if not os.path.exists(OURS):
        print("bench: nothing was accepted yet (make bench-accept)", file=sys.stderr)
        return 1
    ours = measures.measure_ours(quick=kind == "quick")
    worse, unknown = ours.worse_than(Figures.read(OURS))
    for key, old, new in worse:
        print(f"worse: {', '.join(key)}: {old:g} -> {new:g} (+{(new / old - 1) * 100:.1f} %)"
              if old else f"worse: {', '.join(key)}: 0 -> {new:g}")
    for key in unknown:
        print(f"never accepted: {', '.join(key)}")
    if worse or unknown:
        print("bench: if that is the price of something, accept it by make bench-accept")
        return 1
    print(f"bench: {len(ours.values)} figures, none worse than accepted by more than 1 %")
    return 0


def command_accept():
    ours = measure_all()
    host = measures.measure_host_time()
    os.makedirs(RESULTS, exist_ok=True)
    ours.write(OURS)
    host.write(HOST)
    peers()
    return command_show()


def command_show():
    import plot  # needs a library that nothing else here needs

    figures = Figures()
    for path in (OURS, PEERS, HOST):
        figures.merge(Figures.read(path))
    plot.draw(figures, os.path.join(machine.TOP, "docs", "images", "bench.svg"))
    table.write_readme(figures, os.path.join(machine.TOP, "README.md"))
    print(table.full(figures))
    return 0


def command_size():
    print(table.sizes(measures.measure_sizes()))
    return 0


def command_worst(seed="1", rounds="16000", pool="65536"):
    figures, lines = measures.search_worst(int(seed), int(rounds), int(pool))
    folder = os.path.join(machine.BUILD, "worst")
    os.makedirs(folder, exist_ok=True)
    print(f"seed {seed}, {rounds} sequences per call, pool of {pool} bytes:")
    for name in measures.WORST_CALLS:
        cost = figures.get("capheap", "rv32imac", f"{name} found", f"{int(pool) >> 10}K")
        path = os.path.join(folder, f"{name}-{seed}.txt")
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(" ".join(line[2:]) + "\n" for line in lines
                            if line[:2] == ["step", name])
        steps = os.path.relpath(path, machine.TOP)
        print(f"  {name:8} {cost:5.0f} instructions; the steps: {steps}")
    return 0


def main(words):
    commands = {name.removeprefix("command_"): function for name, function in globals().items()
                if name.startswith("command_")}
    if words[:1] == ["--source"] and len(words) > 1:  # another version of the library
        machine.SOURCE = os.path.abspath(words[1])
        words = words[2:]
    if not words or words[0] not in commands:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        return commands[words[0]](*words[1:])
    except machine.Failed as failure:
        print(f"bench: {failure}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
