# SPDX-License-Identifier: MIT
# not with: -m32 -fsanitize
"""malloc on a bare chip: firmware for a Cortex-M3 with picolibc, and with newlib and C++, in which
everything that allocates is served by capheap, run by QEMU. C++17's containers in the PSRAM of two
boards. And sources that can't be run here are
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
MALLOC = ["compat/malloc.c", "compat/malloc_info.c", "compat/malloc_newlib.c",
          "compat/malloc_serve.c"]
PICOLIBC = ["--specs=/usr/lib/picolibc/arm-none-eabi/picolibc.specs", "--oslib=semihost",
            "--crt0=semihost"]
PICOLIBC_MEMORY = ["__flash=0", "__flash_size=1M", "__ram=0x20000000", "__ram_size=4M",
                   "__stack_size=4096"]
QEMU = ["-display", "none", "-monitor", "none", "-serial", "none", "-chardev", "stdio,id=sh",
        "-semihosting-config", "enable=on,target=native,chardev=sh"]
# newlib's semihosting start-up asks QEMU for a stack, which it puts into any memory, and leaves a
# floating-point unit off. This one keeps the stack in the memory at 0, where QEMU has put the program,
# initial data and zeros included.
START = """
#include <stdlib.h>
extern void initialise_monitor_handles(void), __libc_init_array(void);
extern int main(void);
void _init(void), _fini(void), reset(void);
void *__dso_handle;
void _init(void) {}
void _fini(void) {}
void reset(void) {
    *(volatile unsigned long *)0xE000ED88 |= 0xFul << 20;
    __asm volatile("dsb\\n isb");
    __libc_init_array();
    initialise_monitor_handles();
    exit(main());
}
__attribute__((section(".vectors"), used)) void (*const vectors[16])(void) = {
    (void (*)(void))0x003f0000, reset};
"""
NEWLIB = ["--specs=rdimon.specs", "-nostartfiles", "-Wl,--gc-sections", "-Wl,--undefined=vectors",
          "-Wl,--section-start=.vectors=0", "-Wl,--entry=reset"]


def core():
    return [file for file in sorted(glob.glob("src/*.c"))
            if not re.search(r"/(heap_chip|chip_layout|chip_check)\.c$", file)]


class Bare(unittest.TestCase):
    compiled = {} # objects of the library, which several firmwares link

    @classmethod
    def setUpClass(cls):
        cls.shared = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.shared.cleanup)

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
            key = (tool, *flags, file)
            if key not in self.compiled:
                folder = self.shared.name if file.startswith("src/") else self.folder
                out = os.path.join(folder, f"{len(self.compiled)}_{os.path.basename(file)}.o")
                self.call([tool, *flags, "-c", file, "-o", out])
                if folder == self.folder:
                    objects.append(out)
                    continue
                self.compiled[key] = out
            objects.append(self.compiled[key])
        return objects

    def write_start(self):
        path = os.path.join(self.folder, "start.c")
        with open(path, "w", encoding="ascii") as file:
            file.write(START)
        return path

    def check_served(self, firmware, machine="mps2-an385"):
        said = self.call(["qemu-system-arm", "-M", machine, *QEMU, "-kernel", firmware])
        self.assertRegex(said, r"^served: at most \d+ bytes\n$")

    def test_picolibc(self):
        firmware = os.path.join(self.folder, "a.elf")
        files = core() + MALLOC + ["ports/none.c", "tests/compat_bare_program.c"]
        objects = self.compile(files, PICOLIBC + FLAGS + ["-std=gnu11", "-fno-builtin"])
        self.call(["arm-none-eabi-gcc", *PICOLIBC, *CHIP, *objects, "-Wl,--gc-sections",
                   *["-Wl,--defsym=" + symbol for symbol in PICOLIBC_MEMORY], "-o", firmware])
        self.check_served(firmware)

    def check_newlib(self, objects, specs):
        firmware, link_map = (os.path.join(self.folder, name) for name in ("a.elf", "a.map"))
        self.call(["arm-none-eabi-g++", *CHIP, *objects, *specs, *NEWLIB, "-Wl,-Map=" + link_map,
                   "-o", firmware])
        self.check_served(firmware)
        with open(link_map, encoding="ascii") as file:
            theirs = re.findall(r"^\S*libc(?:_nano)?\.a\(\S*(?:malloc|free|alloc)r\.o\)", file.read(),
                                re.M)
        self.assertEqual(theirs, [])

    def test_newlib_and_cxx(self):
        flags = FLAGS + ["-std=gnu11", "-fno-builtin"]
        same = self.compile(core() + ["ports/none.c", self.write_start()], flags)
        files = MALLOC + ["tests/compat_bare_program.c"]
        objects = self.compile(files, flags + ["-DWITH_NEWLIB", "-DWITH_CXX"])
        objects += self.compile(["tests/compat_bare_new.cpp"], FLAGS + ["-std=c++17"],
                                "arm-none-eabi-g++")
        self.check_newlib(same + objects, [])
        nano = ["--specs=nano.specs"]
        self.check_newlib(same + self.compile(files, nano + flags + ["-DWITH_NEWLIB"]),
                          nano + ["-Wl,--undefined=_printf_float"])

    def check_containers(self, machine, chip):
        firmware = os.path.join(self.folder, "a.elf")
        flags = chip + FLAGS[len(CHIP):]
        table = machine.replace("-", "_")
        files = sorted(glob.glob("src/*.c")) + ["chips/mps2.c", "ports/none.c",
                                                self.write_start()]
        objects = self.compile(files, flags + ["-std=gnu11", "-fno-builtin"])
        objects += self.compile(["tests/compat_bare_pmr.cpp"],
                                flags + ["-std=c++17", "-DCHIP=capheap_chip_" + table],
                                "arm-none-eabi-g++")
        self.call(["arm-none-eabi-g++", *chip, *objects, *NEWLIB, "-o", firmware])
        self.check_served(firmware, machine)

    def test_containers_in_psram(self):
        self.check_containers("mps2-an385", CHIP)

    def test_containers_in_psram_with_an_fpu(self):
        self.check_containers("mps2-an500", ["-mcpu=cortex-m7", "-mthumb", "-mfloat-abi=hard",
                                             "-mfpu=fpv5-d16"])

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
