# SPDX-License-Identifier: MIT
# not with: -m32 -fsanitize
#
# docs/chips.md is what scripts/docs-chips makes from the tables; the table written in
# docs/adding-a-chip.md compiles and passes capheap_chip_check.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

scripts/docs-chips "$work/chips.md"
if ! cmp -s "$work/chips.md" docs/chips.md; then
    diff docs/chips.md "$work/chips.md" | head -n 20
    echo "docs/chips.md is not up to date: run scripts/docs-chips"
    exit 1
fi
echo "docs/chips.md is up to date: $(grep -c '^## ' docs/chips.md) chips"

# The C blocks of the page, in order, are one program.
sed -n '/^```c$/,/^```$/{/^```/d;p}' docs/adding-a-chip.md >"$work/mychip.c"
${CC:-cc} -std=c11 -Wall -Wextra -Wconversion -Werror -Iinclude -o "$work/mychip" "$work/mychip.c" \
    src/[!h]*.c chips/*.c ports/none.c
"$work/mychip" >"$work/output"
sed -n '/^```text$/,/^```$/{/^```/d;p}' docs/adding-a-chip.md >"$work/expected"
diff "$work/expected" "$work/output" || { echo "the page promises another output"; exit 1; }
echo "the example of docs/adding-a-chip.md runs as it says"
