#!/bin/bash
# SPDX-License-Identifier: MIT
# not with: -m32 -fsanitize
#
# scripts/release gives the same bytes each time; its Arduino library is found and built with its
# example by Arduino's own builder, for a board that is this PC (tests/packaging/arduino), and the
# sketch runs.

set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
version=$(cat VERSION)

scripts/release "$work/first" >/dev/null
(cd / && LC_ALL=C "$OLDPWD/scripts/release" "$work/second" --url https://example.org/) >/dev/null
cmp "$work"/{first,second}/capheap-"$version"-one-file.zip
mkdir "$work/libraries" "$work/build" "$work/other"
unzip() {
    python3 -m zipfile -e "$1" "$2"
}
unzip "$work/first/capheap-$version-arduino.zip" "$work/libraries"
unzip "$work/second/capheap-$version-arduino.zip" "$work/other"
if [ "$(diff -r "$work/libraries" "$work/other" | grep '^[<>]')" != "> url=https://example.org/" ]; then
    echo "two Arduino libraries differ by more than the address that was asked for"
    exit 1
fi
grep -qx "version=$version" "$work/libraries/capheap/library.properties"

if ! command -v arduino-builder >/dev/null; then
    echo "arduino-builder is missing: scripts/setup test installs it"
    exit 1
fi
sketch=$work/libraries/capheap/examples/Memories/Memories.ino
arduino-builder -compile -hardware /usr/share/arduino-builder \
    -hardware "$PWD/tests/packaging/arduino/hardware" -tools /usr/bin -fqbn capheap:host:pc \
    -libraries "$work/libraries" -build-path "$work/build" -warnings all "$sketch" \
    >"$work/log" 2>&1 || { cat "$work/log" && exit 1; }
"$work/build/Memories.ino.elf" >"$work/output"
printf 'text in PSRAM\npacket in SRAM\n' | diff - "$work/output"

# For chips, as Arduino's cores call their compilers: with the port that fits.
cd "$work/libraries/capheap/src"
for chip in "arm-none-eabi-gcc -mcpu=cortex-m0plus -mthumb -DARDUINO_ARCH_RP2040" \
    "arm-none-eabi-gcc -mcpu=cortex-m7 -mthumb -DARDUINO_ARCH_STM32" \
    "xtensa-lx106-elf-gcc -DARDUINO_ARCH_ESP8266"; do
    command -v "${chip%% *}" >/dev/null || continue
    # shellcheck disable=SC2086
    $chip -std=gnu11 -Os -ffreestanding -Wall -Wextra -Werror -fsyntax-only capheap.c capheap_port.c
done
