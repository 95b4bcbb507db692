# SPDX-License-Identifier: MIT
"""Widths of a program's accesses to one stretch of memory, by valgrind's lackey.

Chips with word-only memory are 32-bit chips; in a 64-bit build the compiler may join two
neighbouring words into one access of 8 bytes, so there these pass as words. In a 32-bit build
(-m32 in CFLAGS) they do not.
"""
import os
import re
import subprocess
import sys
import tempfile

ACCESS = re.compile(r"^ ([LSM]) ([0-9a-f]+),(\d+)$")
KINDS = {"L": "load", "S": "store", "M": "modify"}


def word_accesses(*command):
    """Run the command, which prints start and end of the memory, in hexadecimal.

    Returns how many accesses to it were aligned 32-bit words, how many were not, and the first few
    of the latter in words.
    """
    with tempfile.NamedTemporaryFile("r") as log:
        run = subprocess.run(
            ["valgrind", "--tool=lackey", "--trace-mem=yes", "--basic-counts=no",
             "--log-file=" + log.name, *command],
            stdout=subprocess.PIPE, text=True)
        if run.returncode != 0:
            sys.exit(f"{' '.join(command)}: exit code {run.returncode}")
        start, end = (int(word, 16) for word in run.stdout.split())
        widths = (4,) if "-m32" in os.environ.get("CFLAGS", "") else (4, 8)
        good, bad, first = 0, 0, []
        for line in log:
            access = ACCESS.match(line)
            if access is None:
                continue
            address, width = int(access[2], 16), int(access[3])
            if address + width <= start or address >= end:
                continue
            if width in widths and address % 4 == 0:
                good += 1
                continue
            bad += 1
            if len(first) < 5:
                first.append(f"{KINDS[access[1]]} of {width} bytes at offset {address - start}")
        return good, bad, first
