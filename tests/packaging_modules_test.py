# SPDX-License-Identifier: MIT
# not with: -m32 -fsanitize
"""Modules of Zephyr and ESP-IDF: each consumer is built, and run on this PC, by a stand-in for their
build systems (tests/packaging), with Kconfig files read by kconfiglib. Every option of Kconfig is one
of the library or of the build, reaches the code and changes what is compiled; every option of
config.h is in Kconfig."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

try:
    import kconfiglib
except ImportError:
    if sys.executable != "/usr/bin/python3":  # another Python comes first: Debian's has it
        os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
    sys.exit("kconfiglib is missing: scripts/setup test installs it (python3-kconfiglib)")

ROOT = pathlib.Path(__file__).resolve().parent.parent
CONSUMERS = ROOT / "packaging" / "consumers"
CC = os.environ.get("CC", "cc")
failures = []


def check(good, text):
    if not good:
        failures.append(text)
        print(text)


def run(*command, fails=False, **environment):
    done = subprocess.run(
        [str(c) for c in command],
        env=os.environ | {k: str(v) for k, v in environment.items()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if (done.returncode != 0) != fails:
        sys.exit(f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout}")
    return done.stdout


def build(consumer, folder, *targets, options=(), **environment):
    run("cmake", "-S", CONSUMERS / consumer, "-B", folder, "-G", "Ninja",
        f"-DCMAKE_C_COMPILER={CC}", *options, **environment)
    run("cmake", "--build", folder, "--target", *targets, **environment)


def defined_in(library):
    return set(re.findall(r" T (\w+)$", run("nm", library), re.MULTILINE))


def zephyr(work):
    base = ROOT / "tests" / "packaging" / "zephyr"
    build("zephyr", work / "zephyr", "zephyr_final", ZEPHYR_BASE=base)
    output = run(work / "zephyr" / "zephyr_final")
    check(output == "packet served, message served\n", f"Zephyr: the consumer says {output!r}")

    names = {"shared_multi_heap_alloc", "sys_heap_alloc", "k_heap_alloc"}
    plain = work / "plain.conf"
    plain.write_text("CONFIG_CAPHEAP=y\n")
    found = defined_in(work / "zephyr" / "modules/capheap/libcapheap.a") & names
    check(found == names, f"Zephyr: the library has {found} only")
    run("cmake", "-S", CONSUMERS / "zephyr", "-B", work / "plain", "-G", "Ninja",
        f"-DCONF_FILE={plain}", ZEPHYR_BASE=base)
    rules = (work / "plain" / "build.ninja").read_text()
    check("ports/zephyr.c" in rules and "compat/zephyr" not in rules and "/kheap.c" in rules
          and "lib/heap/heap.c" in rules, "Zephyr: what isn't asked for is built")

    # What Zephyr builds itself can't be replaced too; a file that moved is named.
    both = work / "both.conf"
    both.write_text("CONFIG_CAPHEAP=y\nCONFIG_SHARED_MULTI_HEAP=y\n"
                    "CONFIG_CAPHEAP_SHARED_MULTI_HEAP=y\n")
    output = run("cmake", "-S", CONSUMERS / "zephyr", "-B", work / "both", "-G", "Ninja",
                 f"-DCONF_FILE={both}", fails=True, ZEPHYR_BASE=base)
    check("has no effect" in " ".join(output.split()), f"Zephyr: both shared multi-heaps at once: {output}")
    moved = work / "moved"
    run("cp", "-r", base, moved)
    text = (moved / "ZephyrConfig.cmake").read_text().replace("${ZEPHYR_BASE}/lib/heap/heap.c", "")
    text = text.replace("${CMAKE_CURRENT_LIST_DIR}/../..", str(ROOT / "tests"))
    (moved / "ZephyrConfig.cmake").write_text(text)
    output = run("cmake", "-S", CONSUMERS / "zephyr", "-B", work / "without", "-G", "Ninja",
                 fails=True, ZEPHYR_BASE=moved)
    check("capheap replaces Zephyr's lib/heap/heap.c" in " ".join(output.split()),
          f"Zephyr: a heap.c elsewhere: {output}")


def esp_idf(work):
    version = (ROOT / "VERSION").read_text().strip()
    settings = work / "sdkconfig"
    settings.write_text("CONFIG_CAPHEAP_LAYOUT_REGIONS=40\n")
    # A component is named after its folder; this tree's may have any name, "main" among them.
    component = work / "components" / "capheap"
    component.parent.mkdir()
    component.symlink_to(ROOT)
    build(component / "packaging" / "consumers" / "esp_idf", work / "esp_idf", "consumer",
          options=[f"-DSDKCONFIG={settings}"],
          IDF_PATH=ROOT / "tests" / "packaging" / "esp_idf")
    output = run(work / "esp_idf" / "consumer")
    check(output == f"capheap {version}: text in PSRAM, packet in SRAM\n",
          f"ESP-IDF: the consumer says {output!r}")
    check("capheap_chip_esp32" in run("nm", *(work / "esp_idf").rglob("lib__idf_*.a")),
          "ESP-IDF: the component lacks the chips")


def symbols():
    """All options of ours, as Zephyr has them, which has them all."""
    os.environ["CAPHEAP_KCONFIG"] = str(ROOT / "zephyr" / "Kconfig")
    kconfig = kconfiglib.Kconfig(str(ROOT / "tests" / "packaging" / "zephyr" / "Kconfig"))
    return kconfig, [s for s in kconfig.unique_defined_syms if s.name.startswith("CAPHEAP")]


def objects(work, symbol, value):
    """What is compiled of the files that heed numbers, with one of them changed."""
    settings, header = work / "settings", work / "autoconf.h"
    lines = [f"CONFIG_{name}=y\n" for name in ("CAPHEAP", "CAPHEAP_SHARED_MULTI_HEAP")]
    settings.write_text("".join(lines) + (f"CONFIG_{symbol}={value}\n" if symbol else ""))
    run(ROOT / "tests/packaging/kconfig.py", ROOT / "tests/packaging/zephyr/Kconfig",
        settings, header, work / "config.cmake")
    flags = ["-imacros", header, '-DCAPHEAP_CONFIG_FILE="capheap_kconfig.h"']
    for folder in ("include", "compat/include", "packaging/kconfig", "tests/compat_zephyr"):
        flags += ["-I", ROOT / folder]
    macros = run(CC, *flags, "-E", "-dM", "-include", "capheap/zephyr.h", "-x", "c", "/dev/null")
    code = ""
    for file in ("src/heap_chip.c", "src/heap_set.c", "compat/zephyr_shared_multi_heap.c"):
        code += run(CC, *flags, "-O1", "-S", ROOT / file, "-o", "-")
    return dict(re.findall(r"^#define (\w+) (.*)$", macros, re.MULTILINE)), code


def options(work):
    _, ours = symbols()
    heeded = (ROOT / "packaging/kconfig/capheap_kconfig.h").read_text()
    heeded += (ROOT / "zephyr/CMakeLists.txt").read_text()
    for symbol in ours:
        check(re.search(rf"\bCONFIG_{symbol.name}\b", heeded), f"nothing heeds {symbol.name}")
        check(any(node.help for node in symbol.nodes), f"{symbol.name} has no help")
    names = {symbol.name for symbol in ours}
    config = (ROOT / "include/capheap/config.h").read_text()
    for name in set(re.findall(r"^#ifndef (CAPHEAP_\w+)$", config, re.MULTILINE)):
        check(name in names or name == "CAPHEAP_CONFIG_H", f"config.h's {name} is not in Kconfig")

    macros, before = objects(work, None, None)
    # Kconfig's defaults are config.h's own, on a chip.
    plain = run(CC, "-U__unix__", "-U__linux__", "-I", ROOT / "include", "-E", "-dM", "-include",
                "capheap/config.h", "-x", "c", "/dev/null")
    defaults = dict(re.findall(r"^#define (CAPHEAP_\w+) (\d+)$", plain, re.MULTILINE))
    for name, value in defaults.items():
        chosen = macros.get(macros.get(name), macros.get(name))
        check(chosen == value, f"{name}: {value} in config.h, {chosen} by Kconfig")
    check(len(defaults) >= 3, "config.h has too few defaults")
    numbers = [symbol for symbol in ours if symbol.type == kconfiglib.INT]
    check(len(numbers) >= 3, "too few numbers in Kconfig")
    for symbol in numbers:
        macros, code = objects(work, symbol.name, 11)
        value = macros.get(symbol.name)
        value = macros.get(value, value)
        check(value == "11", f"{symbol.name}=11 makes the macro {value}")
        check(code != before, f"{symbol.name}=11 changes nothing that is compiled")


def main():
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        options(work)
        zephyr(work)
        esp_idf(work)
    if failures:
        sys.exit(f"{len(failures)} failures")
    print("the modules of Zephyr and ESP-IDF are built, and heed their options")


main()
