#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`capheap trace info` and `capheap trace convert`, held against readers that were written from the
formats' descriptions alone (trace_format.py, and TRC1 and mtrace below)."""

import functools
import glob
import lzma
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

from trace_format import Damaged, Trace

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
BUILD = os.environ.get("BUILD", "build/release")
CAPHEAP = os.environ.get("CAPHEAP", os.path.join(BUILD, "capheap"))
CC = os.environ.get("CC", "cc")
# Of TRC1 two are enough for readers in Python; trace_roundtrip_test has them all.
TRC1 = [os.path.join(ROOT, "traces", name) for name in ("lua.trc.xz", "sqlite.trc.xz")]
OWN = sorted(glob.glob(os.path.join(ROOT, "traces", "*.trace.xz")))
TRACES = TRC1 + OWN


@functools.lru_cache(maxsize=None)
def own_calls(path):
    """(op, block, size, alignment) of each call."""
    return [(c.op, c.block, c.size, c.alignment) for c in own_trace(path).calls]


@functools.lru_cache(maxsize=None)
def own_trace(path):
    return Trace(path)


def read_trc1(path):
    """(op, slot, size, alignment) of each call."""
    with lzma.open(path) if path.endswith(".xz") else open(path, "rb") as file:
        data = file.read()
    magic, count = struct.unpack_from("<4sI", data)
    assert magic == b"TRC1"
    calls = []
    for i in range(count):
        head, size = struct.unpack_from("<II", data, 32 + 8 * i)
        op = ("malloc", "free", "realloc", "aligned")[head & 7]
        alignment = 1 << (head >> 3 & 31) if op == "aligned" else 0
        calls.append((op, head >> 8, 0 if op == "free" else size, alignment))
    return calls


def peak_of(calls):
    """The most bytes and blocks that were live at once."""
    live, total, peak, blocks = {}, 0, 0, 0
    for op, block, size, _ in calls:
        if op == "free":
            total -= live.pop(block)
        elif op in ("malloc", "calloc", "aligned", "realloc"):
            total += size - live.get(block, 0)
            live[block] = size
        peak = max(peak, total)
        blocks = max(blocks, len(live))
    return peak, blocks


def renamed(calls):
    """With the blocks numbered in the order of their allocations."""
    names, result, count = {}, [], 0
    for op, block, *rest in calls:
        if op in ("malloc", "calloc", "aligned"):
            names[block] = count
            count += 1
        result.append((op, names[block], *rest))
    return result


class Command(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="capheap-trace-")

    def tearDown(self):
        shutil.rmtree(self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)
        return self.path(name)

    def run_trace(self, *arguments, **more):
        return subprocess.run([CAPHEAP, "trace", *arguments], capture_output=True, timeout=120,
                              **more)

    def convert(self, *arguments):
        done = self.run_trace("convert", *arguments)
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_the_example_of_the_specification(self):
        with open(os.path.join(ROOT, "SPEC.md")) as file:
            example = re.search(r"### Example.*?```\n(.*?)```", file.read(), re.DOTALL).group(1)
        lines = (re.match(r"(?: *[0-9a-f]{2}\b)+", line).group(0) for line in example.splitlines())
        path = self.write("example.trace", bytes.fromhex("".join(lines)))
        malloc, free = Trace(path).calls
        self.assertEqual((malloc.op, malloc.size, malloc.site, malloc.task),
                         ("malloc", 24, "main+5", "main"))
        self.assertEqual((free.op, free.block, free.time), ("free", malloc.block, 300))
        done = self.run_trace("info", path, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("calls      2: malloc 1, free 1", done.stdout)
        self.assertIn("of a 32-bit program", done.stdout)

    def test_trc1_means_the_same(self):
        for path in TRC1:
            self.convert(path, self.path("x.trace"))
            calls = [(c.op, c.block, c.size, c.alignment)
                     for c in Trace(self.path("x.trace")).calls]
            self.assertEqual(renamed(calls), renamed(read_trc1(path)), path)

    def test_own_traces_are_sound(self):
        self.assertGreater(len(OWN), 5)
        for path in OWN:
            trace = own_trace(path)
            self.assertGreater(len(trace.calls), 100, path)
            self.assertNotEqual(trace.notes["origin"], "")
            self.assertIn(trace.notes["pointer_bits"], ("32", "64"))

    def test_own_to_trc1(self):
        for path in OWN:
            self.convert(path, self.path("x.trc"))
            own = [(op.replace("calloc", "malloc"), block, 0 if op == "free" else max(size, 1),
                    alignment)
                   for op, block, size, alignment in own_calls(path)
                   if op != "refused" and "task" not in op]
            self.assertEqual(renamed(own), renamed(read_trc1(self.path("x.trc"))), path)

    def test_info_counts(self):
        done = self.run_trace("info", *TRACES, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        reports = done.stdout.split("\n\n")
        self.assertEqual(len(reports), len(TRACES))
        for path, report in zip(TRACES, reports):
            calls = read_trc1(path) if path in TRC1 else own_calls(path)
            self.assertTrue(report.startswith(path + ": "))
            self.assertIn(f"calls      {len(calls)}: ", report)
            for op in ("malloc", "free", "realloc", "calloc", "aligned", "refused"):
                count = sum(call[0] == op for call in calls)
                if count:
                    self.assertRegex(report, rf"\b{op} {count}\b")
            peak, blocks = peak_of(calls)
            self.assertRegex(report, rf"peak +{peak} bytes at call \d+; {blocks} blocks")

    def test_mtrace_of_glibc(self):
        debug = "libc_malloc_debug.so.0"
        source = self.write("m.c", b"""
            #include <mcheck.h>
            #include <stdlib.h>
            int main(void) {
                void *volatile early = malloc(11);
                mtrace();
                void *volatile p = malloc(1000);
                void *volatile q = calloc(3, 700);
                p = realloc(p, 90000);
                free(early);
                free(q);
                q = realloc(NULL, 1234);
                free(p);
                muntrace();
                return q == NULL;
            }""")
        built = subprocess.run([CC, "-O0", "-fno-builtin", "-w", "-o", self.path("m"), source],
                               capture_output=True)
        self.assertEqual(built.returncode, 0)
        ran = subprocess.run([self.path("m")], capture_output=True,
                             env={"LD_PRELOAD": debug, "MALLOC_TRACE": self.path("log")})
        if ran.stderr or not os.path.exists(self.path("log")):
            self.skipTest(f"glibc's {debug} is not there")
        done = self.run_trace("convert", self.path("log"), self.path("x.trace"), text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("left out 1 calls on blocks that were allocated before", done.stderr)
        own = [c for c in Trace(self.path("x.trace")).calls if c.site.startswith(self.path("m"))]
        self.assertEqual([(c.op, c.size, c.old_size) for c in own], [
            ("malloc", 1000, 0), ("malloc", 2100, 0), ("realloc", 90000, 1000),
            ("free", 0, 2100), ("malloc", 1234, 0), ("free", 0, 90000)])

    def test_names_can_be_given(self):
        self.convert("--name", "n", "--origin", "o", TRACES[0], self.path("x.trace"))
        notes = Trace(self.path("x.trace")).notes
        self.assertEqual((notes["name"], notes["origin"]), ("n", "o"))

    def test_standard_input_and_output(self):
        with lzma.open(os.path.join(ROOT, "traces", "lua.trc.xz")) as file:
            data = file.read()
        done = self.run_trace("convert", "-f", "trc1", "-", "-", input=data)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertEqual(done.stdout, data)
        with open(os.path.join(ROOT, "traces", "lua.trc.xz"), "rb") as file:
            done = self.run_trace("info", "-", input=file.read())
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"is packed and a pipe; unpack it first", done.stderr)

    def test_unfinished(self):
        self.convert(TRACES[0], self.path("whole.trace"))
        whole = Trace(self.path("whole.trace"))
        with open(self.path("whole.trace"), "rb") as file:
            data = file.read()
        # As the recorder's library leaves it: no end record (a byte, the number of calls, four
        # bytes of checksum), zeros behind.
        digits = (len(whole.calls).bit_length() + 6) // 7
        self.assertEqual(data[-5 - digits], 15)
        path = self.write("raw", data[:-5 - digits] + bytes(5000))
        done = self.run_trace("info", path, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("never finished; `capheap trace convert --unfinished`", done.stderr)
        self.convert("--unfinished", path, self.path("saved.trace"))
        self.assertEqual(Trace(self.path("saved.trace")).calls, whole.calls)
        with self.assertRaises(Damaged):
            Trace(path)

    def test_bad_input_is_one_line(self):
        with open(TRACES[0], "rb") as file:
            cut = self.write("cut.trc", file.read(1000))
        text = self.write("text", b"hello\n" * 100)
        for arguments, place in ((["info", cut], "cut.trc: "), (["info", text], "text: byte 0: "),
                                 (["info", "/nonexistent"], "/nonexistent: can't be opened"),
                                 (["info", self.folder], "is a folder"),
                                 (["convert", text, self.path("x")], "text: byte 0: "),
                                 (["convert", TRACES[0], "/nonexistent/x"], "can't be written")):
            done = self.run_trace(*arguments, text=True)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertIn(place, done.stderr)
        self.assertFalse(os.path.exists(self.path("x")))

    def test_a_bad_file_does_not_hide_the_others(self):
        done = self.run_trace("info", "/nonexistent", TRACES[0], text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn(TRACES[0], done.stdout)

    def test_usage(self):
        for arguments in (["info"], ["info", "-t", "x", TRACES[0]], ["convert", TRACES[0]],
                          ["convert", "a", "b", "c"], ["convert", "-f", "nonsense", "a", "b"],
                          ["info", "--bad", "x"]):
            done = self.run_trace(*arguments, text=True)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
            self.assertNotEqual(done.stderr, "")

    def test_no_room_for_the_output(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([CAPHEAP, "trace", "info", TRACES[0]], stdout=full,
                                  stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("can't be written", done.stderr)


if __name__ == "__main__":
    if not os.path.exists(CAPHEAP):
        sys.exit(f"{CAPHEAP} is missing: build it first")
    unittest.main(verbosity=2)
