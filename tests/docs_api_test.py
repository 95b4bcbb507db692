#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# not with: -m32 -fsanitize
"""The API reference: Doxygen makes each part without a warning, every public header is in one, and
every public name has a comment. Doxygen itself does not miss those of enumerators."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
PARTS = ("region", "heap", "compat")
FOLDERS = ("include/capheap", "compat/include/capheap")
# A name at the head of a declaration: a function, or a macro.
FUNCTION = re.compile(r"^[a-z][\w *]*?\b\*?(capheap_\w+)\(", re.M)
MACRO = re.compile(r"^ *# *define +(CAPHEAP_\w+)", re.M)
COMMENT = re.compile(r"/\*.*?\*/", re.S)
GUARD = re.compile(r"_(H|HPP)$")
NOT_OURS = {"esp_idf_environment.h"}  # stand-ins for names of others
HELPERS = {"CAPHEAP_MALLOC_JOIN", "CAPHEAP_MALLOC_WITH",  # of CAPHEAP_MALLOC_NAME
           "capheap_heap_initial"}  # of CAPHEAP_HEAP_INITIAL, in C++
wrong = []


def doxygen(part, folder, *settings):
    config = "\n".join([f"@INCLUDE = docs/Doxyfile.{part}", f"OUTPUT_DIRECTORY = {folder}",
                        "GENERATE_XML = YES", "GENERATE_HTML = NO", *settings])
    return subprocess.run(["doxygen", "-"], input=config, cwd=ROOT, capture_output=True, text=True)


def is_documented(element):
    return any("".join(element.find(kind).itertext()).strip()
               for kind in ("briefdescription", "detaileddescription"))


def check_part(part, folder, names, files):
    made = doxygen(part, folder)
    if made.returncode != 0:
        wrong.append(f"docs/Doxyfile.{part}:\n{made.stderr}")
    for path in pathlib.Path(folder, "xml").glob("*.xml"):
        tree = xml.etree.ElementTree.parse(path)
        files.update(compound.findtext("compoundname")
                     for compound in tree.iter("compounddef") if compound.get("kind") == "file")
        for member in tree.iter("memberdef"):
            if member.get("prot") != "public":
                continue
            names.add(member.findtext("name"))
            if not is_documented(member):
                wrong.append(f"{path.stem}: {member.findtext('name')} has no comment")
            if not re.match(r"[a-z]", member.findtext("name")):
                continue  # an enumeration without a name: its comment is that of all of it
            wrong.extend(f"{path.stem}: {value.findtext('name')} has no comment"
                         for value in member.iter("enumvalue") if not is_documented(value))


def check_whole(names, files):
    for folder in FOLDERS:
        for header in sorted((ROOT / folder).glob("*.h*")):
            if header.name in NOT_OURS:
                continue
            text = COMMENT.sub("", header.read_text())
            if header.name not in files:
                wrong.append(f"{folder}/{header.name} is in no part of the reference")
            declared = {*FUNCTION.findall(text), *MACRO.findall(text)} - HELPERS
            wrong.extend(f"{folder}/{header.name}: {name} is not in the reference"
                         for name in sorted(declared - names) if not GUARD.search(name))


def check_that_it_can_fail(folder):
    """A header with a name without a comment must not pass."""
    bare = pathlib.Path(folder, "bare.h")
    bare.write_text("/* A file. */\n\nint capheap_bare(void);\n")
    made = doxygen("region", folder, f"INPUT = {bare}")
    if made.returncode == 0 or "capheap_bare" not in made.stderr:
        wrong.append("a function without a comment passes")


def main():
    if shutil.which("doxygen") is None:
        print("doxygen is missing: scripts/setup test installs it")
        return 1
    names, files = set(), set()
    for part in PARTS:
        with tempfile.TemporaryDirectory() as folder:
            check_part(part, folder, names, files)
    check_whole(names, files)
    with tempfile.TemporaryDirectory() as folder:
        check_that_it_can_fail(folder)
    print("\n".join(wrong) if wrong else f"{len(names)} names in {len(files)} files")
    return 1 if wrong else 0


sys.exit(main())
