#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""kconfig.py KCONFIG SETTINGS HEADER CMAKE: what Zephyr's and ESP-IDF's builds do with Kconfig files:
read KCONFIG, set what SETTINGS says, write the symbols as macros and as CMake variables. A symbol
that SETTINGS can't set, as it says, is an error."""

import re
import sys

import kconfiglib


def main():
    kconfig_file, settings, header, cmake = sys.argv[1:]
    kconfig = kconfiglib.Kconfig(kconfig_file, warn_to_stderr=False)
    kconfig.load_config(settings)
    errors = list(kconfig.warnings)
    with open(settings, encoding="utf-8") as file:
        for name, value in re.findall(r"^CONFIG_(\w+)=(.*)$", file.read(), re.MULTILINE):
            if name not in kconfig.syms or kconfig.syms[name].str_value != value.strip('"'):
                errors.append(f"{settings}: CONFIG_{name}={value} has no effect")
    if errors:
        sys.exit("\n".join(errors))
    kconfig.write_autoconf(header, header="")
    with open(cmake, "w", encoding="utf-8") as file:
        for symbol in kconfig.unique_defined_syms:
            if symbol.str_value not in ("", "n"):
                file.write(f'set(CONFIG_{symbol.name} "{symbol.str_value}")\n')


main()
