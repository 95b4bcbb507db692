#!/bin/bash
# SPDX-License-Identifier: MIT
# not with: -m32 -fsanitize
#
# The one-file release: the same bytes each time; no warning from either compiler, 64 and 32 bit, nor
# from the header in C++; the unit tests of region and heap pass against it; it places blocks as the
# library does; on a chip its code is no more than 3 % larger; its consumer builds and runs.

set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
one=$work/one
warnings="-Wall -Wextra -Wconversion -Wundef -Werror"
failed=0

wrong() {
    echo "$*"
    failed=1
}

scripts/amalgamate "$one"
mkdir "$work/elsewhere" "$work/again"
cp -r VERSION LICENSE include src chips ports scripts "$work/elsewhere/"
[ ! -d debug ] || cp -r debug "$work/elsewhere/"
(cd / && LC_ALL=C "$work/elsewhere/scripts/amalgamate" "$work/again")
diff -r "$one" "$work/again" >&2 || wrong "not the same bytes a second time, in another folder"
head -n 3 "$one/capheap.h" | grep -q "capheap $(cat VERSION):" || wrong "capheap.h: no version"
if scripts/amalgamate /proc/none 2>"$work/log" || ! grep -q "^amalgamate: /proc/none: " "$work/log"; then
    wrong "a folder that can't be written: $(cat "$work/log")"
fi

# Both compilers, both sizes; the object is linked with the tests below.
printf '#include "capheap.h"\nint main() { return CAPHEAP_VERSION_MAJOR; }\n' >"$work/a.cpp"
for compiler in "gcc -m64 -O1 -c" "gcc -m32 -O0 -c" "clang -m64 -fsyntax-only" \
    "clang -m32 -fsyntax-only"; do
    # shellcheck disable=SC2086
    $compiler -std=c11 $warnings "$one/capheap.c" -o "$work/capheap${compiler//[^0-9]/}.o" \
        >"$work/log" 2>&1 ||
        wrong "$compiler: $(head -n 20 "$work/log")"
done
for compiler in g++ clang++; do
    command -v $compiler >/dev/null || continue
    # shellcheck disable=SC2086
    $compiler -std=c++11 $warnings -pedantic -I"$one" -c "$work/a.cpp" -o "$work/a.o" ||
        wrong "$compiler: the header; see above"
done
[ $failed -eq 0 ] || exit 1

# Unit tests include capheap/NAME.h: each is the one header here.
mkdir -p "$work/capheap"
for header in include/capheap/*.h; do
    echo '#include "../one/capheap.h"' >"$work/capheap/$(basename "$header")"
done
flags="-std=gnu11 -O0 -I$work -Itests -I$one"
library="$work/capheap641.o ports/none.c"
# shellcheck disable=SC2086
gcc $flags -c tests/region_model.c -o "$work/model.o"
run=0
for test in tests/region_*_test.c tests/heap_*_test.c; do
    case "$test" in *_posix_test.c) continue ;; esac
    # Nor those that look inside: src/ has no headers here.
    for header in $(sed -n 's/^#include "\(.*\)"$/\1/p' "$test"); do
        [ ! -e "src/$header" ] || continue 2
    done
    # shellcheck disable=SC2086
    gcc $flags "$test" "$work/model.o" $library -o "$work/test" ||
        { wrong "$test: does not compile" && continue; }
    "$work/test" >"$work/log" || { cat "$work/log" && wrong "$test fails against the one file"; }
    run=$((run + 1))
done
[ $run -ge 14 ] || wrong "only $run unit tests were run"

# shellcheck disable=SC2086
gcc $flags tests/property_region_test.c "$work/model.o" $library -o "$work/play"
for player in "$work/play" "$BUILD/property_region_test"; do
    "$player" --seed 2 --steps 50000 --log | grep -v '^seed' >"$work/log.$(basename "$player")"
done
cmp "$work/log.play" "$work/log.property_region_test" || wrong "blocks lie elsewhere"
[ "$(wc -l <"$work/log.play")" -gt 10000 ] || wrong "too few calls were compared"

# Code on a chip: what a program links that uses every simple call.
cat >"$work/size.c" <<'END'
#include "capheap.h"
#define USE(function) ((void (*)(void))(function))
void (*volatile const uses[])(void) = {
    USE(capheap_add_region),    USE(capheap_malloc),        USE(capheap_calloc),
    USE(capheap_realloc),       USE(capheap_aligned_alloc), USE(capheap_free),
    USE(capheap_malloc_prefer), USE(capheap_usable_size),   USE(capheap_get_figures),
    USE(capheap_next_region),   USE(capheap_check),         USE(capheap_explain),
};
int main(void) { return uses[0] == uses[1]; }
END
size_of() {
    local output=$1
    shift
    arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -std=c11 -Os -ffunction-sections -fdata-sections \
        -nostartfiles -Wl,--gc-sections,-e,main "-I$one" -Iinclude "$work/size.c" \
        ports/cortex_m.c "$@" -o "$output" 2>"$work/log" || { cat "$work/log" >&2 && return 1; }
    arm-none-eabi-size "$output" | awk 'NR == 2 {print $1 + $2}'
}
if command -v arm-none-eabi-gcc >/dev/null; then
    several=$(size_of "$work/several.elf" src/*.c)
    single=$(size_of "$work/single.elf" "$one/capheap.c")
    echo "Cortex-M4 -Os, the simple calls: $several bytes as a library, $single as one file"
    [ "$((single * 100))" -le "$((several * 103))" ] || wrong "that is more than 3 % larger"
    [ "$single" -gt 4000 ] || wrong "that can't be all"
fi

mkdir "$work/consumer"
cp packaging/consumers/main.c "$work/"
(cd "$work/consumer" &&
    make -s -f "$OLDPWD/packaging/consumers/one_file/Makefile" ONE="$one" CC="${CC:-cc}" && ./consumer)
exit $failed
