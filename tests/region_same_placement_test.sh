# SPDX-License-Identifier: MIT
#
# not with: -m32 -fsanitize
#
# The same calls give the same placement, byte for byte, whatever the size of a pointer, with the short
# cuts for speed or without, and with or without instructions to find a bit: the property test's
# log of calls and offsets is compared between two builds that differ in all of these; to do so once
# is enough.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for bits in 32 64; do
    case $bits in
    32) flags="-O2 -DBITS_INSTRUCTIONS=0" ;;
    64) flags="-Os" ;;
    esac
    # shellcheck disable=SC2086
    ${CC:-gcc} -std=gnu11 $flags -m$bits -Iinclude -Isrc -Itests -o "$work/play$bits" \
        tests/property_region_test.c tests/region_model.c src/[!h]*.c chips/*.c ports/none.c
    "$work/play$bits" --seed 1 --steps 100000 --log | grep -v '^seed' >"$work/log$bits"
done

lines=$(wc -l <"$work/log64")
if ! cmp "$work/log32" "$work/log64"; then
    diff "$work/log32" "$work/log64" | head -n 20
    exit 1
fi
[ "$lines" -gt 20000 ] || { echo "only $lines lines compared"; exit 1; }
echo "$lines lines are the same"
