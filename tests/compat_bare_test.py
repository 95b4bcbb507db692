# SPDX-License-Identifier: MIT
# not with: -m32 -fsanitize
"""malloc on a bare chip: firmware for a Cortex-M3 with picolibc, and with newlib and C++, in which
everything that allocates is served by capheap, run by QEMU. And sources that can't be run here are
compiled: newlib's names and the first ESP-IDF's, for Xtensa too."""

import glob
import os
import re
import subprocess
import tempfile
import unittest

CHIP = ["-mcpu=cortex-m3", "-mthumb"]
FLAGS = CHIP + ["-Os", "-ffunction-sections", "-fdata-sections", "-Iinclude", "-Icompat/include",
                "-Wall", "-Wextra", "-Wconversion", "-Wundef", "-Werror"]
MALLOC = ["compat/malloc.c", "compat/malloc_info.c", "compat/malloc_serve.c"]
PICOLIBC = ["--specs=/usr/lib/picolibc/arm-none-eabi/picolibc.specs", "--oslib=semihost",
            "--crt0=semihost"]
PICOLIBC_MEMORY = ["__flash=0", "__flash_size=1M", "__ram=0x20000000", "__ram_size=4M",
                   "__stack_size=4096"]
QEMU = ["qemu-system-arm", "-M", "mps2-an385", "-display", "none", "-monitor", "none", "-serial",
        "none", "-chardev", "stdio,id=sh", "-semihosting-config",
        "enable=on,target=native,chardev=sh"]
# newlib's semihosting start-up leaves the vectors to the program.
VECTORS = """
extern void _start(void);
__attribute__((section(".vectors"), used)) void (*const vectors[16])(void) = {
    (void (*)(void))0x003f0000, _start};
"""


def core():
    return [file for file in sorted(glob.glob("src/*.c"))
            if not re.search(r"/(heap_chip|chip_layout|chip_check)\.c$", file)]


class Bare(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def call(self, command):
        result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(result.returncode, 0, " ".join(command) + "\n" + result.stdout +
                         result.stderr)
        return result.stdout

    def compile(self, files, flags, tool="arm-none-eabi-gcc"):
        objects = []
        for file in files:
            objects.append(os.path.join(self.folder, os.path.basename(file) + ".o"))
            self.call([tool, *flags, "-c", file, "-o", objects[-1]])
        return objects

    def check_served(self, firmware):
        said = self.call(QEMU + ["-kernel", firmware])
        self.assertRegex(said, r"^served: at most \d+ bytes\n$")

    def test_picolibc(self):
        firmware = os.path.join(self.folder, "a.elf")
        files = core() + MALLOC + ["ports/none.c", "tests/compat_bare_program.c"]
        objects = self.compile(files, PICOLIBC + FLAGS + ["-std=gnu11", "-fno-builtin"])
        self.call(["arm-none-eabi-gcc", *PICOLIBC, *CHIP, *objects, "-Wl,--gc-sections",
                   *["-Wl,--defsym=" + symbol for symbol in PICOLIBC_MEMORY], "-o", firmware])
        self.check_served(firmware)

    def test_newlib_and_cxx(self):
        firmware, link_map = (os.path.join(self.folder, name) for name in ("a.elf", "a.map"))
        vectors = os.path.join(self.folder, "vectors.c")
        with open(vectors, "w", encoding="ascii") as file:
            file.write(VECTORS)
        files = core() + MALLOC + ["compat/malloc_newlib.c", "ports/none.c",
                                   "tests/compat_bare_program.c", vectors]
        objects = self.compile(files, FLAGS + ["-std=gnu11", "-fno-builtin", "-DWITH_CXX"])
        objects += self.compile(["tests/compat_bare_new.cpp"], FLAGS + ["-std=c++17"],
                                "arm-none-eabi-g++")
        self.call(["arm-none-eabi-g++", *CHIP, "--specs=rdimon.specs", *objects,
                   "-Wl,--gc-sections", "-Wl,--undefined=vectors",
                   "-Wl,--section-start=.vectors=0", "-Wl,-Map=" + link_map, "-o", firmware])
        self.check_served(firmware)
        with open(link_map, encoding="ascii") as file:
            theirs = re.findall(r"^\S*libc(?:_nano)?\.a\(\S*(?:malloc|free|alloc)r\.o\)", file.read(),
                                re.M)
        self.assertEqual(theirs, [])

    def test_first_esp_idf_compiles(self):
        files = sorted(glob.glob("compat/esp_idf_v1_*.c"))
        self.assertGreater(len(files), 4)
        freestanding = ["-Os", "-std=c11", "-ffreestanding", "-Iinclude", "-Icompat/include",
                        "-Icompat/include/esp_idf_v1", "-Wall", "-Wextra", "-Wconversion",
                        "-Wundef", "-Werror"]
        without_malloc = [file for file in files if not file.endswith("_malloc.c")]
        self.compile(without_malloc, freestanding, "xtensa-lx106-elf-gcc")
        self.compile(files, CHIP + freestanding)


if __name__ == "__main__":
    unittest.main()
