#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# not with: -m32 -fsanitize
"""Each call of the engine has a bound on its instructions, found in its machine code
(docs/bounds.md)."""
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROW = re.compile(r"^\| (\w+) \| (\d+) \| (\d+) \|$", re.M)
CALLS = {"malloc", "free", "realloc", "aligned_alloc", "usable_size", "largest"}


def bounds(*words):
    return subprocess.run([ROOT / "scripts/bounds", *words], capture_output=True, text=True)


def main():
    if shutil.which("riscv64-unknown-elf-gcc") is None:
        print("riscv64-unknown-elf-gcc is missing: scripts/setup test installs it")
        return 77
    wrong = []
    done = bounds()
    found = {name: int(most) for name, most, _ in ROW.findall(done.stdout)}
    if done.returncode != 0 or set(found) != CALLS or not all(found.values()):
        wrong.append(done.stdout + done.stderr)
    # It sees loops: a check of all blocks has no bound.
    walk = bounds("check")
    if walk.returncode == 0 or "a loop without a bound" not in walk.stderr:
        wrong.append("a walk over all blocks passes for bounded\n" + walk.stderr)
    print("\n".join(wrong) if wrong else done.stdout)
    return 1 if wrong else 0


sys.exit(main())
