#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`capheap record`: what a program did is what its trace says, call by call, for 64-bit and i386
programs and every way in which they end. The traces are read by trace_format.py, not by capheap."""

import glob
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

from trace_format import Trace

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("BUILD", "build/release")
CAPHEAP = os.environ.get("CAPHEAP", os.path.join(BUILD, "capheap"))
CC = os.environ.get("CC", "cc")


def bits_of_library(path):
    try:
        with open(path, "rb") as file:
            return {1: 32, 2: 64}[file.read(5)[4]]
    except (OSError, IndexError):
        return None


FOLDER = os.path.dirname(CAPHEAP)
AVAILABLE = {bits_of_library(os.path.join(FOLDER, name, "libcapheap_record.so"))
             for name in ("", "lib32", "lib64")} - {None}


class Subject:
    """tests/record_subject.c, built for so many bits; None if the compiler can't."""

    made = {}

    @classmethod
    def of(cls, bits, *flags):
        key = (bits,) + flags
        if key not in cls.made:
            path = os.path.join(cls.folder, f"record_subject{'_'.join(map(str, key))}")
            done = subprocess.run([CC, f"-m{bits}", "-O1", "-fno-builtin", "-pthread", "-o", path,
                                   *flags, os.path.join(HERE, "record_subject.c")],
                                  capture_output=True, text=True)
            cls.made[key] = path if done.returncode == 0 else None
        return cls.made[key]


class Record:
    """The cases, for programs of so many bits."""

    bits = 0

    def setUp(self):
        self.subject = Subject.of(self.bits)
        if self.bits not in AVAILABLE or self.subject is None:
            self.skipTest(f"no library or no compiler for {self.bits} bits")
        self.folder = tempfile.mkdtemp(prefix="capheap-record-")
        self.out = os.path.join(self.folder, "x.trace")

    def tearDown(self):
        left = [name for name in os.listdir(self.folder) if ".part." in name]
        shutil.rmtree(self.folder)
        self.assertEqual(left, [], "raw recordings are left")

    def run_record(self, *arguments, options=()):
        return subprocess.run([CAPHEAP, "record", "-o", self.out, *options, "--", *arguments],
                              capture_output=True, text=True, timeout=120)

    def trace(self, number=1):
        root = self.out[:-len(".trace")]
        return Trace(self.out if number == 1 else f"{root}.{number}.trace")

    def calls_of(self, trace, subject):
        """The program's own calls, without those of the C library."""
        name = os.path.basename(subject) + "+0x"
        return [call for call in trace.calls if call.site.startswith(name)]

    def check_calls(self, trace, bits, subject):
        huge = (1 << bits) - 1001
        page = 4096
        none = (1 << 64) - 1  # a product that no number can hold
        own = self.calls_of(trace, subject)
        self.assertEqual([(c.op, c.size, c.alignment) for c in own], [
            ("malloc", 10001, 0),
            ("malloc", 20000, 0), ("calloc", 21007, 0), ("malloc", 22000, 0),
            ("realloc", 220000, 0), ("realloc", 220, 0), ("malloc", 23100, 0),
            ("aligned", 24000, 64), ("aligned", 25600, 256), ("aligned", 26000, 4096),
            ("aligned", 27000, page), ("malloc", 0, 0),
            ("refused", huge, 0), ("refused", min(2 * huge, none), 0), ("refused", huge, 0),
            ("refused", none, 0), ("refused", huge, 64), ("refused", huge, 64),
            ("free", 0, 0),
            ("free", 0, 0), ("free", 0, 0), ("free", 0, 0), ("free", 0, 0),
            ("free", 0, 0), ("free", 0, 0), ("free", 0, 0), ("free", 0, 0),
            ("free", 0, 0)])
        self.assertEqual([c.old_size for c in own if c.op in ("free", "realloc")],
                         [22000, 220000, 0, 27000, 26000, 25600, 24000, 23100, 220, 21007, 20000,
                          10001])
        # Each call has its own place in the program, the loop's frees aside.
        self.assertEqual(len({c.site for c in own}), len(own) - 7)
        self.assertEqual({c.task for c in own}, {os.path.basename(subject)[:15]})
        times = [c.time for c in trace.calls]
        self.assertEqual(times, sorted(times))
        self.assertGreater(times[-1], 0)
        self.assertEqual(trace.notes["pointer_bits"], str(bits))
        self.assertEqual(trace.notes["clock"], "ns")
        self.assertEqual(trace.notes["name"], os.path.basename(subject))

    def test_every_call(self):
        bits, subject = self.bits, self.subject
        done = self.run_record(subject, "calls")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("x.trace: ", done.stderr)
        self.check_calls(self.trace(), bits, subject)
        self.assertTrue(self.trace().notes["origin"].endswith(f"{subject} calls"))

    def test_threads_are_tasks(self):
        bits, subject = self.bits, self.subject
        done = self.run_record(subject, "threads")
        self.assertEqual(done.returncode, 0, done.stderr)
        trace = self.trace()
        own = self.calls_of(trace, subject)
        self.assertEqual(len(trace.tasks), 5)
        for thread in range(4):
            base = 100000 * (thread + 1)
            got = [c for c in own if base <= max(c.size, c.old_size) < base + 20000]
            expected = []
            ring = [0] * 8
            for i in range(500):
                if ring[i % 8]:
                    expected.append(("free", 0, ring[i % 8]))
                ring[i % 8] = base + i
                expected.append(("malloc", base + i, 0))
                if i % 5 == 0:
                    expected.append(("realloc", base + 10000 + i, base + i))
                    ring[i % 8] = base + 10000 + i
            expected += [("free", 0, size) for size in ring]
            self.assertEqual([(c.op, c.size, c.old_size) for c in got], expected)
            self.assertEqual(len({c.task for c in got}), 1)
        self.assertEqual(sum(c.op == "task start" for c in trace.calls), 5)
        self.assertEqual(sum(c.op == "task end" for c in trace.calls), 4)

    def test_threads_and_forks_in_each_others_way(self):
        bits, subject = self.bits, self.subject
        for _ in range(5):
            done = self.run_record(subject, "storm")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotIn("left out", done.stderr)
            own = self.calls_of(self.trace(), subject)  # the reader checks that it all fits
            self.assertGreater(sum(c.op == "malloc" for c in own), 4000)
            self.assertNotIn(41000, {c.size for c in own})
            self.assertFalse(os.path.exists(os.path.join(self.folder, "x.2.trace")))

    def test_more_than_one_window(self):
        bits, subject = self.bits, self.subject
        done = self.run_record(subject, "many")
        self.assertEqual(done.returncode, 0, done.stderr)
        own = self.calls_of(self.trace(), subject)
        sizes = [c.size for c in own if c.op == "malloc"]
        self.assertEqual(sizes, [10001] + [30000 + i % 1000 for i in range(60000)])
        self.assertEqual(sum(c.op == "free" for c in own), 60000 - 16 + 1)

    def test_a_program_that_closes_all_files(self):
        bits, subject = self.bits, self.subject
        own_file = os.path.join(self.folder, "own")
        done = self.run_record(subject, "closed", own_file)
        self.assertEqual(done.returncode, 0, done.stderr)
        own = self.calls_of(self.trace(), subject)
        self.assertEqual(sum(c.op == "malloc" for c in own), 60001)
        with open(own_file, "rb") as file:
            self.assertEqual(file.read(), b"mine")

    def test_every_end(self):
        bits, subject = self.bits, self.subject
        for how, code in (("exit", 6), ("_exit", 5), ("abort", 134), ("kill", 137)):
            done = self.run_record(subject, how)
            self.assertEqual(done.returncode, code, (how, done.stderr))
            own = self.calls_of(self.trace(), subject)
            # exit runs the destructor, which frees.
            self.assertEqual([c.size or c.old_size for c in own],
                             [10001, 50000] + [50000] * (how == "exit"), how)

    def test_exec_begins_another_trace(self):
        bits, subject = self.bits, self.subject
        done = self.run_record(subject, "exec")
        self.assertEqual(done.returncode, 3, done.stderr)
        own = self.calls_of(self.trace(), subject)
        self.assertEqual([c.size for c in own], [10001, 50000])
        self.check_calls(self.trace(2), bits, subject)

    def test_fork(self):
        bits, subject = self.bits, self.subject
        done = self.run_record(subject, "forked")
        self.assertEqual(done.returncode, 0, done.stderr)
        own = self.calls_of(self.trace(), subject)
        self.assertEqual([c.size or c.old_size for c in own], [10001, 40000, 40000, 10001])
        self.check_calls(self.trace(2), bits, subject)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "x.3.trace")))

    def test_only_one_program(self):
        bits, subject = self.bits, self.subject
        if bits != 64:
            self.skipTest("the shell is a 64-bit program")
        done = self.run_record("/bin/sh", "-c", f"ls /; {subject} calls",
                               options=["-p", os.path.basename(subject)])
        self.assertEqual(done.returncode, 3, done.stderr)
        self.check_calls(self.trace(), bits, subject)

    def test_packed_and_noted(self):
        bits, subject = self.bits, self.subject
        self.out = os.path.join(self.folder, "y.trace.xz")
        done = self.run_record(subject, "calls", options=["--origin", "here", "-q"])
        self.assertEqual((done.returncode, done.stderr), (3, ""))
        trace = Trace(self.out)
        self.check_calls(trace, bits, subject)
        self.assertEqual(trace.notes["origin"], "here")

    def test_what_cannot_be_recorded(self):
        bits, subject = self.bits, self.subject
        plain = os.path.join(self.folder, "plain")
        with open(plain, "w") as file:
            file.write("no program\n")
        os.chmod(plain, 0o755)
        cases = [(("no-such-command",), 127, "no-such-command: no such command"),
                 (("/nonexistent/x",), 127, "/nonexistent/x: no such command"),
                 (("/etc/passwd",), 126, "can't be run"),
                 ((plain,), 126, "neither a Linux program nor a script")]
        static = Subject.of(bits, "-static")
        if static is not None:
            cases.append(((static, "calls"), 126, "linked statically"))
        other = Subject.of(96 - bits)
        if other is not None and 96 - bits not in AVAILABLE:
            cases.append(((other, "calls"), 126, f"is a {96 - bits}-bit program"))
        for arguments, code, text in cases:
            done = self.run_record(*arguments)
            self.assertEqual(done.returncode, code, arguments)
            self.assertIn(text, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertFalse(os.path.exists(self.out))

    def test_what_cannot_be_written(self):
        bits, subject = self.bits, self.subject
        self.out = "/nonexistent/x.trace"
        done = self.run_record(subject, "calls")
        self.assertEqual(done.returncode, 2)
        self.assertIn("/nonexistent/x.trace: can't be written: No such file", done.stderr)

    def test_usage(self):
        for arguments in (["record"], ["record", "ls"], ["record", "-o", "x"],
                          ["record", "--bad", "-o", "x", "ls"]):
            done = subprocess.run([CAPHEAP, *arguments], capture_output=True, text=True)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertNotEqual(done.stderr, "")

    def test_a_signal_is_passed_on(self):
        if self.bits != 64:
            self.skipTest("sleep is a 64-bit program")
        process = subprocess.Popen([CAPHEAP, "record", "-o", self.out, "--", "sleep", "60"],
                                   stderr=subprocess.PIPE)
        begun = False
        while not begun:
            time.sleep(0.01)
            for path in glob.glob(os.path.join(self.folder, "*.part.*", "*")):
                with open(path, "rb") as file:
                    begun = file.read(8) == b"CAPTRACE"
        process.terminate()
        process.communicate(timeout=30)
        self.assertEqual(process.returncode, 128 + 15)
        self.assertEqual(self.trace().notes["name"], "sleep")


class Record64(Record, unittest.TestCase):
    bits = 64


class Record32(Record, unittest.TestCase):
    bits = 32


if __name__ == "__main__":
    if not os.path.exists(CAPHEAP) or not AVAILABLE:
        sys.exit(f"{CAPHEAP} or its libcapheap_record.so is missing: build it first")
    with tempfile.TemporaryDirectory() as folder:
        Subject.folder = folder
        unittest.main(verbosity=2)
