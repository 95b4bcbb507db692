#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The heap's policy as `capheap sim` is told it: reserve, quotas, placement, order, marks, masters.
Small traces whose figures are known, and a firmware with tasks and call sites."""

import os
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

from sim_support import (CAN_MAP, ROOT, WHY_NOT, aligned, check_sums, free, malloc, realloc, report,
                         run, write_trace)

FIRMWARE = os.path.join(ROOT, "traces", "s_firmware.trace.xz")
SVG = "{http://www.w3.org/2000/svg}"
KIB = 1024


class Policy(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def trace(self, calls, name="tiny.trc"):
        return write_trace(self.path(name), calls)

    def offsets(self, *arguments, code=0):
        path = self.path("offsets")
        report("--offsets", path, *arguments, code=code)
        with open(path, encoding="ascii") as file:
            return file.read()

    def reasons(self, data, number=0):
        return {region["start"]: region["reasons"]
                for region in data["refusals"][number]["regions"]}

    def type_of_block(self, data, size):
        found = [region["type"] for region in data["regions"] for block in region["map"]
                 if block["used"] and block["asked"] == size]
        self.assertEqual(len(found), 1, size)
        return found[0]


class Quotas(Policy):
    CALLS = [malloc(0, 100), malloc(1, 50), free(0), malloc(0, 60), realloc(0, 140),
             aligned(2, 200, 4)]

    def test_limit(self):
        data = report("--chip", "host", "--quota", "tiny=150", "--at", "end",
                      self.trace(self.CALLS), code=1)
        check_sums(self, data)
        # 104; 104 + 56 is too much; 64; 144; 144 + 208 is too much.
        self.assertEqual(data["quotas"], [
            {"who": "tiny", "in": None, "limit": 150, "used": 144, "peak": 144, "requests": 5,
             "refused": 2, "over": 2}])
        self.assertEqual([kind["call"] for kind in data["refusals"]], ["malloc", "aligned"])
        for number, kind in enumerate(data["refusals"]):
            self.assertEqual(kind["quota"], "tiny")
            self.assertEqual(set(map(tuple, self.reasons(data, number).values())), {("quota",)})
            self.assertEqual(kind["regions"][0]["reason"], "quota")
        used = [block for block in data["regions"][0]["map"] if block["used"]]
        self.assertEqual([block["quota"] for block in used], ["tiny"])
        now = report("--chip", "host", "--quota", "tiny=150", "--at", "3", self.trace(self.CALLS),
                     code=1)["quotas"][0]
        self.assertEqual((now["used"], now["peak"]), (0, 144))

    def test_limit_that_is_enough(self):
        data = report("--chip", "host", "--quota", "tiny=400", self.trace(self.CALLS))
        self.assertEqual(data["quotas"][0]["peak"], 400)
        self.assertEqual(report("--chip", "host", "--quota", "tiny=399", self.trace(self.CALLS),
                                code=1)["quotas"][0]["over"], 1)

    def test_nested(self):
        path = self.trace([malloc(0, 96), malloc(1, 96), free(0), malloc(0, 8)])
        data = report("--chip", "host", "--quota", "tiny=100:*", "--quota", "*=200", "--at", "end",
                      path, path, code=1)
        # tiny's second is over its own limit, tiny-2's is over that of both.
        one, both = data["quotas"]
        self.assertEqual((one["in"], both["in"]), ("*", None))
        self.assertEqual((one["used"], one["over"], one["requests"]), (8, 1, 3))
        self.assertEqual((both["used"], both["over"], both["requests"]), (16, 1, 3))
        self.assertEqual([program["refused"] for program in data["programs"]], [1, 1])
        self.assertEqual({kind["quota"] for kind in data["refusals"]}, {"tiny", "*"})

    def test_others_are_nobodys(self):
        path = self.trace([malloc(0, 1000)])
        data = report("--chip", "host", "--quota", "tiny-2=5", "--at", "end", path, path, code=1)
        self.assertEqual([program["refused"] for program in data["programs"]], [0, 1])
        used = [block for block in data["regions"][0]["map"] if block["used"]]
        self.assertEqual([block["quota"] for block in used], [None])

    def test_cells(self):
        fine = report("--chip", "host", "--quota", "tiny=1M", self.trace(self.CALLS))
        coarse = report("--chip", "host", "--quota", "tiny=1M", "--quota-cell", "64",
                        self.trace(self.CALLS))
        check_sums(self, coarse)
        tables = [data["policy"]["owner_table_bytes"] for data in (fine, coarse)]
        self.assertEqual(tables, [(64 << 20) // 8, (64 << 20) // 64])
        for block in coarse["regions"][0]["map"]:
            if block["used"]:
                self.assertEqual(block["size"] % 64, 0)

    @unittest.skipUnless(CAN_MAP, WHY_NOT)
    def test_cells_are_told_in_refusals(self):
        calls = self.trace([malloc(i, 100) for i in range(200)])
        arguments = ["--chip", "rp2040", "--quota", "*=1G", "--quota-cell", "4096", calls]
        for kind in report(*arguments, code=1)["refusals"]:
            for region in kind["regions"]:
                self.assertEqual(region["most_needed"], 4096)
        text = run("sim", *arguments, code=1).stdout.decode()
        self.assertRegex(text, "(in pieces|full).*; needs 4096 B")

    def test_no_limit_changes_nothing(self):
        path = os.path.join(ROOT, "traces", "gzxml.trc.xz")
        plain = self.offsets("--chip", "host", path)
        self.assertEqual(plain, self.offsets("--chip", "host", "--quota", "gzxml=1G", "--mark",
                                             "DEFAULT:free=1K,largest=1K", path))


@unittest.skipUnless(CAN_MAP, WHY_NOT)
class Firmware(Policy):
    CHIP = ["--chip", "esp32s3", "--psram", "2M", "--reserved-range", "usual"]

    def test_task_and_site(self):
        data = report(*self.CHIP, "--quota", "firmware=8M", "--quota", "*/wifi=20K:firmware",
                      "--quota", "firmware@opus_stat?=1K", FIRMWARE, code=1)
        check_sums(self, data)
        whole, task, site = data["quotas"]
        self.assertGreater(task["requests"], 5000)
        self.assertEqual((site["requests"], site["over"], site["peak"]), (8, 8, 0))
        self.assertEqual(whole["over"], 0)
        self.assertLessEqual(task["peak"], 20 * KIB)
        self.assertGreater(task["peak"], 19 * KIB)
        for kind in data["refusals"]:
            for first in kind["first"]:
                if kind["quota"] == "firmware@opus_stat?":
                    self.assertEqual(first["site"], "opus_state")
                else:
                    self.assertEqual((kind["quota"], first["task"]), ("*/wifi", "wifi"))
        used = {}
        for region in data["regions"]:
            for block in region["map"]:
                if block["used"]:
                    self.assertEqual(block["quota"],
                                     "*/wifi" if block["task"] == "wifi" else "firmware")
                    used[block["quota"]] = used.get(block["quota"], 0) + block["size"]
        self.assertEqual(task["used"], used["*/wifi"])
        self.assertEqual(whole["used"], used["*/wifi"] + used["firmware"])

    def test_all_of_it_as_text_and_picture(self):
        svg = self.path("map.svg")
        arguments = [*self.CHIP, "--policy", "internal-up-to=512,external-from=4K,order=SPIRAM",
                     "--reserve", "DMA,INTERNAL:64K:32K", "--quota", "firmware/wifi=20K:firmware",
                     "--quota", "firmware=1400K", "--mark", "DMA,INTERNAL:free=250K-260K", "--mark",
                     "all:largest=600K-700K", "--without", "RETENTION", "--prefer", "SPIRAM/DMA",
                     "--masters", "SPI2"]
        text = run("sim", "--svg", svg, *arguments, FIRMWARE, code=1).stdout.decode()
        data = report(*arguments, FIRMWARE, code=1)
        for line in text.splitlines():
            self.assertLessEqual(len(line), 100, line)
        for words in ("order         SPIRAM, then as ever", "up to 512 B: internal memory first",
                      "from 4 KiB on: external memory first", "for SPI2; without RETENTION; "
                      "rather SPIRAM, then DMA", "64 KiB for requests of DMA|INTERNAL, in one "
                      "piece at least 32 KiB", "over the quota", "low below 250 KiB free, "
                      "recovered from 260 KiB on", "charged to firmware/wifi"):
            self.assertIn(words, text)
        self.assertEqual(data["programs"][0]["masters"], ["SPI2"])
        self.assertEqual(data["programs"][0]["without"], ["RETENTION"])
        self.assertEqual(data["programs"][0]["prefer"], [["SPIRAM"], ["DMA"]])
        self.assertEqual(data["policy"]["order"], ["SPIRAM"])
        lows = sum(signal["low"] for mark in data["marks"] for signal in mark["signals"])
        shapes = [shape for shape in ElementTree.parse(svg).getroot().iter(SVG + "rect")
                  if shape.get("class") == "low" and shape.find(SVG + "title") is not None]
        self.assertGreater(lows, 0)
        self.assertEqual(len(shapes), lows)


@unittest.skipUnless(CAN_MAP, WHY_NOT)
class Reserves(Policy):
    # Ordinary requests until nothing is left for them; meanwhile the other program waits.
    GREEDY = [malloc(i, 4096) for i in range(150)]
    LATE = [malloc(0, 0), free(0)] * 80 + [malloc(0, 16 * KIB)]

    def pair(self):
        return [self.trace(self.GREEDY, "greedy.trc"), "--caps", "8BIT,DMA,INTERNAL",
                self.trace(self.LATE, "late.trc")]

    def test_kept(self):
        without = report("--chip", "esp32", "--at", "end", *self.pair(), code=1)
        self.assertEqual(without["programs"][1]["refused"], 1)
        data = report("--chip", "esp32", "--at", "end", "--reserve", "DMA,INTERNAL:32K:16K",
                      *self.pair(), code=1)
        check_sums(self, data)
        self.assertEqual(data["programs"][1]["refused"], 0)
        self.assertEqual(data["policy"]["reserves"],
                         [{"caps": ["DMA", "INTERNAL"], "bytes": 32 * KIB, "piece": 16 * KIB}])
        self.assertEqual(sum(region["kept"] for region in data["regions"]), 32 * KIB)
        self.assertEqual(max(region["kept_piece"] for region in data["regions"]), 16 * KIB)
        greedy = [kind for kind in data["refusals"] if kind["caps"] == ["DEFAULT"]]
        keeping = [region for kind in greedy for region in kind["regions"]
                   if "reserve" in region["reasons"]]
        self.assertTrue(keeping)
        for region in keeping:
            self.assertEqual(region["kept"], 32 * KIB)
            self.assertGreaterEqual(region["least_largest"], 16 * KIB)

    def test_stays_free_until_it_is_asked_for(self):
        data = report("--chip", "esp32", "--at", "end", "--reserve", "DMA,INTERNAL:32K:16K",
                      self.trace(self.GREEDY), code=1)
        region = next(region for region in data["regions"] if region["kept"] > 0)
        self.assertGreaterEqual(region["free"], 32 * KIB)
        self.assertGreaterEqual(region["largest"], 16 * KIB)
        self.assertLess(region["free"], 32 * KIB + 2 * 4096)
        text = run("sim", "--chip", "esp32", "--reserve", "DMA,INTERNAL:32K:16K",
                   self.trace(self.GREEDY), code=1).stdout.decode()
        self.assertIn("keeps 32 KiB, 16 KiB in one piece", text)
        self.assertIn("32.0 KiB of what is free are reserved", text)

    def test_several(self):
        """Each is kept from whoever doesn't name its capabilities, the other's users among them."""
        path = self.trace(self.GREEDY)
        arguments = ["--chip", "esp32", "--at", "end", "--reserve", "DMA:32K:16K", "--reserve",
                     "EXEC:24K", "--caps"]
        left = {}
        for caps in ("8BIT", "8BIT,DMA", "EXEC"):
            data = report(*arguments, caps, path, code=1)
            check_sums(self, data)
            self.assertEqual([reserve["bytes"] for reserve in data["policy"]["reserves"]],
                             [32 * KIB, 24 * KIB])
            left[caps] = {name: sum(region["free"] for region in data["regions"]
                                    if name in region["caps"]) for name in ("DMA", "EXEC")}
        for caps, name, least in (("8BIT", "DMA", 32 * KIB), ("8BIT", "EXEC", 24 * KIB),
                                  ("8BIT,DMA", "EXEC", 24 * KIB), ("EXEC", "DMA", 32 * KIB)):
            self.assertGreaterEqual(left[caps][name], least, (caps, name))
        self.assertLess(left["8BIT,DMA"]["DMA"], left["8BIT"]["DMA"] - 16 * KIB)
        words = [word for caps in ("DMA", "EXEC", "8BIT", "INTERNAL", "ATOMIC")
                 for word in ("--reserve", caps + ":1K")]
        self.assertIn(b"a heap keeps 4 reserves at most",
                      run("sim", "--chip", "esp32", *words, path, code=2).stderr)

    def test_only_to_be_had_after_startup(self):
        arguments = ["--chip", "esp32", "--reserve", "DMA:250K", "--startup-calls", "3", "--at"]
        calls = self.trace([malloc(i, 64) for i in range(6)])
        self.assertEqual([sum(region["kept"] for region in
                              report(*arguments, moment, calls)["regions"])
                          for moment in ("3", "4")], [0, 250 * KIB])

    def test_more_than_there_is(self):
        for wish in ("DMA:1M", "DMA:200K:195K", "SPIRAM:1"):
            done = run("sim", "--chip", "esp32", "--reserve", wish, self.trace(self.GREEDY), code=2)
            self.assertIn(b"there is not so much of it; free ", done.stderr)


@unittest.skipUnless(CAN_MAP, WHY_NOT)
class Choice(Policy):
    def test_placement(self):
        path = self.trace([malloc(0, 100), malloc(1, 2000), malloc(2, 300)])
        chip = ["--chip", "esp32", "--psram", "4M", "--at", "end"]
        data = report(*chip, "--policy", "internal-up-to=256,external-from=1K", path)
        self.assertEqual(self.type_of_block(data, 2000), "SPIRAM")
        self.assertEqual(self.type_of_block(data, 100), "DRAM")
        data = report(*chip, "--policy", "external-from=1", path)
        self.assertEqual({self.type_of_block(data, size) for size in (100, 300, 2000)}, {"SPIRAM"})
        data = report(*chip, "--policy", "internal-up-to=1M", path)
        self.assertNotIn("SPIRAM", {self.type_of_block(data, size) for size in (100, 300, 2000)})

    def test_order(self):
        path = self.trace([malloc(0, 100)])
        chip = ["--chip", "esp32", "--psram", "4M", "--caps", "8BIT"]
        for order in ("SPIRAM:DRAM", "DRAM:SPIRAM", "d/iram"):
            data = report(*chip, "--policy", "order=" + order, path)
            self.assertEqual(self.type_of_block(data, 100).lower(), order.split(":")[0].lower())

    def test_masters(self):
        path = self.trace([malloc(0, 100)])
        chip = ["--chip", "stm32h743"]
        self.assertEqual(self.type_of_block(report(*chip, path), 100), "AXI SRAM")
        self.assertEqual(self.type_of_block(report(*chip, "--masters", "BDMA", path), 100), "SRAM4")
        data = report(*chip, "--caps", "SPM", "--masters", "DMA1,SDMMC1", path, code=1)
        reasons = self.reasons(data)
        self.assertEqual(reasons[0x20000000], ["masters"])
        dtcm = next(region for region in data["refusals"][0]["regions"]
                    if region["start"] == 0x20000000)
        self.assertEqual(dtcm["unreached"], ["DMA1", "SDMMC1"])
        self.assertEqual(data["refusals"][0]["masters"], ["DMA1", "SDMMC1"])

    def test_without(self):
        path = self.trace([malloc(0, 100)])
        chip = ["--chip", "esp32", "--psram", "4M"]
        data = report(*chip, "--without", "INTERNAL", path)
        self.assertEqual(self.type_of_block(data, 100), "SPIRAM")
        data = report(*chip, "--without", "DEFAULT", path, code=1)
        self.assertIn(["forbidden"], list(self.reasons(data).values()))

    def test_prefer(self):
        path = self.trace([malloc(0, 100), malloc(1, 200 * KIB), realloc(0, 120)])
        data = report("--chip", "esp32", "--psram", "4M", "--at", "end", "--prefer",
                      "RTCRAM/INTERNAL/SPIRAM", path)
        self.assertEqual(self.type_of_block(data, 200 * KIB), "SPIRAM")
        self.assertEqual(self.type_of_block(data, 120), "DRAM")

    def test_wishes_are_for_the_traces_that_follow(self):
        path = self.trace([malloc(0, 100)])
        data = report("--chip", "stm32h743", "--masters", "BDMA", path, "--masters", "none", path)
        self.assertEqual([program["masters"] for program in data["programs"]], [["BDMA"], []])


class Marks(Policy):
    def test_signals(self):
        total = report("--chip", "host", self.trace([]))["regions"][0]["total"]
        calls = [malloc(0, 1000), malloc(1, 1000), malloc(2, 1000), free(2), free(1), malloc(1, 8),
                 malloc(2, 2000), free(0)]
        mark = "DEFAULT:free=%d-%d" % (total - 2500, total - 1500)
        data = report("--chip", "host", "--mark", mark, self.trace(calls))
        told = data["marks"][0]
        self.assertEqual([(signal["call"], signal["low"], total - signal["free"])
                          for signal in told["signals"]],
                         [(3, True, 3000), (5, False, 1000), (7, True, 3008)])
        self.assertEqual(told["low_calls"], 4)
        self.assertEqual(told["sample_calls"], 1)
        self.assertEqual([total - sample["free"] for sample in told["samples"]],
                         [1000, 2000, 3000, 2000, 1000, 1008, 3008, 2008])
        text = run("sim", "--chip", "host", "--mark", mark, self.trace(calls),
                   code=0).stdout.decode()
        self.assertIn("low after 4 calls, 50.0 %", text)
        self.assertIn("call 3: low, free", text)
        self.assertIn("call 5: recovered, free", text)

    def test_many_calls(self):
        """A series stays short, and its least is that of the run."""
        calls = [call for i in range(3000) for call in (malloc(0, 8 + i), free(0))]
        data = report("--chip", "host", "--mark", "all:free=1", self.trace(calls))
        told = data["marks"][0]
        self.assertEqual(told["signals"], [])
        self.assertEqual(told["sample_calls"], 16)
        self.assertEqual(len(told["samples"]), 375)
        self.assertEqual(min(sample["free"] for sample in told["samples"]),
                         data["regions"][0]["minimum_free"])


if __name__ == "__main__":
    unittest.main()
