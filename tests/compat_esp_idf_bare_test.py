# SPDX-License-Identifier: MIT
# not with: -m32 -fsanitize
"""Today's ESP-IDF's names on bare chips: every source compiles without a warning for Xtensa and
RISC-V, esp_idf_program.c for each target and variant of ESP-IDF; and an image with the ESP32-C3's
addresses, linker symbols and reserved ranges links, with that chip's table alone and nothing of a
C library's malloc. No machine here runs it; tests/compat_esp_idf_*_test.c run on a PC."""

import glob
import os
import re
import subprocess
import tempfile
import unittest

XTENSA = ["xtensa-lx106-elf-gcc", "--specs=/usr/lib/xtensa-lx106-elf/picolibc.specs"]
RISCV = ["riscv64-unknown-elf-gcc", "--specs=picolibc.specs", "-mabi=ilp32"]
TOOLS = [XTENSA, RISCV + ["-march=rv32imc"]]
FLAGS = ["-Os", "-std=c11", "-ffreestanding", "-ffunction-sections", "-fdata-sections", "-Iinclude",
         "-Icompat/include", "-Icompat/include/esp_idf", "-Wall", "-Wextra", "-Wconversion",
         "-Wundef", "-Werror"]
SINGLE_CORE = "CONFIG_ESP_SYSTEM_SINGLE_CORE_MODE"
# Each target of ESP-IDF with the settings that change its memory, and the table that it takes.
TARGETS = [
    ("ESP32", [], "esp32"), ("ESP32", [SINGLE_CORE], "esp32_one_core"),
    ("ESP32C2", [], "esp32c2"), ("ESP32C3", [], "esp32c3"), ("ESP32C5", [], "esp32c5"),
    ("ESP32C6", [], "esp32c6"), ("ESP32C61", [], "esp32c61"), ("ESP32H2", [], "esp32h2"),
    ("ESP32H21", [], "esp32h21"), ("ESP32H4", [], "esp32h4"),
    ("ESP32H4", [SINGLE_CORE], "esp32h4_one_core"), ("ESP32P4", [], "esp32p4"),
    ("ESP32P4", ["CONFIG_ESP32P4_SELECTS_REV_LESS_V3"], "esp32p4_rev1"), ("ESP32S2", [], "esp32s2"),
    ("ESP32S2", ["CONFIG_ESP32S2_DATA_CACHE_0KB"], "esp32s2_dcache0"), ("ESP32S3", [], "esp32s3"),
    ("ESP32S3", ["CONFIG_ESP32S3_DATA_CACHE_16KB"], "esp32s3_dcache16"),
    ("ESP32S31", [], "esp32s31"),
]
SYMBOLS = {"_iram_start": 0x40380000, "_iram_end": 0x4038A000, "_data_start": 0x3FC8A000,
           "_heap_start": 0x3FC8C000, "_rtc_force_slow_end": 0x50000024,
           "_rtc_reserved_start": 0x50001FE8, "_rtc_reserved_end": 0x50002000}
PROGRAM = """
#include "esp_heap_caps.h"
#include "esp_heap_caps_init.h"
#include "heap_memory_layout.h"

SOC_RESERVE_MEMORY_REGION(0x3FCA0000, 0x3FCA1000, component)

void *volatile block;

void _start(void);

void _start(void) {
    heap_caps_init();
    heap_caps_enable_nonos_stack_heaps();
    block = heap_caps_malloc(100, MALLOC_CAP_DMA);
    block = heap_caps_realloc(block, 200, MALLOC_CAP_8BIT);
    heap_caps_print_heap_info(MALLOC_CAP_8BIT);
    heap_caps_free(block);
    heap_caps_check_integrity_all(true);
}

void capheap_esp_idf_write(const char *text) {
    (void)text;
}
"""
# As ESP-IDF's start-up guide describes it (docs/en/api-guides/startup.rst): a function per step, in
# a list that is walked by priority.
STARTUP = """
typedef struct { esp_err_t (*call)(void); int cores, priority; } esp_system_init_fn_t;
#define ESP_SYSTEM_INIT_FN(name, stage, cores, priority)                                         \\
    static esp_err_t name(void);                                                                 \\
    static __attribute__((used, section(".esp_system_init_fn." #priority)))                      \\
        esp_system_init_fn_t esp_system_init_fn_##name = {name, cores, priority};                \\
    static esp_err_t name(void)
"""


def sources():
    return [file for file in sorted(glob.glob("compat/esp_idf_*.c"))
            if not file.startswith("compat/esp_idf_v1")]


class EspIdfBare(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def call(self, command):
        result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(result.returncode, 0, " ".join(command) + "\n" + result.stdout +
                         result.stderr)
        return result.stdout

    def compile(self, files, command):
        objects = []
        for file in files:
            objects.append(os.path.join(self.folder, os.path.basename(file) + ".o"))
            self.call([*command, *FLAGS, "-c", file, "-o", objects[-1]])
        return objects

    def test_all_compile(self):
        self.assertGreater(len(sources()), 10)
        for tool in TOOLS:
            self.compile(sources(), [*tool, "-DCONFIG_IDF_TARGET_ESP32C3=1"])

    def test_each_target_takes_its_table(self):
        for target, settings, table in TARGETS:
            rtc = "CONFIG_ESP_SYSTEM_ALLOW_RTC_FAST_MEM_AS_HEAP"
            defines = [f"-D{name}=1" for name in [f"CONFIG_IDF_TARGET_{target}", *settings, rtc]]
            tool = XTENSA if target in ("ESP32", "ESP32S2", "ESP32S3") else TOOLS[1]
            [made] = self.compile(["compat/esp_idf_program.c"], [*tool, *defines])
            names = self.call([tool[0].replace("-gcc", "-nm"), "-u", made])
            self.assertEqual(re.findall(r"capheap_chip_(esp\S+)", names), [table])

    def test_start_up_calls_it(self):
        vendor = os.path.join(self.folder, "esp_private")
        os.mkdir(vendor)
        with open(os.path.join(vendor, "startup_internal.h"), "w", encoding="ascii") as file:
            file.write(STARTUP)
        [made] = self.compile(["compat/esp_idf_program.c"],
                              [*TOOLS[1], "-DCONFIG_IDF_TARGET_ESP32C3=1", "-I" + self.folder])
        names = self.call(["riscv64-unknown-elf-nm", made])
        self.assertRegex(names, r"\bd esp_system_init_fn_init_heap\b")
        self.assertRegex(names, r"\bU heap_caps_init\b")

    def test_an_image_for_esp32c3(self):
        image = os.path.join(self.folder, "image.elf")
        program = os.path.join(self.folder, "program.c")
        with open(program, "w", encoding="ascii") as file:
            file.write(PROGRAM)
        files = sorted(glob.glob("src/*.c") + glob.glob("chips/esp32[cs]3.c")) + sources()
        tool = [*TOOLS[1], "-DCONFIG_IDF_TARGET_ESP32C3=1",
                "-DCONFIG_ESP_SYSTEM_ALLOW_RTC_FAST_MEM_AS_HEAP=1"]
        objects = self.compile([*files, "ports/riscv.c", program], tool)
        archive = os.path.join(self.folder, "all.a")
        self.call(["riscv64-unknown-elf-ar", "rcs", archive, *objects[:-1]])
        self.call([*TOOLS[1], "-nostartfiles", objects[-1], archive, "-Wl,--gc-sections",
                   "-T", "compat/esp_idf_reserved.ld", "-Wl,-Ttext=0x42000000",
                   "-Wl,-Tdata=0x3FC8A000",
                   *[f"-Wl,--defsym={name}={value}" for name, value in SYMBOLS.items()],
                   "-o", image])
        names = self.call(["riscv64-unknown-elf-nm", image])
        self.assertEqual(re.findall(r"\bcapheap_chip_esp\w+", names), ["capheap_chip_esp32c3"])
        self.assertNotRegex(names, r"\b(malloc|free|sbrk)$")
        address = {name: int(value, 16) for value, name in
                   re.findall(r"^([0-9a-f]+) \w (\w+)$", names, re.M)}
        reserved = (address["soc_reserved_memory_region_end"] -
                    address["soc_reserved_memory_region_start"])
        self.assertEqual(reserved // 8, 4)  # code, data, RTC, the component's


if __name__ == "__main__":
    unittest.main()
