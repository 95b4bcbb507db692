# SPDX-License-Identifier: MIT
"""What is measured: each function returns figures of one kind. bench/README.md tells the method."""

import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

import machine
from figures import Figures
from machine import build_host, build_target, core, here, run, run_target, unpacked

REAL = ["lua", "sqlite", "cjson", "tls", "gzxml"]
MADE = ["s_mix", "s_dma"]
TRACES = REAL + MADE
POOLS = [65536, 262080, 2097152]
PEER_POOLS = POOLS[:2]  # free of nano-malloc, O(blocks), takes minutes in a pool of 2 MB
QUICK_TRACES = HEAP_TRACES = ["lua", "s_dma"]
QUICK_SIZES = ("cortex-m4",)
CORES = {"rv32": "rv32imac", "mps2": "cortex-m3"}

# Debian's C libraries for bare metal: name, board, package, flags.
MPS2_PICOLIBC = "--specs=/usr/lib/picolibc/arm-none-eabi/picolibc.specs"
PEERS = [
    ("newlib", "mps2", "libnewlib-arm-none-eabi", []),
    ("newlib-nano", "mps2", "libnewlib-arm-none-eabi", ["--specs=nano.specs"]),
    ("picolibc", "mps2", "picolibc-arm-none-eabi", [MPS2_PICOLIBC]),
    ("picolibc release", "mps2", "picolibc-arm-none-eabi",
     [MPS2_PICOLIBC, "--picolibc-buildtype=release"]),
    ("picolibc", "rv32", "picolibc-riscv64-unknown-elf", []),
    ("picolibc release", "rv32", "picolibc-riscv64-unknown-elf", ["--picolibc-buildtype=release"]),
]

# The heap over five regions: which of them serves, which lock.
HEAPS = [
    ("heap, first of 5, port none", 1, "ports/none.c"),
    ("heap, last of 5, port none", 5, "ports/none.c"),
    ("heap, first of 5, lock", 1, None),
    ("heap, last of 5, lock", 5, None),
]


def at_once(jobs):
    """Run functions on two threads; their results in order."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda job: job(), jobs))


def add_calls(figures, allocator, board, case, lines):
    for _, call, figure, value in lines:
        if figure == "mean10":
            figures.add(allocator, CORES[board], f"{call} mean", case, int(value) / 10)
        else:
            figures.add(allocator, CORES[board], f"{call} {figure}", case, value)


def measure_calls(allocator, board, program, traces, pools):
    """Instructions per call on the traces, each in a pool of twice its peak (or four or eight
    times, if the allocator needs that much), and the patterns."""
    figures = Figures()
    cases = [(name, None) for name in traces]
    cases += [(f"patterns {pool >> 10}K", pool) for pool in pools]

    def one(case):
        name, pool = case
        machine.progress(f"{allocator}, {CORES[board]}: {name}")
        if pool is not None:
            return run_target(board, program, machine.PATTERNS, pool)
        for times in (2, 4, 8):
            try:
                return run_target(board, program, machine.TRACE, machine.peak(name) * times & ~15,
                                  unpacked(name))
            except machine.Refused:
                if times == 8:
                    raise
        return None

    for case, lines in zip(cases, at_once([lambda c=c: one(c) for c in cases])):
        add_calls(figures, allocator, board, case[0], lines)
    return figures


def measure_memory(traces):
    figures = Figures()
    program = build_host("memory", here(["memory.c", "replay.c", "adapter.c"]) + core(), ["-m32"])

    def one(name):
        machine.progress(f"capheap: smallest pool of {name}")
        return run([program, "pool", unpacked(name)])

    said = at_once([lambda n=n: one(n) for n in traces]) + [run([program, "blocks"])]
    for line in "".join(said).splitlines():
        figure, case, value = line.split()
        figures.add("capheap", "32 bit", figure, case, value)
    return figures


def measure_engine(board, traces, pools):
    program = build_target(board, "capheap", "adapter.c", core())
    return measure_calls("capheap", board, program, traces, pools)


def measure_heap(traces):
    """The heap's calls by the same method; what it adds is the difference to the engine's."""
    figures = Figures()
    for name, serving, port in HEAPS:
        lock = (os.path.join(machine.SOURCE, port) if port else
                os.path.join(machine.HERE, "lock_riscv.c"))
        program = build_target("rv32", re.sub(r"\W+", "-", name), "adapter_heap.c",
                               core() + [lock], [f"-DSERVING={serving}"])
        figures.merge(measure_calls(name, "rv32", program, traces, []))
    return figures


WORST_CALLS = ("malloc", "free", "aligned")


def search_worst(seed=1, rounds=16000, pool=65536):
    """Climb towards slow calls: what they cost, and the program's lines, which tell the steps."""
    machine.progress(f"searching for slow calls, seed {seed}")
    program = build_target("rv32", "capheap", "adapter.c", core())
    lines = run_target("rv32", program, machine.WORST, pool, extra=(seed, rounds))
    figures = Figures()
    for line in lines:
        if line[0] == "worst" and line[2] == "instructions":
            figures.add("capheap", "rv32imac", f"{line[1]} found", f"{pool >> 10}K", line[3])
    return figures, lines


SIZE_TARGETS = {
    "cortex-m0": ["arm-none-eabi", "-mcpu=cortex-m0", "-mthumb"],
    "cortex-m4": ["arm-none-eabi", "-mcpu=cortex-m4", "-mthumb"],
    "rv32imac": ["riscv64-unknown-elf", "-march=rv32imac", "-mabi=ilp32"],
    "lx106": ["xtensa-lx106-elf"],
}
REGION_CALLS = ["init", "malloc", "free", "realloc", "aligned_alloc"]
ROM_CALLS = ["__udivsi3", "__umodsi3"]  # Debian's libgcc for lx106 leaves them to the chip's ROM
LIBRARY_CALLS = ["memcpy", "memmove", "memset"]  # every program has them: not counted
HEAP_CALLS = ["init", "add_region", "malloc", "free", "realloc", "aligned_alloc"]


def declared_calls(header):
    """The functions that a public header declares."""
    with open(os.path.join(machine.SOURCE, "include/capheap", header), encoding="utf-8") as file:
        text = re.sub(r"/\*.*?\*/|^\s*#.*?(?<!\\)$", "", file.read(), flags=re.S | re.M)
    return sorted(set(re.findall(r"^[a-z].*?\b(capheap_\w+)\(", re.sub(r"typedef.*?;", "", text),
                                 re.M)))


def size_configurations():
    return {
        "engine": ["capheap_region_" + call for call in REGION_CALLS],
        "engine, every call": [call for call in declared_calls("region.h")],
        "heap": ["capheap_" + call for call in HEAP_CALLS],
        "heap, every call": declared_calls("heap.h") + declared_calls("inspect.h"),
    }


def measure_size(target, configurations):
    """Bytes of code and constants that the linker keeps for some calls, compiled with -Os: ours
    and the compiler's helpers."""
    figures = Figures()
    prefix, *flags = SIZE_TARGETS[target]
    machine.progress(f"code size, {target}")
    folder = os.path.join(machine.BUILD, "size", target)
    os.makedirs(folder, exist_ok=True)
    objects = []
    for source in core() + [os.path.join(machine.SOURCE, "ports/none.c")]:
        objects.append(os.path.join(folder, os.path.basename(source) + ".o"))
        run([prefix + "-gcc", *flags, "-std=c11", "-ffreestanding", "-Os", "-DNDEBUG",
             "-ffunction-sections", "-fdata-sections", "-fno-asynchronous-unwind-tables",
             "-fno-unwind-tables", *machine.includes(), "-c", source, "-o", objects[-1]])
    elsewhere = LIBRARY_CALLS + (ROM_CALLS if target == "lx106" else [])
    for name, calls in configurations.items():
        linked = os.path.join(folder, "linked")
        roots = [f"-Wl,-u,{call}" for call in calls]
        roots += [f"-Wl,--defsym={call}={calls[0]}" for call in elsewhere]
        run([prefix + "-gcc", *flags, "-nostdlib", "-Wl,--gc-sections", "-Wl,-e," + calls[0],
             *roots, *objects, "-lgcc", "-o", linked])
        words = run([prefix + "-size", linked]).splitlines()[1].split()
        figures.add("capheap", target, "code", name, int(words[0]) + int(words[1]))
    return figures


def measure_sizes(quick=False):
    figures = Figures()
    targets = QUICK_SIZES if quick else SIZE_TARGETS
    configurations = size_configurations()
    if quick:
        configurations = {"engine": configurations["engine"]}
    for part in at_once([lambda t=t: measure_size(t, configurations) for t in targets]):
        figures.merge(part)
    return figures


def measure_ours(quick=False):
    machine.progress("capheap: building")
    figures = Figures()
    traces, pools = (QUICK_TRACES, POOLS[:2]) if quick else (TRACES, POOLS)
    figures.merge(measure_memory(traces))
    figures.merge(measure_engine("rv32", traces, pools))
    if not quick:
        figures.merge(measure_engine("mps2", traces, pools))
        figures.merge(measure_heap(HEAP_TRACES))
        figures.merge(search_worst()[0])
    figures.merge(measure_sizes(quick))
    return figures


def peer_names():
    """The versions that are installed, so that results of others are not taken for theirs."""
    return {f"{name} {machine.package_version(package)}" for name, _, package, _ in PEERS}


def measure_peers():
    figures = Figures()
    for name, board, package, flags in PEERS:
        full = f"{name} {machine.package_version(package)}"
        program = build_target(board, re.sub(r"\W+", "-", name), "adapter_libc.c", (), flags)
        figures.merge(measure_calls(full, board, program, TRACES, PEER_POOLS))
        if board == "mps2" and "release" not in name:
            figures.merge(measure_peer_memory(full, board, program))
        code = peer_code_size(board, program)
        figures.add(full, CORES[board], "code", "malloc, free, realloc, memalign", code)
    return figures


def measure_peer_memory(name, board, program):
    figures = Figures()

    def one(trace):
        machine.progress(f"{name}: smallest pool of {trace}")
        lines = run_target(board, program, machine.POOL, 0, unpacked(trace), (120, 0), count=False)
        return {line[2]: int(line[3]) for line in lines}

    for trace, found in zip(TRACES, at_once([lambda t=t: one(t) for t in TRACES])):
        if found["safe"] != 0:
            figures.add(name, "32 bit", "memory", trace, found["safe"] / machine.peak(trace))
            figures.add(name, "32 bit", "pool", trace, found["safe"])
    return figures


# What a C library brings for the four calls, by the names of its functions.
PEER_FUNCTIONS = re.compile(
    r"^(_?(malloc|free|realloc|memalign|malloc_trim|malloc_usable_size|sbrk)(_r)?"
    r"|__malloc_(malloc|free|lock|unlock|grow_chunk|sbrk_aligned|validate\w*))$")


def peer_code_size(board, program):
    prefix = machine.BOARDS[board]["compiler"][0].removesuffix("gcc")
    seen = {}
    for line in run([prefix + "nm", "-S", program]).splitlines():
        words = line.split()
        if len(words) == 4 and words[2] in "tTwW" and PEER_FUNCTIONS.match(words[3]):
            seen[words[0]] = int(words[1], 16)  # by address: some have several names
    return sum(seen.values())


PRELOADS = [("jemalloc", "libjemalloc2", "libjemalloc.so.2"),
            ("mimalloc", "libmimalloc2.0", "libmimalloc.so.2")]


def library_path(name):
    for line in run(["/sbin/ldconfig", "-p"]).splitlines():
        if line.strip().startswith(name + " ") and "x86-64" in line:
            return line.split("=>")[1].strip()
    raise machine.Failed(f"{name}: not installed (scripts/setup bench)")


def measure_host_time(rounds=5):
    """Time on this computer, as a ratio to glibc's in the same run: all in turn, the best kept."""
    figures = Figures()
    replay = here(["hosttime.c", "replay.c"])
    engine = build_host("time-engine", replay + here(["adapter.c"]) + core())
    heap = build_host("time-heap", replay + here(["adapter_heap.c"]) + core() +
                      [os.path.join(machine.SOURCE, "ports/posix.c")], ["-pthread"])
    host = build_host("time-host", replay + here(["adapter_host.c"]), ["-fno-builtin"])
    runs = {"glibc": (host, None), "capheap": (engine, None),
            "heap, first of 5, port posix": (heap, None)}
    for name, package, library in PRELOADS:
        runs[f"{name} {machine.package_version(package)}"] = (host, library_path(library))
    traces = [unpacked(name) for name in TRACES]
    best = {}
    for _ in range(rounds):
        for name, (program, library) in runs.items():
            machine.progress(f"time on this computer: {name}")
            environment = dict(os.environ, LD_PRELOAD=library or "")
            said = subprocess.run([program, *traces], capture_output=True, text=True, check=True,
                                  env=environment).stdout
            for line in said.splitlines():
                _, trace, took = line.split()
                best[name, trace] = min(best.get((name, trace), 1e30), float(took))
    for (name, trace), took in best.items():
        figures.add(name, "host", "time", trace, took / best["glibc", trace])
    return figures
