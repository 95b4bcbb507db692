# SPDX-License-Identifier: MIT
# not with: -m32 -fsanitize
"""Manifests of ESP-IDF, Zephyr, PlatformIO and Arduino against their schemas (tests/packaging/schemas,
written from the tools' documentation), and what they name exists. The sources that PlatformIO's
manifest chooses are a program with its consumer, on this PC and for chips."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

try:
    import jsonschema
    import yaml
except ImportError as error:
    if sys.executable != "/usr/bin/python3":  # another Python comes first: Debian's has them
        os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
    sys.exit(f"{error}: scripts/setup test installs python3-jsonschema and python3-yaml")

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCHEMAS = ROOT / "tests" / "packaging" / "schemas"
PROPERTIES = "packaging/arduino/library.properties"
failures = []


def check(good, text):
    if not good:
        failures.append(text)
        print(text)


def properties(text):
    return dict(line.split("=", 1) for line in text.splitlines() if line and line[0] != "#")


MANIFESTS = {
    "idf_component.yml": ("idf_component.json", yaml.safe_load),
    "zephyr/module.yml": ("zephyr_module.json", yaml.safe_load),
    "library.json": ("library_json.json", json.loads),
    PROPERTIES: ("library_properties.json", properties),
}


def read(name):
    return MANIFESTS[name][1]((ROOT / name).read_text())


def errors_of(name, manifest):
    schema = json.loads((SCHEMAS / MANIFESTS[name][0]).read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    return [
        f"{name}: {'/'.join(map(str, error.path))}: {error.message}"
        for error in jsonschema.Draft7Validator(schema).iter_errors(manifest)
    ]


def schemas():
    for name in MANIFESTS:
        for error in errors_of(name, read(name)):
            check(False, error)
    # The schemas do refuse: a slip of each kind is seen.
    for name, slip in (
        ("idf_component.yml", {"version": "1.0"}),
        ("idf_component.yml", {"dependencys": {}}),
        ("zephyr/module.yml", {"build": {"kconfg": "zephyr/Kconfig"}}),
        ("library.json", {"build": {"srcFilter": ["src/*.c"]}}),
        ("library.json", {"description": "x" * 256}),
        (PROPERTIES, {"category": "Memory"}),
        (PROPERTIES, {"architectures": "esp32, rp2040"}),
    ):
        check(errors_of(name, read(name) | slip), f"{name}: the schema takes {slip}")


def named_files():
    library = read("library.json")
    include = ROOT / library["build"]["includeDir"]
    names = [include / header for header in library["headers"]]
    names += [ROOT / name for name in library["export"]["include"]]
    names += [ROOT / e["base"] / file for e in library["examples"] for file in e["files"]]
    module = read("zephyr/module.yml")["build"]
    names += [ROOT / module["cmake"] / "CMakeLists.txt", ROOT / module["kconfig"]]
    for name in names:
        check(name.exists(), f"a manifest names {name}, which is not there")
    # A package has what it builds, and whatever that includes.
    exported = [ROOT / name for name in library["export"]["include"]]
    for source in platformio_sources():
        check(any(source == e or e in source.parents for e in exported), f"{source} isn't exported")


def platformio_sources():
    """As PlatformIO takes them: filters in order, below srcDir."""
    build = read("library.json")["build"]
    chosen = set()
    for rule in build["srcFilter"]:
        found = set((ROOT / build["srcDir"]).glob(rule[2:-1]))
        check(found, f"library.json: {rule} finds nothing")
        chosen = chosen | found if rule[0] == "+" else chosen - found
    return sorted(path.resolve() for path in chosen)


def run(*command):
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


def platformio(work):
    sources = platformio_sources()
    options = ["-I", ROOT / "include", "-I", ROOT, "-Wall", "-Wextra", "-Werror"]
    program = work / "consumer"
    main = ROOT / "packaging/consumers/platformio/src/main.c"
    code, output = run("gcc", *options, *sources, main, "-pthread", "-o", program)
    check(code == 0, output)
    if code == 0:
        code, output = run(program)
        check(code == 0 and output.endswith("text in PSRAM, packet in SRAM\n"), output)


# For each kind of chip, what tells the port that fits: a text of its object code.
PORTS = (
    (["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb"], "primask", "cpsid"),
    (["arm-none-eabi-gcc", "-mcpu=cortex-m0plus", "-mthumb", "-DPICO_RP2040"], "dmb", "dmb"),
    (["riscv64-unknown-elf-gcc", "-march=rv32imac", "-mabi=ilp32"], "mstatus", "csrr"),
    (["xtensa-lx106-elf-gcc"], "rsil", "rsil"),
    (["xtensa-lx106-elf-gcc", "-DESP_PLATFORM", "-Itests/target/vendor/esp_idf"],
     "portENTER_CRITICAL_SAFE", "portENTER_CRITICAL_SAFE"),
    (["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-D__ZEPHYR__",
      "-Itests/target/vendor/zephyr"], "k_spin_lock", "k_spin_lock"),
)


def ports():
    os.chdir(ROOT)
    auto = ["-Iinclude", "-ffreestanding", "-O1", "-S", "packaging/port_auto.c", "-o", "-"]
    for command, first, second in PORTS:
        if shutil.which(command[0]) is None:
            print(f"{command[0]} is missing, its port is left out")
            continue
        code, output = run(*command, *auto)
        check(code == 0 and (first in output or second in output),
              f"{' '.join(command)}: not the port with {first}: {output[-500:]}")
    code, output = run("gcc", "-DCAPHEAP_PORT_OWN", *auto)
    check(code == 0 and "capheap_port_lock" not in output, "CAPHEAP_PORT_OWN: there is a port")
    code, output = run("gcc", "-DPICO_RP2350", *auto)
    check(code != 0 and "CAPHEAP_PORT_OWN" in output, "a chip without a port: no clear error")


def main():
    schemas()
    named_files()
    ports()
    with tempfile.TemporaryDirectory() as folder:
        platformio(pathlib.Path(folder))
    if failures:
        sys.exit(f"{len(failures)} failures")
    print("manifests keep to their schemas, and what they choose is built")


main()
