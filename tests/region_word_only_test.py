# SPDX-License-Identifier: MIT
"""Word-only memory is touched by aligned 32-bit words alone.

Runs region_word_only under valgrind's lackey, which prints the address and width of every access,
and looks at all that fall into the region's memory. The same run without the flag must show other
widths: else this test would see nothing.
"""
import os
import re
import subprocess
import sys
import tempfile

ACCESS = re.compile(r"^ ([LSM]) ([0-9a-f]+),(\d+)$")
WORD_ONLY = 1


def accesses(program, flags, apart, offset):
    """Counts of good and bad accesses to the region, and the first bad ones."""
    with tempfile.NamedTemporaryFile("r") as log:
        run = subprocess.run(
            ["valgrind", "--tool=lackey", "--trace-mem=yes", "--basic-counts=no",
             "--log-file=" + log.name, program, str(flags), str(apart), str(offset)],
            stdout=subprocess.PIPE, text=True)
        if run.returncode != 0:
            sys.exit(f"region_word_only {flags} {apart} {offset}: exit code {run.returncode}")
        start, end = (int(word, 16) for word in run.stdout.split())
        good, bad, first = 0, 0, []
        for line in log:
            access = ACCESS.match(line)
            if access is None:
                continue
            address, width = int(access[2], 16), int(access[3])
            if address + width <= start or address >= end:
                continue
            if width == 4 and address % 4 == 0:
                good += 1
                continue
            bad += 1
            if len(first) < 5:
                kind = {"L": "load", "S": "store", "M": "modify"}[access[1]]
                first.append(f"{kind} of {width} bytes at offset {address - start}")
        return good, bad, first


def main():
    if "sanitize" in os.environ.get("CFLAGS", ""):
        print("skipped: valgrind and sanitizers do not go together")
        return 77
    program = os.path.join(os.environ["BUILD"], "region_word_only")
    failed = False
    for apart, offset in ((0, 0), (1, 0), (0, 6), (1, 3)):
        good, bad, first = accesses(program, WORD_ONLY, apart, offset)
        print(f"books {'apart' if apart else 'inside'}, offset {offset}: "
              f"{good} word accesses, {bad} others")
        for text in first:
            print("  " + text)
        failed = failed or bad > 0 or good < 10000
    _, bad, _ = accesses(program, 0, 0, 0)
    print(f"without the flag: {bad} accesses of other widths")
    return 1 if failed or bad == 0 else 0


sys.exit(main())
