#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# not with: -m32 -fsanitize
"""What the documents show is true: their C and C++ compiles against the library, programs print what
stands below them, and commands of the simulator print what is shown.

A line before a block of code says how to take it:
    <!-- sample: statements -->         it stands inside a function
    <!-- sample: continues -->          it goes on where the block before ended
    <!-- sample: runs -->               with what it continues it is a program, which prints the next
                                        ```text block; addresses may differ
    <!-- sample: piece -->              a piece of a source file, as without a line
    <!-- sample: with FOLDER... -->     include folders, from the top of the repository
    <!-- sample: not compiled: WHY -->
The public headers are included before each, and a heap named `heap`
is there unless it makes one.

A block that begins with "$ capheap" shows output: words must be the same, numbers within 15 %, since
the engine changes; "..." at its begin or end stands for lines left out. docs/simulator.md has
scripts/docs-simulator instead, and README.md scripts/check-readme.
"""
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build/release"))
CC = os.environ.get("CC", "cc")
CXX = re.sub(r"gcc([^/]*)$", r"g++\1", re.sub(r"clang([^/]*)$", r"clang++\1", CC)).replace(
    "/cc", "/c++")
BLOCK = re.compile(r"(?:<!-- sample: (?P<how>.*?) -->\n)?```(?P<kind>\w*)\n(?P<text>.*?)```\n", re.S)
HEADERS = sorted(path.name for path in (ROOT / "include/capheap").glob("*.h"))
PRELUDE = "".join(f'#include "capheap/{name}"\n' for name in HEADERS)
MAKES_HEAP = re.compile(r"CAPHEAP_HEAP_DEFINE\(heap,|capheap_heap_t \*?heap\b")
WARN = ["-Wall", "-Wextra", "-Wconversion", "-Werror", "-Wno-unused"]
OUTPUT = re.compile(r"```\n\$ (capheap (?:[^\n]*\\\n)*[^\n]*)\n(.*?)```\n", re.S)
ADDRESS = re.compile(r"\b[0-9A-F]{8,}\b")
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
TOLERANCE = 0.15
done = {"compiled": 0, "run": 0, "commands": 0}


class Sample:
    """One or more blocks of a page that are one piece of code."""

    def __init__(self, line, kind):
        self.line = line
        self.kind = kind
        self.text = ""
        self.folders = []
        self.runs = False

    def add(self, text, how):
        if "statements" in how:
            text = "void sample_statements(void);\nvoid sample_statements(void) {\n" + text + "}\n"
        if "with " in how:
            self.folders += how.split("with ")[1].split()
        self.runs |= "runs" in how
        self.text += text

    def source(self):
        own = "" if MAKES_HEAP.search(self.text) else "extern capheap_heap_t heap;\n"
        return PRELUDE + own + "#line 1\n" + self.text

    def command(self, source, out):
        folders = ["-I" + str(ROOT / name)
                   for name in ["include", "compat/include", *self.folders]]
        if self.kind == "cpp":
            return [CXX, "-std=c++17", *WARN, *folders, "-fsyntax-only", source]
        words = [CC, "-std=gnu11", *WARN, *folders, source]
        if not self.runs:
            return [*words, "-fsyntax-only"]
        return [*words, "-o", out, str(BUILD / "libcapheap.a"), str(ROOT / "ports/none.c")]


def samples(page):
    """The page's samples, each with the text block that follows it, or None."""
    found = []
    text = page.read_text()
    for match in BLOCK.finditer(text):
        how, kind = match["how"] or "", match["kind"]
        if kind == "text" and found and found[-1][1] is None:
            found[-1][1] = match["text"]
        if kind not in ("c", "cpp") or how.startswith("not compiled: "):
            continue
        if not how.startswith("continues"):
            found.append([Sample(text[:match.start()].count("\n") + 1, kind), None])
        found[-1][0].add(match["text"], how)
    return found


def try_sample(sample, expected, folder):
    source = pathlib.Path(folder, "sample." + sample.kind)
    program = pathlib.Path(folder, "program")
    source.write_text(sample.source())
    built = subprocess.run(sample.command(str(source), str(program)), capture_output=True, text=True)
    if built.returncode != 0:
        return ("does not compile (tests/docs_samples_test.py: a line '<!-- sample: ... -->' says how to "
                "take it):\n" + built.stderr)
    done["compiled"] += 1
    if not sample.runs:
        return None
    ran = subprocess.run([program], capture_output=True, text=True, timeout=60)
    done["run"] += 1
    if expected is None or ran.returncode != 0:
        return f"ends with {ran.returncode}, or says nowhere what it prints; it prints\n{ran.stdout}"
    anywhere = [ADDRESS.sub("00000000", text) for text in (expected, ran.stdout)]
    return None if alike(*anywhere) else f"prints\n{ran.stdout}"


def alike(shown, real):
    """The same words and about the same numbers."""
    if " ".join(NUMBER.sub("0", shown).split()) != " ".join(NUMBER.sub("0", real).split()):
        return False
    for one, other in zip(NUMBER.findall(shown), NUMBER.findall(real)):
        one, other = float(one.replace(",", "")), float(other.replace(",", ""))
        if abs(one - other) > TOLERANCE * max(one, other, 20):
            return False
    return True


def try_command(command, shown):
    words = shlex.split(command.replace("\\\n", " "))
    ran = subprocess.run([BUILD / "capheap", *words[1:]], cwd=ROOT, capture_output=True, text=True,
                         env=dict(os.environ, LC_ALL="C.UTF-8"), timeout=120)
    done["commands"] += 1
    real, lines = ran.stdout.splitlines(), shown.splitlines()
    if lines and lines[0] == "...":
        lines = lines[1:]
        starts = [i for i, line in enumerate(real) if alike(lines[0], line)]
        real = real[starts[0]:] if starts else real
    if lines and lines[-1] == "...":
        lines = lines[:-1]
    real = real[:len(lines)] if shown.endswith("...\n") or shown.startswith("...\n") else real
    if not alike("\n".join(lines), "\n".join(real)):
        return f"`{command}` prints\n" + ran.stdout + ran.stderr
    return None


def pages():
    yield ROOT / "README.md"
    yield from sorted((ROOT / "docs").glob("*.md"))


def main():
    wrong = []
    for page in pages():
        name = page.relative_to(ROOT)
        with tempfile.TemporaryDirectory() as folder:
            for sample, expected in samples(page):
                fault = try_sample(sample, expected, folder)
                if fault:
                    wrong.append(f"{name}:{sample.line}: {fault}")
        if page.name == "simulator.md":
            continue
        for match in OUTPUT.finditer(page.read_text()):
            fault = try_command(match[1], match[2])
            if fault:
                wrong.append(f"{name}: {fault}")
    print("\n".join(wrong) if wrong else ", ".join(f"{n} {what}" for what, n in done.items()))
    return 1 if wrong else 0


sys.exit(main())
