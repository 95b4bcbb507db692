#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reports of `capheap sim` on small traces whose figures are known."""

import json
import os
import re
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

from sim_support import (CAN_MAP, CFLAGS, ROOT, WHY_NOT, aligned, check_sums, free, malloc,
                         realloc, report, run, write_trace)

SVG = "{http://www.w3.org/2000/svg}"


class Simulation(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def trace(self, calls, name="tiny.trc"):
        return write_trace(self.path(name), calls)


class Figures(Simulation):
    """On the chip `host`, whose one memory of 64 MB every build can map."""

    CALLS = [malloc(0, 100), malloc(1, 50), realloc(1, 60), free(0), malloc(0, 8)]

    def test_peak(self):
        data = report("--chip", "host", self.trace(self.CALLS))
        check_sums(self, data)
        self.assertEqual(data["moment"], {"kind": "peak", "call": 3})
        self.assertEqual(data["run"]["calls"], 5)
        self.assertEqual(data["run"]["refused"], 0)
        self.assertEqual(data["run"]["peak_used"], 104 + 64)
        self.assertEqual(data["sums"]["used"], 104 + 64)
        self.assertEqual(data["sums"]["asked"], 160)
        self.assertEqual(data["sums"]["blocks"], 2)
        program = data["programs"][0]
        self.assertEqual(program["name"], "tiny")
        self.assertEqual(program["calls"], 5)
        self.assertEqual(program["reallocs"], 1)
        self.assertEqual(program["peak_asked"], 160)
        self.assertEqual(program["end_asked"], 68)
        self.assertEqual(program["end_blocks"], 2)
        region = data["regions"][0]
        self.assertEqual(region["minimum_free"], region["total"] - 168)
        self.assertEqual(data["capabilities"][0]["caps"], ["DEFAULT"])
        self.assertTrue(data["capabilities"][0]["asked_for"])

    def test_other_moments(self):
        path = self.trace(self.CALLS)
        expected = {"end": (5, 64 + 8, 68), "1": (1, 104, 100), "2": (2, 104 + 56, 150),
                    "4": (4, 64, 60), "0": (0, 0, 0)}
        for moment, (call, used, asked) in expected.items():
            with self.subTest(moment=moment):
                data = report("--chip", "host", "--at", moment, path)
                check_sums(self, data)
                self.assertEqual(data["moment"]["call"], call)
                self.assertEqual(data["sums"]["used"], used)
                self.assertEqual(data["sums"]["asked"], asked)
                self.assertEqual(data["run"]["calls"], 5)
        self.assertEqual(report("--chip", "host", "--at", "refusal", path)["moment"]["kind"],
                         "end")

    def test_empty_trace(self):
        data = report("--chip", "host", self.trace([]))
        check_sums(self, data)
        self.assertEqual(data["sums"]["used"], 0)
        self.assertIn("0 calls", run("sim", "--chip", "host", self.trace([]),
                                     code=0).stdout.decode())

    def test_size_zero(self):
        data = report("--chip", "host", "--at", "end",
                      self.trace([malloc(0, 0), malloc(1, 1), free(0), free(1)]))
        self.assertEqual(data["sums"]["used"], 0)
        self.assertEqual(data["run"]["refused"], 0)

    def test_offsets(self):
        offsets = self.path("offsets")
        data = report("--chip", "host", "--at", "1", "--offsets", offsets, self.trace(self.CALLS))
        with open(offsets, encoding="ascii") as file:
            lines = [line.split() for line in file]
        self.assertEqual([line[:3] for line in lines],
                         [["1", "tiny", "malloc"], ["2", "tiny", "malloc"],
                          ["3", "tiny", "realloc"], ["4", "tiny", "free"],
                          ["5", "tiny", "malloc"]])
        self.assertEqual(int(lines[0][3], 16),
                         [b["start"] for b in data["regions"][0]["map"] if b["used"]][0])
        self.assertEqual(lines[3][3], "-")

    def test_standard_input(self):
        with open(self.trace(self.CALLS), "rb") as file:
            done = run("sim", "--chip", "host", "--json", "-", code=0, stdin=file)
        self.assertIn(b'"name": "stdin"', done.stdout)

    def test_programs_of_one_name_take_turns(self):
        path = self.trace(self.CALLS)
        offsets = self.path("offsets")
        data = report("--chip", "host", "--offsets", offsets, path, path, path)
        check_sums(self, data)
        self.assertEqual([p["name"] for p in data["programs"]], ["tiny", "tiny-2", "tiny-3"])
        self.assertEqual(data["run"]["order"], "turns")
        with open(offsets, encoding="ascii") as file:
            names = [line.split()[1] for line in file]
        self.assertEqual(names, ["tiny", "tiny-2", "tiny-3"] * 5)

    def test_many_programs(self):
        """Beyond 24 the rest are counted together; names stay unique."""
        path = self.trace([malloc(0, 1000)])
        svg = self.path("map.svg")
        data = report("--chip", "host", "--svg", svg, *[path] * 30)
        self.assertEqual(len({program["name"] for program in data["programs"]}), 30)
        texts = [text.text for text in ElementTree.parse(svg).getroot().iter(SVG + "text")]
        self.assertIn("tiny-23", texts)
        self.assertIn("others", texts)
        self.assertNotIn("tiny-24", texts)
        text = run("sim", "--chip", "host", *[path] * 30, code=0).stdout.decode()
        self.assertRegex(text, "asked for by others +7,000 B")

    def test_text(self):
        path = self.trace(self.CALLS)
        text = run("sim", "--chip", "host", path, code=0).stdout.decode()
        self.assertIn("5 calls, all of them served.", text)
        self.assertIn("at its fullest, after call 3 of 5", text)
        self.assertIn("At 10000000 len 04000000 (65536 KiB): RAM", text)
        self.assertIn("█", text)
        self.assertNotIn("\033", text)
        for line in text.splitlines():
            self.assertLessEqual(len(line), 100, line)
        for plain in (run("sim", "--chip", "host", path, code=0, locale="C"),
                      run("sim", "--chip", "host", "--ascii", path, code=0)):
            plain.stdout.decode("ascii")

    def test_svg(self):
        svg = self.path("map.svg")
        data = report("--chip", "host", "--svg", svg, self.trace(self.CALLS))
        root = ElementTree.parse(svg).getroot()
        shapes = [path for path in root.iter(SVG + "path")
                  if path.get("class", "").split()[:1] == ["b"]]
        self.assertEqual(len(shapes), sum(len(region["map"]) for region in data["regions"]))
        used = [path for path in shapes if path.get("class") == "b p0"]
        self.assertEqual(len(used), data["sums"]["blocks"])
        titles = [path.find(SVG + "title").text for path in used]
        self.assertTrue(any("64 B: tiny asked for 60 B" in title for title in titles), titles)


@unittest.skipUnless(CAN_MAP, WHY_NOT)
class Refusals(Simulation):
    def reasons(self, data, number=0):
        return {region["start"]: region["reason"] for region in data["refusals"][number]["regions"]}

    def test_too_large(self):
        path = self.trace([malloc(0, 1 << 20), realloc(0, 1 << 21), free(0), malloc(0, 16)])
        data = report("--chip", "rp2040", path, code=1)
        self.assertEqual(data["run"]["refused"], 1)
        self.assertEqual(data["programs"][0]["skipped"], 2)
        self.assertEqual(data["programs"][0]["calls"], 2)
        self.assertEqual(data["sums"]["asked"], 16)
        self.assertEqual(set(self.reasons(data).values()), {"small"})
        self.assertEqual(data["refusals"][0]["first"][0]["call"], 1)
        text = run("sim", "--chip", "rp2040", path, code=1).stdout.decode()
        self.assertIn("4 calls, 1 of them refused and 2 skipped", text)
        self.assertIn("1 x malloc of 1.0 MiB, DEFAULT", text)
        self.assertIn("too small: ", text)

    def test_lacking(self):
        data = report("--chip", "esp32", "--psram", "4M", "--caps", "SPIRAM,DMA",
                      self.trace([malloc(0, 8)] + [malloc(i, 8) for i in range(1, 9)]), code=1)
        self.assertEqual(len(data["refusals"]), 1)
        kind = data["refusals"][0]
        self.assertEqual(kind["count"], 9)
        self.assertEqual(len(kind["first"]), 3)
        self.assertEqual(set(self.reasons(data).values()), {"lacks"})
        lacking = {region["start"]: region["lacking"] for region in kind["regions"]}
        self.assertEqual(lacking[0x3F800000], ["DMA"])

    def test_held_back(self):
        calls = [malloc(0, 4096), malloc(1, 4096), malloc(2, 4096)]
        data = report("--chip", "esp32", "--caps", "EXEC", "--reserved-range", "40080000-400A0000",
                      "--startup-calls", "2", self.trace(calls), code=1)
        self.assertEqual(data["run"]["refused"], 2)
        self.assertIn("held", self.reasons(data).values())
        self.assertEqual(data["programs"][0]["end_blocks"], 1)

    def test_alias(self):
        data = report("--chip", "esp32c3", "--caps", "EXEC,DMA", self.trace([malloc(0, 64)]),
                      code=1)
        self.assertIn("alias", self.reasons(data).values())

    def test_full_and_in_pieces(self):
        # Backup SRAM of 4 KB: filled, then every second block is given back.
        fill = [malloc(i, 400) for i in range(12)]
        holes = [free(i) for i in range(0, 8, 2)]
        data = report("--chip", "stm32h743", "--caps", "RTCRAM", "--at", "end",
                      self.trace(fill + holes + [malloc(12, 1200)]), code=1)
        kinds = [self.reasons(data, i)[0x38800000] for i in range(len(data["refusals"]))]
        self.assertEqual(kinds, ["full", "pieces"])
        pieces = next(r for r in data["refusals"][1]["regions"] if r["start"] == 0x38800000)
        region = next(r for r in data["regions"] if r["start"] == 0x38800000)
        self.assertEqual(pieces["least_largest"], region["largest"])
        self.assertEqual(pieces["most_free"], region["free"])
        self.assertLess(region["largest"], 1200)
        self.assertGreaterEqual(region["free"], 1200)

    def test_alignment(self):
        data = report("--chip", "rp2040", self.trace([malloc(0, 16), aligned(1, 64, 28)]), code=1)
        self.assertEqual(set(self.reasons(data).values()), {"alignment"})
        self.assertEqual(data["refusals"][0]["alignment"], 1 << 28)

    def test_absurd_sizes(self):
        data = report("--chip", "host", self.trace(
            [malloc(0, 0xFFFFFFFF), free(0), malloc(0, 0xFFFFFFF8), free(0),
             aligned(0, 0xFFFFFFFF, 31), free(0), aligned(0, 8, 31), free(0), malloc(0, 8),
             realloc(0, 0xFFFFFFFF), free(0)]), code=1)
        self.assertEqual(data["run"]["refused"], 5)
        self.assertEqual(data["programs"][0]["end_blocks"], 0)

    def test_refused_realloc_keeps_the_block(self):
        data = report("--chip", "rp2040", "--at", "end",
                      self.trace([malloc(0, 64), realloc(0, 1 << 22), malloc(1, 8), free(1)]),
                      code=1)
        self.assertEqual(data["sums"]["asked"], 64)
        self.assertEqual(data["refusals"][0]["call"], "realloc")

    def test_moment_of_the_first_refusal(self):
        data = report("--chip", "rp2040", "--at", "refusal",
                      self.trace([malloc(0, 64), malloc(1, 1 << 20), malloc(2, 64)]), code=1)
        self.assertEqual(data["moment"], {"kind": "refusal", "call": 2})
        self.assertEqual(data["sums"]["asked"], 64)


def keys_of(value):
    """Every field name in a report, however deep."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from keys_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys_of(inner)


class Documentation(Simulation):
    def setUp(self):
        super().setUp()
        with open(os.path.join(ROOT, "docs", "simulator.md"), encoding="utf-8") as file:
            self.page = file.read()

    def test_every_field(self):
        data = report("--chip", "host", self.trace([malloc(0, 8), malloc(1, 1 << 30)]), code=1)
        keys = set(keys_of(data))
        self.assertGreater(len(keys), 50)
        for key in keys:
            self.assertTrue("`%s`" % key in self.page or "`%s[]`" % key in self.page or
                            ".%s[]`" % key in self.page, key)

    def test_every_option(self):
        for option in re.findall(r"--[a-z-]+", run("sim", "--help", code=0).stdout.decode()):
            if option not in ("--help", "--usage", "--version"):
                self.assertIn("`" + option, self.page)


@unittest.skipUnless(CAN_MAP, WHY_NOT)
class Chips(Simulation):
    def test_memory_at_zero(self):
        """ITCM starts at address 0, which Linux does not give away: told as the chip's."""
        offsets = self.path("offsets")
        data = report("--chip", "stm32h743", "--caps", "EXEC,SPM", "--offsets", offsets,
                      "--reserved-range", "00000000-00004000=vectors",
                      self.trace([malloc(0, 64), free(0)]))
        region = data["regions"][0]
        self.assertEqual((region["type"], region["start"], region["size"]),
                         ("ITCM", 0x4000, 0xC000))
        self.assertIn({"start": 8, "size": 0x3FF8, "name": "vectors"}, data["reserved"])
        with open(offsets, encoding="ascii") as file:
            self.assertIn(int(file.readline().split()[3], 16), range(0x4000, 0x10000))

    def test_executable_memory_by_its_alias(self):
        """Inverted on the ESP32, linear on the ESP32-S3; contents survive reallocs that move."""
        calls = [malloc(i, 24 + 8 * i) for i in range(20)]
        calls += [realloc(i, 400 - 8 * i) for i in range(20)]
        calls += [realloc(i, 20) for i in range(0, 20, 2)] + [free(i) for i in range(20)]
        # The word-only memory that would come first is reserved.
        for chip, iram, low, high in (
                ("esp32", "40080000-400A0000", 0x400A0000, 0x400C0000),
                ("esp32s3", "40374000-40378000", 0x40378000, 0x403E0000)):
            with self.subTest(chip=chip):
                offsets = self.path("offsets")
                arguments = ["--chip", chip, "--reserved-range", iram, "--caps", "EXEC", "--offsets",
                             offsets, self.trace(calls)]
                report(*arguments)
                with open(offsets, encoding="ascii") as file:
                    addresses = [int(line.split()[3], 16) for line in file
                                 if line.split()[2] != "free"]
                self.assertEqual(len(addresses), 50)
                self.assertTrue(all(low <= address < high for address in addresses))

    def test_word_only_memory(self):
        data = report("--chip", "esp32", "--caps", "32BIT", "--at", "end",
                      self.trace([malloc(0, 30), realloc(0, 1000), malloc(1, 6), free(1)]))
        iram = next(region for region in data["regions"] if region["word_only"])
        self.assertEqual(iram["asked"], 1000)

    def test_listing_of_an_ordinary_program(self):
        """As ESP-IDF's documentation shows it (docs/en/api-reference/system/mem_alloc.rst)."""
        text = run("chip", "esp32", "--reserved-range", "usual", code=0).stdout.decode()
        for line in ("At 3FFAE6E0 len 00001920 (6 KiB): DRAM",
                     "At 3FFB2EC8 len 0002D138 (180 KiB): DRAM",
                     "At 3FFE0440 len 00003AE0 (14 KiB): D/IRAM",
                     "At 3FFE4350 len 0001BCB0 (111 KiB): D/IRAM",
                     "At 4008944C len 00016BB4 (90 KiB): IRAM"):
            self.assertIn(line, text)

    def test_every_chip(self):
        """Each chip that is known can be mapped, and serves what its DEFAULT memory holds."""
        path = self.trace([malloc(0, 256), realloc(0, 300), free(0)])
        names = [line.split()[0] for line in run("chips", code=0).stdout.decode().splitlines()[1:]]
        self.assertGreater(len(names), 5)
        shadowed = 0
        for name in names:
            with self.subTest(chip=name):
                done = run("sim", "--json", "--chip", name, "--reserved-range", "usual", path)
                if b"can't be mapped" in done.stderr and "address" in CFLAGS:
                    shadowed += 1 # AddressSanitizer's shadow begins at 7FFF8000
                    continue
                self.assertEqual(done.returncode, 0, done.stderr)
                check_sums(self, json.loads(done.stdout))
                text = run("chip", name, code=0).stdout.decode()
                self.assertIn("Memory that becomes heap\nAt ", text)
                for line in text.splitlines():
                    self.assertLessEqual(len(line), 100, line)
        self.assertLess(shadowed, 3)


if __name__ == "__main__":
    unittest.main()
