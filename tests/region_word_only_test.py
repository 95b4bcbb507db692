# SPDX-License-Identifier: MIT
# not with: -fsanitize
"""Word-only memory is touched by aligned 32-bit words alone.

Runs region_word_only under valgrind's lackey, which prints the address and width of every access,
and looks at all that fall into the region's memory. The same run without the flag must show other
widths: else this test would see nothing.
"""
import os
import sys

from word_accesses import word_accesses

WORD_ONLY = 1


def main():
    program = os.path.join(os.environ["BUILD"], "region_word_only")
    failed = False
    for apart, offset in ((0, 6), (1, 3)):
        good, bad, first = word_accesses(program, str(WORD_ONLY), str(apart), str(offset))
        print(f"books {'apart' if apart else 'inside'}, offset {offset}: "
              f"{good} word accesses, {bad} others")
        for text in first:
            print("  " + text)
        failed = failed or bad > 0 or good < 3000
    _, bad, _ = word_accesses(program, "0", "0", "0")
    print(f"without the flag: {bad} accesses of other widths")
    return 1 if failed or bad == 0 else 0


sys.exit(main())
