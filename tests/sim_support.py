# SPDX-License-Identifier: MIT
"""What the tests of `capheap sim` share: how to run it, and traces made on the spot."""

import json
import os
import struct
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
BUILD = os.environ.get("BUILD", "build/release")
CAPHEAP = os.environ.get("CAPHEAP", os.path.join(BUILD, "capheap"))
CFLAGS = os.environ.get("CFLAGS", "")

# AddressSanitizer's shadow of a 32-bit program covers 20000000 to 40000000, where chips have their
# memories; nothing can be mapped there then, and the simulator says so.
CAN_MAP = not ("-m32" in CFLAGS and "address" in CFLAGS)
WHY_NOT = "a 32-bit AddressSanitizer has its shadow where the chips have their memory"


def run(*arguments, code=None, locale="C.UTF-8", **more):
    """Run capheap; `code` is the exit code that it must have."""
    environment = dict(os.environ, LC_ALL=locale)
    environment.pop("NO_COLOR", None)
    done = subprocess.run([CAPHEAP, *map(str, arguments)], capture_output=True, env=environment,
                          timeout=240, **more)
    if code is not None and done.returncode != code:
        raise AssertionError("exit code %d, not %d, of %s\n%s%s" % (
            done.returncode, code, " ".join(map(str, done.args)),
            done.stdout.decode("utf-8", "replace")[-2000:],
            done.stderr.decode("utf-8", "replace")))
    return done


def report(*arguments, code=0):
    """The JSON report of a simulation."""
    return json.loads(run("sim", "--json", *arguments, code=code).stdout)


def check_sums(test, data):
    """What must be so in every report."""
    sums = data["sums"]
    parts = sums["reserved"] + sums["held"] + sums["books"] + sums["used"] + sums["free"]
    test.assertEqual(sums["memory"], parts)
    test.assertEqual(sums["memory"], sum(memory["size"] for memory in data["memories"]))
    test.assertEqual(sums["reserved"], sum(piece["size"] for piece in data["reserved"]))
    test.assertEqual(sums["asked"], sum(program["asked"] for program in data["programs"]))
    test.assertEqual(sums["used"], sum(program["used"] for program in data["programs"]))
    for region in data["regions"]:
        blocks = region["map"]
        used = [block for block in blocks if block["used"]]
        unused = [block for block in blocks if not block["used"]]
        test.assertEqual(region["used"], sum(block["size"] for block in used))
        test.assertEqual(region["asked"], sum(block["asked"] for block in used))
        test.assertEqual(region["free"], sum(block["size"] for block in unused))
        test.assertEqual(region["blocks"], len(used))
        test.assertEqual(region["free_blocks"], len(unused))
        if region["serving"]:
            test.assertEqual(region["books"] + region["used"] + region["free"],
                             region["size"])
        test.assertLessEqual(region["minimum_free"], region["free"])
        for one, next_one in zip(blocks, blocks[1:]):
            test.assertEqual(one["start"] + one["size"], next_one["start"])


def malloc(slot, size):
    return 0, slot, size, 0


def free(slot):
    return 1, slot, 0, 0


def realloc(slot, size):
    return 2, slot, size, 0


def aligned(slot, size, alignment_log2):
    return 3, slot, size, alignment_log2


def write_trace(path, calls):
    """A trace in the format TRC1 (traces/README.md)."""
    live, peak, most, largest = {}, 0, 0, 0
    body = b""
    for op, slot, size, log2 in calls:
        body += struct.pack("<II", op | log2 << 3 | slot << 8, size)
        live.pop(slot, None)
        if op != 1:
            live[slot] = size
            largest = max(largest, size)
        peak = max(peak, sum(live.values()))
        most = max(most, len(live))
    slots = 1 + max((call[1] for call in calls), default=0)
    head = struct.pack("<4sIIIIIII", b"TRC1", len(calls), slots, peak, most, largest,
                       sum(call[0] == 3 for call in calls), 0)
    with open(path, "wb") as file:
        file.write(head + body)
    return path
