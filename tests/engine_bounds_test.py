#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# not with: -m32 -fsanitize
"""Each call of the engine has a bound on its instructions, found in its machine code
(docs/bounds.md)."""
import importlib.machinery
import importlib.util
import pathlib
import shutil
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def script(name):
    sys.dont_write_bytecode = True
    loader = importlib.machinery.SourceFileLoader(name, str(ROOT / "scripts" / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


def main():
    if shutil.which("riscv64-unknown-elf-gcc") is None:
        print("riscv64-unknown-elf-gcc is missing: scripts/setup test installs it")
        return 77
    tool = script("bounds")
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        elf, cold = tool.build([], pathlib.Path(folder))
        bounds = tool.Bounds(elf, tool.read_functions(elf), cold)
        for call in tool.CALLS:
            try:
                found = bounds.of("capheap_region_" + call)
                print(f"{call}: at most {found.instructions} instructions, {found.stack} bytes of stack")
                if found.instructions < 10:
                    wrong.append(f"{call}: that can't be all")
            except tool.Failed as fault:
                wrong.append(f"{call}: {fault}")
        try:  # it sees loops: a check of all blocks has no bound
            bounds.of("capheap_region_check")
            wrong.append("a walk over all blocks passes for bounded")
        except tool.Failed as fault:
            if "a loop without a bound" not in str(fault):
                wrong.append(f"check: {fault}")
    print("\n".join(wrong))
    return 1 if wrong else 0


sys.exit(main())
