#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""All recorded programs on two chips; every build gives the same addresses."""

import filecmp
import glob
import json
import os
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

from sim_support import CAN_MAP, CAPHEAP, CFLAGS, ROOT, WHY_NOT, check_sums, report, run

TRACES = sorted(glob.glob(os.path.join(ROOT, "traces", "*.xz")))
CHIPS = (["esp32", "--psram", "4M"], ["esp32"], ["stm32h743"])


def build_for(bits, folder):
    """The command built for pointers of so many bits; None if the compiler can't."""
    command = os.path.join(folder, "capheap%d" % bits)
    sources = []
    for part in ("src", "chips", "tools"):
        sources += sorted(glob.glob(os.path.join(ROOT, part, "*.c")))
    sources = [name for name in sources if not name.endswith("_preload.c")]
    sources.append(os.path.join(ROOT, "ports", "none.c"))
    done = subprocess.run([os.environ.get("CC", "cc"), "-std=gnu11", "-O0", "-m%d" % bits,
                           "-I" + os.path.join(ROOT, "include"), "-I" + os.path.join(ROOT, "src"),
                           "-o", command, *sources, "-lm"], capture_output=True, check=False)
    return command if done.returncode == 0 else None


@unittest.skipUnless(CAN_MAP, WHY_NOT)
class Traces(unittest.TestCase):
    def test_each_alone(self):
        self.assertGreaterEqual(len(TRACES), 7)
        for path in TRACES:
            for chip in CHIPS:
                with self.subTest(trace=os.path.basename(path), chip=chip):
                    # s_mix and the like need more than one small chip has: refusals are figures.
                    done = run("sim", "--json", "--reserved-range", "usual", "--chip", *chip, path)
                    self.assertIn(done.returncode, (0, 1), done.stderr)
                    data = json.loads(done.stdout)
                    check_sums(self, data)
                    self.assertEqual(done.returncode, int(data["run"]["refused"] > 0))
                    program = data["programs"][0]
                    self.assertEqual(program["calls"] + program["skipped"] +
                                     program["refused_when_recorded"], data["run"]["calls"])
                    if chip[-1] == "4M":
                        self.assertEqual(data["run"]["refused"], 0)

    def test_side_by_side(self):
        # The chip `host` has no external memory, which s_firmware asks for.
        traces = [path for path in TRACES if "s_firmware" not in path]
        data = report("--chip", "host", *traces)
        check_sums(self, data)
        alone = [report("--chip", "host", path)["programs"][0] for path in traces]
        for one, other in zip(data["programs"], alone):
            self.assertEqual(one["peak_asked"], other["peak_asked"])
            self.assertEqual(one["calls"], other["calls"])

    def test_by_time(self):
        """Programs whose traces have times: each call comes when it came."""
        timed = [path for path in TRACES if "mosquitto" in path]
        self.assertTrue(timed)
        with tempfile.TemporaryDirectory() as folder:
            offsets = os.path.join(folder, "offsets")
            data = report("--chip", "esp32", "--psram", "4M", "--offsets", offsets, timed[0],
                          timed[0])
            self.assertEqual(data["run"]["order"], "time")
            with open(offsets, encoding="utf-8") as file:
                names = [line.split()[1] for line in file]
        # Two of the same: whatever comes at one time, the first does first.
        self.assertEqual(names[0], data["programs"][0]["name"])
        lead = 0
        for name in names:
            lead += 1 if name == names[0] else -1
            self.assertGreaterEqual(lead, 0)
        self.assertEqual(lead, 0)

    def test_order_is_the_same_each_time(self):
        first = report("--chip", "esp32", "--psram", "4M", *TRACES[:3])
        self.assertEqual(first, report("--chip", "esp32", "--psram", "4M", *TRACES[:3]))


@unittest.skipUnless(CAN_MAP, WHY_NOT)
class Demo(unittest.TestCase):
    def test_demo(self):
        """All calls are served, by every kind of memory that it tells about."""
        with tempfile.TemporaryDirectory() as folder:
            svg = os.path.join(folder, "demo.svg")
            done = subprocess.run([os.path.join(ROOT, "scripts", "demo"), svg], check=True,
                                  env=dict(os.environ, CAPHEAP=CAPHEAP, LC_ALL="C.UTF-8"),
                                  capture_output=True, text=True)
            self.assertIn("4 programs side by side", done.stdout)
            self.assertIn("all of them served", done.stdout)
            root = ElementTree.parse(svg).getroot()
            colours = {path.get("class") for path in root.iter("{http://www.w3.org/2000/svg}path")}
            self.assertLessEqual({"b p0", "b p1", "b p2", "b p3", "b free", "books", "reserved"},
                                 colours)


@unittest.skipIf("-m32" in CFLAGS or "sanitize" in CFLAGS,
                 "one comparison, from the plain 64-bit build, is enough")
class Builds(unittest.TestCase):
    def test_same_addresses(self):
        with tempfile.TemporaryDirectory() as folder:
            other = build_for(32, folder)
            if other is None:
                self.skipTest("the compiler makes no 32-bit programs (gcc-multilib is missing)")
            runs = [[path] for path in TRACES] + [["--caps", "8BIT,DMA", *TRACES]]
            runs.append(["--policy", "internal-up-to=256,external-from=2K", "--reserve",
                         "DMA:40K:8K", "--quota", "firmware/wifi=20K:*", "--quota", "*=150K",
                         "--prefer", "SPIRAM", *[path for path in TRACES if "firmware" in path or
                                                  "tls" in path]])
            compared = 0
            for chip in (CHIPS[0], CHIPS[2]):
                for arguments in runs:
                    files = []
                    for number, command in enumerate((CAPHEAP, other)):
                        files.append(os.path.join(folder, "offsets%d" % number))
                        subprocess.run([command, "sim", "--reserved-range", "usual", "--offsets",
                                        files[-1], "--chip", *chip, *arguments],
                                       stdout=subprocess.DEVNULL, check=False)
                    self.assertTrue(filecmp.cmp(*files, shallow=False), (chip, arguments))
                    compared += os.path.getsize(files[0])
            self.assertGreater(compared, 1000000)


if __name__ == "__main__":
    unittest.main()
