#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Bad usage and bad input end with exit code 2 and one clear line; help and version are there."""

import os
import pty
import subprocess
import tempfile
import unittest

from sim_support import CAN_MAP, CAPHEAP, CFLAGS, ROOT, free, malloc, run, write_trace


TAKEN = """
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/personality.h>
__attribute__((constructor)) static void take(void) {
    if (getenv("ALWAYS")[0] != 0 || !(personality(0xffffffff) & ADDR_NO_RANDOMIZE)) {
        mmap((void *)0x3FFB0000, 4096, PROT_READ,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    }
}
"""


class Usage(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.trace = write_trace(os.path.join(self.folder, "tiny.trc"), [malloc(0, 8), free(0)])

    def fails(self, message, *arguments):
        done = run(*arguments, code=2)
        text = done.stderr.decode()
        self.assertEqual(done.stdout, b"")
        self.assertEqual(text.count("\n"), 1, text)
        self.assertIn(message, text)

    def test_commands(self):
        self.fails("no command 'frob'", "frob")
        self.fails("trace what?", "trace")
        self.fails("trace what?", "trace", "frob")
        self.assertEqual(run(code=2).stdout, b"")
        self.fails("too many arguments", "chips", "esp32")
        self.fails("which chip?", "chip")
        self.fails("is too many", "chip", "esp32", "esp32c3")
        self.fails("no chip 'esp33'; 'capheap chips' lists ", "chip", "esp33")
        self.fails("no chip ''", "chip", "")

    def test_help(self):
        for words in (["help"], ["--help"]):
            text = run(*words, code=0).stdout.decode()
            for command in ("chips", "chip", "sim", "trace info", "trace convert", "record"):
                self.assertIn("capheap " + command, text)
        for words in (["sim", "--help"], ["help", "sim"]):
            text = run(*words, code=0).stdout.decode()
            self.assertIn("Usage: capheap sim ", text)
            self.assertIn("--reserved-range", text)
        self.assertIn("Usage: capheap trace info", run("help", "trace", "info", code=0)
                      .stdout.decode())
        with open(os.path.join(ROOT, "VERSION"), encoding="ascii") as file:
            version = file.read().strip()
        for words in (["--version"], ["sim", "--version"]):
            self.assertEqual(run(*words, code=0).stdout.decode(), "capheap %s\n" % version)

    def test_sim(self):
        self.fails("which chip? --chip NAME", "sim", self.trace)
        self.fails("which programs?", "sim", "--chip", "host")
        self.fails("no chip 'x'", "sim", "--chip", "x", self.trace)
        self.fails("'now' is no moment", "sim", "--chip", "host", "--at", "now", self.trace)
        self.fails("there is no call 3, the last one is 2", "sim", "--chip", "host", "--at", "3",
                   self.trace)
        self.fails("'-1' is no number", "sim", "--chip", "host", "--startup-calls=-1", self.trace)
        self.fails("'FAST' is no capability; there are EXEC|", "sim", "--chip", "host", "--caps",
                   "8BIT,FAST", self.trace)
        self.fails("'' is no capability", "sim", "--chip", "host", "--caps", "", self.trace)
        self.fails("one trace only", "sim", "--chip", "host", "-", "-")

    def test_policy(self):
        sim = ["sim", "--chip", "host", self.trace]
        for option, text, message in (
                ("--reserve", "usual", "names addresses; write --reserved-range usual"),
                ("--reserve", "3FFB0000+32K", "write --reserved-range 3FFB0000+32K"),
                ("--reserve", "", "'' is no reserve"),
                ("--reserve", "DMA", "'DMA' is no reserve; write it like CAPS:BYTES"),
                ("--reserve", "FAST:4K", "'FAST' is no capability"),
                ("--reserve", "DMA:4X", "'4X' is no size"),
                ("--reserve", "DMA:0", "a reserve of no bytes"),
                ("--reserve", "DMA:4K:8K", "a reserve of 4K can't have a piece of 8K"),
                ("--quota", "lua", "'lua' is no quota; write it like PROGRAM"),
                ("--quota", "=5", "'=5' is no quota"),
                ("--quota", "tiny=x", "'x' is no size"),
                ("--quota", "lua=5", "no program 'lua' here; the first is 'tiny'"),
                ("--quota", "tiny=5:x", "'tiny' is in 'x', which is no quota"),
                ("--quota", "tiny=5:tiny", "which is no other quota"),
                ("--quota-cell", "24", "'24' is no power of two from 8 to 4096"),
                ("--quota-cell", "8K", "'8K' is no power of two from 8 to 4096"),
                ("--mark", "DMA", "'DMA' is no mark; write it like CAPS:free="),
                ("--mark", "DMA:least=5", "'least' is no limit"),
                ("--mark", "DMA:free=5-4", "can't have recovered at 4, below 5"),
                ("--mark", "FAST:free=5", "'FAST' is no capability"),
                ("--policy", "", "'' is no rule; there are internal-up-to=SIZE"),
                ("--policy", "order=RAM:FAST", "host has no memory of type 'FAST'"),
                ("--policy", "external-from=", "'' is no size"),
                ("--caps", "DMA", "--caps: no trace follows"),
                ("--prefer", "DMA", "--prefer: no trace follows")):
            self.fails(message, *sim, option, text)
        self.fails("'tiny' has two limits", *sim, "--quota", "tiny=5", "--quota", "tiny=6")
        self.fails("there are two reserves for dma", *sim, "--reserve", "DMA:4K", "--reserve",
                   "dma:5K")
        self.fails("one level is all there is", *sim, "--quota", "tiny=5:*", "--quota", "*=5:x",
                   "--quota", "x=5")
        self.fails("esp32 has no bus master 'ETH'; the first is SPI2", "sim", "--chip", "esp32",
                   "--masters", "ETH", self.trace)
        self.fails("more than 8 sets", "sim", "--chip", "esp32", "--prefer", "/".join(["DMA"] * 9),
                   self.trace)
        self.fails("more than 255 quotas", *sim, *[word for i in range(256)
                                                   for word in ("--quota", "tiny@%d=5" % i)])
        self.fails("--reserve: write --reserved-range usual", "chip", "esp32", "--reserve", "usual")

    def test_sizes(self):
        chip = ["chip", "esp32", "--psram"]
        for bad in ("", "4X", "x", "4MM", "-4M", "4.5M", "0x", " 4M", "4M "):
            self.fails("'%s' is no size" % bad, *chip, bad)
        self.fails("larger than 64 bits", *chip, "17179869184G")
        self.fails("is no size", *chip, "99999999999999999999999")
        self.fails("esp32 reaches at most 4 MiB", *chip, "8M")
        self.fails("rp2040 takes no external memory", "chip", "rp2040", "--psram", "1")
        for good in ("4M", "4m", "4MiB", "4MB", "4096K", "0x400000", "4194304", "4194304B"):
            self.assertIn("At 3F800000 len 00400000", run(*chip, good, code=0).stdout.decode())
        self.assertNotIn("At 3F800000", run(*chip, "0", code=0).stdout.decode())

    def test_ranges(self):
        chip = ["chip", "esp32", "--reserved-range"]
        for bad in ("", "3FFB0000", "3FFB0000-", "-3FFB0000", "3FFB0000-G", "3FFB0000+4Q",
                    "3FFB0000+", "3FFB0000:3FFB8000", "3FFB0000-3FFB8000x",
                    "3FFB0000+FFFFFFFFFFFFFFFFF"):
            self.fails("'%s' is no address range" % bad, *chip, bad)
        self.fails("is empty", *chip, "3FFB8000-3FFB0000")
        self.fails("is empty", *chip, "3FFB0000+0")
        self.fails("touches no memory of the chip", *chip, "10000000-10000010")
        text = run(*chip, "0x3ffb0000-0x3ffb2ec8=my data", code=0).stdout.decode()
        self.assertIn("3FFB0000-3FFB2EC8  11.6 KiB  my data", text)
        self.assertIn("At 3FFB2EC8", text)
        self.assertIn("At 3FFB8000", run(*chip, "3FFB0000+32K", code=0).stdout.decode())

    def test_files(self):
        sim = ["sim", "--chip", "host"]
        self.fails("nowhere.trc", *sim, os.path.join(self.folder, "nowhere.trc"))
        self.fails(self.folder, *sim, self.folder)
        self.fails("can't be written: No such file", *sim, "--svg", "/nowhere/map.svg", self.trace)
        self.fails("can't be written: No such file", *sim, "--offsets", "/nowhere/x", self.trace)
        self.fails("can't be written", *sim, "--svg", "/dev/full", self.trace)

    def test_damaged_traces(self):
        with open(self.trace, "rb") as file:
            whole = file.read()
        svg = os.path.join(self.folder, "map.svg")
        for cut in (0, 3, 8, 31, 32, 39, len(whole) - 1):
            damaged = os.path.join(self.folder, "cut.trc")
            with open(damaged, "wb") as file:
                file.write(whole[:cut])
            self.fails("cut.trc", "sim", "--chip", "host", "--svg", svg, damaged)
            self.assertFalse(os.path.exists(svg))
        packed = os.path.join(ROOT, "traces", "lua.trc.xz")
        with open(packed, "rb") as file:
            half = file.read()[:5000]
        damaged = os.path.join(self.folder, "half.trc.xz")
        with open(damaged, "wb") as file:
            file.write(half)
        self.fails("half.trc.xz", "sim", "--chip", "host", damaged)

    def test_colours_on_a_terminal_alone(self):
        for more, coloured in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
            pid, terminal = pty.fork()
            if pid == 0:
                os.environ.pop("NO_COLOR", None)
                os.environ.update(TERM="xterm", LC_ALL="C.UTF-8")
                os.environ.update(more)
                os.execv(CAPHEAP, [CAPHEAP, "sim", "--chip", "host", self.trace])
            text = b""
            try:
                while block := os.read(terminal, 65536):
                    text += block
            except OSError: # the terminal is gone when the program is
                pass
            os.close(terminal)
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0, text)
            self.assertEqual(b"\033[" in text, coloured)

    @unittest.skipIf("-m32" in CFLAGS or "sanitize" in CFLAGS, "tried with the plain 64-bit build")
    def test_memory_that_is_taken(self):
        """Something of the program is where a memory belongs: tried again without randomness,
        and told if it is there then too."""
        source = os.path.join(self.folder, "taken.c")
        library = os.path.join(self.folder, "taken.so")
        with open(source, "w", encoding="ascii") as file:
            file.write(TAKEN)
        subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-o", library, source],
                       check=True)
        for always, code in (("", 0), ("1", 2)):
            environment = dict(os.environ, LD_PRELOAD=library, ALWAYS=always)
            done = subprocess.run([CAPHEAP, "sim", "--chip", "esp32", self.trace], env=environment,
                                  capture_output=True, check=False)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertEqual(b"3FFB0000-3FFB1000 is taken by" in done.stderr, code == 2)

    @unittest.skipIf(CAN_MAP, "memory can be mapped in this build")
    def test_memory_that_cannot_be_mapped(self):
        self.fails("can't be mapped there", "sim", "--chip", "esp32", self.trace)


if __name__ == "__main__":
    unittest.main()
