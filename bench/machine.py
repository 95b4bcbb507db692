# SPDX-License-Identifier: MIT
"""Building the measuring programs and running them, on this computer and under QEMU."""

import glob
import lzma
import os
import struct
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(HERE)
BUILD = os.path.join(TOP, "build", "bench")
SOURCE = TOP  # whose include/, src/ and ports/ are measured

WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Wundef", "-Werror"]
COMMON = ["-O2", "-std=gnu11", "-DNDEBUG"] + WARNINGS
PARTS = ["target.c", "count.c", "print.c", "patterns.c", "worst.c", "replay.c"]
TRACE, PATTERNS, POOL, WORST = 0, 1, 2, 3  # what a target program is told to do

BOARDS = {
    "rv32": {
        "compiler": ["riscv64-unknown-elf-gcc", "-march=rv32imac", "-misa-spec=2.2", "-mabi=ilp32",
                     "-mcmodel=medany"],
        "library": ["--specs=picolibc.specs"],
        "qemu": ["qemu-system-riscv32", "-M", "virt", "-m", "512M", "-bios", "none"],
        "count": ["-icount", "shift=0"],
        "parameters": 0x8F000000,
        "trace": 0x90000000,
    },
    "mps2": {
        "compiler": ["arm-none-eabi-gcc", "-mcpu=cortex-m3", "-mthumb"],
        "library": [],
        "qemu": ["qemu-system-arm", "-M", "mps2-an385", "-semihosting-config",
                 "enable=on,target=native"],
        "count": ["-icount", "shift=10,sleep=off"],
        "parameters": 0x20300000,
        "trace": 0x21000000,
    },
}


class Failed(Exception):
    """A program that was run here did not do its work; the text says which and what it said."""


class Refused(Failed):
    """The allocator refused a call of a trace: the pool is too small for it."""


def run(command, **settings):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL, timeout=900, **settings)
    except FileNotFoundError as missing:
        raise Failed(f"{command[0]}: not installed (scripts/setup bench)") from missing
    except subprocess.TimeoutExpired as slow:
        raise Failed(f"{command[0]}: did not end within 15 minutes") from slow
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


def core():
    return sorted(glob.glob(os.path.join(SOURCE, "src", "*.c")))


def here(names):
    return [os.path.join(HERE, name) for name in names]


def includes():
    return ["-I" + HERE, "-I" + os.path.join(SOURCE, "include")]


def build_host(name, files, flags=()):
    os.makedirs(BUILD, exist_ok=True)
    out = os.path.join(BUILD, name)
    run(["gcc", *COMMON, *flags, *includes(), *files, "-o", out])
    return out


def build_target(board, name, adapter, files=(), flags=()):
    """A program for a board: the measuring parts and one adapter, what isn't reached left out."""
    os.makedirs(BUILD, exist_ok=True)
    out = os.path.join(BUILD, f"{board}-{name}")
    settings = BOARDS[board]
    run([*settings["compiler"], *COMMON, "-ffunction-sections", "-fdata-sections",
         *(settings["library"]), *flags, "-I" + os.path.join(HERE, board), *includes(),
         "-nostartfiles", "-T", os.path.join(HERE, board, "board.ld"), *here(PARTS),
         os.path.join(HERE, board, "board.c"), os.path.join(HERE, adapter), *files,
         "-Wl,--gc-sections,--no-warn-rwx-segments", "-o", out])
    return out


def unpacked(name):
    """The path of a trace of traces/, unpacked."""
    path = os.path.join(BUILD, name + ".trc")
    packed = os.path.join(TOP, "traces", name + ".trc.xz")
    if not os.path.exists(path) or os.path.getmtime(path) < os.path.getmtime(packed):
        os.makedirs(BUILD, exist_ok=True)
        with lzma.open(packed) as file, open(f"{path}.{os.getpid()}", "wb") as out:
            out.write(file.read())
        os.replace(f"{path}.{os.getpid()}", path)
    return path


def peak(name):
    with open(unpacked(name), "rb") as file:
        return struct.unpack("<8I", file.read(32))[3]


def run_target(board, program, task, pool, loaded=None, extra=(0, 0), count=True):
    """Lines of words that the program printed. extra: sizes in a row, or seed and rounds."""
    settings = BOARDS[board]
    tag = f"{program}.{task}.{pool}.{os.path.basename(loaded or '')}.parameters"
    with open(tag, "wb") as file:
        file.write(struct.pack("<4I", task, pool, *extra))
    load = ["-device", f"loader,file={tag},addr={settings['parameters']:#x},force-raw=on"]
    if loaded:
        load += ["-device", f"loader,file={loaded},addr={settings['trace']:#x},force-raw=on"]
    said = run([*settings["qemu"], *(settings["count"] if count else []), "-display", "none",
                "-monitor", "none", "-serial", "stdio", "-kernel", program, *load])
    os.remove(tag)
    lines = [line.split() for line in said.splitlines()]
    if lines and lines[0][:2] == ["error", "refused"]:
        raise Refused(f"{program}: a call was refused in a pool of {pool} bytes")
    if not lines or lines[-1] != ["end"] or lines[0][0] == "error":
        raise Failed(f"{program} under QEMU said:\n{said}")
    return lines[:-1]


def package_version(package):
    said = run(["dpkg-query", "-W", "-f", "${Version}", package])
    return said.split(":")[-1].split("-")[0].split("+")[0]


def progress(text):
    if sys.stderr.isatty() or os.environ.get("BENCH_VERBOSE"):
        print(text, file=sys.stderr, flush=True)
