# SPDX-License-Identifier: MIT
# not with: -m32 -fsanitize
"""packaging/esp_idf/heap, the component that takes the place of ESP-IDF's: its CMakeLists.txt read
with a stand-in for idf_component_register, its Kconfig made into sdkconfig.h for several settings,
its sources compiled with that for RISC-V against tests/target/vendor/esp_idf, and its linker
fragment's objects and symbols looked up in the result. ESP-IDF itself is not here."""

import os
import re
import subprocess
import tempfile
import unittest

COMPONENT = "packaging/esp_idf/heap"
STAND_IN = """
function(idf_component_register)
    cmake_parse_arguments(arg "" "" "SRCS;INCLUDE_DIRS;PRIV_REQUIRES;LDFRAGMENTS" ${ARGN})
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "${arg_UNPARSED_ARGUMENTS}")
    endif()
    foreach(kind SRCS INCLUDE_DIRS LDFRAGMENTS)
        foreach(item ${arg_${kind}})
            get_filename_component(item ${item} ABSOLUTE BASE_DIR ${CMAKE_CURRENT_LIST_DIR})
            message("${kind} ${item}")
        endforeach()
    endforeach()
endfunction()
function(target_link_libraries)
    message("LINK ${ARGN}")
endfunction()
function(set_source_files_properties)
    message("PROPERTY ${ARGN}")
endfunction()
function(idf_build_get_property result name)
    set(IDF_TARGET ${TARGET})
    set(IDF_PATH /the/IDF_PATH)
    set(${result} ${${name}} PARENT_SCOPE)
endfunction()
include(${CONFIG} OPTIONAL)
include(${COMPONENT}/CMakeLists.txt)
"""
# Of ESP-IDF's whole configuration, what the component's own Kconfig looks at.
REST = """
config ESP_SYSTEM_MEMPROT
    bool "memory protection"

config IDF_TARGET_ESP32C3
    bool
    default y

source "{}/Kconfig"
"""
FLAGS = ["-mabi=ilp32", "-march=rv32imc", "-Os", "-std=gnu17", "-ffunction-sections",
         "--specs=picolibc.specs", "-Wall", "-Wextra", "-Werror", "-Itests/target/vendor/esp_idf"]


class Component(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.registered = self.read()

    def path(self, name):
        return os.path.join(self.folder, name)

    def call(self, *command):
        result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(result.returncode, 0, " ".join(command) + "\n" + result.stdout +
                         result.stderr)
        return result.stdout + result.stderr

    def read(self, target="esp32c3"):
        with open(self.path("read.cmake"), "w", encoding="ascii") as file:
            file.write(STAND_IN)
        said = self.call("cmake", f"-DCOMPONENT={os.path.abspath(COMPONENT)}",
                         f"-DTARGET={target}", f"-DCONFIG={self.path('config.cmake')}", "-P", self.path("read.cmake"))
        found = {}
        for kind, item in re.findall(r"^(\w+) (.*)$", said, re.M):
            found.setdefault(kind, []).append(item)
        return found

    def configure(self, settings):
        """sdkconfig.h, and the names in it."""
        with open(self.path("Kconfig"), "w", encoding="ascii") as file:
            file.write(REST.format(os.path.abspath(COMPONENT)))
        with open(self.path("settings"), "w", encoding="ascii") as file:
            file.writelines(f"CONFIG_{name}=y\n" for name in settings)
        header = self.path("sdkconfig.h")
        self.call("tests/packaging/kconfig.py", self.path("Kconfig"),
                  self.path("settings"), header, self.path("config.cmake"))
        with open(header, encoding="ascii") as file:
            return re.findall(r"#define CONFIG_(\w+) 1$", file.read(), re.M)

    def compile(self, sources):
        include = ["-I" + folder for folder in [self.folder, *self.registered["INCLUDE_DIRS"]]]
        objects = {}
        for source in sources:
            made = self.path(os.path.basename(source) + ".o")
            self.call("riscv64-unknown-elf-gcc", *FLAGS, *include, "-c", source, "-o", made)
            objects[os.path.basename(source)[:-2]] = made
        return objects

    def names(self, made):
        return re.findall(r" [TtWw] (\S+)$", self.call("riscv64-unknown-elf-nm", made), re.M)

    def test_what_it_is_made_of(self):
        names = [os.path.basename(source) for source in self.registered["SRCS"]]
        for name in ("heap_alloc.c", "region_take.c", "esp32c3.c", "esp_idf_base.c", "esp_idf.c",
                     "esp_idf_program.c"):
            self.assertIn(name, names)
        self.assertNotIn("esp_idf_malloc.c", names)
        self.assertFalse([name for name in names if "_v1_" in name])
        self.assertEqual(len(names), len(set(names)), "two objects of one name")
        self.assertIn("-u capheap_esp_idf_program", self.registered["LINK"][0])

    def test_on_linux_esp_idf_s_own_stays(self):
        heap = "/the/IDF_PATH/components/heap"
        self.assertEqual(self.read("linux"), {"SRCS": [heap + "/heap_caps_linux.c"],
                                              "INCLUDE_DIRS": [heap + "/include"]})

    def test_its_objects_and_its_linker_fragment(self):
        set_names = self.configure([])
        self.assertIn("HEAP_HAS_EXEC_HEAP", set_names)
        self.assertNotIn("HEAP_USE_HOOKS", set_names)
        sources = [name for name in self.registered["SRCS"] if "/chips/" not in name]
        objects = self.compile(sources)
        program = self.call("riscv64-unknown-elf-nm", "-u", objects["esp_idf_program"])
        self.assertRegex(program, r"\bcapheap_chip_esp32c3\n")
        base = self.call("riscv64-unknown-elf-nm", objects["esp_idf_base"])
        self.assertNotIn("esp_heap_trace", base)
        self.check_fragment(objects)

    def check_fragment(self, objects):
        """All that it names is there, and what allocation calls is not left in flash."""
        known = {os.path.basename(source)[:-2] for source in self.registered["SRCS"]}
        [fragment] = self.registered["LDFRAGMENTS"]
        with open(fragment, encoding="ascii") as file:
            entries = re.findall(r"^ {8}(\w+):?(\w*) \((\w+)\)$", file.read(), re.M)
        self.assertGreater(len(entries), 20)
        in_flash = {name for name, symbol, where in entries if where == "default" and not symbol}
        in_ram = {symbol for _, symbol, where in entries if where == "noflash"}
        home = {symbol: name for name, made in objects.items() for symbol in self.names(made)}
        reached, waiting = set(), ["esp_idf_base", "esp_idf_caps"]
        while waiting:
            name = waiting.pop()
            reached.add(name)
            asked = self.call("riscv64-unknown-elf-nm", "-u", objects[name])
            # Memory is added with the cache on.
            for symbol in set(re.findall(r"U (\w+)", asked)) - {"capheap_add_region"}:
                target = home.get(symbol)
                if target is not None and symbol not in in_ram:
                    self.assertNotIn(target, in_flash, f"{name} calls {symbol}")
                    if target not in reached:
                        waiting.append(target)
        self.assertGreater(len(reached), 10)

    def test_its_settings(self):
        sources = [source for source in self.registered["SRCS"] if "/compat/" in source]
        settings = ["HEAP_USE_HOOKS", "HEAP_ABORT_WHEN_ALLOCATION_FAILS", "ESP_SYSTEM_MEMPROT"]
        self.assertNotIn("HEAP_HAS_EXEC_HEAP", self.configure(settings))
        objects = self.compile(sources)
        base = self.call("riscv64-unknown-elf-nm", objects["esp_idf_base"])
        self.assertRegex(base, r"\bw esp_heap_trace_alloc_hook\b")
        caps = self.call("riscv64-unknown-elf-nm", "-u", objects["esp_idf_caps"])
        self.assertIn("capheap_esp_idf_stop", caps)
        program = self.call("riscv64-unknown-elf-nm", "-u", objects["esp_idf_program"])
        self.assertRegex(program, r"\bcapheap_chip_esp32c3_memprot\n")

    def test_where_hooks_are_put(self):
        """A hook that says nothing of its place is in RAM, unless the heap itself is in flash."""
        files = {"esp_attr.h": '#define IRAM_ATTR __attribute__((section(".iram1.0")))\n',
                 "hook.c": '#include "esp_heap_caps.h"\n'
                           "void esp_heap_trace_free_hook(void *ptr) { (void)ptr; }\n"}
        for name, text in files.items():
            with open(self.path(name), "w", encoding="ascii") as file:
                file.write(text)
        for settings, in_ram in ([], True), (["HEAP_PLACE_FUNCTION_INTO_FLASH"], False):
            self.configure(["HEAP_USE_HOOKS", *settings])
            made = self.compile([self.path("hook.c")])["hook"]
            symbols = self.call("riscv64-unknown-elf-objdump", "-t", made)
            found = re.search(r"(\S+)\s\S+ esp_heap_trace_free_hook$", symbols, re.M)
            self.assertEqual(found[1] == ".iram1.0", in_ram, symbols)

    def test_tracing_is_esp_idf_s_own(self):
        self.assertNotIn("PROPERTY", self.registered)
        self.assertEqual(len(self.registered["LINK"]), 1)
        self.check_records(["HEAP_TRACING_STANDALONE"], 16 + 2 * 2 * 4 + 8)
        file = "/the/IDF_PATH/components/heap/heap_trace_standalone.c"
        found = self.read()
        self.assertIn(file, found["SRCS"])
        self.assertRegex(found["PROPERTY"][0], re.escape(file) + r".*;-idirafter/the/IDF_PATH/")
        wrapped = re.findall(r"-Wl,--wrap=heap_caps_(\w+)", " ".join(found["LINK"]))
        self.assertEqual(sorted(wrapped), ["aligned_alloc_base", "calloc_base", "free",
                                           "malloc_base", "realloc_base"])
        self.check_records(["HEAP_TRACING_STANDALONE", "HEAP_TRACE_HASH_MAP"], 16 + 16 + 8 + 4)

    def check_records(self, settings, size):
        """esp_heap_trace.h has the records that ESP-IDF's code fills: their size by sdkconfig.h."""
        self.configure(settings)
        with open(self.path("record.c"), "w", encoding="ascii") as file:
            file.write('#include "esp_heap_trace.h"\n'
                       f'_Static_assert(sizeof(heap_trace_record_t) == {size}, "");\n')
        self.compile([self.path("record.c")])

    def test_its_setting_for_guards(self):
        for settings, guard in ([], 1), (["CAPHEAP_MULTI_HEAP_WITHOUT_GUARDS"], 0):
            self.configure(settings)
            with open(self.path("guard.c"), "w", encoding="ascii") as file:
                file.write('#include "capheap/esp_idf.h"\n'
                           f"_Static_assert(CAPHEAP_ESP_IDF_MULTI_HEAP_GUARD == {guard}, \"\");\n")
            self.compile([self.path("guard.c")])


if __name__ == "__main__":
    unittest.main()
